import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres, type PostgresConnection } from '../../src/sources/postgres/client.ts';
import type { PostgresAddress } from '../../src/sources/postgres/dsn.ts';
import { parseOverview } from '../../src/sources/postgres/parse.ts';
import { activity, counters, MANY_ROWS, SERVER } from '../../src/sources/postgres/queries.ts';
import { longestQuery, longestTransaction, type PostgresSnapshot } from '../../src/sources/postgres/snapshot.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { type Source, SourceError, systemClock, valueOf } from '../../src/sources/source.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { LOGGED, notInReadings, saidByBotop } from '../helpers/postgres-log.ts';
import { postgresPrograms, startTestPostgres, type TestPostgres } from '../helpers/postgres-server.ts';
import { type Watching, watchSource } from '../helpers/watching.ts';

let server: TestPostgres;
const sources: Source<'postgres'>[] = [];
const watchings: Watching<'postgres'>[] = [];

const seer = (): PostgresAddress => server.address({ role: 'seer', password: 'p1' });

function sourceOf(address: PostgresAddress = seer()): Source<'postgres'> {
  const source = postgresSource({ found: { address, isConfigured: true }, clock: systemClock });
  sources.push(source);
  return source;
}

function read(source: Source<'postgres'>): Promise<PostgresSnapshot> {
  return source.read(new AbortController().signal);
}

function watch(address?: PostgresAddress): Watching<'postgres'> {
  const watching = watchSource(sourceOf(address));
  watchings.push(watching);
  return watching;
}

async function failure(address: PostgresAddress): Promise<SourceError> {
  const error = await read(sourceOf(address)).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
}

