import { expect, test } from 'vitest';
import { createLastingStates } from '../../../src/sources/proc/lasting-states.ts';
import type { ProcessStat } from '../../../src/sources/proc/stat.ts';

const stat = (state: string, cpuTicks = 5, startTicks = 7): ProcessStat => ({
  state,
  cpuTicks,
  ownCpuTicks: cpuTicks,
  startTicks,
  residentPages: 1,
  parentPid: 1,
});

test('waiting for a device lasts only while no CPU is used in between', () => {
  const states = createLastingStates();
  states.note(9, stat('D', 5), 1_000);
  states.note(9, stat('D', 6), 2_000);
  expect(states.of(9)).toBeNull();
  states.note(9, stat('D', 6), 3_000);
  expect(states.of(9)).toMatchObject({ name: 'uninterruptible', since: 2_000 });
  states.note(9, stat('R', 6), 4_000);
  expect(states.size).toBe(0);
});

test('running lasts when it is so at every look for most of a minute; one wait ends that', () => {
  const states = createLastingStates();
  const look = (letter: string, second: number) => states.note(9, stat(letter, 5 + second), second * 1_000);
  for (let second = 0; second < 45; second++) look('R', second);
  expect([states.of(9), states.size]).toEqual([null, 0]);
  look('R', 45);
  expect(states.of(9)).toMatchObject({ name: 'running', since: 0 });
  expect(states.size).toBe(1);
  look('S', 46);
  expect([states.of(9), states.size]).toEqual([null, 0]);
  look('R', 47);
  look('R', 91);
  expect(states.of(9)).toBeNull();
  look('R', 92);
  expect(states.size).toBe(1);
  states.forget(9);
  expect(states.size).toBe(0);
});

test('another state, or another process of the pid, begins anew', () => {
  const states = createLastingStates();
  states.note(9, stat('t'), 1_000);
  states.note(9, stat('t'), 2_000);
  expect(states.of(9)?.name).toBe('traced');
  states.note(9, stat('T'), 3_000);
  expect(states.of(9)).toBeNull();
  states.note(9, stat('T'), 4_000);
  expect(states.of(9)).toMatchObject({ name: 'stopped', since: 3_000 });
  states.note(9, stat('T', 5, 8), 5_000);
  expect(states.of(9)).toBeNull();
  states.forget(9);
  expect(states.size).toBe(0);
});
