import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresPart } from '../../src/demo/postgres.ts';
import { findPostgres } from '../../src/sources/postgres/dsn.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { type Source, systemClock } from '../../src/sources/source.ts';
import { until } from '../helpers/pm2-daemon.ts';

const MARK = 'BOTOP_TEST_MARK';
let folder: string;
let env: Readonly<Record<string, string>>;
let source: Source<'postgres'>;
const part = postgresPart();
const said: string[] = [];
const read = () => source.read(new AbortController().signal);

/** Processes with the mark in their environment, or below one that has it. */
function processes(): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return all.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${MARK}=${folder}`);
    } catch {
      return false;
    }
  });
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-demo-test-')));
  env = await part.start({
    folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, [MARK]: folder },
    say: (text) => said.push(text),
  });
  const url = env['DATABASE_URL'];
  if (url === undefined) throw new Error(`the demo has no PostgreSQL: ${said.join('; ')}`);
  source = postgresSource({ found: findPostgres({ url, env: {}, systemUser: 'nobody' }), clock: systemClock });
});
afterAll(async () => {
  await source.close();
  await part.stop();
  expect(processes()).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('it has the runbooks’ tables, with dead rows, one of them the monitor’s own', async () => {
  const { tables, rights, server } = await read();
  const by = (name: string) => tables?.find((table) => table.name === name);
  expect(tables?.map(({ name }) => name).toSorted()).toEqual(['bot_instances', 'dialog_messages', 'dialogs', 'users']);
  expect(by('dialog_messages')).toMatchObject({ deadRows: 24_000, mayVacuum: true, owner: 'botop' });
  expect(by('dialog_messages')?.liveRows).toBeGreaterThanOrEqual(36_000);
  expect(by('users')).toMatchObject({ deadRows: 1_000, liveRows: 4_000, mayVacuum: false, owner: 'chatai' });
  expect(rights).toMatchObject({ isSuperuser: false, canMonitor: true });
  expect(server.user).toBe('botop');
});

test('one session holds a lock, two wait for it, and another is idle in a transaction', async () => {
  const { sessions } = await read();
  const by = (name: string) => sessions.find(({ application }) => application === name);
  // Both begin to wait at once: either may be the first in the queue.
  const waiting = [by('bot_worker_1'), by('bot_worker_7')];
  const first = waiting.findIndex((session) => session?.blockedBy[0] === by('nightly-report')?.pid);
  expect(waiting[first]?.blockedBy).toEqual([by('nightly-report')?.pid]);
  expect(waiting[1 - first]?.blockedBy).toEqual([waiting[first]?.pid]);
  expect(by('admin-console')?.state).toBe('idle in transaction');
});

test('a little goes on all the time', async () => {
  const messages = async () => {
    const fresh = postgresSource({
      found: findPostgres({ url: env['DATABASE_URL'] ?? null, env: {}, systemUser: 'nobody' }),
      clock: systemClock,
    });
    const { tables } = await fresh.read(new AbortController().signal);
    await fresh.close();
    return tables?.find(({ name }) => name === 'dialog_messages')?.liveRows ?? 0;
  };
  const before = await messages();
  await until('rows are added', async () => (await messages()) > before, 15_000);
});

test('nothing listens on the network, and the folder is closed to others', async () => {
  const { pid } = (await read()).server;
  const sockets = readFileSync(`/proc/${pid}/net/tcp`, 'utf8');
  expect(env['DATABASE_URL']).toMatch(/^postgresql:\/\/botop:[\w-]{20,}@\/chatai\?host=/);
  expect(sockets).not.toMatch(/:1538 \d{8}:0000 0A/);
  expect(statSync(join(folder, 'postgres')).mode & 0o077).toBe(0);
  expect(statSync(folder).mode & 0o007).toBe(0);
});
