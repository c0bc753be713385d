import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemDeps } from '../../src/actions/system-deps.ts';
import { type TableTarget, tableTarget } from '../../src/actions/target.ts';
import { vacuum } from '../../src/actions/vacuum.ts';
import { openPostgres } from '../../src/sources/postgres/client.ts';
import type { PostgresAddress } from '../../src/sources/postgres/dsn.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { systemClock } from '../../src/sources/source.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { postgresPrograms, startTestPostgres, type TestPostgres } from '../helpers/postgres-server.ts';

let server: TestPostgres;
const signal = new AbortController().signal;

const owner = (): PostgresAddress => server.address({ role: 'owner', password: 'p1' });

const deps = systemDeps(
  () => {
    throw new Error('there is no PM2 here');
  },
  systemClock,
  (_, onNotice) =>
    openPostgres(owner(), { applicationName: 'botop vacuum', timeoutMs: 5_000, ...(onNotice && { onNotice }) }),
);

/** A table of 4000 rows of which 1000 are dead, as it stands in the panel. */
async function deadTable(name: string, ownerRole = 'owner'): Promise<TableTarget> {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await server.run(
    `CREATE TABLE ${quoted} (id int) WITH (autovacuum_enabled = off)`,
    `INSERT INTO ${quoted} SELECT generate_series(1, 4000)`,
    `DELETE FROM ${quoted} WHERE id <= 1000`,
    `ALTER TABLE ${quoted} OWNER TO ${ownerRole}`,
  );
  return until(`1000 dead rows of ${name} are counted`, async () => {
    const source = postgresSource({ found: { address: owner(), isConfigured: true }, clock: systemClock });
    const snapshot = await source.read(signal);
    await source.close();
    const table = snapshot.tables?.find((one) => one.name === name && one.deadRows === 1000);
    return table && tableTarget('postgres', snapshot, table);
  });
}

