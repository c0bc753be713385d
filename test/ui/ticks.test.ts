import { expect, test } from 'vitest';
import { scaleOf, timeTicks } from '../../src/ui/ticks.ts';
import fc from '../helpers/fast-check.ts';

const plain = (value: number) => String(value);

test('a scale holds all of its range, has no more steps than asked and no label twice', () => {
  const bound = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      bound,
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      (low, span, most) => {
        const { min, max, ticks } = scaleOf(low, low + span, Math.min(4, most), most, plain);
        expect(min).toBeLessThanOrEqual(low + span * 1e-6);
        expect(max).toBeGreaterThanOrEqual(low + span * (1 - 1e-6));
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      },
    ),
  );
});

test('labels that would say the same are taken apart by a larger step', () => {
  const { ticks } = scaleOf(5.9, 9.2, 4, 20, (value) => `${Math.round(value)}%`);
  expect(ticks.map(({ label }) => label)).toEqual(['10%', '9%', '8%', '7%', '6%', '5%']);
});

test('the ages of a time axis are round and few', () => {
  expect(timeTicks(60_000, 4)).toEqual([60_000, 45_000, 30_000, 15_000]);
  expect(timeTicks(170_000, 4)).toEqual([120_000, 60_000]);
  expect(timeTicks(3_600_000, 4)).toEqual([3_600_000, 2_700_000, 1_800_000, 900_000]);
  expect(timeTicks(3_600_000, 2)).toEqual([3_600_000, 1_800_000]);
  expect(timeTicks(500, 4)).toEqual([]);
});
