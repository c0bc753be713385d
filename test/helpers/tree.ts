import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { deadlineIn } from './deadline.ts';

/** One process as /proc shows it. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** R, S, D, T, Z … */
  readonly state: string;
  /** Clock ticks since boot: with the pid, the identity of the process. */
  readonly startTicks: number;
  /** User and system time of itself, in clock ticks (100 a second on Linux). */
  readonly ownTicks: number;
  /** The same of its ended and waited-for children. */
  readonly reapedTicks: number;
  /** Pages that those children touched: none only where there was no child, however short. */
  readonly reapedFaults: number;
}

/** One process, or null when it does not exist. */
export function processRow(pid: number): ProcessRow | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name stands in parentheses and may hold some itself: the fields begin after the last.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number) => Number(fields[index]);
  return {
    pid,
    parent: number(1),
    state: fields[0] ?? '?',
    startTicks: number(19),
    ownTicks: number(11) + number(12),
    reapedTicks: number(13) + number(14),
    reapedFaults: number(8),
  };
}

/** Every process there is. */
export function allProcesses(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processRow(Number(name)))
    .filter((row) => row !== null);
}

/** The process and everything under it, parents first. Empty when it does not exist. */
export function processTree(root: number): ProcessRow[] {
  const all = allProcesses();
  const found = all.filter((row) => row.pid === root);
  for (let i = 0; i < found.length; i++) found.push(...all.filter((row) => row.parent === found[i]?.pid));
  return found;
}

/** Pids of the children of a process, theirs, and so on; without itself. */
export function descendants(root: number): number[] {
  return processTree(root)
    .slice(1)
    .map((row) => row.pid);
}

/**
 * Processes other than this one that name the folder in their arguments or environment, or stand in it, or run a
 * program from it. Zombies are left out: they have ended.
 */
export function processesOf(folder: string): number[] {
  const names = (pid: number, file: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(folder);
    } catch {
      return false;
    }
  };
  const standsIn = (pid: number): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  };
  return allProcesses()
    .filter((row) => row.pid !== process.pid && row.state !== 'Z')
    .map((row) => row.pid)
    .filter((pid) => names(pid, 'cmdline') || names(pid, 'environ') || standsIn(pid));
}

/** Whether the process exists and has not ended (a zombie has). */
export function isRunning(pid: number): boolean {
  const row = processRow(pid);
  return row !== null && row.state !== 'Z' && row.state !== 'X';
}

/** Asks until the condition holds; throws after the deadline, naming what was waited for. */
export async function waitUntil(condition: () => boolean, what: string, timeoutMs = 5_000): Promise<void> {
  const deadline = deadlineIn(timeoutMs);
  while (!condition()) {
    if (deadline.isOver()) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves when none of the processes runs any more; throws with those that still do. */
export async function waitGone(pids: readonly number[], timeoutMs = 5_000): Promise<void> {
  try {
    await waitUntil(() => !pids.some(isRunning), 'gone', timeoutMs);
  } catch {
    const left = pids.filter(isRunning).map((pid) => `${pid} ${commandLine(pid)}`);
    throw new Error(`still running after ${timeoutMs} ms:\n${left.join('\n')}`);
  }
}

/** A process's arguments with spaces between; empty when it has ended. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
