/** All processes of this machine, for those that concern PM2 homes: their daemons, and bots that have none. */
import { readlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { safeText } from '../pm2/access.ts';
import { type DaemonTitle, daemonAt } from '../pm2/daemons.ts';
import type { OtherDaemon } from '../pm2/snapshot.ts';
import { eachPid } from '../proc/pids.ts';
import { readSmall } from '../proc/small-file.ts';
import { isKernelThread, type ProcessStat, pageBytes, readStat, startedAt, ticksPerSecond } from '../proc/stat.ts';
import { readTree } from '../proc/tree.ts';
import { ownerOf } from '../proc/users.ts';
import { type BotMarks, readMarks } from './marks.ts';
import { pidFilesOf } from './pid-files.ts';
import type { DaemonProcess, Orphan } from './snapshot.ts';

export interface HomeProcesses {
  readonly daemons: readonly DaemonProcess[];
  readonly orphans: readonly Orphan[];
}

export interface ProcessScan {
  /** Looks through /proc for each of the homes (absolute). What is no process of PM2's is looked at once in its life. */
  scan(now: number): Promise<ReadonlyMap<string, HomeProcesses>>;
  /** The daemons of other homes that the last scan came by; null before the first one. */
  others(): readonly OtherDaemon[] | null;
}

interface Seen {
  readonly stat: ProcessStat;
  /** Which daemon it says to be; null for any other process. */
  readonly daemon: DaemonTitle | null;
}

/** What is kept of an orphan from one look to the next. */
interface Known {
  /** Epoch ms when it was first seen without a daemon. */
  readonly seenAt: number;
  /** CPU of its tree, and the time since boot, at the last look that measured it. */
  readonly cpuTicks: number;
  readonly atTicks: number;
  readonly cpuPercent: number;
}

/** A process of less than ten seconds may still become another program: what it is, is not kept in mind yet. */
const settledForTicks = 10 * ticksPerSecond;
const commandLength = 200;

export function createProcessScan(homes: readonly string[], procRoot = '/proc'): ProcessScan {
  /** Pid and start of what is no daemon, and of what PM2 did not start: neither is looked into again. */
  const noDaemons = new Map<number, number>();
  const unmarked = new Map<number, number>();
  /** The orphans, by pid and start. */
  let known = new Map<string, Known>();
  let others: readonly OtherDaemon[] | null = null;
  let nowTicks = 0;
  let settledTicks = 0;
  const bytesPerPage = pageBytes(procRoot);

  async function lookAround(): Promise<Map<number, Seen>> {
    const seen = new Map<number, Seen>();
    nowTicks = ticksSinceBoot(procRoot);
    settledTicks = nowTicks - settledForTicks;
    await eachPid(procRoot, (pid) => {
      const stat = readStat(pid, procRoot);
      if (stat === null || stat.state === 'Z' || isKernelThread(pid, stat)) return;
      const daemon = noDaemons.get(pid) === stat.startTicks ? null : daemonAt(`${procRoot}/${pid}`);
      if (daemon === null && stat.startTicks < settledTicks) noDaemons.set(pid, stat.startTicks);
      seen.set(pid, { stat, daemon: daemon !== null && isElsewhere(pid, procRoot) ? null : daemon });
    });
    for (const kept of [noDaemons, unmarked]) for (const pid of kept.keys()) if (!seen.has(pid)) kept.delete(pid);
    return seen;
  }

  /** Whether a process of `isOne` is above this one. */
  function isBelow(pid: number, seen: ReadonlyMap<number, Seen>, isOne: (pid: number) => boolean): boolean {
    let above = seen.get(pid)?.stat.parentPid ?? 0;
    for (let depth = 0; depth < 64 && above > 1; depth += 1) {
      if (isOne(above)) return true;
      above = seen.get(above)?.stat.parentPid ?? 0;
    }
    return false;
  }

  function marksOf(pid: number, stat: ProcessStat): BotMarks | null {
    if (unmarked.get(pid) === stat.startTicks) return null;
    const marks = readMarks(`${procRoot}/${pid}`);
    const isOurs = marks !== null && homes.includes(resolve(marks.home));
    if (isOurs && !isElsewhere(pid, procRoot) && !isPm2(stat.parentPid, procRoot))
      return { ...marks, home: resolve(marks.home) };
    if (stat.startTicks < settledTicks) unmarked.set(pid, stat.startTicks);
    return null;
  }

  function toDaemon(pid: number, { stat, daemon }: Seen, now: number): DaemonProcess {
    return {
      pid,
      startTicks: stat.startTicks,
      startedAt: startedAt(stat, now, procRoot),
      version: daemon?.version == null ? null : safeText(daemon.version.slice(0, 32)),
      user: ownerOf(`${procRoot}/${pid}`),
      isHalted: stat.state === 'T' || stat.state === 't',
    };
  }

  /** `next` takes what the next look must know of it. */
  function toOrphan(pid: number, stat: ProcessStat, marks: BotMarks, now: number, next: typeof known): Orphan {
    const tree = readTree(pid, procRoot);
    const stats = tree.flatMap((mark) => readStat(mark.pid, procRoot) ?? []);
    const pages = stats.reduce((sum, { residentPages }) => sum + residentPages, 0);
    const cpuTicks = stats.reduce((sum, process) => sum + process.cpuTicks, 0);
    const identity = `${pid} ${stat.startTicks}`;
    const last = measured(known.get(identity), { seenAt: now, cpuTicks, atTicks: nowTicks, cpuPercent: Number.NaN });
    next.set(identity, last);
    return {
      home: marks.home,
      pid,
      startTicks: stat.startTicks,
      startedAt: startedAt(stat, now, procRoot),
      id: marks.id,
      name: marks.name,
      namespace: marks.namespace,
      user: ownerOf(`${procRoot}/${pid}`),
      cwd: folderOf(pid, procRoot),
      outLogPath: marks.outLogPath,
      errLogPath: marks.errLogPath,
      seenAt: last.seenAt,
      command: commandOf(pid, procRoot),
      cpuPercent: last.cpuPercent,
      memoryBytes: pages * bytesPerPage,
      processes: tree.length,
    };
  }

  function othersAmong(daemonPids: ReadonlyMap<number, string>): readonly OtherDaemon[] {
    const found = new Map<string, OtherDaemon>();
    for (const [pid, home] of daemonPids) {
      const user = homes.includes(home) || found.has(home) ? '' : ownerOf(`${procRoot}/${pid}`);
      if (user !== '') found.set(home, { pid, user, home: safeText(home) });
    }
    return [...found.values()];
  }

  return {
    others: () => others,
    async scan(now) {
      const seen = await lookAround();
      const daemonPids = new Map<number, string>();
      for (const [pid, { daemon }] of seen) if (daemon !== null) daemonPids.set(pid, resolve(daemon.home));
      const marked = new Map<number, BotMarks>();
      for (const [pid, { stat }] of seen) {
        // What a daemon has started is in its care, and we are nobody's bot, whatever started us.
        if (daemonPids.has(pid) || pid === process.pid || isBelow(pid, seen, (above) => daemonPids.has(above)))
          continue;
        const marks = marksOf(pid, stat);
        if (marks !== null) marked.set(pid, marks);
      }
      // The environments of others are closed to us: their daemon's pid files tell of them.
      for (const home of homes) {
        for (const { pid, id, name } of pidFilesOf(home, now, procRoot)) {
          const parentPid = seen.get(pid)?.stat.parentPid;
          if (parentPid === undefined || daemonPids.has(pid) || marked.has(pid)) continue;
          if (isElsewhere(pid, procRoot) || isPm2(parentPid, procRoot)) continue;
          if (!isBelow(pid, seen, (above) => daemonPids.has(above)))
            marked.set(pid, { id, name, home, namespace: null, outLogPath: null, errLogPath: null });
        }
      }
      others = othersAmong(daemonPids);
      const found = new Map<string, HomeProcesses>();
      const next: typeof known = new Map();
      for (const home of homes) {
        const daemons = [...daemonPids]
          .filter(([, served]) => served === home)
          .map(([pid]) => toDaemon(pid, seen.get(pid) as Seen, now))
          .toSorted(byStart);
        const oldest = daemons[0]?.startTicks ?? Number.POSITIVE_INFINITY;
        const orphans = [...marked]
          .filter(([pid, marks]) => marks.home === home && !isBelow(pid, seen, (above) => marked.has(above)))
          .map(([pid, marks]) => toOrphan(pid, (seen.get(pid) as Seen).stat, marks, now, next))
          // A younger one was started by a bot that runs, and detached itself.
          .filter(({ startTicks, processes }) => startTicks < oldest && processes > 0)
          .toSorted(byStart);
        found.set(home, { daemons, orphans });
      }
      known = next;
      return found;
    },
  };
}

/** What a look adds to what is known. Of two that are too near to each other the first one stands. */
function measured(before: Known | undefined, now: Known): Known {
  if (before === undefined) return now;
  const ticks = now.atTicks - before.atTicks;
  if (ticks < ticksPerSecond / 2) return before;
  const used = now.cpuTicks - before.cpuTicks;
  // A child that ended took its share with it: less than before is no reading.
  return { ...now, seenAt: before.seenAt, cpuPercent: used < 0 ? Number.NaN : (used / ticks) * 100 };
}

/** In a container: a home of the same path there is another home. Where it is not told it is taken for ours. */
function isElsewhere(pid: number, procRoot: string): boolean {
  try {
    return readlinkSync(`${procRoot}/${pid}/ns/pid`) !== readlinkSync(`${procRoot}/self/ns/pid`);
  } catch {
    return false;
  }
}

/** `pm2-runtime` and `pm2 start --no-daemon` look after their bots without being called a daemon. */
function isPm2(pid: number, procRoot: string): boolean {
  return /(?:^|[\s/])pm2(?:-runtime|-docker|-dev)?(?:[\s/]|$)/.test(commandOf(pid, procRoot));
}

/** 0 where it is not told: then nothing is kept in mind. */
function ticksSinceBoot(procRoot: string): number {
  try {
    return Number.parseFloat(readSmall(`${procRoot}/uptime`).toString('latin1')) * ticksPerSecond;
  } catch {
    return 0;
  }
}

function byStart(one: { readonly startTicks: number }, other: { readonly startTicks: number }): number {
  return one.startTicks - other.startTicks;
}

function folderOf(pid: number, procRoot: string): string | null {
  try {
    return safeText(readlinkSync(`${procRoot}/${pid}/cwd`));
  } catch {
    return null;
  }
}

function commandOf(pid: number, procRoot: string): string {
  try {
    const words = readSmall(`${procRoot}/${pid}/cmdline`).toString('utf8', 0, 4_096).split('\0').join(' ').trim();
    return safeText(words).slice(0, commandLength);
  } catch {
    return '';
  }
}
