import { expect, test } from 'vitest';
import { createRhythms } from '../../../src/sources/pm2/rhythm.ts';
import { makeBot, NOON } from '../../helpers/bots.ts';

const minute = 60_000;

/** Writes each `everyMs` for `forMs` up to noon, looked at each second; then nothing. */
function talked(everyMs: number, forMs: number, bot = makeBot({ startedAt: NOON - 86_400_000 })) {
  const rhythms = createRhythms();
  rhythms.arrange([bot]);
  for (let at = NOON - forMs; at <= NOON; at += 1_000) {
    rhythms.note(Float64Array.of(NOON - Math.ceil((NOON - at) / everyMs) * everyMs), at);
  }
  return {
    rhythms,
    quietAt(now: number, lastLogAt = NOON) {
      rhythms.note(Float64Array.of(lastLogAt), now);
      return rhythms.quietOf(0);
    },
  };
}

test('a bot that wrote every four seconds is quiet a minute after its last word, and is told with its usual gap', () => {
  const { quietAt } = talked(4_000, 20 * minute);
  expect(quietAt(NOON + 59_000)).toBe(null);
  expect(quietAt(NOON + 61_000)).toEqual({ since: NOON, usualGapMs: 4_000 });
  expect(quietAt(NOON + 3 * 60 * minute)).toEqual({ since: NOON, usualGapMs: 4_000 });
  expect(quietAt(NOON + 3 * 60 * minute + 1, NOON + 3 * 60 * minute)).toBe(null);
});

test('one that writes every five minutes is not quiet before ten', () => {
  const { quietAt } = talked(5 * minute, 60 * minute);
  expect(quietAt(NOON + 9 * minute)).toBe(null);
  expect(quietAt(NOON + 11 * minute)).toEqual({ since: NOON, usualGapMs: 5 * minute });
});

test('of one that was seen too briefly, or writes rarely, nothing is said', () => {
  expect(talked(4_000, 9 * minute).quietAt(NOON + 60 * minute)).toBe(null);
  expect(talked(20 * minute, 120 * minute).quietAt(NOON + 600 * minute)).toBe(null);
});

test('it is quiet since its start where that is later, and never while it does not run', () => {
  const restarted = talked(4_000, 20 * minute);
  const bot = makeBot({ startedAt: NOON + 10 * minute });
  restarted.rhythms.arrange([bot]);
  expect(restarted.quietAt(NOON + 10 * minute + 30_000)).toBe(null);
  expect(restarted.quietAt(NOON + 12 * minute)).toEqual({ since: NOON + 10 * minute, usualGapMs: 4_000 });
  restarted.rhythms.arrange([{ ...bot, pid: null }]);
  expect(restarted.quietAt(NOON + 13 * minute)).toBe(null);
});

test('a log that was emptied tells nothing until it is written to again', () => {
  const { quietAt } = talked(4_000, 20 * minute);
  expect(quietAt(NOON + 10 * minute, Number.NaN)).toBe(null);
  expect(quietAt(NOON + 11 * minute, NOON + 11 * minute)).toBe(null);
  expect(quietAt(NOON + 13 * minute, NOON + 11 * minute)).toEqual({ since: NOON + 11 * minute, usualGapMs: 4_000 });
});

test('a silence that began before we looked is judged by what the log tells, asked for once', () => {
  const rhythms = createRhythms();
  const bot = makeBot({ startedAt: NOON - 86_400_000 });
  rhythms.arrange([bot]);
  rhythms.note(Float64Array.of(NOON - 18 * minute), NOON);
  expect(rhythms.quietOf(0)).toBe(null);
  expect(rhythms.nextUnknown(NOON)).toBe(bot);
  expect(rhythms.nextUnknown(NOON)).toBe(null);
  rhythms.learn(bot, { writes: 300, longestGapMs: 9_000, spanMs: 50 * minute });
  rhythms.note(Float64Array.of(NOON - 18 * minute), NOON + 1_000);
  expect(rhythms.quietOf(0)).toEqual({ since: NOON - 18 * minute, usualGapMs: 9_000 });
});

test('a bot keeps its rhythm when the list is sorted anew, and another under its id begins anew', () => {
  const { rhythms } = talked(4_000, 20 * minute);
  const other = makeBot({ id: 1, name: 'other', startedAt: NOON - 86_400_000 });
  const bot = makeBot({ startedAt: NOON - 86_400_000 });
  rhythms.arrange([other, bot]);
  rhythms.note(Float64Array.of(NOON, NOON), NOON + 2 * minute);
  expect([rhythms.quietOf(0), rhythms.quietOf(1)?.usualGapMs]).toEqual([null, 4_000]);
  rhythms.arrange([{ ...bot, uniqueId: 'added again' }]);
  rhythms.note(Float64Array.of(NOON), NOON + 3 * minute);
  expect(rhythms.quietOf(0)).toBe(null);
});
