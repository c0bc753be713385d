import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseRedisUrl } from '../../src/sources/redis/address.ts';
import { openRedis, type RedisConnection } from '../../src/sources/redis/client.ts';
import {
  createPerson,
  type Person,
  promptTakesKeys,
  screenOf,
  selectRow,
  snapshotOf,
  startMonitor,
  typeInto,
} from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2, until } from '../helpers/pm2-daemon.ts';
import { LOGGED, notInReadings, saidByBotop } from '../helpers/postgres-log.ts';
import { startTestPostgres, type TestPostgres } from '../helpers/postgres-server.ts';
import type { Pty } from '../helpers/pty.ts';
import { redisProgram, startTestRedis, type TestRedis } from '../helpers/redis-server.ts';

const noRedis = typeof redisProgram === 'string' ? `: ${redisProgram}` : '';
const IDLE = 'setInterval(() => {}, 1000)';
const SECRET = '7412589630:AAH-never_to_be_seen_0123456789abcdef';
/** The tables are on the screen. */
const TABLES = /[▸ ]letters +\d/;
/** They are read again every 30 s. */
const TABLES_MS = 40_000;

let pm2: Pm2Daemon;
let postgres: TestPostgres;
let redis: TestRedis | null = null;
let outside: RedisConnection | null = null;
let person: Person;
let open: Pty[] = [];

beforeAll(async () => {
  [pm2, postgres, redis] = await Promise.all([
    startPm2(),
    startTestPostgres(LOGGED),
    noRedis === '' ? startTestRedis() : null,
  ]);
  await pm2.start({ name: 'quiet-bot', code: IDLE }, { name: 'mail-bot', code: IDLE });
  await postgres.run(
    "CREATE ROLE owner LOGIN PASSWORD 'pw-never-seen'; GRANT pg_monitor TO owner",
    'CREATE TABLE letters (id int) WITH (autovacuum_enabled = off)',
    'ALTER TABLE letters OWNER TO owner',
    'CREATE TABLE others_mail (id int) WITH (autovacuum_enabled = off)',
  );
  if (redis) outside = await openRedis(parseRedisUrl(redis.url), { timeoutMs: 5_000 });
});

afterAll(async () => {
  outside?.close();
  await Promise.all([redis?.remove(), postgres?.remove(), pm2?.remove()]);
});

beforeEach(() => {
  person = createPerson({
    PM2_HOME: pm2.home,
    DATABASE_URL: `postgresql://owner:pw-never-seen@/postgres?host=${postgres.socketFolder}`,
    ...(redis && { REDIS_URL: redis.url }),
  });
});

afterEach(async () => {
  for (const pty of open) await pty.dispose();
  open = [];
  person.remove();
});

async function monitor(...args: string[]): Promise<Pty> {
  const pty = await startMonitor({ person, args, columns: 130, rows: 40 });
  open.push(pty);
  return pty;
}

/** Waits for the line that says what became of an action, with all of these words. */
const strip = (pty: Pty, ...words: readonly string[]): Promise<void> =>
  pty.waitFor((shown) => shown.text().some((line) => words.every((word) => line.includes(word))), {
    what: `the strip: ${words.join(', ')}`,
    timeoutMs: 20_000,
  });

const errLog = (bot: string): string => join(pm2.home, 'logs', `${bot}-error.log`);

/** The numbers of a table by PostgreSQL's own statistics. */
async function statisticsOf(table: string): Promise<{ live: number; dead: number }> {
  const connection = await postgres.open('statistics');
  try {
    const [rows] = await connection.query(
      `SELECT n_live_tup AS live, n_dead_tup AS dead FROM pg_stat_user_tables WHERE relname = '${table}'`,
    );
    return { live: Number(rows?.[0]?.['live']), dead: Number(rows?.[0]?.['dead']) };
  } finally {
    connection.close();
  }
}

