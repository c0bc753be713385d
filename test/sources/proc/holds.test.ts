import { expect, test } from 'vitest';
import { createHolds } from '../../../src/sources/proc/holds.ts';
import type { ProcessStat } from '../../../src/sources/proc/stat.ts';

const stat = (state: string, cpuTicks = 5, startTicks = 7): ProcessStat => ({
  state,
  cpuTicks,
  ownCpuTicks: cpuTicks,
  startTicks,
  residentPages: 1,
  parentPid: 1,
});

test('waiting for a device is a hold only while no CPU is used in between', () => {
  const holds = createHolds();
  holds.note(9, stat('D', 5), 1_000);
  holds.note(9, stat('D', 6), 2_000);
  expect(holds.of(9)).toBeNull();
  holds.note(9, stat('D', 6), 3_000);
  expect(holds.of(9)).toMatchObject({ cause: 'kernel', since: 2_000 });
  holds.note(9, stat('R', 6), 4_000);
  expect(holds.size).toBe(0);
});

test('a main thread that runs at every look is caught in a loop, after most of a minute; one wait ends that', () => {
  const holds = createHolds();
  const look = (letter: string, second: number) => holds.note(9, stat(letter, 5 + second), second * 1_000);
  for (let second = 0; second < 45; second++) look('R', second);
  expect([holds.of(9), holds.size]).toEqual([null, 0]);
  look('R', 45);
  expect(holds.of(9)).toMatchObject({ cause: 'loop', since: 0 });
  expect(holds.size).toBe(1);
  look('S', 46);
  expect([holds.of(9), holds.size]).toEqual([null, 0]);
  look('R', 47);
  look('R', 91);
  expect(holds.of(9)).toBeNull();
  look('R', 92);
  expect(holds.size).toBe(1);
  holds.forget(9);
  expect(holds.size).toBe(0);
});

test('another cause, or another process of the pid, begins anew', () => {
  const holds = createHolds();
  holds.note(9, stat('t'), 1_000);
  holds.note(9, stat('t'), 2_000);
  expect(holds.of(9)?.cause).toBe('debugger');
  holds.note(9, stat('T'), 3_000);
  expect(holds.of(9)).toBeNull();
  holds.note(9, stat('T'), 4_000);
  expect(holds.of(9)).toMatchObject({ cause: 'signal', since: 3_000 });
  holds.note(9, stat('T', 5, 8), 5_000);
  expect(holds.of(9)).toBeNull();
  holds.forget(9);
  expect(holds.size).toBe(0);
});
