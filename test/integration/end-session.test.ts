import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelQuery, terminate } from '../../src/actions/end-session.ts';
import { systemDeps } from '../../src/actions/system-deps.ts';
import { type SessionTarget, sessionTarget } from '../../src/actions/target.ts';
import { openPostgres, type PostgresConnection } from '../../src/sources/postgres/client.ts';
import type { PostgresAddress } from '../../src/sources/postgres/dsn.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { systemClock } from '../../src/sources/source.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { postgresPrograms, startTestPostgres, type TestPostgres } from '../helpers/postgres-server.ts';

let server: TestPostgres;
const signal = new AbortController().signal;
const WAITS = 'SELECT pg_sleep(600)';

const login = (role: string): PostgresAddress => server.address({ role, password: 'p1' });
const depsOf = (role: string) =>
  systemDeps(
    () => {
      throw new Error('there is no PM2 here');
    },
    systemClock,
    () => openPostgres(login(role), { applicationName: 'botop', timeoutMs: 5_000 }),
  );

/** The session of that name as the panel shows it to a role, once its state is this. */
async function seen(name: string, state: string, role: string): Promise<SessionTarget> {
  const source = postgresSource({ found: { address: login(role), isConfigured: true }, clock: systemClock });
  try {
    return await until(`${name} is ${state}`, async () => {
      const snapshot = await source.read(signal);
      const session = snapshot.sessions.find((one) => one.application === name && one.state === state);
      return session && sessionTarget('postgres', snapshot, session, 0);
    });
  } finally {
    await source.close();
  }
}

