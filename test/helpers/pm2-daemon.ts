/** A private PM2 daemon for a test, in a temporary home, gone afterwards with its bots and its folder. */
import { execFile, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { deadlineIn } from './deadline.ts';

/** A bot of a test: `code` is its script; the rest goes to PM2 as it is. */
export interface TestBot {
  readonly name: string;
  readonly code: string;
  readonly [option: string]: unknown;
}

export interface Pm2Daemon {
  readonly home: string;
  /** Of the PM2 package, `7.0.4`. */
  readonly version: string;
  /** Of the daemon now running. Throws when there is none. */
  pid(): number;
  /** Runs the pm2 command line and gives its standard output. It starts a daemon when none runs. */
  cli(...args: string[]): Promise<string>;
  /** Writes the bots' scripts and starts them. */
  start(...bots: TestBot[]): Promise<void>;
  /** What `pm2 jlist` says. */
  jlist(): Promise<Record<string, any>[]>;
  /** `SIGKILL`, `SIGSTOP` and so on, to the daemon. */
  signal(signal: NodeJS.Signals): void;
  /** Pids of the daemon and of all it started that still run. */
  processes(): number[];
  /** Ends daemon and bots by pid where asking is not enough, and removes the folder. */
  remove(): Promise<void>;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The PM2 package that the project itself depends on. */
export const ownPm2 = join(repository, 'node_modules', 'pm2');

/** The PM2 packages to test with: our own, and the folders that BOTOP_TEST_PM2 lists, separated by colons. */
export function pm2Packages(): string[] {
  const more = (process.env['BOTOP_TEST_PM2'] ?? '').split(':').filter((path) => path !== '');
  return [ownPm2, ...more];
}

export function pm2Version(packageDir: string): string {
  return (JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Waits until `check` gives something else than undefined, false or 0; throws what it last threw, or `what`. */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = deadlineIn(timeoutMs);
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined && value !== false && value !== 0) return value as Exclude<T, undefined | false>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (deadline.isOver()) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] !== 'Z';
  } catch {
    return false;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Every process whose environment names this home: the daemon and its bots, also those that outlive it. */
function processesOf(home: string): number[] {
  const mark = `PM2_HOME=${home}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/**
 * Makes a home and starts a daemon in it. `packageDir` is the folder of a pm2 package; `more` joins its environment;
 * `uid`, for root, is whose it all is.
 */
export async function startPm2(
  packageDir = ownPm2,
  more: Readonly<Record<string, string>> = {},
  uid?: number,
): Promise<Pm2Daemon> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'botop-pm2-')));
  const scripts = join(home, 'scripts');
  mkdirSync(scripts);
  const owner = uid === undefined ? {} : { uid, gid: uid };
  if (uid !== undefined) for (const folder of [scripts, home]) chownSync(folder, uid, uid);
  // Nothing else comes in: SECRET_KEY and PUBLIC_KEY would link the daemon to pm2.io, PM2_HOME to a real fleet.
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: home,
    PM2_HOME: home,
    PM2_DISABLE_VERSION_CHECK: 'true',
    ...(process.env['TZ'] === undefined ? {} : { TZ: process.env['TZ'] }),
    ...more,
  };
  const bin = join(packageDir, 'bin', 'pm2');

  function cli(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        [bin, ...args],
        { env, cwd: home, timeout: 60_000, maxBuffer: 64e6, ...owner },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`pm2 ${args.join(' ')}: ${error.message}\n${stdout}${stderr}`));
          else resolve(stdout);
        },
      );
    });
  }

  const daemon: Pm2Daemon = {
    home,
    version: pm2Version(packageDir),
    cli,
    pid() {
      const pid = Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));
      if (!isAlive(pid)) throw new Error(`the daemon ${pid} is dead`);
      return pid;
    },
    async start(...bots) {
      const apps = bots.map(({ code, ...bot }, index) => {
        const script = join(scripts, `bot-${Date.now()}-${index}.cjs`);
        writeFileSync(script, code);
        return { script, ...bot };
      });
      const file = join(scripts, `ecosystem-${Date.now()}.json`);
      writeFileSync(file, JSON.stringify({ apps }));
      await cli('start', file);
    },
    async jlist() {
      const text = await cli('jlist');
      return JSON.parse(text.slice(text.lastIndexOf('\n[{') + 1 || text.indexOf('['))) as Record<string, any>[];
    },
    signal: (signal) => process.kill(daemon.pid(), signal),
    processes: () => processesOf(home).filter(isAlive),
    async remove() {
      const pids = processesOf(home);
      // A daemon that is stopped or busy would start its bots again: it goes first, and none of them is asked.
      for (const pid of pids) kill(pid, 'SIGKILL');
      await until('every process of the test ends', () => {
        const left = processesOf(home).filter(isAlive);
        for (const pid of left) kill(pid, 'SIGKILL');
        return left.length === 0;
      });
      rmSync(home, { recursive: true, force: true });
    },
  };

  spawn(process.execPath, [bin, 'ping'], { env, cwd: home, stdio: 'ignore', ...owner });
  await until('the daemon answers', () => existsSync(join(home, 'rpc.sock')) && daemon.pid() > 0);
  return daemon;
}
