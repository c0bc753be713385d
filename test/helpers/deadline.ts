import { readFileSync } from 'node:fs';

/** How many times as long a deadline becomes at most where the machine has no CPU to give. */
const MOST_TIMES = 4;

/**
 * By when something must have happened. What is promised within seconds is promised where a program that has something
 * to do may run: time in which anybody on this machine waits for a CPU does not count, up to three times the promise.
 */
export interface Deadline {
  isOver(): boolean;
}

export function deadlineIn(timeoutMs: number): Deadline {
  const startedAt = performance.now();
  const waitedBefore = waitedForCpuMs();
  return {
    isOver() {
      const elapsed = performance.now() - startedAt;
      if (elapsed <= timeoutMs) return false;
      return elapsed - (waitedForCpuMs() - waitedBefore) > timeoutMs || elapsed > MOST_TIMES * timeoutMs;
    },
  };
}

/**
 * How long, since boot, at least one task was ready to run and had no CPU, ms; where the kernel does not tell, a machine
 * is taken for one that is always busy.
 */
function waitedForCpuMs(): number {
  try {
    const total = /^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'latin1'))?.[1];
    if (total !== undefined) return Number(total) / 1_000;
  } catch {
    // No such file, or closed to us.
  }
  return performance.now();
}
