import { expect, test } from 'vitest';
import type { Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';
import type { Failure, FailureCode, Reading } from '../../src/sources/source.ts';
import { judgeDaemon, judgeDaemons } from '../../src/state/daemon-guard.ts';
import { makeBot, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { makeDaemonProcess, makeHomeGuard, makeOrphan } from '../helpers/guards.ts';

const daemon = {
  pid: 900,
  version: '7.0.4',
  startedAt: NOON - 86_400_000,
  replacements: 0,
  replacedPid: null,
  logPath: '/home/ops/.pm2/pm2.log',
};
const cli = { path: '/usr/bin/pm2', version: '7.0.4' };

const fresh = (over: Partial<Pm2Snapshot['daemon']> = {}): Reading<Pm2Snapshot> => ({
  state: 'fresh',
  value: makePm2Snapshot([], { daemon: { ...daemon, ...over } }),
  readAt: NOON,
  tookMs: 1,
});
const failed = (code: FailureCode, message = 'as it was said', hint = 'what to do'): Reading<Pm2Snapshot> => {
  const error: Failure = { code, message, hint };
  return { state: 'down', error, since: NOON - 1_000, tookMs: 1 };
};

test('a daemon that answers, alone and in the version of the pm2 here, needs nothing said', () => {
  const well = { state: 'running', severity: 'ok', words: '', todo: '' };
  expect(judgeDaemon(fresh(), makeHomeGuard(), cli, NOON)).toEqual(well);
  expect(judgeDaemon(fresh(), null, null, NOON)).toEqual(well);
});

test('a pm2 of another version is told with what pm2 update would do', () => {
  expect(judgeDaemon(fresh({ version: '6.0.14' }), makeHomeGuard(), cli, NOON)).toMatchObject({
    state: 'other-version',
    words: 'daemon is 6.0.14, the pm2 here is 7.0.4',
    todo: 'pm2 update makes them one, and restarts every bot',
  });
});

test('a daemon that took the place of another is told for ten minutes, with both pids', () => {
  const replaced = { pid: 950, replacements: 1, replacedPid: 900 };
  const seen = makeHomeGuard({ daemons: [makeDaemonProcess({ pid: 950 })] });
  expect(judgeDaemon(fresh({ ...replaced, startedAt: NOON - 120_000 }), seen, cli, NOON)).toMatchObject({
    state: 'restarted',
    severity: 'warn',
    words: 'daemon restarted 2m ago: pid 900 → 950',
  });
  expect(judgeDaemon(fresh({ ...replaced, startedAt: NOON - 601_000 }), seen, cli, NOON).state).toBe('running');
});

test('two daemons for one home are bad, and the one that does not answer is named', () => {
  const daemons = [makeDaemonProcess(), makeDaemonProcess({ pid: 800, startTicks: 10 })];
  expect(judgeDaemon(fresh(), makeHomeGuard({ daemons }), cli, NOON)).toMatchObject({
    state: 'two-daemons',
    severity: 'bad',
    words: '2 daemons for one home: 900 answers, 800 does not',
  });
});

test('a dead daemon, one that never ran and a home that is not there are three things', () => {
  const gone = { daemons: [], pidFile: 900 };
  expect(judgeDaemon(failed('refused'), makeHomeGuard(gone), cli, NOON)).toMatchObject({
    state: 'dead',
    severity: 'bad',
    todo: ': resurrect starts what was saved; pm2 alone would start an empty daemon',
  });
  expect(judgeDaemon(failed('absent'), makeHomeGuard({ ...gone, hasSocket: false }), cli, NOON).state).toBe(
    'not-running',
  );
  expect(
    judgeDaemon(failed('absent'), makeHomeGuard({ ...gone, hasSocket: false, access: 'absent' }), cli, NOON).state,
  ).toBe('no-home');
});

test('before a resurrect those that outlived the daemon are to be ended, or each would poll twice', () => {
  const seen = makeHomeGuard({ daemons: [], orphans: [makeOrphan(), makeOrphan({ pid: 4_301 })] });
  expect(
    judgeDaemon(failed('refused', 'dead: its socket refuses', 'pm2 resurrect starts what was saved'), seen, cli, NOON),
  ).toEqual({
    state: 'dead',
    severity: 'bad',
    words: 'dead: its socket refuses',
    todo: 'first end the 2 bots that outlived it; : resurrect starts what was saved; pm2 alone would start an empty daemon',
  });
});

test('a daemon that runs and cannot be reached warns of the pm2 command, which would start a second one', () => {
  expect(judgeDaemon(failed('absent'), makeHomeGuard({ hasSocket: false }), cli, NOON)).toMatchObject({
    state: 'stale-socket',
    words: 'daemon 900 runs, its rpc.sock is gone',
  });
  expect(judgeDaemon(failed('refused'), makeHomeGuard(), cli, NOON)).toMatchObject({
    state: 'stale-socket',
    words: 'daemon 900 runs, rpc.sock is not its own',
  });
});

test('a daemon that does not answer was stopped by a signal, or hangs', () => {
  const halted = makeHomeGuard({ daemons: [makeDaemonProcess({ isHalted: true })] });
  expect(judgeDaemon(failed('frozen'), halted, cli, NOON)).toMatchObject({
    state: 'halted',
    todo: 'kill -CONT 900 wakes it; until then nothing restarts its bots',
  });
  expect(judgeDaemon(failed('frozen'), makeHomeGuard(), cli, NOON)).toMatchObject({
    state: 'frozen',
    todo: 'what to do',
  });
});

test('another user’s daemon is not a home that is closed to us', () => {
  expect(judgeDaemon(failed('denied'), makeHomeGuard(), cli, NOON).state).toBe('other-user');
  expect(judgeDaemon(failed('denied'), makeHomeGuard({ access: 'closed', owner: 'anna' }), cli, NOON)).toMatchObject({
    state: 'unreadable',
    words: 'home of anna is closed to us',
  });
});

test('each home has its verdict, by the home its source is named after where it was never read', () => {
  const entry = (id: string, reading: Reading<Pm2Snapshot>) => ({
    kind: 'pm2' as const,
    id,
    cadenceMs: 1_000,
    reading,
  });
  const homes = [makeHomeGuard(), makeHomeGuard({ home: '/srv/b', daemons: [], hasSocket: false })];
  const guard = {
    kind: 'guard' as const,
    id: 'guard',
    cadenceMs: 5_000,
    reading: { state: 'fresh' as const, value: { homes, cli }, readAt: NOON, tookMs: 1 },
  };
  const pm2 = [entry('pm2:/home/ops/.pm2', fresh()), entry('pm2:/srv/b', failed('absent'))];
  expect(judgeDaemons({ pm2, guard, now: NOON }).map(({ home, state }) => [home, state])).toEqual([
    ['/home/ops/.pm2', 'running'],
    ['/srv/b', 'not-running'],
  ]);
  expect(judgeDaemons({ pm2: [entry('pm2', failed('refused'))], guard: null, now: NOON })).toMatchObject([
    { home: '', state: 'dead' },
  ]);
});

test('a daemon that has just died is not said to run because it was there at the last look', () => {
  const reading: Reading<Pm2Snapshot> = {
    ...(fresh() as Extract<Reading<Pm2Snapshot>, { state: 'fresh' }>),
    state: 'stale',
    error: { code: 'refused', message: 'dead: its socket refuses' },
    since: NOON - 2_000,
  };
  const pm2 = [{ kind: 'pm2' as const, id: 'pm2', cadenceMs: 1_000, reading }];
  const lookedAt = (readAt: number) => ({
    kind: 'guard' as const,
    id: 'guard',
    cadenceMs: 5_000,
    reading: { state: 'fresh' as const, value: { homes: [makeHomeGuard()], cli }, readAt, tookMs: 1 },
  });
  expect(judgeDaemons({ pm2, guard: lookedAt(NOON - 3_000), now: NOON })).toMatchObject([
    { state: 'dead', todo: 'looking whether it still runs…' },
  ]);
  expect(judgeDaemons({ pm2, guard: lookedAt(NOON - 1_000), now: NOON })).toMatchObject([{ state: 'stale-socket' }]);
});

test('after a restart of the daemon a resurrect is advised only where something is missing', () => {
  const replaced = { pid: 950, startedAt: NOON - 60_000, replacements: 1, replacedPid: 900 };
  const todo = (isThere: boolean) => {
    const dump = { savedAt: NOON, bots: [{ name: 'pay-bot', namespace: 'tg', isStopped: false }] };
    const bots = isThere ? [makeBot({ name: 'pay-bot', namespace: 'tg' })] : [];
    const value = makePm2Snapshot(bots, { daemon: { ...daemon, ...replaced }, dump });
    return judgeDaemon({ state: 'fresh', value, readAt: NOON, tookMs: 1 }, null, cli, NOON).todo;
  };
  expect(todo(true)).toBe('its counters began anew');
  expect(todo(false)).toBe('its counters began anew; : resurrect starts what is missing');
});
