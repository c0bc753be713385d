import { expect, test } from 'vitest';
import { createZoneShift } from '../../../src/sources/logs/zone.ts';

/** What a clock on the wall shows, read as if it hung here. */
const read = (...wall: readonly [number, number, number, number, number]): number => new Date(...wall).getTime();

test('a time close to a change of the clocks has the offset of its own side', () => {
  const berlin = createZoneShift('Europe/Berlin');
  const moment = (at: number): string => new Date(at + berlin(at)).toISOString();
  // Forward at 01:00 UTC, from 02:00 to 03:00.
  expect(moment(read(2026, 2, 29, 1, 30))).toBe('2026-03-29T00:30:00.000Z');
  expect(moment(read(2026, 2, 29, 3, 30))).toBe('2026-03-29T01:30:00.000Z');
  expect(moment(read(2026, 2, 29, 12, 0))).toBe('2026-03-29T10:00:00.000Z');
  // Back at 01:00 UTC, from 03:00 to 02:00.
  expect(moment(read(2026, 9, 25, 1, 30))).toBe('2026-10-24T23:30:00.000Z');
  expect(moment(read(2026, 9, 25, 3, 30))).toBe('2026-10-25T02:30:00.000Z');
});
