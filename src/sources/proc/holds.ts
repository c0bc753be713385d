/** Processes that cannot go on, as their state in /proc tells: frozen by a signal, held by a debugger, or waiting in the kernel. */
import type { ProcessStat } from './stat.ts';

/** What holds a process. `since` is when it was first seen so, in the time of the samples. */
export interface Hold {
  readonly cause: HoldCause;
  readonly since: number;
}

export type HoldCause = 'signal' | 'debugger' | 'kernel';

/** Keeps since when; nearly always there is none, and a process that goes on costs a look at one letter. */
export interface Holds {
  /** Takes one reading of a process's state. */
  note(pid: number, stat: ProcessStat, now: number): void;
  forget(pid: number): void;
  /** Null also of what was seen so once: that is a moment. */
  of(pid: number): Hold | null;
  /** How many there are, those of a moment too. */
  readonly size: number;
}

interface Kept extends Hold {
  readonly startTicks: number;
  readonly cpuTicks: number;
  isLasting: boolean;
}

/** Two looks as near as this to each other are one. */
const MOMENT_MS = 400;
const CAUSES: Readonly<Record<string, HoldCause>> = { T: 'signal', t: 'debugger', D: 'kernel' };

export function createHolds(): Holds {
  const kept = new Map<number, Kept>();
  return {
    note(pid, { state, startTicks, cpuTicks }, now) {
      const cause = CAUSES[state];
      if (cause === undefined) {
        if (kept.size > 0) kept.delete(pid);
        return;
      }
      const known = kept.get(pid);
      // One that has used the CPU in between went on: whoever reads a disk all the time is seen waiting for it each time.
      if (known?.cause === cause && known.startTicks === startTicks && known.cpuTicks === cpuTicks) {
        known.isLasting ||= now - known.since >= MOMENT_MS;
        return;
      }
      kept.set(pid, { cause, since: now, startTicks, cpuTicks, isLasting: false });
    },
    forget: (pid) => void kept.delete(pid),
    of(pid) {
      const hold = kept.get(pid);
      return hold?.isLasting === true ? hold : null;
    },
    get size() {
      return kept.size;
    },
  };
}