function audit(): Record<string, unknown>[] {
  const text = readFileSync(join(person.home, 'state/botop/audit.ndjson'), 'utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('what others do is seen, exactly that, on the screen and in the snapshot:', () => {
  test('log lines', async () => {
    const pty = await monitor('--view', 'errors');
    await pty.waitFor(/No WARN or ERROR in the last hour of 5 files/, { what: 'an hour without errors' });
    expect((await snapshotOf(person)).errors).toMatchObject({ total: 0, unreadFiles: 0, groups: [] });
    const now = new Date().toISOString();
    const line = (text: string): string => `${now} ${text}\n`;
    appendFileSync(errLog('mail-bot'), line('ERROR DB003 letter 17 is lost') + line('ERROR DB003 letter 4711 is lost'));
    appendFileSync(errLog('quiet-bot'), line(`ERROR DB003 letter 5 is lost, sent with token=${SECRET}`));
    appendFileSync(errLog('quiet-bot'), line('WARN the box is nearly full') + line('INFO all is well'));
    await pty.waitFor(/Errors · 3 in 1h · (3 NEW · )?1 warn/, { timeoutMs: 5_000 });
    const { errors, logs } = await snapshotOf(person);
    expect(errors).toMatchObject({ windowMs: 3_600_000, total: 4, unreadFiles: 0 });
    const groups = errors.groups.map(({ level, code, count, bots }: any) => ({ level, code, count, bots }));
    expect(groups).toContainEqual({ level: 'error', code: 'DB003', count: 2, bots: ['mail-bot'] });
    expect(groups).toContainEqual({ level: 'error', code: 'DB003', count: 1, bots: ['quiet-bot'] });
    expect(groups).toContainEqual({ level: 'warn', code: null, count: 1, bots: ['quiet-bot'] });
    expect(groups).toHaveLength(3);
    expect(logs).toMatchObject({ files: 5, filesRead: 5, unread: [], behindBytes: 0 });
    for (const text of [pty.transcript(), JSON.stringify(errors)]) expect(text).not.toContain(SECRET);
  });

  test('rows', async () => {
    const pty = await monitor('--view', 'database');
    await pty.waitFor(/▸others_mail|▸letters/, { what: 'the tables' });
    await postgres.run('INSERT INTO letters SELECT generate_series(1, 5000)', 'DELETE FROM letters WHERE id <= 2000');
    await pty.waitFor(/letters +2\.0k +40% 3\.0k/, { timeoutMs: TABLES_MS, what: 'the rows and the dead ones' });
    const seen = (await snapshotOf(person)).postgres.tables.find(({ name }: any) => name === 'letters');
    expect(seen).toMatchObject({ liveRows: 3000, deadRows: 2000, deadPercent: 40, mayVacuum: true });
    expect(await statisticsOf('letters')).toEqual({ live: 3000, dead: 2000 });
  });

  test('a session that waits for another', async () => {
    const pty = await monitor('--view', 'database');
    await pty.waitFor(/connections/);
    expect(pty.line(1)).not.toMatch(/blocked/);
    const holder = await postgres.open('holder');
    const waiter = await postgres.open('waiter');
    try {
      await holder.query('BEGIN; LOCK TABLE letters');
      const wait = waiter.query('SELECT count(*) FROM letters');
      wait.catch(() => {});
      await pty.waitFor(/1 blocked/, { timeoutMs: 5_000 });
      await pty.waitFor(/holder +holds up 1/);
      await pty.waitFor(/└ waiter +waits/);
      const { blocked, longest } = (await snapshotOf(person)).postgres;
      const held = longest.find(({ application }: any) => application === 'holder');
      expect(held).toMatchObject({ state: 'idle in transaction' });
      expect(blocked).toHaveLength(1);
      expect(blocked[0]).toMatchObject({
        application: 'waiter',
        blockedBy: [held.pid],
        wait: 'Lock:relation',
        lock: { mode: 'AccessShareLock', relation: 'letters' },
      });
      await holder.query('ROLLBACK');
      await wait;
    } finally {
      // Also when it failed: the tests after this one need the table.
      for (const session of [holder, waiter]) session.close();
    }
    await pty.waitFor(() => !/blocked|holds up/i.test(screenOf(pty)), { what: 'nobody to wait', timeoutMs: 5_000 });
  });

  test.skipIf(noRedis !== '')(`keys${noRedis}`, async () => {
    const pty = await monitor('--view', 'database');
    await pty.waitFor(/ 0 keys/);
    await outside?.call('MSET', 'a', '1', 'b', '2', 'c', '3');
    await outside?.call('SET', 'd', '4', 'EX', '1000');
    await pty.waitFor(/ 4 keys/, { timeoutMs: 5_000 });
    expect((await snapshotOf(person)).redis).toMatchObject({
      keyspaces: [{ index: 0, keys: 4, expires: 1 }],
      role: 'master',
      evictedKeys: 0,
    });
  });
});

