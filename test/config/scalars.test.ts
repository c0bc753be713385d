import { expect, test } from 'vitest';
import { formatNumber, readNumber } from '../../src/config/scalars.ts';
import fc from '../helpers/fast-check.ts';

const value = (kind: Parameters<typeof readNumber>[0], text: string): unknown => {
  const result = readNumber(kind, {}, text);
  return 'value' in result ? result.value : null;
};

test('sizes are decimal unless they say otherwise, and durations say their unit', () => {
  expect(value('bytes', '150MB')).toBe(150e6);
  expect(value('bytes', '1.5 GiB')).toBe(1.5 * 2 ** 30);
  expect(value('bytes', '2048')).toBe(2048);
  expect(value('duration', '0.3s')).toBe(300);
  expect(value('duration', '1h')).toBe(3_600_000);
  expect(value('percent', '12.5%')).toBe(12.5);
});

test('what is no such number is none', () => {
  for (const text of ['', 'x', '-1', '1e3', '0x10', '1,5MB', '5 MBs', 'Infinity', 'NaN', '1mb', '٣', '1.5', '5%']) {
    expect(value('integer', text), text).toBeNull();
  }
  expect(value('bytes', '0.3B')).toBeNull();
  expect(value('duration', '5 parsecs')).toBeNull();
});

test('every number is written so that it reads as itself', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('integer', 'percent', 'bytes', 'duration', 'ratio'),
      fc.integer({ min: 0, max: 1e15 }),
      (kind, number) => value(kind, formatNumber(kind, number)) === number,
    ),
  );
  expect([formatNumber('bytes', 150e6), formatNumber('bytes', 2 ** 20), formatNumber('duration', 90_000)]).toEqual([
    '150MB',
    '1MiB',
    '90s',
  ]);
});
