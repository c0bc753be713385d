/** Which PM2 daemons run on this machine, and which of them answers in a home. */
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { homeFolder } from '../../config/system-user.ts';
import { withVariables } from '../proc/environment.ts';
import { eachPid } from '../proc/pids.ts';
import { readSmall } from '../proc/small-file.ts';
import { readStat, startedAt } from '../proc/stat.ts';
import { ownerOf } from '../proc/users.ts';
import { safeText } from './access.ts';
import type { OtherDaemon } from './snapshot.ts';

const titlePattern = /^PM2 v([\w.+-]+): God Daemon \((.*)\)$/s;
const scriptPattern = /[/\\]pm2[/\\]lib[/\\]Daemon\.js$/;

/** `PM2_HOME`, else `~/.pm2`; absolute. */
export function defaultPm2Home(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env['PM2_HOME'];
  return named ? resolve(named) : join(homeFolder(env), '.pm2');
}

/**
 * Every PM2 daemon in /proc whose home is not among `watchedHomes`; none where there is no /proc. Anyone can name a
 * process like a daemon: the result is for showing only.
 */
export async function findDaemons(watchedHomes: readonly string[] = [], procRoot = '/proc'): Promise<OtherDaemon[]> {
  const watched = new Set(watchedHomes.map((home) => resolve(home)));
  const found = new Map<string, OtherDaemon>();
  await eachPid(procRoot, (pid) => {
    const folder = `${procRoot}/${pid}`;
    const home = daemonAt(folder)?.home ?? null;
    if (home === null || watched.has(resolve(home))) return;
    const user = ownerOf(folder);
    if (user !== '' && !found.has(home)) found.set(home, { pid, user, home: safeText(home) });
  });
  return [...found.values()];
}

/** What a PM2 daemon says of itself by its command line. */
export interface DaemonTitle {
  readonly home: string;
  /** Null where only the script it runs tells that it is one. */
  readonly version: string | null;
}

/** What a process (its folder in /proc) says of itself as PM2's daemon, or null when it is none, or is not ours to see. */
export function daemonAt(folder: string): DaemonTitle | null {
  try {
    const args = readSmall(`${folder}/cmdline`).toString('utf8').split('\0');
    // Node writes a title over the arguments and fills the rest of their room with spaces.
    const title = titlePattern.exec((args[0] ?? '').trimEnd());
    if (title !== null) return title[2] ? { home: title[2], version: title[1] as string } : null;
    if (!args.slice(1).some((arg) => scriptPattern.test(arg))) return null;
    const variable = readFileSync(`${folder}/environ`, 'utf8')
      .split('\0')
      .find((pair) => pair.startsWith('PM2_HOME='));
    const home = variable?.slice('PM2_HOME='.length);
    return home ? { home, version: null } : null;
  } catch {
    // It ended meanwhile, or its environment is not ours to read.
    return null;
  }
}

/** Which process serves a home, with what tells it from the one that serves it later. */
export interface DaemonIdentity {
  /** NaN when it cannot be found. */
  readonly pid: number;
  /** Clock ticks since boot; −1 unknown. */
  readonly startTicks: number;
  /** Epoch ms, or null. */
  readonly startedAt: number | null;
  /** What it says of itself it writes there, absolute. */
  readonly logPath: string;
}

/** Reads `pm2.pid`, which a daemon writes before it opens its sockets. Call it after a call has been answered. */
export async function identifyDaemon(home: string, now: number): Promise<DaemonIdentity> {
  let pid: number;
  try {
    pid = Number.parseInt(await readFile(join(home, 'pm2.pid'), 'utf8'), 10);
  } catch {
    // Removed by hand, or not ours to read: it answers, but which process it is stays unknown.
    pid = Number.NaN;
  }
  const stat = pid > 0 ? readStat(pid) : null;
  const isKnown = pid > 0 && (stat !== null || process.platform !== 'linux');
  return {
    pid: isKnown ? pid : Number.NaN,
    startTicks: stat?.startTicks ?? -1,
    startedAt: stat === null ? null : startedAt(stat, now),
    logPath: (stat === null ? null : logPathOf(`/proc/${pid}`)) ?? usualLogPath(home),
  };
}

/** Where a daemon writes what it says of itself unless it was told otherwise. Asked each second: nothing to normalise. */
export function usualLogPath(home: string): string {
  return `${home}/pm2.log`;
}

/** `PM2_LOG_FILE_PATH` of the process that serves a home; null without, or where its environment is not ours to read. */
function logPathOf(folder: string): string | null {
  const named = withVariables(folder, (valueOf) => valueOf('PM2_LOG_FILE_PATH'));
  if (!named) return null;
  if (isAbsolute(named)) return named;
  try {
    // PM2 takes it from where the daemon was started.
    return resolve(readlinkSync(`${folder}/cwd`), named);
  } catch {
    // It ended meanwhile.
    return null;
  }
}
