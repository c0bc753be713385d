/** A program that is a Redis server: on the PATH, else Debian's package, unpacked into a cache of ours. Installs nothing. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { homeFolder } from '../config/system-user.ts';
import { DemoError } from './part.ts';

const run = promisify(execFile);
/** Lists and packages together are 20 MB; a slow line takes its time once. */
const FETCH_TIMEOUT_MS = 90_000;

/** A server program with what its loader needs. */
export interface RedisProgram {
  readonly path: string;
  /** Joins the environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}

/** Finds one, or fetches it. Rejects with `DemoError` where neither can be. `env` is the person's. */
export async function findRedisProgram(env: NodeJS.ProcessEnv, say: (text: string) => void): Promise<RedisProgram> {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of (env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      if (folder.startsWith('/') && isProgram(path)) return { path, env: {} };
    }
  }
  const cache = join(cacheFolder(env), `redis-${process.arch}`);
  const cached = await programIn(cache);
  if (cached !== null) return cached;
  if (process.platform !== 'linux' || !isProgram('/usr/bin/apt-get') || !isProgram('/usr/bin/dpkg-deb')) {
    throw new DemoError('there is no redis-server or valkey-server on the PATH');
  }
  say("fetching Debian's Redis once, into a cache of ours…");
  try {
    await fetchPackage(cache, env);
  } catch (error) {
    const {
      killed,
      stderr = '',
      message = String(error),
    } = error as { killed?: boolean; stderr?: string; message?: string };
    const line = stderr.split('\n').findLast((text) => text.startsWith('E: ')) ?? message.split('\n')[0] ?? '';
    throw new DemoError(
      `there is no redis-server on the PATH, and apt cannot fetch it: ${killed === true ? 'it took too long' : line}`,
    );
  }
  const fetched = await programIn(cache);
  if (fetched === null) throw new DemoError("there is no redis-server on the PATH, and Debian's lacks libraries here");
  return fetched;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The checkout's own where there is one, so that nothing is left in a home. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  for (const up of ['..', '../..']) {
    const root = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(join(root, 'package.json')) && existsSync(join(root, '.git'))) return join(root, '.cache');
  }
  return join(env['XDG_CACHE_HOME'] || join(homeFolder(env), '.cache'), 'botop');
}

/** What was unpacked there, when its loader finds every library; null otherwise. */
async function programIn(cache: string): Promise<RedisProgram | null> {
  // The name decides: in Debian's package it is a link to redis-check-rdb, which looks at what it was called.
  const path = join(cache, 'usr/bin/redis-server');
  if (!isProgram(path)) return null;
  const libraries = join(cache, 'usr/lib');
  const folders = existsSync(libraries)
    ? readdirSync(libraries, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? join(libraries, entry.name) : [],
      )
    : [];
  const env = { LD_LIBRARY_PATH: folders.join(delimiter) };
  const { stdout } = await run('/usr/bin/ldd', [path], { env, timeout: 5_000 });
  return /not found/.test(stdout) ? null : { path, env };
}

/** By apt with lists and archives of our own: any user can, and the system's are untouched. */
async function fetchPackage(cache: string, env: NodeJS.ProcessEnv): Promise<void> {
  const work = `${cache}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'archives/partial', 'root', 'packages']) {
    mkdirSync(join(work, folder), { recursive: true, mode: 0o755 });
  }
  const options = {
    cwd: join(work, 'packages'),
    env: { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    timeout: FETCH_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 16e6,
  } as const;
  const settings = [
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}`,
    `Dir::Cache::archives=${work}/archives`,
    'Debug::NoLocking=1',
    // Without it apt gives up root for a user that cannot enter our folder.
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
  ].flatMap((setting) => ['-o', setting]);
  const apt = (...args: readonly string[]) => run('/usr/bin/apt-get', [...settings, ...args], options);
  try {
    // It succeeds with old lists, or none, where nothing can be reached, and then no package is known.
    const { stderr: warned } = await apt('update', '-q');
    if (readdirSync(join(work, 'lists')).every((name) => !name.includes('_Packages'))) {
      const unreachable = /^W: Failed to fetch \S+\s+(.+)$/m.exec(warned)?.[1] ?? 'its lists are empty';
      throw new DemoError(`Debian's archive cannot be reached: ${unreachable}`);
    }
    // What the package needs and this system has not: said by a rehearsal, which needs no right.
    const { stdout } = await apt('install', '--simulate', '--no-install-recommends', 'redis-server');
    const names = stdout.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
    await apt(
      'download',
      '-q',
      ...names.filter((name) => !/^(?:adduser|lsb-base|init-system-helpers|procps)$/.test(name)),
    );
    for (const file of readdirSync(options.cwd)) {
      await run('/usr/bin/dpkg-deb', ['-x', join(options.cwd, file), join(work, 'root')], { timeout: 20_000 });
    }
    // Whole or not at all; another that fetched meanwhile has the same.
    if (!existsSync(cache)) renameSync(join(work, 'root'), cache);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
