import { expect, test } from 'vitest';
import { parseMoment, sinceText } from '../../../src/panels/logs/time.ts';

const now = new Date(2026, 10, 21, 12, 0, 0).getTime();
const at = (...parts: [number, number, number, number, number, number?]): number => new Date(...parts).getTime();

test.each([
  ['-10m', now - 600_000],
  ['-2h', now - 7_200_000],
  ['- 30 s', now - 30_000],
  ['-1d', now - 86_400_000],
  ['11:59', at(2026, 10, 21, 11, 59)],
  ['9:05:30', at(2026, 10, 21, 9, 5, 30)],
  ['14:02', at(2026, 10, 20, 14, 2)],
  ['2026-11-19 23:10', at(2026, 10, 19, 23, 10)],
  ['11-19 23:10', at(2026, 10, 19, 23, 10)],
  ['12-24', at(2025, 11, 24, 0, 0)],
])('%s is a moment: a time of day the last one that has come', (text, moment) => {
  expect(parseMoment(text, now)).toBe(moment);
});

test.each(['', 'soon', '25:00', '12:60', '-5', '-5y', '2026-13-01', '2026-02-31', '10'])('%j is none', (text) => {
  expect(parseMoment(text, now)).toBeNull();
});

test.each([
  [0, '0'],
  [340, '+340ms'],
  [-1_234, '-1.23s'],
  [59_999, '+59.99s'],
  [-184_000, '-3m04s'],
  [3_599_999, '+59m59s'],
  [7_500_000, '+2h05m'],
  [-273_600_000, '-3d04h'],
])('%i ms before or after a line is %s, in eight columns', (ms, text) => {
  expect(sinceText(ms)).toBe(text);
  expect(text.length).toBeLessThanOrEqual(8);
});
