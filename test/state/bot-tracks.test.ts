import { expect, test } from 'vitest';
import { BotTracks, type Span, type Tracked } from '../../src/state/bot-tracks.ts';

const START = 1_800_000_000_000;

/** One bot, between two others of which other things are known. */
function tracked(seconds: number, memoryAt: (second: number) => number) {
  const tracks = new BotTracks();
  tracks.grow(3);
  for (const slot of [0, 1, 2]) tracks.reset(slot);
  const push = (at: number, cpuPercent: number, memoryBytes: number, loopMs: number) => {
    tracks.push(0, at, 99, 1e9, 9);
    tracks.push(1, at, cpuPercent, memoryBytes, loopMs);
    tracks.push(2, at, 99, 1e9, 9);
  };
  for (let second = 0; second < seconds; second++)
    push(START + second * 1_000, second % 7, memoryAt(second), Number.NaN);
  return { tracks, push, curve: (measure: Tracked, span: Span) => tracks.curve(1, measure, span) };
}

test('ten minutes are means of five seconds, each to a thousandth', () => {
  const { values, stepMs } = tracked(60, (second) => 50e6 + second * 1e6).curve('memoryBytes', '10m');
  expect(stepMs).toBe(5_000);
  expect(values).toHaveLength(12);
  expect((values[0] as number) / 52e6).toBeCloseTo(1, 3);
  expect((values[11] as number) / 107e6).toBeCloseTo(1, 3);
});

test('what was never known is unknown and not nothing', () => {
  const tracks = tracked(30, () => Number.NaN);
  for (const measure of ['memoryBytes', 'loopMs'] as const) {
    for (const value of tracks.curve(measure, '10m').values) expect(value).toBeNaN();
  }
});

test('time without a sample is a gap as long as it was', () => {
  const tracks = tracked(20, () => 60e6);
  tracks.push(START + 60_000, 1, 70e6, 1);
  const { values, endAt } = tracks.curve('memoryBytes', '10m');
  expect(values).toHaveLength(13);
  expect(values.slice(4, 12).every(Number.isNaN)).toBe(true);
  expect(values[12]).toBeCloseTo(70e6, -5);
  expect(endAt).toBe(START + 65_000);
});

test('of a day all is kept, coarser, and the hour and the ten minutes are theirs', () => {
  const day = 86_400;
  const tracks = tracked(day, (second) => 1e6 * (1 + second / 100));
  const all = tracks.curve('memoryBytes', 'all');
  expect(all.values.length * all.stepMs).toBeGreaterThanOrEqual(day * 1_000);
  expect(all.values.length).toBeLessThanOrEqual(121);
  expect(all.values[0]).toBeLessThan(15e6);
  expect([...all.values].sort((a, b) => a - b)).toEqual(all.values);
  const hour = tracks.curve('memoryBytes', '1h');
  expect(hour.values.length * hour.stepMs).toBeGreaterThanOrEqual(3_600_000);
  expect((hour.values[1] as number) / (1e6 * (1 + (day - 3_600) / 100))).toBeCloseTo(1, 1);
  expect(tracks.curve('memoryBytes', '10m').values.length).toBe(121);
});

test('a clock that is set back loses nothing and ends', () => {
  const tracks = tracked(30, () => 60e6);
  tracks.push(START - 3_600_000, 1, 70e6, 1);
  const { values } = tracks.curve('memoryBytes', '10m');
  expect(values.at(-1)).toBeCloseTo(70e6, -5);
  expect(values).toHaveLength(7);
});

test('room for more changes nothing of what there is, and a copy stands still', () => {
  const { tracks, push, curve } = tracked(700, (second) => 1e6 * (1 + second));
  const before = (['10m', '1h', 'all'] as const).map((span) => curve('memoryBytes', span));
  const copy = tracks.copy();
  tracks.grow(50);
  expect((['10m', '1h', 'all'] as const).map((span) => curve('memoryBytes', span))).toEqual(before);
  push(START + 700_000, 1, 5e9, 1);
  expect((['10m', '1h', 'all'] as const).map((span) => copy.curve(1, 'memoryBytes', span))).toEqual(before);
});
