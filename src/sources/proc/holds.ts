/** Processes that cannot go on, as their state in /proc tells: frozen by a signal, held by a debugger, waiting in the kernel, or caught in a loop. */
import type { ProcessStat } from './stat.ts';

/** What holds a process. `since` is when it was first seen so, in the time of the samples. */
export interface Hold {
  readonly cause: HoldCause;
  readonly since: number;
}

/** `loop`: its main thread never waits. */
export type HoldCause = 'signal' | 'debugger' | 'kernel' | 'loop';

/** Keeps since when; nearly always there is none, and a process that goes on costs a look at one letter. */
export interface Holds {
  /** Takes one reading of a process's state. */
  note(pid: number, stat: ProcessStat, now: number): void;
  forget(pid: number): void;
  /** Null also of what was seen so once: that is a moment. */
  of(pid: number): Hold | null;
  /** How many there are. */
  readonly size: number;
}

interface Kept extends Hold {
  readonly startTicks: number;
  readonly cpuTicks: number;
  isLasting: boolean;
}

/** Two looks as near as this to each other are one; a main thread that works is found running by many, ms. */
const LASTING_MS: Readonly<Record<HoldCause, number>> = { signal: 400, debugger: 400, kernel: 400, loop: 45_000 };
const CAUSES: Readonly<Record<string, HoldCause>> = { T: 'signal', t: 'debugger', D: 'kernel', R: 'loop' };

export function createHolds(): Holds {
  const kept = new Map<number, Kept>();
  let lasting = 0;

  function forget(pid: number): void {
    if (kept.size === 0) return;
    if (kept.get(pid)?.isLasting === true) lasting -= 1;
    kept.delete(pid);
  }

  return {
    note(pid, { state, startTicks, cpuTicks }, now) {
      const cause = CAUSES[state];
      if (cause === undefined) {
        forget(pid);
        return;
      }
      const known = kept.get(pid);
      // One that has used the CPU in between went on: whoever reads a disk all the time is seen waiting for it each time.
      const isStuck = cause === 'loop' || known?.cpuTicks === cpuTicks;
      if (known?.cause === cause && known.startTicks === startTicks && isStuck) {
        if (!known.isLasting && now - known.since >= LASTING_MS[cause]) {
          known.isLasting = true;
          lasting += 1;
        }
        return;
      }
      forget(pid);
      kept.set(pid, { cause, since: now, startTicks, cpuTicks, isLasting: false });
    },
    forget,
    of(pid) {
      const hold = kept.get(pid);
      return hold?.isLasting === true ? hold : null;
    },
    get size() {
      return lasting;
    },
  };
}
