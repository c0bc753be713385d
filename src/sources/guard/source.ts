/** PM2 homes as they are seen from outside. It asks no daemon, starts none, and reads when a daemon is dead, too. */
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLocalFolder, statIn } from '../local-folder.ts';
import { safeText } from '../pm2/access.ts';
import { readStat } from '../proc/stat.ts';
import { userName } from '../proc/users.ts';
import { type Clock, type Source, SourceOff } from '../source.ts';
import { findCli } from './cli.ts';
import { type CopiesFolder, createDumpKeeper } from './dump-copies.ts';
import { createProcessScan, type HomeProcesses, type ProcessScan } from './processes.ts';
import type { DaemonProcess, GuardSnapshot, HomeGuard, Pm2Cli } from './snapshot.ts';

export interface GuardSourceOptions {
  /** The watched PM2 homes, absolute. */
  readonly homes: readonly string[];
  /** Looks through /proc for these homes; what it comes by may be of use to others. */
  readonly processes?: ProcessScan;
  readonly clock: Clock;
  /** PATH of the environment: where a person's `pm2` would be found. */
  readonly path: string | undefined;
  /** Where copies of the dumps are kept; null keeps none. */
  readonly copiesFolder: (() => Promise<CopiesFolder>) | null;
  /** When the first look may begin: it would keep the bots waiting. */
  readonly mayBegin?: () => Promise<void>;
}

/** Looking through /proc costs 4 ms with 300 processes. What happens to a home is told by its circumstances, at once. */
const scanEveryMs = 60_000;
const cliEveryMs = 60_000;
/** A reading comes a little early or late: what is due within half a cadence is due. */
const cadenceMs = 5_000;

type Outside = Pick<HomeGuard, 'access' | 'owner' | 'hasSocket' | 'pidFile'>;

export function guardSource({
  homes,
  clock,
  path,
  copiesFolder,
  mayBegin,
  ...given
}: GuardSourceOptions): Source<'guard'> {
  const processes = given.processes ?? createProcessScan(homes);
  const outsideOf = homes.map((home) => createOutside(home));
  const keepers = homes.map((home) => (copiesFolder === null ? null : createDumpKeeper(home, copiesFolder)));
  let scanned: ReadonlyMap<string, HomeProcesses> = new Map();
  let scannedMono = Number.NEGATIVE_INFINITY;
  let seenFrom = '';
  let cli: Pm2Cli | null = null;
  let cliMono = Number.NEGATIVE_INFINITY;
  /** The homes on local file systems, as of the last scan. */
  const local = new Set<string>();

  async function learnLocal(): Promise<void> {
    for (const home of homes) {
      if (await isLocalFolder(home).catch(() => false)) local.add(home);
      else local.delete(home);
    }
  }

  /** What tells that a scan is out of date: equal texts, nothing has changed. */
  const circumstances = (outsides: readonly Outside[]): string =>
    JSON.stringify([outsides, [...scanned.values()].map(({ daemons }) => daemons.map(stateOf))]);

  return {
    kind: 'guard',
    id: 'guard',
    cadenceMs,
    timeoutMs: 9_000,
    async read(): Promise<GuardSnapshot> {
      await mayBegin?.();
      const outsides = await Promise.all(outsideOf.map((outside, index) => outside(local.has(homes[index] as string))));
      if (outsides.every(({ access: seen }) => seen === 'absent')) throw new SourceOff('no PM2 here');
      const now = clock.monotonic();
      const from = circumstances(outsides);
      const hasOrphans = [...scanned.values()].some(({ orphans }) => orphans.length > 0);
      // What comes or goes in a home, and orphans that somebody may be about to end, are worth a look at once.
      if (from !== seenFrom || hasOrphans || now - scannedMono >= scanEveryMs - cadenceMs / 2) {
        scanned = await processes.scan(clock.now());
        await learnLocal();
        scannedMono = now;
        seenFrom = circumstances(outsides);
      }
      if (now - cliMono >= cliEveryMs - cadenceMs / 2) {
        cli = await findCli(path);
        cliMono = now;
      }
      const guards = homes.map(async (home, index): Promise<HomeGuard> => {
        const found = scanned.get(home) ?? { daemons: [], orphans: [] };
        const dumpCopies = (await keepers[index]?.keep(clock.now(), local.has(home))) ?? null;
        return { home, ...(outsides[index] as Outside), ...found, dumpCopies };
      });
      return { homes: await Promise.all(guards), cli };
    },
    close() {},
  };
}

/** Changes when the daemon ends, is stopped by a signal, or goes on. */
function stateOf({ pid, startTicks }: DaemonProcess): string {
  const now = readStat(pid);
  // Dead, and not yet taken note of by whoever started it.
  if (now === null || now.startTicks !== startTicks || now.state === 'Z') return 'gone';
  return now.state === 'T' ? 'halted' : 'there';
}

/** Looks at a home from outside; what does not change is not read again. */
function createOutside(home: string): (isLocal: boolean) => Promise<Outside> {
  const readPid = createPidFile(join(home, 'pm2.pid'));
  return async (isLocal) => {
    try {
      const { uid } = await statIn(isLocal, home);
      const owner = safeText(userName(uid));
      try {
        await access(home, constants.R_OK | constants.X_OK);
      } catch {
        return { access: 'closed', owner, hasSocket: null, pidFile: null };
      }
      const hasSocket = await statIn(isLocal, join(home, 'rpc.sock')).then(
        () => true,
        () => false,
      );
      return { access: 'open', owner, hasSocket, pidFile: await readPid(isLocal) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
      const hasSocket = isAbsent ? false : null;
      return { access: isAbsent ? 'absent' : 'closed', owner: null, hasSocket, pidFile: null };
    }
  };
}

/** The pid in a file, null without one; read again when the file is another or was written. */
function createPidFile(path: string): (isLocal: boolean) => Promise<number | null> {
  let seen = '';
  let pid: number | null = null;
  return async (isLocal) => {
    try {
      const { ino, mtimeMs, size } = await statIn(isLocal, path);
      const version = `${ino}:${mtimeMs}:${size}`;
      if (version === seen) return pid;
      const said = Number.parseInt((await readFile(path, 'utf8')).slice(0, 32), 10);
      pid = said > 0 ? said : null;
      seen = version;
    } catch {
      seen = '';
      pid = null;
    }
    return pid;
  };
}
