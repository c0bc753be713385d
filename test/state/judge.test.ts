import { describe, expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import { ageOf, judgeAt, judgeBot } from '../../src/state/judge.ts';
import { makeBot, makeCrashes, makeExit, NOON } from '../helpers/bots.ts';

const judge = (bot: Bot, isFresh: boolean, now: number) => {
  const { state, why } = judgeAt(bot, { isFresh, readAt: now, now }, defaults.thresholds.bots);
  return { state, why };
};

describe('a bot that PM2 calls online', () => {
  test('is ok when it has run for an hour, whatever its old restarts', () => {
    expect(judge(makeBot({ restarts: 500 }), true, NOON).state).toBe('ok');
  });

  test('is flapping when it crashed three times within five minutes', () => {
    const bot = makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(3, 2_000) });
    expect(judge(bot, true, NOON)).toEqual({ state: 'flapping', why: '3×/5m exit 1' });
  });

  test('is out of the loop once it has run twice as long as any life that crashed, and half a minute', () => {
    const loop = (ranMs: number, upMs: number) => {
      const exits = makeCrashes(4, 40_000, upMs).map((exit) => ({ ...exit, ranMs }));
      return judge(makeBot({ startedAt: NOON - upMs, exits }), true, NOON);
    };
    expect(loop(0, 29_000).state).toBe('flapping');
    expect(loop(0, 30_000)).toEqual({ state: 'ok', why: '4×/1h exit 1' });
    expect(loop(39_000, 77_000).state).toBe('flapping');
    expect(loop(39_000, 78_000).state).toBe('ok');
  });

  test('is ok after two crashes', () => {
    expect(judge(makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(2, 2_000) }), true, NOON).state).toBe('ok');
  });

  test('is not flapping when a person restarted it, however often', () => {
    const exits = makeCrashes(10, 1_000).map((exit) => ({ ...exit, cause: 'asked' as const }));
    expect(judge(makeBot({ startedAt: NOON - 500, exits }), true, NOON).state).toBe('ok');
  });

  test('is flapping when PM2 keeps restarting it for its memory', () => {
    const exits = makeCrashes(3, 30_000).map((exit) => ({ ...exit, cause: 'memory' as const }));
    const judgement = judge(makeBot({ startedAt: NOON - 500, exits }), true, NOON);
    expect(judgement).toEqual({ state: 'flapping', why: '3×/5m over memory' });
  });

  test('is ok again once its crashes are more than five minutes old', () => {
    const bot = makeBot({ startedAt: NOON - 300_001, exits: makeCrashes(20, 1_000, 300_001) });
    expect(judge(bot, true, NOON).state).toBe('ok');
  });

  test('and is ok, it says what ended it within the hour, until somebody restarts it', () => {
    const exits = makeCrashes(4, 600_000, 400_000).map((exit) => ({ ...exit, cause: 'memory' as const }));
    const why = (more: Bot['exits'], now: number) =>
      judge(makeBot({ startedAt: NOON - 390_000, exits: [...exits, ...more] }), true, now);
    expect(why([], NOON)).toEqual({ state: 'ok', why: '4×/1h over memory' });
    expect(why([], NOON + 3_300_000)).toEqual({ state: 'ok', why: '' });
    expect(why([makeExit({ at: NOON - 300_000, cause: 'asked' })], NOON)).toEqual({ state: 'ok', why: '' });
  });

  test('is stale when the reading is, even if it flapped', () => {
    const bot = makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(9, 1_000) });
    expect(judge(bot, false, NOON)).toEqual({ state: 'stale', why: 'was flapping 9×/5m exit 1' });
  });
});

test('a bot that PM2 gave up is errored, with how it ended', () => {
  const bot = makeBot({ status: 'errored', pid: null, exits: makeCrashes(16, 100) });
  expect(judge(bot, true, NOON)).toEqual({ state: 'errored', why: 'gave up: exit 1' });
});

test('a bot that a person stopped is stopped, one that finished its work too, one left lying after a crash is errored', () => {
  const stopped = (cause: 'asked' | 'crash', code: number) =>
    judge(
      makeBot({ status: 'stopped', pid: null, exits: [makeExit({ at: NOON - 5_000, code, signal: 'SIGINT', cause })] }),
      true,
      NOON,
    );
  expect(stopped('asked', 1)).toEqual({ state: 'stopped', why: '' });
  expect(stopped('crash', 0)).toEqual({ state: 'stopped', why: 'finished' });
  expect(stopped('crash', 1)).toEqual({ state: 'errored', why: 'exit 1, not restarted' });
});

test('the moment between an exit and the restart, which PM2 calls stopped, is no error and ends no crash loop', () => {
  const stopped = (exits: Bot['exits']) =>
    judge(makeBot({ status: 'stopped', pid: null, startedAt: NOON - 2_000, exits }), true, NOON).state;
  expect(stopped(makeCrashes(1, 1, 500))).toBe('restart-wait');
  expect(stopped(makeCrashes(4, 1_000, 500))).toBe('flapping');
  expect(stopped(makeCrashes(4, 1_000, 3_500))).toBe('errored');
});

