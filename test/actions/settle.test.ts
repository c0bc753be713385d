import { expect, test } from 'vitest';
import { look, SETTLED_MS, WATCHING, type Watching } from '../../src/actions/settle.ts';
import { botTarget } from '../../src/actions/target.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import { makeBot, makeCrashes, NOON } from '../helpers/bots.ts';

const before = makeBot({ id: 3, restarts: 7 });
const after = makeBot({ id: 3, restarts: 8, pid: 4260, startedAt: NOON });

/** Looks at one list after the other, a second apart. */
function watch(lists: readonly Bot[][], was: Bot = before): Watching {
  const expected = { before: botTarget(was), restartsOfOurs: was.status === 'online' ? 1 : 0 };
  return lists.reduce((seen, list, second) => look(seen, expected, list, second * 1000, second * 1000, NOON), WATCHING);
}

test('up with a new pid for ten seconds is good, and not a moment earlier', () => {
  const steady = Array.from({ length: SETTLED_MS / 1000 + 1 }, () => [after]);
  expect(watch(steady).verdict.state).toBe('good');
  expect(watch(steady.slice(1)).verdict).toEqual({
    state: 'watching',
    checks: [
      { text: 'pid 4211 → 4260', state: 'good' },
      { text: 'up 9 s', state: 'waiting' },
    ],
  });
});

test('the old process still being there proves nothing', () => {
  expect(watch(Array.from({ length: 20 }, () => [before])).verdict.state).toBe('watching');
});

test('a bot that never comes up is bad after a while', () => {
  const stopped = makeBot({ ...before, status: 'stopped', pid: null });
  const seen = watch(Array.from({ length: 60 }, () => [stopped]));
  expect(seen.verdict).toMatchObject({ state: 'bad', isWorse: true });
});

test('a second restart is bad with its exit code, even when it fell between two looks', () => {
  const again = { ...after, restarts: 9, pid: 4300, exitCode: 1 };
  expect(watch([[again]]).verdict.checks.at(-1)?.text).toBe('restarted again: exit 1');
  expect(watch([[after], [again]]).verdict).toEqual({
    state: 'bad',
    isWorse: true,
    checks: [
      { text: 'pid 4211 → 4260', state: 'good' },
      { text: 'restarted again: exit 1', state: 'bad' },
    ],
  });
});

test('a restart by its schedule is another life that is watched, and no failure; a crash of such a bot is one', () => {
  const was = makeBot({ ...before, cron: '* * * * *' });
  const next = { ...after, cron: '* * * * *', restarts: 9, pid: 4300, exitCode: 0 };
  const first = { ...after, cron: '* * * * *' };
  expect(watch([[first], [next]], was).verdict.state).toBe('watching');
  const steady = Array.from({ length: SETTLED_MS / 1000 + 1 }, () => [next]);
  expect(watch([[first], ...steady], was).verdict.state).toBe('good');
  expect(watch([[first], [{ ...next, exitCode: 1 }]], was).verdict.state).toBe('bad');
});

test('a bot with a schedule that ends again and again is not watched for ever', () => {
  const was = makeBot({ ...before, cron: '* * * * *' });
  const lives = Array.from({ length: 70 }, (_, i) => [{ ...was, restarts: 8 + i, pid: 4300 + i, exitCode: 0 }]);
  expect(watch(lives.slice(0, 50), was).verdict.state).toBe('watching');
  expect(watch(lives, was).verdict).toMatchObject({ state: 'bad' });
});

test('a crash just before the restart says nothing of the new process: it is watched, and told by its next end', () => {
  const ours = { ...after, restarts: 9, exitCode: 0 };
  expect(watch([[ours]]).verdict.state).toBe('watching');
  expect(watch([[ours], [{ ...ours, restarts: 10, pid: 4300, exitCode: 7 }]]).verdict.checks.at(-1)?.text).toBe(
    'restarted again: exit 7',
  );
});

test('waiting for its next try, errored, stopped and deleted are bad', () => {
  const end = (over: Partial<Bot>) => watch([[after], [{ ...after, ...over }]]).verdict.checks.at(-1)?.text;
  expect(end({ status: 'waiting restart', exitCode: 2, pid: null })).toBe('crashed, waits for its restart: exit 2');
  expect(end({ status: 'errored', pid: null })).toBe('errored');
  expect(end({ status: 'stopped', pid: null, exitCode: 0 })).toBe('stopped: exit 0');
  expect(watch([[after], []]).verdict.checks.at(-1)?.text).toBe('weather-bot (id 3) is gone');
});

test('a stopped bot that is started has no old pid to show and none of our restarts to spare', () => {
  const stopped = makeBot({ id: 3, restarts: 7, status: 'stopped', pid: null });
  expect(watch([[{ ...after, restarts: 7 }]], stopped).verdict.checks[0]?.text).toBe('pid 4260');
  expect(watch([[after]], stopped).verdict.state).toBe('bad');
});

test('a job that is not restarted by itself and ends with 0 has done what it is for', () => {
  const job = { ...before, autorestart: false };
  const ended: Bot = { ...after, autorestart: false, status: 'stopped', pid: null, exitCode: 0 };
  expect(watch([[{ ...after, autorestart: false }], [ended]], job).verdict).toEqual({
    state: 'good',
    checks: [
      { text: 'pid 4211 → 4260', state: 'good' },
      { text: 'ran and ended: exit 0', state: 'good' },
    ],
  });
  // So short that no look saw it run.
  expect(watch([[ended]], job).verdict.checks.map(({ text }) => text)).toEqual(['ran and ended: exit 0']);
  expect(watch([[{ ...ended, exitCode: 3 }]], job).verdict.state).toBe('watching');
  expect(watch([[{ ...after, autorestart: false }], [{ ...ended, exitCode: 3 }]], job).verdict.state).toBe('bad');
  // Stopped as it was before: it has not run yet.
  const idle: Bot = { ...job, status: 'stopped', pid: null, exitCode: 0 };
  expect(watch([[idle]], idle).verdict.state).toBe('watching');
});

test('a bot that crashed all along is not worse for crashing again', () => {
  const crashing = makeBot({ ...before, exits: makeCrashes(3, 2000) });
  expect(watch([[after], [{ ...after, restarts: 9 }]], crashing).verdict).toMatchObject({
    state: 'bad',
    isWorse: false,
  });
});
