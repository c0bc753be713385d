import type { Failure, Reading } from '../../src/sources/source.ts';
import fc from '../helpers/fast-check.ts';

/** Values at random that every world is made of: each may be unknown at times, and a reading has every state. */

export const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

export const count = fc.nat({ max: 2 ** 40 });
export const pid = fc.integer({ min: 1, max: 2 ** 22 });
export const instant = fc.integer({ min: NOW - 10 ** 10, max: NOW + 5_000 });
export const percent = fc.double({ min: 0, max: 100, noNaN: true });
export const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
export const orNaN = (value: fc.Arbitrary<number>) => fc.oneof(value, fc.constant(Number.NaN));

const failure: fc.Arbitrary<Failure> = fc.record(
  {
    code: fc.constantFrom('absent', 'refused', 'denied', 'frozen', 'timeout', 'protocol', 'failed'),
    message: fc.string(),
    hint: fc.string(),
  },
  { requiredKeys: ['code', 'message'] },
);

const tookMs = fc.double({ min: 0, max: 60_000, noNaN: true });

export const reading = <S>(value: fc.Arbitrary<S>): fc.Arbitrary<Reading<S>> =>
  fc.oneof(
    fc.record({ state: fc.constant('waiting' as const), since: instant }),
    fc.record({ state: fc.constant('fresh' as const), value, readAt: instant, tookMs }),
    fc.record({
      state: fc.constant('stale' as const),
      value,
      readAt: instant,
      tookMs,
      error: orNull(failure),
      since: instant,
    }),
    fc.record({ state: fc.constant('down' as const), error: failure, since: instant, tookMs }),
    fc.record({ state: fc.constant('off' as const), reason: fc.string() }),
  );
