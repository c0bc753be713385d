/** A private PostgreSQL for a test, in a temporary folder, gone afterwards with its processes. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoError } from '../../src/demo/part.ts';
import { createPostgresServer, findPrograms, type PostgresServer } from '../../src/demo/postgres-server.ts';
import { openPostgres, type PostgresConnection } from '../../src/sources/postgres/client.ts';
import { type PostgresAddress, parseDatabaseUrl } from '../../src/sources/postgres/dsn.ts';

/** PostgreSQL's programs for the tests, or why there are none: the tests that need them are then skipped with that. */
export interface TestPrograms {
  /** For the name of a group of tests. */
  readonly title: string;
  /** The folder that holds `bin`, or null. */
  readonly folder: string | null;
}

/** Our own, and the packages that BOTOP_TEST_POSTGRES lists, separated by colons. */
export function postgresPrograms(): TestPrograms[] {
  const more = (process.env['BOTOP_TEST_POSTGRES'] ?? '').split(':').filter((path) => path !== '');
  return [ownPrograms(), ...more.map((path) => ({ title: titleOf(path), folder: join(path, 'native') }))];
}

function ownPrograms(): TestPrograms {
  try {
    const folder = findPrograms();
    return { title: titleOf(join(folder, '..')), folder };
  } catch (error) {
    if (error instanceof DemoError) return { title: `PostgreSQL: ${error.message}`, folder: null };
    throw error;
  }
}

function titleOf(packageFolder: string): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  return `PostgreSQL ${version.replace(/\.0-.*/, '')}`;
}

export interface TestPostgres extends PostgresServer {
  /** The login of a role in a database; the superuser in `postgres` unless said. */
  address(login?: { readonly role?: string; readonly password?: string; readonly database?: string }): PostgresAddress;
  /** A session of its own. */
  open(applicationName: string, address?: PostgresAddress): Promise<PostgresConnection>;
  /** Runs statements as superuser. What they count is told when it resolves; before 15, within a second of it. */
  run(...statements: string[]): Promise<void>;
  /** Sends a signal to every process of the server. */
  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void;
  remove(): Promise<void>;
}

/** With our own programs unless others are said. */
export async function startTestPostgres(
  settings: Readonly<Record<string, string>> = {},
  programs: TestPrograms = ownPrograms(),
): Promise<TestPostgres> {
  if (programs.folder === null) throw new Error(programs.title);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-pg-')));
  const opened = new Set<PostgresConnection>();
  const env = { PATH: '/usr/bin:/bin', HOME: folder };
  let server: PostgresServer;
  try {
    server = await createPostgresServer({ folder, env, settings, programs: programs.folder });
    await server.start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const address: TestPostgres['address'] = ({
    role = 'postgres',
    password = server.password,
    database = 'postgres',
  } = {}) =>
    parseDatabaseUrl(
      `postgresql://${role}:${encodeURIComponent(password)}@/${database}?host=${server.socketFolder}`,
      {},
      'nobody',
    );
  const open: TestPostgres['open'] = async (applicationName, at = address()) => {
    const connection = await openPostgres(at, { applicationName, timeoutMs: 10_000 });
    opened.add(connection);
    return connection;
  };
  return {
    get pid() {
      return server.pid;
    },
    socketFolder: server.socketFolder,
    password: server.password,
    logFile: server.logFile,
    start: () => server.start(),
    stop: (signal) => server.stop(signal),
    address,
    open,
    async run(...statements) {
      const connection = await open('test');
      try {
        for (const statement of statements) await connection.query(statement);
        const version = Number((await connection.query('SHOW server_version_num'))[0]?.[0]?.['server_version_num']);
        if (version >= 150_000) await connection.query('SELECT pg_stat_force_next_flush()');
      } finally {
        connection.close();
      }
    },
    signalAll(signal) {
      const { pid } = server;
      if (pid === null) throw new Error('the server does not run');
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
      // The postmaster first: it starts no other in between.
      for (const one of [pid, ...children]) process.kill(one, signal);
    },
    async remove() {
      for (const connection of opened) connection.close();
      await server.stop('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