test('a bot waiting for its restart says how long still', () => {
  const bot = makeBot({ status: 'waiting restart', restartDelayMs: 10_000, exits: makeCrashes(1, 1, 2_000) });
  expect(judge(bot, true, NOON)).toEqual({ state: 'restart-wait', why: 'in 8s exit 1' });
});

test('a bot that usually talks is silent after five minutes, or three of its usual gaps where that is longer', () => {
  const quiet = (agoMs: number, usualGapMs: number) =>
    judge(makeBot({ quiet: { since: NOON - agoMs, usualGapMs } }), true, NOON);
  expect(quiet(299_000, 4_000).state).toBe('ok');
  expect(quiet(18 * 60_000, 4_000)).toEqual({ state: 'silent', why: '18m, usually under 4s' });
  expect(quiet(18 * 60_000, 7 * 60_000).state).toBe('ok');
  expect(quiet(22 * 60_000, 7 * 60_000)).toEqual({ state: 'silent', why: '22m, usually under 7m' });
});

test('a bot that keeps crashing is flapping, however quiet it is', () => {
  const quiet = { since: NOON - 3_600_000, usualGapMs: 1_000 };
  expect(judge(makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(3, 2_000), quiet }), true, NOON).state).toBe(
    'flapping',
  );
});

test('a bot that a signal froze is frozen, one in a debugger or waiting for a device only when that lasts', () => {
  const lasting = (name: 'stopped' | 'traced' | 'uninterruptible', forMs: number) =>
    judge(makeBot({ lastingState: { name, since: NOON - forMs }, exits: makeCrashes(3, 2_000) }), true, NOON);
  expect(lasting('stopped', 600)).toEqual({ state: 'frozen', why: 'SIGSTOP 0s, SIGCONT wakes it' });
  expect(lasting('stopped', 240_000).why).toBe('SIGSTOP 4m, SIGCONT wakes it');
  expect(lasting('traced', 9_999).state).toBe('ok');
  expect(lasting('traced', 10_000)).toEqual({ state: 'frozen', why: 'in a debugger 10s' });
  expect(lasting('uninterruptible', 14_999).state).toBe('ok');
  expect(lasting('uninterruptible', 15_000)).toEqual({ state: 'frozen', why: 'waits in the kernel 15s' });
});

test('a bot that takes long to stop says for how long, and when PM2 kills it', () => {
  const stopping = (forMs: number, killTimeoutMs: number | null) =>
    judge(makeBot({ status: 'stopping', stoppingSince: NOON - forMs, killTimeoutMs }), true, NOON).why;
  expect(stopping(4_999, 600_000)).toBe('');
  expect(stopping(40_000, 600_000)).toBe('for 40s, killed after 10m');
  expect(stopping(700_000, 600_000)).toBe('for 11m');
  expect(stopping(40_000, null)).toBe('for 40s');
});

test('a signal is named where the exit code is 0, for PM2 writes code 0 for a SIGKILL', () => {
  const exits = [makeExit({ at: NOON - 5_000, code: 0, signal: 'SIGKILL' })];
  expect(judge(makeBot({ status: 'stopped', pid: null, exits }), true, NOON)).toEqual({
    state: 'errored',
    why: 'SIGKILL, not restarted',
  });
});

test('a status this version of PM2 did not have is unknown, never ok', () => {
  expect(judge(makeBot({ status: 'unknown' }), true, NOON).state).toBe('unknown');
});

describe('limits of one’s own', () => {
  const bot = makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(4, 600_000, 1_000) });

  test('count the exits of their window, and name it', () => {
    const judgement = judgeBot(bot, NOON, { flapExits: 4, flapWindowMs: 3_600_000, silentAfterMs: 300_000 });
    expect(judgement).toEqual({ state: 'flapping', why: '4×/1h exit 1' });
  });

  test('let a bot be ok that the usual ones would call flapping', () => {
    const often = makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(3, 2_000) });
    expect(judge(often, true, NOON).state).toBe('flapping');
    expect(judgeBot(often, NOON, { flapExits: 4, flapWindowMs: 300_000, silentAfterMs: 300_000 }).state).toBe('ok');
  });

  test('name a window that is no whole minute as it is', () => {
    const often = makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(3, 2_000) });
    expect(judgeBot(often, NOON, { flapExits: 1, flapWindowMs: 90_000, silentAfterMs: 300_000 }).why).toBe(
      '3×/1m30 exit 1',
    );
  });
});

test('how old a bot is is not known once the clock was set back behind its start', () => {
  expect(ageOf({ startedAt: NOON - 90_000 }, NOON)).toBe(90_000);
  // PM2 notes a start a moment before or after the process sees it.
  expect(ageOf({ startedAt: NOON + 500 }, NOON)).toBe(0);
  expect(ageOf({ startedAt: NOON + 7_200_000 }, NOON)).toBeNaN();
  expect(ageOf({ startedAt: null }, NOON)).toBeNaN();
});
