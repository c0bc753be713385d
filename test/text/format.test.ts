import { expect, test } from 'vitest';
import {
  ago,
  bytes,
  bytesLong,
  clockTime,
  count,
  duration,
  percent,
  rate,
  UNKNOWN,
  zoneOffset,
} from '../../src/text/format.ts';
import fc from '../helpers/fast-check.ts';

test('bytes are decimal and take four columns at most', () => {
  const cases: [number, string][] = [
    [0, '0B'],
    [999, '999B'],
    [1000, '1.0k'],
    [9949, '9.9k'],
    [9950, '10k'],
    [146e6, '146M'],
    [200e6, '200M'],
    [999.6e6, '1.0G'],
    [3.4e9, '3.4G'],
    [12e12, '12T'],
    [-146e6, '-146M'],
  ];
  for (const [value, text] of cases) expect(bytes(value)).toBe(text);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 9e20, noNaN: true }), (n) => {
      expect(bytes(n).length).toBeLessThanOrEqual(4);
    }),
  );
});

test('the long form of bytes names the unit', () => {
  expect([0, 512, 146e6, 3.434e9, 12.34e9, 999.7e6].map(bytesLong)).toEqual([
    '0 B',
    '512 B',
    '146 MB',
    '3.43 GB',
    '12.3 GB',
    '1.00 GB',
  ]);
});

test('a share is whole, and less than all is never written as all', () => {
  expect([0, 0.4, 0.5, 71.4, 99.4, 99.9, 100, 250, -0.2].map(percent)).toEqual([
    '0%',
    '0%',
    '1%',
    '71%',
    '99%',
    '99%',
    '100%',
    '250%',
    '0%',
  ]);
});

test('rates and counts', () => {
  expect([0, 300, 2.1e6].map(rate)).toEqual(['0B/s', '300B/s', '2.1M/s']);
  expect([0, 999, 1234, 18_400, 999_900].map(count)).toEqual(['0', '999', '1.2k', '18k', '1.0M']);
});

test('durations are rounded down to two units in five columns', () => {
  const s = 1000,
    m = 60 * s,
    h = 60 * m,
    d = 24 * h;
  const cases: [number, string][] = [
    [0, '0s'],
    [999, '0s'],
    [8 * s, '8s'],
    [4 * m + 12 * s, '4m12'],
    [m - 1, '59s'],
    [h - 1, '59m59'],
    [3 * h + 5 * m, '3h05'],
    [9 * d + 23 * h, '9d23'],
    [12 * d, '12d'],
    [999 * d, '999d'],
    [1100 * d, '3y'],
  ];
  for (const [ms, text] of cases) expect(duration(ms)).toBe(text);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 3e13, noNaN: true }), (ms) => {
      expect(duration(ms).length).toBeLessThanOrEqual(5);
    }),
  );
});

test('ages have one unit and never run backwards', () => {
  expect(ago(-3_600_000)).toBe(UNKNOWN);
  expect([-5000, 0, 8000, 250_000, 11_100_000, 12 * 86_400_000].map(ago)).toEqual([
    '0s',
    '0s',
    '8s',
    '4m',
    '3h',
    '12d',
  ]);
});

test('clock times are those of the offset, across midnight too', () => {
  const at = Date.UTC(2026, 10, 21, 23, 30, 5);
  expect(clockTime(at, 0)).toBe('23:30:05');
  expect(clockTime(at, 60)).toBe('00:30:05');
  expect(clockTime(at, -210)).toBe('20:00:05');
  expect([0, 60, -210, 345, 840].map(zoneOffset)).toEqual(['+00:00', '+01:00', '-03:30', '+05:45', '+14:00']);
});

test('what is not known is shown as unknown, never as zero', () => {
  const formats = [
    bytes,
    bytesLong,
    percent,
    rate,
    count,
    duration,
    ago,
    zoneOffset,
    (v: number | null | undefined) => clockTime(v, 0),
  ];
  for (const format of formats)
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(format(value)).toBe(UNKNOWN);
  expect(duration(-1)).toBe(UNKNOWN);
  expect(clockTime(8.65e15, 0)).toBe(UNKNOWN);
});
