/** Processes that stay in a state of /proc in which others are for moments: stopped, traced, waiting in the kernel, or running without a pause. */
import type { ProcessStat } from './stat.ts';

/** `since` is when it was first seen so, in the time of the samples. */
export interface LastingState {
  readonly name: LastingStateName;
  readonly since: number;
}

/** As proc(5) calls them. `running`: its main thread never waits. */
export type LastingStateName = 'stopped' | 'traced' | 'uninterruptible' | 'running';

/** Keeps since when; nearly always there is none, and a process that sleeps and wakes costs a look at one letter. */
export interface LastingStates {
  /** Takes one reading of a process's state. */
  note(pid: number, stat: ProcessStat, now: number): void;
  forget(pid: number): void;
  /** Null also of what was seen so once: that is a moment. */
  of(pid: number): LastingState | null;
  /** How many there are. */
  readonly size: number;
}

interface Kept extends LastingState {
  readonly startTicks: number;
  readonly cpuTicks: number;
  isLasting: boolean;
}

/** Two looks as near as this to each other are one; a main thread that works is found running by many, ms. */
const LASTING_MS: Readonly<Record<LastingStateName, number>> = {
  stopped: 400,
  traced: 400,
  uninterruptible: 400,
  running: 45_000,
};
const NAMES: Readonly<Record<string, LastingStateName>> = {
  T: 'stopped',
  t: 'traced',
  D: 'uninterruptible',
  R: 'running',
};

export function createLastingStates(): LastingStates {
  const kept = new Map<number, Kept>();
  let lasting = 0;

  function forget(pid: number): void {
    if (kept.size === 0) return;
    if (kept.get(pid)?.isLasting === true) lasting -= 1;
    kept.delete(pid);
  }

  return {
    note(pid, { state, startTicks, cpuTicks }, now) {
      const name = NAMES[state];
      if (name === undefined) {
        forget(pid);
        return;
      }
      const known = kept.get(pid);
      // One that has used the CPU in between went on: whoever reads a disk all the time is seen waiting for it each time.
      const isStuck = name === 'running' || known?.cpuTicks === cpuTicks;
      if (known?.name === name && known.startTicks === startTicks && isStuck) {
        if (!known.isLasting && now - known.since >= LASTING_MS[name]) {
          known.isLasting = true;
          lasting += 1;
        }
        return;
      }
      forget(pid);
      kept.set(pid, { name, since: now, startTicks, cpuTicks, isLasting: false });
    },
    forget,
    of(pid) {
      const known = kept.get(pid);
      return known?.isLasting === true ? known : null;
    },
    get size() {
      return lasting;
    },
  };
}
