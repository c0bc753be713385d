/** A process with all that it started, to be found again later whatever has become of their parents. */
import { readdirSync } from 'node:fs';
import { readSmall } from './small-file.ts';
import { readStat } from './stat.ts';

/** One process for good: a pid is used again, pid and start together are not. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
}

/** A tree larger than this is a fork bomb; the rest of it is left out. */
const maxProcesses = 256;

/** The process and its descendants, itself first; empty when it is gone or hidden, or there is no /proc. */
export function readTree(pid: number, procRoot = '/proc'): readonly ProcessMark[] {
  const marks: ProcessMark[] = [];
  const pids = [pid];
  for (const next of pids) {
    const stat = readStat(next, procRoot);
    if (stat === null) continue;
    marks.push({ pid: next, startTicks: stat.startTicks });
    for (const child of childrenOf(next, procRoot)) if (pids.length < maxProcesses) pids.push(child);
  }
  return marks;
}

/** Whether that very process still runs. One that is dead and not yet waited for does not. */
export function isAlive({ pid, startTicks }: ProcessMark, procRoot = '/proc'): boolean {
  const stat = readStat(pid, procRoot);
  return stat !== null && stat.startTicks === startTicks && stat.state !== 'Z';
}

/** Of all its threads: a child belongs to the thread that started it. */
function childrenOf(pid: number, procRoot: string): number[] {
  const folder = `${procRoot}/${pid}/task`;
  return unlessGone(() => readdirSync(folder), []).flatMap((thread) =>
    unlessGone(() => readSmall(`${folder}/${thread}/children`).toString('latin1'), '')
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  );
}

/** A process, or one of its threads, can end while it is read. */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
