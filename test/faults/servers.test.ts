import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres, type PostgresConnection } from '../../src/sources/postgres/client.ts';
import { parseDatabaseUrl } from '../../src/sources/postgres/dsn.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { parseRedisUrl } from '../../src/sources/redis/address.ts';
import { openRedis } from '../../src/sources/redis/client.ts';
import { systemClock } from '../../src/sources/source.ts';
import { createPerson, type Person, screenOf, startMonitor } from '../helpers/monitor.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { postgresPrograms, startTestPostgres, type TestPostgres } from '../helpers/postgres-server.ts';
import { type Standby, startStandby, startSwitchboard } from '../helpers/postgres-standby.ts';
import type { Pty } from '../helpers/pty.ts';
import { redisProgram, startTestRedis } from '../helpers/redis-server.ts';
import { startPooler } from '../helpers/transaction-pooler.ts';

let person: Person | null = null;
let pty: Pty | null = null;

afterEach(async () => {
  await pty?.dispose();
  person?.remove();
  [pty, person] = [null, null];
});

async function monitor(env: Readonly<Record<string, string>>): Promise<Pty> {
  person = createPerson(env);
  pty = await startMonitor({ person, args: ['--view', 'database'], columns: 120, rows: 40 });
  return pty;
}

const [ours] = postgresPrograms();