describe('v on a table', () => {
  test('asks, and y gives its dead rows back, which the server itself confirms', async () => {
    await postgres.run('INSERT INTO letters SELECT generate_series(1, 3000)', 'DELETE FROM letters');
    const before = await statisticsOf('letters');
    expect(before.dead).toBeGreaterThan(2000);
    const pty = await monitor('--view', 'database');
    await selectRow(pty, 'letters');
    expect(screenOf(pty)).toMatch(/▸letters +[3-9]\.\dk +\d+% /);
    pty.press('v');
    await promptTakesKeys(pty, 'y vacuum');
    expect(screenOf(pty)).toContain('VACUUM (ANALYZE) "public"."letters"');
    expect((await statisticsOf('letters')).dead).toBe(before.dead);
    pty.press('y');
    await strip(pty, '✓', 'vacuum', 'letters', 'OK');
    await pty.waitFor(/[▸ ]letters +0 +0% /, { timeoutMs: 5_000, what: 'the table without dead rows' });
    expect((await statisticsOf('letters')).dead).toBe(0);
    expect(audit().slice(-2)).toMatchObject([
      { event: 'asked', action: 'vacuum', targets: [{ kind: 'table', name: 'public.letters' }] },
      { event: 'outcome', result: 'done' },
    ]);
  });

  test('of another role is refused with the reason, and nothing is sent', async () => {
    const pty = await monitor('--view', 'database');
    await selectRow(pty, 'others_mail');
    const vacuums = () => saidByBotop(postgres).filter(({ text }) => /VACUUM/.test(text)).length;
    const before = vacuums();
    pty.press('v');
    await strip(pty, 'not done', 'role owner does not own it: only its owner postgres may');
    expect(vacuums()).toBe(before);
  });
});

describe('K on a session', () => {
  test('asks for its pid, ends it, and who waited for its lock goes on; its statement is read whole before', async () => {
    const owner = postgres.address({ role: 'owner', password: 'pw-never-seen' });
    const [holder, waiter] = [await postgres.open('holder', owner), await postgres.open('waiter', owner)];
    const pid = (await holder.query('SELECT pg_backend_pid() AS pid'))[0]?.[0]?.['pid'] ?? '';
    await holder.query(`BEGIN; LOCK TABLE letters /* ${'for the yearly report '.repeat(12)}and its last word */`);
    const wait = waiter.query('SELECT count(*) FROM letters');
    const pty = await monitor('--view', 'database');
    await pty.waitFor(/▸holder +holds up 1/, { what: 'the holder under the cursor' });
    pty.press('\r');
    await pty.waitFor(/and its last word/, { what: 'the whole statement' });
    expect(screenOf(pty)).toContain(`holder, pid ${pid}, role owner in postgres`);
    pty.press('K');
    await promptTakesKeys(pty, `type "${pid}"`);
    expect(screenOf(pty)).toContain('one session that waits for it can go on');
    await typeInto(pty, pid);
    pty.press('\r');
    await strip(pty, '✓', 'terminate', 'holder', 'OK');
    await wait;
    expect(audit().slice(-2)).toMatchObject([
      { event: 'asked', action: 'terminate backend', risk: 'R2', targets: [{ kind: 'session', pid: Number(pid) }] },
      { event: 'outcome', result: 'done' },
    ]);
    await pty.waitFor(/has ended: Esc goes back/, { what: 'that the session is over', timeoutMs: 5_000 });
    waiter.close();
  });
});

describe('F on a bot', () => {
  test('asks for the phrase, empties its files and keeps their end, without the secrets in it', async () => {
    const log = errLog('mail-bot');
    appendFileSync(log, `ERROR the last letter was signed with token=${SECRET}\n`);
    const other = statSync(errLog('quiet-bot')).size;
    const pty = await monitor();
    await pty.waitFor(/mail-bot +ok/);
    await selectRow(pty, 'mail-bot');
    pty.press('F');
    await promptTakesKeys(pty, 'type "flush mail-bot"');
    await typeInto(pty, 'flush mail-bo');
    pty.press('\r');
    await pty.waitFor(/that is not it/);
    expect(statSync(log).size).toBeGreaterThan(0);
    await typeInto(pty, 't', 'flush mail-bo');
    pty.press('\r');
    await strip(pty, 'flush', 'mail-bot', 'OK');
    expect(statSync(log).size).toBe(0);
    expect(statSync(errLog('quiet-bot')).size).toBe(other);
    const evidence = filesBelow(join(person.home, 'state/botop/evidence'));
    const kept = evidence.map((path) => readFileSync(path, 'utf8')).join('');
    expect(kept).toContain('the last letter was signed with');
    for (const text of [kept, pty.transcript(), JSON.stringify(audit())]) expect(text).not.toContain(SECRET);
  });
});

