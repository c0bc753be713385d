import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessRow, processRow, processTree } from '../test/helpers/tree.ts';

const TICKS_PER_SECOND = 100;

/** User and system time of a process and all under it, ended children included, s. */
export function treeSeconds(pid: number): number {
  return processTree(pid).reduce((sum, row) => sum + rowSeconds(row) + row.reapedTicks / TICKS_PER_SECOND, 0);
}

/** The same of the process alone; null when it has ended. */
export function ownSeconds(pid: number): number | null {
  const row = processRow(pid);
  return row === null ? null : rowSeconds(row);
}

/** Ticks are 10 ms; the scheduler counts nanoseconds, but only of threads that still live: the larger is nearer. */
function rowSeconds({ pid, ownTicks }: ProcessRow): number {
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    }
  } catch {
    // The process or one of its threads ended meanwhile, or the kernel does not count so: the ticks remain.
  }
  return Math.max(nanoseconds / 1e9, ownTicks / TICKS_PER_SECOND);
}

/** Memory of a process and all under it. */
export interface Memory {
  readonly rssBytes: number;
  /** Shared pages divided among those who share them; null where the kernel does not tell. */
  readonly pssBytes: number | null;
}

export function memoryOf(pid: number): Memory {
  let rssBytes = 0;
  let pssBytes: number | null = 0;
  for (const row of processTree(pid)) {
    rssBytes += kilobytes(`/proc/${row.pid}/status`, 'VmRSS') ?? 0;
    const pss = kilobytes(`/proc/${row.pid}/smaps_rollup`, 'Pss');
    pssBytes = pss === null || pssBytes === null ? null : pssBytes + pss;
  }
  return { rssBytes, pssBytes };
}

/** A `Name:   123 kB` line of a file of /proc, in bytes. */
function kilobytes(file: string, name: string): number | null {
  try {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'latin1'));
    return line ? Number(line[1]) * 1024 : null;
  } catch {
    return null;
  }
}