for (const programs of postgresPrograms()) {
  describe.skipIf(programs.folder === null)(`on ${programs.title}`, () => {
    beforeAll(async () => {
      server = await startTestPostgres({ log_statement: 'all', log_line_prefix: '%a|' }, programs);
      await server.run(
        "CREATE ROLE owner LOGIN PASSWORD 'p1'; GRANT pg_monitor TO owner; GRANT CREATE ON SCHEMA public TO owner",
      );
    });
    afterAll(() => server.remove());

    test('the owner’s VACUUM is done, and the dead rows are seen to go', async () => {
      const target = await deadTable('letters');
      expect(vacuum.unavailable(target)).toBeNull();
      expect(await vacuum.run(target, deps, signal)).toEqual({ state: 'done', message: '' });
      const verdict = await vacuum.verify(target, deps, signal, () => {});
      expect(verdict).toEqual({
        state: 'good',
        checks: [
          { text: 'vacuumed', state: 'good' },
          { text: 'dead rows 1.0k → 0', state: 'good' },
        ],
      });
    });

    test('a name that needs quotes is quoted, and nothing in it is run', async () => {
      const target = await deadTable('Odd "name"; DROP TABLE letters --');
      expect(await vacuum.run(target, deps, signal)).toMatchObject({ state: 'done' });
      expect((await vacuum.verify(target, deps, signal, () => {})).state).toBe('good');
      await server.run('SELECT 1 FROM letters');
    });

    test('somebody else’s table: barred before it is asked, and shown as failed when it is run all the same', async () => {
      const target = await deadTable('foreign_table', 'postgres');
      expect(vacuum.unavailable(target)).toBe('role owner does not own it: only its owner postgres may');
      const result = await vacuum.run(target, deps, signal);
      expect(result).toMatchObject({
        state: 'failed',
        // The second as servers before 16 say it.
        message: expect.stringMatching(/^WARNING: (?:permission denied to vacuum|skipping .* owner can vacuum it)/),
      });
    });

    test('a transaction that still sees the dead rows is the reason why they stay', async () => {
      const reader = await server.open('reader');
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
      const target = await deadTable('seen');
      expect(await vacuum.run(target, deps, signal)).toMatchObject({ state: 'done' });
      const verdict = await vacuum.verify(target, deps, signal, () => {});
      expect(verdict).toMatchObject({ state: 'bad', isWorse: false });
      expect(verdict.checks.at(-1)?.text).toMatch(/^dead rows 1\.0k → 1\.0k: an old transaction/);
      reader.close();
    });

    test('what was renamed or dropped since is not what was pointed at', async () => {
      const target = await deadTable('before');
      await server.run('ALTER TABLE before RENAME TO after');
      expect(await vacuum.resolve([target], deps, signal)).toEqual([
        { state: 'other', reason: 'public.before is called public.after now' },
      ]);
      expect(await vacuum.run(target, deps, signal)).toMatchObject({ state: 'failed' });
      await server.run('DROP TABLE after');
      expect(await vacuum.resolve([target], deps, signal)).toEqual([
        { state: 'gone', reason: 'public.before is gone' },
      ]);
    });

    test('under the open question it is looked at by the seat that reading keeps, which waits for nobody’s lock', async () => {
      const source = postgresSource({ found: { address: owner(), isConfigured: true }, clock: systemClock });
      const holder = await server.open('holder');
      try {
        const target = await deadTable('glanced');
        await source.read(signal);
        const glance = () => vacuum.glance?.([target], { ...deps, postgresSeat: () => source.seat() }, signal);
        await holder.query('BEGIN; LOCK TABLE glanced IN ACCESS EXCLUSIVE MODE');
        expect(await glance()).toEqual([{ state: 'same', target }]);
        await holder.query('ALTER TABLE glanced RENAME TO elsewhere; COMMIT');
        expect(await glance()).toEqual([{ state: 'other', reason: 'public.glanced is called public.elsewhere now' }]);
        await server.run('DROP TABLE elsewhere');
        expect(await glance()).toEqual([{ state: 'gone', reason: 'public.glanced is gone' }]);
      } finally {
        holder.close();
        await source.close();
      }
    });

    test('it waits for its lock, and is cancelled at the server when the monitor ends', async () => {
      const target = await deadTable('busy');
      const holder = await server.open('holder');
      await holder.query('BEGIN; LOCK TABLE busy IN SHARE UPDATE EXCLUSIVE MODE');
      const abort = new AbortController();
      const run = vacuum.run(target, deps, abort.signal);
      // Not the holder: a transaction sees the sessions as they were when it first looked.
      const observer = await server.open('observer');
      const waiting = async () => {
        const rows = await observer.query(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'botop vacuum' AND wait_event_type = 'Lock'",
        );
        return (rows[0]?.length ?? 0) > 0;
      };
      await until('it waits for the lock', waiting);
      abort.abort();
      expect(await run).toEqual({ state: 'failed', message: 'cancelled: canceling statement due to user request' });
      await until('it waits no more', async () => !(await waiting()));
      holder.close();
      observer.close();
    });

    test('a lock that is not to be had within five seconds ends it', async () => {
      const target = await deadTable('locked');
      const holder = await server.open('holder');
      await holder.query('BEGIN; LOCK TABLE locked IN SHARE UPDATE EXCLUSIVE MODE');
      expect(await vacuum.run(target, deps, signal)).toEqual({
        state: 'failed',
        message: 'a lock was not to be had in time',
      });
      holder.close();
    });

    test('the server’s log shows what was sent: settings of our own session, taken back, and VACUUM of one table', () => {
      const sent = readFileSync(server.logFile, 'utf8')
        .split('\n')
        .flatMap((line) => /^botop vacuum\|LOG: {2}statement: (.*)$/.exec(line)?.[1] ?? []);
      const kinds = new Set(sent.map((statement) => statement.split(/[;(]/)[0]?.trim()));
      expect([...kinds].toSorted()).toEqual(
        [
          'BEGIN READ ONLY',
          'RESET lock_timeout',
          "SET lock_timeout = '5s'",
          'SET statement_timeout = 0',
          'VACUUM',
        ].toSorted(),
      );
    });
  });
}