test('read-only refuses both with the reason: no file is touched and no statement that writes reaches the server', async () => {
  appendFileSync(errLog('quiet-bot'), 'ERROR still here\n');
  const size = statSync(errLog('quiet-bot')).size;
  const before = saidByBotop(postgres).length;
  const pty = await monitor('--read-only');
  await selectRow(pty, 'quiet-bot');
  pty.press('F');
  await strip(pty, 'flush', 'not done', 'read-only: this botop changes nothing');
  pty.press('\u001b');
  pty.press('5');
  await pty.waitFor(TABLES);
  await selectRow(pty, 'letters');
  pty.press('v');
  await strip(pty, 'vacuum', 'not done', 'read-only: this botop changes nothing');
  const since = () => saidByBotop(postgres).slice(before);
  await until('other readings', () => since().filter(({ text }) => text.startsWith('BEGIN')).length > 5);
  expect(notInReadings(since())).toEqual([]);
  expect(statSync(errLog('quiet-bot')).size).toBe(size);
  expect(existsSync(join(person.home, 'state/botop/evidence'))).toBe(false);
});

describe('a server that goes', () => {
  /** The header names it stale, what was known stays, and keys are answered. */
  async function expectStale(pty: Pty, source: string, known: RegExp): Promise<void> {
    await pty.waitFor(new RegExp(`${source} stale|${source.toUpperCase()} [A-Z]`), {
      timeoutMs: 3_000,
      what: `${source} to be named`,
    });
    expect(screenOf(pty)).toMatch(/(?:PostgreSQL|Redis) (?:DOWN|NO ANSWER|NOT READ) /);
    expect(screenOf(pty)).toMatch(known);
    pty.press('?');
    await pty.waitFor(/One row down/, { timeoutMs: 1_000, what: 'the help' });
    pty.press('\u001b');
    await pty.waitFor(() => !/One row down/.test(screenOf(pty)), { what: 'the help to close' });
  }

  const expectFresh = (pty: Pty, source: string): Promise<void> =>
    pty.waitFor(() => !new RegExp(`${source} (stale|down)|${source.toUpperCase()} [A-Z]`).test(pty.line(0)), {
      timeoutMs: 5_000,
      what: `${source} to be fresh again`,
    });

  test('PostgreSQL frozen is named within 3 s, and fresh within 5 s of going on', async () => {
    const pty = await monitor('--view', 'database');
    await pty.waitFor(TABLES);
    postgres.signalAll('SIGSTOP');
    try {
      await expectStale(pty, 'postgres', TABLES);
      await pty.waitFor(/PostgreSQL has not answered for/);
    } finally {
      postgres.signalAll('SIGCONT');
    }
    await expectFresh(pty, 'postgres');
  });

  test('PostgreSQL stopped is named within 3 s, the snapshot says why, and it is fresh within 5 s of its return', async () => {
    const pty = await monitor('--view', 'database');
    await pty.waitFor(TABLES);
    await postgres.stop();
    try {
      await expectStale(pty, 'postgres', TABLES);
      pty.press('v');
      // With a long path in its reason the line has no room for what was not done.
      await strip(pty, 'last read', 'not done');
      const { sources, postgres: unknown } = await snapshotOf(person);
      expect(unknown).toBeNull();
      expect(sources.find(({ id }: any) => id === 'postgres')).toMatchObject({
        state: 'down',
        error: { code: expect.stringMatching(/absent|refused/) },
      });
      expect(JSON.stringify(sources)).not.toContain('pw-never-seen');
    } finally {
      await postgres.start();
    }
    await expectFresh(pty, 'postgres');
  });

  test.skipIf(noRedis !== '')(
    `Redis frozen is named within 3 s, and fresh within 5 s of going on${noRedis}`,
    async () => {
      const pid = redis?.pid as number;
      const pty = await monitor('--view', 'database');
      await pty.waitFor(/\d keys/);
      process.kill(pid, 'SIGSTOP');
      try {
        await expectStale(pty, 'redis', /\d keys/);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await expectFresh(pty, 'redis');
    },
  );
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}
