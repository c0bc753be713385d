import { expect, test } from 'vitest';
import type { ActionDeps, Verdict } from '../../../src/actions/action.ts';
import { withLogs } from '../../../src/actions/logs/checks.ts';
import { fakeDaemon, START } from '../fake-daemon.ts';

const GOOD: Verdict = { state: 'good', checks: [{ text: 'up 10 s', state: 'good' }] };
const BEGUN = START - 10_000;

/** A verdict ten seconds after the action, with so many errors since it and in the ten minutes before. */
function judged(since: number, earlier: number, writtenAt: number | null = START): Verdict {
  const daemon = fakeDaemon('weather-bot');
  const logsSince: ActionDeps['logsSince'] = (_, from) => ({
    errors: from < BEGUN ? since + earlier : since,
    writtenAt,
  });
  return withLogs(GOOD, daemon.target('weather-bot'), BEGUN, { ...daemon.deps, logsSince });
}

const words = ({ checks }: Verdict) => checks.map(({ text }) => text).join(' · ');

test('no errors and a first line make a good end', () => {
  expect(judged(0, 0)).toMatchObject({ state: 'good' });
  expect(words(judged(0, 0))).toBe('up 10 s · 0 errors · writes');
  expect(words(judged(0, 50))).toBe('up 10 s · 0 errors · writes');
});

test('an error of a bot that had none is bad, and worse than before', () => {
  const verdict = judged(1, 0);
  expect(verdict).toMatchObject({ state: 'bad' });
  expect(verdict.isWorse).toBeUndefined();
  expect(words(verdict)).toContain('1 error since');
});

test('errors as before are not held against it, many more are', () => {
  expect(words(judged(1, 3))).toContain('1 error, as before');
  expect(judged(4, 120).state).toBe('good');
  expect(judged(5, 120).state).toBe('bad');
  expect(judged(2, 3).state).toBe('bad');
});

test('a bot that says nothing is neither good nor bad for it', () => {
  expect(judged(0, 0, null)).toMatchObject({
    state: 'good',
    checks: [{}, {}, { text: 'silent so far', state: 'waiting' }],
  });
});

test('of a job that ran and ended its exit says enough', () => {
  const daemon = fakeDaemon('job');
  const ended: Verdict = { state: 'good', checks: [{ text: 'ran and ended: exit 0', state: 'good' }] };
  const logsSince = () => ({ errors: 3, writtenAt: null });
  expect(withLogs(ended, daemon.target('job'), BEGUN, { ...daemon.deps, logsSince })).toBe(ended);
});

test('where logs are not followed nothing is said of them', () => {
  const daemon = fakeDaemon('weather-bot');
  expect(withLogs(GOOD, daemon.target('weather-bot'), BEGUN, daemon.deps)).toBe(GOOD);
});