for (const programs of postgresPrograms()) {
  describe.skipIf(programs.folder === null)(`on ${programs.title}`, () => {
    beforeAll(async () => {
      server = await startTestPostgres({ ...LOGGED, max_connections: '12' }, programs);
      await server.run(
        "CREATE ROLE seer LOGIN PASSWORD 'p1'; GRANT pg_monitor TO seer",
        "CREATE ROLE plain LOGIN PASSWORD 'p2'",
      );
    });
    afterEach(async () => {
      for (const watching of watchings.splice(0)) await watching.stop();
      for (const source of sources.splice(0)) await source.close();
    });
    afterAll(() => server.remove());

    test.each([
      'seer',
      'plain',
    ])('sessions and counters are the same added up by us or by the server, for %s', async (role) => {
      const address = server.address({ role, password: role === 'seer' ? 'p1' : 'p2' });
      const connection = await openPostgres(address, { applicationName: 'botop test', timeoutMs: 5_000 });
      try {
        // Within one transaction the server tells one state of things.
        const forms = [1, MANY_ROWS + 1].flatMap((count) => [activity(count), counters(count)]);
        const [, rows = [], single = [], groups = [], sums = []] = await connection.query(
          `BEGIN READ ONLY; ${forms.join('; ')}; COMMIT`,
        );
        const slots = { max: 12, reserved: 3 };
        const ours = parseOverview(rows, single, slots);
        const theirs = parseOverview(groups, sums, slots);
        expect(sums).toHaveLength(1);
        expect(ours.connections.used).toBeGreaterThan(0);
        expect(theirs).toEqual({ ...ours, counters: { ...ours.counters, at: theirs.counters.at } });
      } finally {
        connection.close();
      }
    });

    test('rows inserted and deleted from outside are counted exactly, and nothing else of the table', async () => {
      await server.run(
        'CREATE TABLE letters (id int, body text) WITH (autovacuum_enabled = off)',
        'INSERT INTO letters SELECT n, repeat($$x$$, 50) FROM generate_series(1, 5000) n',
        'DELETE FROM letters WHERE id <= 2000',
      );
      const source = sourceOf();
      const letters = await until('its dead rows are counted', async () => {
        const { tables } = await read(source);
        return tables?.find(({ name, deadRows }) => name === 'letters' && deadRows > 0);
      });
      expect(letters).toMatchObject({
        schema: 'public',
        liveRows: 3000,
        deadRows: 2000,
        deadPercent: 40,
        lastVacuumAt: null,
        owner: 'postgres',
        mayVacuum: false,
      });
      expect(letters.totalBytes).toBeGreaterThan(5000 * 50);
    });

    test('a reading out of turn, as an action asks for, reads the tables anew; one in its turn does not', async () => {
      await server.run('CREATE TABLE stamps (id int)', 'INSERT INTO stamps SELECT generate_series(1, 10)');
      let ahead = 0;
      const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead };
      const source = postgresSource({ found: { address: seer(), isConfigured: true }, clock });
      sources.push(source);
      const live = async () => (await read(source)).tables?.find(({ name }) => name === 'stamps')?.liveRows;
      await until('ten rows are counted', async () => (await live()) === 10);
      await server.run('INSERT INTO stamps SELECT generate_series(1, 5)');
      ahead += 2_000;
      expect(await live()).toBe(10);
      await until('five more are counted', async () => (await live()) === 15);
    });

    test('a table that somebody holds exclusively keeps nobody waiting: its size is an estimate', async () => {
      await server.run('CREATE TABLE held (id int)');
      const holder = await server.open('holder');
      await holder.query('BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE');
      const snapshot = await read(sourceOf());
      expect(snapshot.isEstimate).toBe(true);
      expect(snapshot.tables?.map(({ name }) => name)).toContain('held');
      holder.close();
    });

    test('what is read again and again is prepared once, what failed as well, and nothing else is', async () => {
      await server.run('CREATE TABLE locked (id int)');
      const holder = await server.open('holder');
      await holder.query('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE');
      const source = postgresSource({ found: { address: seer(), isConfigured: true }, clock: systemClock });
      sources.push(source);
      // Readings out of turn, so that each of them fails at the table and reads it another way.
      for (let i = 0; i < 3; i += 1) await read(source);
      const prepared = async () => {
        const asked = 'SELECT name, statement FROM pg_prepared_statements ORDER BY name';
        return (await source.seat()?.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = 800; ${asked}; COMMIT`))?.[2];
      };
      const atFirst = await prepared();
      expect(atFirst?.map(({ statement }) => statement)).toEqual(
        expect.arrayContaining(['BEGIN READ ONLY', activity(1), counters(1), SERVER, 'COMMIT']),
      );
      for (let i = 0; i < 3; i += 1) expect((await read(source)).isEstimate).toBe(true);
      expect(await prepared()).toEqual(atFirst);
      holder.close();
      await until('its size is read', async () => !(await read(source)).isEstimate);
    });

    test('who waits for whom is said by pid, and who sits idle in a transaction is not a running query', async () => {
      await server.run('CREATE TABLE jobs (id int PRIMARY KEY, state text)', "INSERT INTO jobs VALUES (1, 'new')");
      const holder = await server.open('holder');
      await holder.query("BEGIN; UPDATE jobs SET state = 'held'");
      const [first, second] = [await server.open('first'), await server.open('second')];
      const pid = async (connection: PostgresConnection): Promise<number> =>
        Number((await connection.query('SELECT pg_backend_pid() AS pid'))[0]?.[0]?.['pid']);
      const [holderPid, firstPid] = [await pid(holder), await pid(first)];
      const waits = [first.query("UPDATE jobs SET state = 'a'")];
      const source = sourceOf();
      await until('the first waits', async () =>
        (await read(source)).sessions.some(
          ({ application, blockedBy }) => application === 'first' && blockedBy.length > 0,
        ),
      );
      waits.push(second.query("UPDATE jobs SET state = 'b'"));
      const snapshot = await until('both wait', async () => {
        const now = await read(source);
        return now.sessions.filter(({ blockedBy }) => blockedBy.length > 0).length === 2 && now;
      });
      const by = (name: string) => snapshot.sessions.find(({ application }) => application === name);
      expect(by('first')).toMatchObject({ state: 'active', wait: 'Lock:transactionid', blockedBy: [holderPid] });
      expect(by('second')?.blockedBy).toEqual([firstPid]);
      expect(by('first')?.lock).toEqual({ mode: 'ShareLock', relation: 'jobs' });
      expect(by('second')?.lock).toEqual({ mode: 'ExclusiveLock', relation: 'jobs' });
      expect(by('holder')).toMatchObject({ state: 'idle in transaction', blockedBy: [] });
      expect(by('first')?.waitMs).toBeGreaterThanOrEqual(0);
      expect(snapshot.connections.byState['idle in transaction']).toBe(1);
      expect(longestQuery(snapshot.sessions)?.application).toBe('first');
      expect(longestTransaction(snapshot.sessions)?.application).toBe('holder');
      await holder.query('ROLLBACK');
      await Promise.all(waits);
      for (const one of [holder, first, second]) one.close();
      await until('nobody waits', async () =>
        (await read(source)).sessions.every(({ blockedBy }) => blockedBy.length === 0),
      );
    });

    test('a session that holds an advisory lock and does nothing is shown under its waiter, though it is idle', async () => {
      const holder = await server.open('lazy');
      await holder.query('SELECT pg_advisory_lock(7)');
      const waiter = await server.open('eager');
      const wait = waiter.query('SELECT pg_advisory_lock(7)');
      const source = sourceOf();
      const sessions = await until('it waits', async () => {
        const { sessions: now } = await read(source);
        return now.some(({ blockedBy }) => blockedBy.length > 0) && now;
      });
      expect(sessions.find(({ application }) => application === 'lazy')).toMatchObject({ state: 'idle' });
      holder.close();
      await wait;
      waiter.close();
    });

    test('a password in a statement is not in what is shown of it', async () => {
      const talker = await server.open('talker');
      const slow = talker
        .query("SELECT pg_sleep(30) /* ALTER ROLE x PASSWORD 'hunter2secret' */")
        .catch(() => 'cancelled');
      const source = sourceOf();
      const shown = await until('the statement shows', async () =>
        (await read(source)).sessions.find(({ application }) => application === 'talker'),
      );
      expect(shown.query).toContain('pg_sleep');
      expect(JSON.stringify(shown)).not.toContain('hunter2');
      await talker.cancel();
      expect(await slow).toBe('cancelled');
      talker.close();
    });

    test('a plain role is told what it cannot see, and the statement that would let it', async () => {
      const other = await server.open('other');
      const plain = sourceOf(server.address({ role: 'plain', password: 'p2' }));
      // The sessions of the test before may still be ending.
      const { rights, connections } = await until('it and one other are there', async () => {
        const seen = await read(plain);
        return seen.connections.used === 2 ? seen : undefined;
      });
      expect(rights).toMatchObject({ canMonitor: false, isSuperuser: false, grant: 'GRANT pg_monitor TO plain;' });
      expect(connections.byState['hidden']).toBe(1);
      await server.run('GRANT pg_monitor TO plain');
      const after = await read(sourceOf(server.address({ role: 'plain', password: 'p2' })));
      expect(after.rights).toMatchObject({ canMonitor: true, grant: null });
      other.close();
    });

    test('each refusal is named as what it is, and never with the password', async () => {
      const wrong = await failure({ ...seer(), password: 'open-sesame' });
      expect(wrong).toMatchObject({
        code: 'denied',
        message: 'the password of role seer is wrong, or the role does not exist',
      });
      const missing = await failure({ ...seer(), database: 'nowhere' });
      expect(missing).toMatchObject({ code: 'absent', message: 'database nowhere does not exist' });
      const none = await failure({ ...seer(), password: null });
      expect(none.message).toBe('the server asks for a password of role seer and none is given');
      const elsewhere = await failure({ ...seer(), host: '/nowhere' });
      expect(elsewhere).toMatchObject({ code: 'absent', message: 'there is no socket /nowhere/.s.PGSQL.5432' });
      const closed = await failure({ ...seer(), host: '127.0.0.1', port: 1, label: '127.0.0.1:1/postgres' });
      expect(closed).toMatchObject({ code: 'refused', message: 'nothing answers at 127.0.0.1:1' });
      for (const error of [wrong, missing, none, elsewhere, closed])
        expect(`${error.message} ${error.hint}`).not.toContain('sesame');
    });

    test('with all slots taken the kept seat goes on reading, and a newcomer is told why it has none', async () => {
      const source = sourceOf();
      await read(source);
      const taken: PostgresConnection[] = [];
      await expect(
        (async () => {
          for (;;) taken.push(await server.open('crowd'));
        })(),
      ).rejects.toMatchObject({ code: 'denied', message: expect.stringContaining('all connection slots are taken') });
      const { connections, holders } = await read(source);
      expect(connections).toMatchObject({ max: 12, reserved: 3, used: 12 });
      expect(holders?.[0]).toEqual({ application: 'crowd', user: 'postgres', count: taken.length, idle: taken.length });
      expect(connections.usedPercent).toBeCloseTo((100 * 12) / 9);
      expect((await failure(seer())).message).toContain('all connection slots are taken');
      for (const one of taken) one.close();
    });

    test('a terminated connection is made anew by the next reading', async () => {
      const watching = watch();
      const { reading } = await watching.sees('a first reading', ({ state }) => state === 'fresh', 5_000);
      const pid = valueOf(reading)?.server.pid;
      await server.run(`SELECT pg_terminate_backend(${pid})`);
      await watching.sees('a new seat', (now) => now.state === 'fresh' && valueOf(now)?.server.pid !== pid, 5_000);
    });

    test('stopped: said within three seconds with the last values kept; started again: read within five', async () => {
      const watching = watch();
      await watching.sees('a first reading', ({ state }) => state === 'fresh', 5_000);
      await server.stop('SIGINT');
      const { reading } = await watching.sees('it is stale', ({ state }) => state === 'stale', 3_000);
      expect(reading).toMatchObject({ state: 'stale', error: { code: expect.stringMatching(/^(?:absent|refused)$/) } });
      expect(valueOf(reading)?.connections.max).toBe(12);
      await server.start();
      await watching.sees('it is fresh again', ({ state }) => state === 'fresh', 5_000);
    });

    test('frozen: said within three seconds; thawed: read within five, over the same connection', async () => {
      const watching = watch();
      const { reading } = await watching.sees('a first reading', ({ state }) => state === 'fresh', 5_000);
      server.signalAll('SIGSTOP');
      try {
        const frozen = await watching.sees('it is stale', ({ state }) => state === 'stale', 3_500);
        expect(frozen.reading).toMatchObject({
          error: { code: 'frozen', message: expect.stringMatching(/^PostgreSQL has not answered for \d/) },
        });
        const late = await failure(seer());
        expect(late).toMatchObject({ code: 'frozen' });
      } finally {
        server.signalAll('SIGCONT');
      }
      const thawed = await watching.sees('it is fresh again', ({ state }) => state === 'fresh', 5_000);
      expect(valueOf(thawed.reading)?.server.pid).toBe(valueOf(reading)?.server.pid);
    });

    test('the server’s own log shows nothing of botop but read-only transactions', () => {
      const said = saidByBotop(server);
      expect(said.length).toBeGreaterThan(100);
      expect(notInReadings(said)).toEqual([]);
    });
  });
}
