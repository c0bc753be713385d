import { expect, test } from 'vitest';
import {
  lookStarted,
  rememberBots,
  type StartedBot,
  type Starting,
  startedSince,
  startWatching,
  type Wanted,
  whatWasSaid,
} from '../../src/actions/started-apps.ts';
import { makeBot, NOON } from '../helpers/bots.ts';

const calm = makeBot({ id: 0, name: 'calm', uniqueId: 'calm', startedAt: NOON - 3_600_000, restarts: 2 });
const crashing = makeBot({ id: 1, name: 'crashing', uniqueId: 'crashing', startedAt: NOON - 3_000, restarts: 90 });
const waiting = makeBot({ id: 2, name: 'waiting', uniqueId: 'waiting', status: 'waiting restart', restarts: 4 });
const old = rememberBots([calm, crashing, waiting], NOON);
const again = { startedAt: NOON + 1_000 };
const names = (bots: readonly StartedBot[]) => startedSince(old, bots).map(({ name }) => name);

test('what PM2 says it started and what it could not start is read from what it prints', () => {
  expect(
    whatWasSaid(
      [
        '[PM2] Spawning PM2 daemon with pm2_home=/home/ops/.pm2',
        '[PM2][WARN] Applications a, b not running, starting...',
        '[PM2] App [a] launched (1 instances)',
        '[PM2] App [odd] name] launched (3 instances)',
        '[PM2] Applying action restartProcessId on app [c](ids: [ 4, 5 ])',
        '[PM2][ERROR] Process failed to launch ENOENT',
        '[PM2] [c](4) ✓',
        '│ 0  │ a │ online │',
      ].join('\n'),
    ),
  ).toEqual({
    names: ['a', 'odd] name', 'odd] name', 'odd] name', 'c', 'c'],
    errors: ['Process failed to launch ENOENT'],
  });
});

test('where PM2 does not say it, what a file starts is what is new and what was started again, not who crashes meanwhile', () => {
  const fresh = makeBot({ id: 3, name: 'fresh', uniqueId: 'fresh', startedAt: NOON + 1_000 });
  expect(names([calm, { ...crashing, ...again }, { ...waiting, ...again }, fresh])).toEqual(['fresh']);
  expect(names([{ ...calm, ...again }, { ...crashing, ...again }, fresh])).toEqual(['calm', 'fresh']);
});

test('where the file started nothing but such a one, it is that one', () => {
  expect(names([calm, { ...crashing, ...again }])).toEqual(['crashing']);
  expect(names([calm, crashing])).toEqual([]);
});

const wanted = (over: Partial<Wanted> = {}): Wanted => ({ names: ['calm', 'fresh'], errors: [], before: old, ...over });
const calmAgain = makeBot({ ...calm, ...again, restarts: 3 });
const fresh = makeBot({ id: 3, name: 'fresh', uniqueId: 'fresh', startedAt: NOON + 1_000, restarts: 0 });

/** Looks at one list after the other, a second apart, to be up for two. */
function watch(what: Wanted, ...lists: readonly (readonly StartedBot[])[]): Starting {
  return lists.reduce<Starting>(
    (seen, bots, second) => lookStarted(seen, what, bots, second * 1_000, second * 1_000, 2_000),
    startWatching('processes'),
  );
}
const words = ({ verdict }: Starting) => [verdict.state, ...verdict.checks.map(({ text }) => text)];

test('all that the file lists must be up for a while, and others are not looked at', () => {
  const list = [calmAgain, fresh, crashing];
  expect(words(watch(wanted(), list, list))).toEqual(['watching', '2 of 2 up: calm, fresh', 'for 1 s']);
  expect(words(watch(wanted(), list, list, list))).toEqual(['good', '2 of 2 up: calm, fresh', 'for 2 s']);
});

test('one that crashes and is online again at each look is bad all the same', () => {
  const list = (restarts: number) => [calmAgain, { ...fresh, restarts, exitCode: 7 }];
  expect(words(watch(wanted(), list(0), list(1)))).toEqual(['bad', '2 of 2 up', 'restarted again (exit 7): fresh']);
  const scheduled = (restarts: number) => [calmAgain, { ...fresh, restarts, cron: '* * * * *', exitCode: 0 }];
  expect(watch(wanted(), scheduled(0), scheduled(1)).verdict.state).toBe('watching');
  // The start itself is one that PM2 counts.
  expect(words(watch(wanted(), [{ ...calmAgain, restarts: 4, exitCode: 1 }, fresh]))[2]).toBe(
    'restarted again (exit 1): calm',
  );
  // Of one that crashed before only what it does from now on tells.
  const restless = (restarts: number) => [{ ...crashing, restarts, exitCode: 1 }];
  const only = wanted({ names: ['crashing'] });
  expect(watch(only, restless(95), restless(95)).verdict.state).toBe('watching');
  expect(words(watch(only, restless(95), restless(96)))[2]).toBe('restarted again (exit 1): crashing');
});

test('one that is missing, failed, or waits for its next try is named with its reason', () => {
  expect(words(watch(wanted(), [calmAgain]))).toEqual(['watching', '1 of 2 up']);
  expect(words(watch(wanted(), ...Array.from({ length: 6 }, () => [calmAgain])))).toEqual([
    'bad',
    '1 of 2 up',
    "not in PM2's list: fresh",
  ]);
  expect(words(watch(wanted(), [calmAgain, { ...fresh, status: 'errored', exitCode: 1 }]))[2]).toBe(
    'errored (exit 1): fresh',
  );
  expect(words(watch(wanted({ errors: ['File x not found'] }), [calmAgain, fresh]))[2]).toBe('PM2: File x not found');
});

test('a job that ran and ended with exit 0 is well, with another it is not', () => {
  const job = { ...fresh, status: 'stopped' as const, autorestart: false };
  const list = [calmAgain, { ...job, exitCode: 0 }];
  expect(words(watch(wanted(), list, list, list))).toEqual([
    'good',
    '1 of 2 up, 1 ran and ended: calm, fresh',
    'for 2 s',
  ]);
  expect(words(watch(wanted(), [calmAgain, { ...job, exitCode: 2 }]))[2]).toBe('ended (exit 2): fresh');
});

test('as many of a name as were to be started must be there; what was saved as stopped beside them stays so', () => {
  const worker = (id: number, over: Partial<StartedBot> = {}): StartedBot => ({
    ...makeBot({ id, name: 'worker', uniqueId: `w${id}`, startedAt: NOON }),
    ...over,
  });
  const two = wanted({ names: ['worker', 'worker'], before: new Map() });
  const stopped = worker(9, { status: 'stopped' });
  const list = [worker(1), worker(2), stopped];
  expect(watch(two, list, list, list).verdict.state).toBe('good');
  expect(words(watch(two, ...Array.from({ length: 6 }, () => [worker(1)])))[2]).toBe("not in PM2's list: worker");
});
