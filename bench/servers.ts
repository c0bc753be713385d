import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresPrograms, startTestPostgres, type TestPostgres } from '../test/helpers/postgres-server.ts';
import { redisProgram, startTestRedis, type TestRedis } from '../test/helpers/redis-server.ts';
import { openRedisSession, type RedisSession } from './redis-wire.ts';

/** Who looks at PostgreSQL: each has a role of its own, so that what it costs can be told apart. */
export type Watcher = 'botop' | 'activity';

/** What PostgreSQL has done for a watcher so far. */
export interface ServerTime {
  /** User and system time of its sessions, s. */
  readonly cpuSeconds: number;
  /** Planning and execution of its statements as pg_stat_statements counts them, s. */
  readonly statementSeconds: number;
  readonly statements: number;
}

/** The private PostgreSQL under load. */
export interface LoadedPostgres {
  readonly socketFolder: string;
  password(watcher: Watcher): string;
  /** For DATABASE_URL. */
  url(watcher: Watcher): string;
  serverTime(watcher: Watcher): Promise<ServerTime>;
  /** Opens so many idle sessions, and gives how to close them. */
  openIdle(count: number): Promise<() => void>;
}

/** The private Redis under load. */
export interface LoadedRedis {
  readonly url: string;
  /** How often INFO was asked by others since the server started. */
  infoCalls(): Promise<number>;
  /** Resolves when somebody else has asked INFO; after 10 s in any case. */
  nextInfo(): Promise<void>;
  openIdle(count: number): Promise<() => void>;
}

/** Both servers with 20 transactions and 20 INCR a second; a missing one is a reason. */
export interface Servers {
  readonly postgres: LoadedPostgres | string;
  readonly redis: LoadedRedis | string;
  stop(): Promise<void>;
}

/** The limit of sessions the server is started with; a share of it stands on the screen. */
export const SESSIONS = 50;
const LOAD_EVERY_MS = 50;
const DATABASE = 'fleet';

export async function startServers(): Promise<Servers> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { postgres: await loadedPostgres(stops), redis: await loadedRedis(stops), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Does the work in its turn, every 50 ms, and never two at once. Gives how to end it. */
function repeat(work: () => Promise<unknown>): () => Promise<void> {
  let current: Promise<unknown> = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    current = work().finally(() => {
      isBusy = false;
    });
  }, LOAD_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await current;
  };
}

async function loadedPostgres(stops: (() => Promise<void>)[]): Promise<LoadedPostgres | string> {
  const [programs] = postgresPrograms();
  if (!programs || programs.folder === null) return programs?.title ?? 'there are no programs';
  const server = await startTestPostgres({
    max_connections: String(SESSIONS),
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track_planning': 'on',
  });
  stops.push(() => server.remove());
  const passwords: Readonly<Record<Watcher, string>> = { botop: secret(), activity: secret() };
  await server.run(
    `CREATE DATABASE ${DATABASE}`,
    'CREATE EXTENSION pg_stat_statements',
    ...Object.entries(passwords).flatMap(([role, password]) => [
      `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`,
      `GRANT pg_monitor TO ${role}`,
    ]),
  );
  const load = await server.open('fleet', server.address({ database: DATABASE }));
  await load.query('CREATE TABLE orders (id bigserial PRIMARY KEY, body text, at timestamptz DEFAULT now())');
  stops.push(repeat(() => load.query(`INSERT INTO orders (body) VALUES ('an order of nothing in particular')`)));
  const counting = await server.open('bench');
  return {
    socketFolder: server.socketFolder,
    password: (watcher) => passwords[watcher],
    url: (watcher) =>
      `postgresql://${watcher}:${encodeURIComponent(passwords[watcher])}@/${DATABASE}?host=${encodeURIComponent(server.socketFolder)}`,
    async serverTime(watcher) {
      const [[times], sessions = []] = (await counting.query(
        `SELECT coalesce(sum(total_exec_time + total_plan_time), 0) / 1000 AS seconds, coalesce(sum(calls), 0) AS calls
           FROM pg_stat_statements WHERE userid = '${watcher}'::regrole;
         SELECT pid FROM pg_stat_activity WHERE usename = '${watcher}'`,
      )) as [Record<string, unknown>[], { pid: number }[]];
      return {
        cpuSeconds: sessions.reduce((sum, { pid }) => sum + sessionSeconds(pid), 0),
        statementSeconds: Number(times?.['seconds']),
        statements: Number(times?.['calls']),
      };
    },
    openIdle: (count) => openIdlePostgres(server, count),
  };
}

const secret = (): string => randomBytes(12).toString('hex');

/** What the scheduler counted for a session's process, s; 0 when it has ended. */
function sessionSeconds(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e9;
  } catch {
    return 0;
  }
}

async function openIdlePostgres(server: TestPostgres, count: number): Promise<() => void> {
  const address = server.address({ database: DATABASE });
  const sessions = await Promise.all(Array.from({ length: count }, () => server.open('idle', address)));
  return () => {
    for (const session of sessions) session.close();
  };
}

async function loadedRedis(stops: (() => Promise<void>)[]): Promise<LoadedRedis | string> {
  if (typeof redisProgram === 'string') return redisProgram;
  const server = await startTestRedis();
  stops.push(() => server.remove());
  const load = await openRedisSession(server);
  const counting = await openRedisSession(server);
  stops.push(async () => {
    load.close();
    counting.close();
  });
  stops.push(repeat(() => load.ask('INCR orders')));
  let ownInfos = 0;
  const infoCalls = async (): Promise<number> => {
    const said = await counting.ask('INFO commandstats');
    // The one that asks is counted by the next.
    return Number(/^cmdstat_info:calls=(\d+)/m.exec(said)?.[1] ?? 0) - ownInfos++;
  };
  return {
    url: server.url,
    infoCalls,
    async nextInfo() {
      const until = performance.now() + 10_000;
      const asked = await infoCalls();
      while ((await infoCalls()) === asked && performance.now() < until) await sleep(100);
    },
    openIdle: (count) => openIdleRedis(server, count),
  };
}

async function openIdleRedis(server: TestRedis, count: number): Promise<() => void> {
  const sessions: RedisSession[] = [];
  for (let i = 0; i < count; i++) sessions.push(await openRedisSession(server));
  return () => {
    for (const session of sessions) session.close();
  };
}