for (const programs of postgresPrograms()) {
  describe.skipIf(programs.folder === null)(`on ${programs.title}`, () => {
    beforeAll(async () => {
      server = await startTestPostgres({ max_connections: '14' }, programs);
      await server.run(
        "CREATE ROLE bots LOGIN PASSWORD 'p1'",
        "CREATE ROLE watcher LOGIN PASSWORD 'p1'; GRANT pg_monitor TO watcher",
        "CREATE ROLE operator LOGIN PASSWORD 'p1'; GRANT pg_monitor, pg_signal_backend TO operator",
      );
    });
    afterAll(() => server.remove());

    test('a cancel ends the statement and leaves the session, which then has nothing to cancel', async () => {
      const bot = await server.open('talker', login('bots'));
      const slow = bot.query(WAITS).then(
        () => 'it ran to its end',
        (error: unknown) => String(error),
      );
      const target = await seen('talker', 'active', 'operator');
      const deps = depsOf('operator');
      expect(cancelQuery.unavailable(target)).toBeNull();
      expect(await cancelQuery.resolve([target], deps, signal)).toMatchObject([{ state: 'same' }]);
      expect(await cancelQuery.run(target, deps, signal)).toEqual({ state: 'done', message: '' });
      expect(await slow).toMatch(/cancel/);
      expect(await cancelQuery.verify(target, deps, signal, () => {})).toMatchObject({ state: 'good' });
      expect((await bot.query('SELECT 7 AS n'))[0]).toEqual([{ n: '7' }]);
      expect(await cancelQuery.resolve([target], deps, signal)).toMatchObject([{ state: 'other' }]);
      expect(await cancelQuery.run(target, deps, signal)).toEqual({
        state: 'failed',
        message: 'it has ended by itself',
      });
      bot.close();
    });

    test('the next statement of the same session is not cancelled in the place of the one that was meant', async () => {
      const bot = await server.open('hasty', login('bots'));
      const first = bot.query(WAITS).catch(() => 'cancelled');
      const target = await seen('hasty', 'active', 'operator');
      await bot.cancel();
      expect(await first).toBe('cancelled');
      const second = bot.query(WAITS).catch(() => 'cancelled');
      await seen('hasty', 'active', 'operator');
      expect(await cancelQuery.run(target, depsOf('operator'), signal)).toMatchObject({ state: 'failed' });
      expect((await seen('hasty', 'active', 'operator')).pid).toBe(target.pid);
      await bot.cancel();
      expect(await second).toBe('cancelled');
      bot.close();
    });

    test('a terminate ends a forgotten transaction, and who waited for its lock goes on', async () => {
      await server.run(
        'CREATE TABLE jobs (id int PRIMARY KEY); GRANT ALL ON jobs TO bots; INSERT INTO jobs VALUES (1)',
      );
      const holder = await server.open('forgotten', login('bots'));
      await holder.query('BEGIN; UPDATE jobs SET id = 2');
      const waiter = await server.open('waiter', login('bots'));
      const wait = waiter.query('UPDATE jobs SET id = 3');
      const target = await seen('forgotten', 'idle in transaction', 'operator');
      const deps = depsOf('operator');
      expect(cancelQuery.unavailable(target)).toMatch(/it runs no statement/);
      expect(terminate.unavailable(target)).toBeNull();
      expect(await terminate.run(target, deps, signal)).toEqual({ state: 'done', message: '' });
      await wait;
      expect(await terminate.verify(target, deps, signal, () => {})).toMatchObject({ state: 'good' });
      expect(await terminate.resolve([target], deps, signal)).toMatchObject([{ state: 'gone' }]);
      waiter.close();
    });

    test('with all slots taken a session is ended over the seat that reading keeps', async () => {
      const source = postgresSource({ found: { address: login('operator'), isConfigured: true }, clock: systemClock });
      const crowd: PostgresConnection[] = [];
      // Sessions of the tests before may still be on their way out.
      const ofCrowd = async () => {
        const snapshot = await source.read(signal);
        return { snapshot, session: snapshot.sessions.find(({ application }) => application === 'crowd') };
      };
      try {
        await source.read(signal);
        const fill = async (): Promise<void> => {
          for (;;) crowd.push(await server.open('crowd', login('bots')));
        };
        await expect(fill()).rejects.toMatchObject({ code: 'denied' });
        await crowd[0]?.query('BEGIN; SELECT 1');
        const target = await until('the open transaction is seen', async () => {
          const { snapshot, session } = await ofCrowd();
          return session?.state === 'idle in transaction' && sessionTarget('postgres', snapshot, session, 0);
        });
        await until('no login is let in', async () => {
          await fill().catch(() => {});
          const [again] = await terminate.resolve([target], depsOf('operator'), signal);
          return again?.state === 'unread';
        });
        // What fails on the seat fails alone: a reading that comes at the same time is none of it.
        const broken = source.seat()?.query('BEGIN READ ONLY; SELECT 1 / 0; COMMIT');
        const [failed, reading] = await Promise.allSettled([broken, source.read(signal)]);
        expect([failed?.status, reading?.status]).toEqual(['rejected', 'fulfilled']);
        const deps = { ...depsOf('operator'), postgresSeat: () => source.seat() };
        expect(await terminate.resolve([target], deps, signal)).toMatchObject([{ state: 'same' }]);
        expect(await terminate.glance?.([target], deps, signal)).toMatchObject([{ state: 'same' }]);
        expect(await terminate.run(target, deps, signal)).toEqual({ state: 'done', message: '' });
        expect(await terminate.verify(target, deps, signal, () => {})).toMatchObject({ state: 'good' });
        expect(await terminate.glance?.([target], deps, signal)).toMatchObject([{ state: 'gone' }]);
        expect((await ofCrowd()).session).toBeUndefined();
      } finally {
        for (const one of crowd) one.close();
        await source.close();
      }
    });

    test('without the right it is barred before it is asked, and told as failed when it is run all the same', async () => {
      const bot = await server.open('guarded', login('bots'));
      const slow = bot.query(WAITS).catch(() => 'cancelled');
      const target = await seen('guarded', 'active', 'watcher');
      expect(terminate.unavailable(target)).toMatch(/^role watcher may not end what bots runs/);
      expect(await terminate.run(target, depsOf('watcher'), signal)).toMatchObject({
        state: 'failed',
        message: expect.stringMatching(/permission|denied|may not/i),
      });
      expect((await seen('guarded', 'active', 'bots')).session.maySignal).toBe(true);
      await bot.cancel();
      expect(await slow).toBe('cancelled');
      bot.close();
    });
  });
}