describe.skipIf(ours?.folder == null)(`on ${ours?.title}`, () => {
  let postgres: TestPostgres;
  let folder: string;
  const url = (host: string): string => `postgresql://postgres:${postgres.password}@/postgres?host=${host}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'botop-pooler-'));
    postgres = await startTestPostgres({ max_connections: '20' });
    await postgres.run('CREATE TABLE letters (id int)');
  });
  afterAll(async () => {
    await postgres?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('behind a transaction pooler it reads, asks for nothing that poolers refuse, and leaves nothing in the sessions of others', async () => {
    const pooler = await startPooler(folder, url(postgres.socketFolder));
    try {
      const before = await pooler.ask('SELECT name, setting FROM pg_settings ORDER BY name');
      const shown = await monitor({ DATABASE_URL: url(folder) });
      await shown.waitFor(/letters/, { what: 'the table, through the pooler', timeoutMs: 15_000 });
      await until('every session has served twice', () => pooler.served.every((count) => count >= 2));
      expect(screenOf(shown)).not.toMatch(/postgres (down|stale)|POSTGRES [A-Z]/);
      // pgbouncer refuses startup parameters that it does not know.
      const known = ['user', 'database', 'application_name', 'client_encoding'];
      for (const startup of pooler.startups) expect(known).toEqual(expect.arrayContaining(Object.keys(startup)));
      await shown.dispose();
      expect(await pooler.ask('SELECT name, setting FROM pg_settings ORDER BY name')).toEqual(before);
      expect(await pooler.ask('SELECT name FROM pg_prepared_statements')).toEqual([]);
    } finally {
      await pooler.close();
    }
  });

  test('a pooler that names a process of the server at the login is found out by what is not prepared there, and read on', async () => {
    const pooler = await startPooler(folder, url(postgres.socketFolder), { namesProcess: true });
    const address = parseDatabaseUrl(url(folder), {}, 'nobody');
    const source = postgresSource({ found: { address, isConfigured: true }, clock: systemClock });
    const read = () => source.read(new AbortController().signal);
    const prepared = () => pooler.ask('SELECT name, statement FROM pg_prepared_statements ORDER BY name');
    try {
      const before = await pooler.ask('SELECT name, setting FROM pg_settings ORDER BY name');
      for (let i = 0; i < 2; i += 1) expect((await read()).problems).toEqual([]);
      const atFirst = await prepared();
      expect(atFirst).not.toEqual([]);
      for (let i = 0; i < 6; i += 1) expect((await read()).problems).toEqual([]);
      expect(pooler.served.every((count) => count >= 2)).toBe(true);
      // What is there reads and is nobody's name but ours; nothing is added to it, and nothing is set.
      expect(await prepared()).toEqual(atFirst);
      for (const { name } of atFirst) expect(name).toMatch(/^botop_[0-9a-f]{32}$/);
      expect(await pooler.ask('SELECT name, setting FROM pg_settings ORDER BY name')).toEqual(before);
    } finally {
      await source.close();
      await pooler.close();
    }
  });

  test('a session ended in the middle of its work is made anew, and nothing is stale for long', async () => {
    const shown = await monitor({ DATABASE_URL: url(postgres.socketFolder) });
    await shown.waitFor(/letters/);
    for (let i = 0; i < 5; i += 1) {
      await postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'botop%'");
    }
    await until('botop is back', async () => {
      const connection = await postgres.open('test');
      try {
        const [[row] = []] = await connection.query(
          "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'botop%'",
        );
        return Number(row?.['n']) > 0;
      } finally {
        connection.close();
      }
    });
    await shown.waitFor((screen) => !/postgres (down|stale)|POSTGRES [A-Z]/.test(screenOf(screen)), {
      what: 'PostgreSQL to be fresh',
    });
  });

  test('a statement of ours that hangs is given up within two seconds: what hangs is named, and the rest is read on', async () => {
    await postgres.run(
      "CREATE VIEW bot_instances AS SELECT 1 AS id, 'api' AS name, 'online' AS status FROM (SELECT pg_sleep(600)) s",
    );
    try {
      const shown = await monitor({ DATABASE_URL: url(postgres.socketFolder) });
      await shown.waitFor(/bot_instances could not be read in time/);
      await shown.waitFor(/letters/);
      expect(screenOf(shown)).not.toMatch(/postgres (down|stale)|POSTGRES [A-Z]/);
    } finally {
      await postgres.run('DROP VIEW bot_instances');
    }
  });

  describe('with a standby', () => {
    let standby: Standby;
    let place: string;

    beforeAll(async () => {
      standby = await startStandby(postgres);
      place = mkdtempSync(join(tmpdir(), 'botop-failover-'));
    });
    afterAll(async () => {
      await standby?.remove();
      rmSync(place, { recursive: true, force: true });
    });

    const openStandby = (): Promise<PostgresConnection> =>
      openPostgres(parseDatabaseUrl(url(standby.socketFolder), {}, 'nobody'), {
        applicationName: 'failover',
        timeoutMs: 5_000,
      });

    test('another server in the place of the one before, unseen behind a pooler: no rate is counted across the two', async () => {
      const busy = await openStandby();
      for (let i = 0; i < 3_000; i += 1) await busy.query('SELECT 1');
      await busy.query('SELECT pg_stat_force_next_flush()');
      busy.close();
      const pooler = await startPooler(place, url(postgres.socketFolder));
      const address = parseDatabaseUrl(url(place), {}, 'nobody');
      const source = postgresSource({ found: { address, isConfigured: true }, clock: systemClock });
      try {
        const read = () => source.read(new AbortController().signal);
        await read();
        const before = await read();
        expect(before.server.isInRecovery).toBe(false);
        expect(before.transactionsPerSecond).not.toBeNull();
        await pooler.moveTo(url(standby.socketFolder));
        const after = await read();
        expect(after).toMatchObject({ transactionsPerSecond: null, cacheHitPercent: null, newDeadlocks: null });
        expect(after.server.isInRecovery).toBe(true);
        expect(after.server.startedAt).not.toBe(before.server.startedAt);
        expect((await read()).server.pid).not.toBe(before.server.pid);
      } finally {
        await source.close();
        await pooler.close();
      }
    });

    test('a failover: what answers at the address is told as a standby, and once it is promoted as none', async () => {
      const switchboard = await startSwitchboard(place, postgres.socketFolder);
      try {
        const shown = await monitor({ DATABASE_URL: url(place) });
        await shown.waitFor(/letters/);
        expect(screenOf(shown)).not.toMatch(/standby/);
        switchboard.leadTo(standby.socketFolder);
        await postgres.stop('SIGQUIT');
        await shown.waitFor(/Database · postgres · standby/, { what: 'the standby to be read as one' });
        const promoting = await openStandby();
        await promoting.query('SELECT pg_promote()');
        promoting.close();
        await shown.waitFor((screen) => !/standby|postgres (down|stale)|POSTGRES [A-Z]/.test(screenOf(screen)), {
          what: 'the new primary',
        });
      } finally {
        await switchboard.close();
      }
    });
  });
});

describe.skipIf(typeof redisProgram === 'string')(
  `on Redis${typeof redisProgram === 'string' ? `: ${redisProgram}` : ''}`,
  () => {
    test('a Redis that is full is read on, and that it refuses writes is said', async () => {
      const redis = await startTestRedis(['maxmemory 3mb', 'maxmemory-policy noeviction']);
      try {
        const outside = await openRedis(parseRedisUrl(redis.url), { timeoutMs: 5_000 });
        try {
          for (let i = 0; ; i += 1) {
            const answer = await outside.call('SET', `k${i}`, 'x'.repeat(1_000)).catch((error: Error) => error);
            if (answer instanceof Error) {
              expect(answer.message).toMatch(/OOM/);
              break;
            }
          }
          const shown = await monitor({ REDIS_URL: redis.url });
          await shown.waitFor(/FULL: writes refused/);
          expect(screenOf(shown)).not.toMatch(/redis (down|stale)/);
        } finally {
          outside.close();
        }
      } finally {
        await redis.remove();
      }
    });

    test('a Redis that is still loading its data is told as that, with how far it is, and is read once it is done', async () => {
      // Slowed down by a setting that Redis has for its own tests: half a minute, unless it is told to hurry.
      const slowly = ['maxmemory 0', 'key-load-delay 6000', 'loading-process-events-interval-bytes 1024'];
      const redis = await startTestRedis(slowly);
      try {
        const outside = await openRedis(parseRedisUrl(redis.url), { timeoutMs: 5_000 });
        await outside.call('EVAL', "for i = 1, 5000 do redis.call('SET', 'k' .. i, string.rep('x', 100)) end", '0');
        await outside.call('SAVE');
        outside.close();
        const shown = await monitor({ REDIS_URL: redis.url });
        await shown.waitFor(/5\.0k keys/, { what: 'its keys' });
        await redis.stop();
        // It waits for the end of the loading, and gives up when that takes long; the server goes on.
        const started = redis.start().catch(() => {});
        await shown.waitFor(/loading its data: \d+%/, { what: 'how far it is' });
        expect(screenOf(shown)).toMatch(/REDIS [A-Z]/);
        const line = connect(redis.socketPath);
        line.write(`AUTH ${redis.password}\r\nCONFIG SET key-load-delay 0\r\nQUIT\r\n`);
        await once(line.resume(), 'close');
        await started;
        await shown.waitFor((screen) => !/redis (down|stale)|REDIS [A-Z]|loading/.test(screenOf(screen)), {
          what: 'its end',
        });
        await shown.waitFor(/5\.0k keys/);
      } finally {
        await redis.remove();
      }
    });

    test('a password that changes under it: the reason is named, and its return is seen', async () => {
      const redis = await startTestRedis();
      try {
        const outside = await openRedis(parseRedisUrl(redis.url), { timeoutMs: 5_000 });
        try {
          const shown = await monitor({ REDIS_URL: redis.url });
          await shown.waitFor(
            (screen) => !/redis (waiting|down)/.test(screenOf(screen)) && /Redis/.test(screenOf(screen)),
          );
          await outside.call('CONFIG', 'SET', 'requirepass', 'another-one');
          await outside.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
          await shown.waitFor(/password/i, { what: 'the password to be named' });
          expect(shown.transcript()).not.toContain(redis.password);
          await outside.call('CONFIG', 'SET', 'requirepass', redis.password);
          await shown.waitFor((screen) => !/redis (down|stale)|REDIS [A-Z]/.test(screenOf(screen)), {
            what: 'Redis to be fresh',
          });
        } finally {
          outside.close();
        }
      } finally {
        await redis.remove();
      }
    });
  },
);
