import { expect, test } from 'vitest';
import { MemoryPoints, timeToReach } from '../../src/state/memory-trend.ts';
import { NOON } from '../helpers/bots.ts';

const minute = 60_000;

/** One process from its start, looked at each second, its memory being what `bytesAt` says of each age in ms. */
function follow(forMs: number, bytesAt: (ageMs: number) => number, points = pointsOfOne(), start = NOON) {
  for (let age = 0; age <= forMs; age += 1_000) points.push(start + age, bytesAt(age), start);
  return points;
}

/** One bot, between two others that grow in ways of their own. */
function pointsOfOne() {
  const points = new MemoryPoints();
  points.grow(3);
  for (const slot of [0, 1, 2]) points.reset(slot);
  return {
    push(at: number, bytes: number, startedAt: number) {
      points.push(0, at, (at - NOON) * 7, NOON);
      points.push(1, at, bytes, startedAt);
      points.push(2, at, 9e9, NOON);
    },
    trend: () => points.trend(1),
  };
}

const perHour = (bytes: number) => (ageMs: number) => 100e6 + (bytes * ageMs) / 3_600_000;

test('a steady leak is told by the hour, the growth of the first minute left out', () => {
  const trend = follow(30 * minute, (age) => perHour(12e6)(age) - (age < minute ? 60e6 : 0)).trend();
  expect(trend?.isGrowing).toBe(true);
  expect(Math.abs((trend?.bytesPerHour ?? 0) - 12e6)).toBeLessThan(0.1e6);
  expect(trend?.spanMs).toBeGreaterThan(20 * minute);
});

test('a heap that fills and is collected does not grow, and neither does a short peak bend the line', () => {
  const saw = follow(30 * minute, (age) => 100e6 + (age % (3 * minute)) * 200).trend();
  expect(saw?.isGrowing).toBe(false);
  const peak = follow(30 * minute, (age) => perHour(6e6)(age) + (age > 20 * minute && age < 22 * minute ? 80e6 : 0));
  expect(Math.abs((peak.trend()?.bytesPerHour ?? 0) - 6e6)).toBeLessThan(1e6);
});

test('memory that goes down is a slope below zero and no growth', () => {
  expect(follow(30 * minute, perHour(-6e6)).trend()).toMatchObject({ isGrowing: false });
  expect(follow(30 * minute, perHour(-6e6)).trend()?.bytesPerHour).toBeLessThan(-5e6);
});

test('a day fits into as much room as a minute', () => {
  const day = follow(24 * 60 * minute, perHour(2e6)).trend();
  expect(Math.abs((day?.bytesPerHour ?? 0) - 2e6)).toBeLessThan(0.1e6);
  expect(day?.spanMs).toBeGreaterThan(12 * 60 * minute);
});

test('nothing is said of a process seen briefly, and another process begins anew', () => {
  const points = follow(1.5 * minute, perHour(12e6));
  expect(points.trend()).toBe(null);
  follow(30 * minute, perHour(12e6), points);
  expect(points.trend()).not.toBe(null);
  points.push(NOON + 31 * minute, 50e6, NOON + 31 * minute);
  expect(points.trend()).toBe(null);
});

test('a memory that is not known is no point', () => {
  const trend = follow(30 * minute, (age) => (age % 2_000 === 0 ? Number.NaN : perHour(12e6)(age))).trend();
  expect(Math.abs((trend?.bytesPerHour ?? 0) - 12e6)).toBeLessThan(0.2e6);
});

test('the time to a limit is known where memory grows towards it', () => {
  const growing = { bytesPerHour: 12e6, isGrowing: true, spanMs: 1_800_000 };
  expect(timeToReach(146e6, growing, 150e6)).toBe(20 * minute);
  expect(timeToReach(151e6, growing, 150e6)).toBe(0);
  expect(timeToReach(146e6, { ...growing, isGrowing: false }, 150e6)).toBe(null);
  expect(timeToReach(146e6, null, 150e6)).toBe(null);
  expect(timeToReach(Number.NaN, growing, 150e6)).toBe(null);
  expect(timeToReach(146e6, { ...growing, bytesPerHour: 1 }, 150e6)).toBe(null);
});
