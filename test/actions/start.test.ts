import { expect, test } from 'vitest';
import { unavailable } from '../../src/actions/policy.ts';
import { restart } from '../../src/actions/restart.ts';
import { start } from '../../src/actions/start.ts';
import { botTarget } from '../../src/actions/target.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import { SourceError } from '../../src/sources/source.ts';
import { makeBot, makeCrashes, NOON } from '../helpers/bots.ts';
import { type FakeBot, fakeDaemon } from './fake-daemon.ts';

const { signal } = new AbortController();

function stoppedDaemon(over: Partial<FakeBot> = {}) {
  const daemon = fakeDaemon('a');
  Object.assign(daemon.bots[0] as FakeBot, { status: 'stopped' }, over);
  return daemon;
}

test('only the id is sent, and the start is announced', async () => {
  const daemon = stoppedDaemon();
  expect(await start.run(daemon.target('a'), daemon.deps, signal)).toEqual({ state: 'done', message: '' });
  expect(daemon.calls).toEqual([
    { method: 'startProcessId', args: [0] },
    { method: 'notifyByProcessId', args: [{ id: 0, action_name: 'start', manually: true }] },
  ]);
  expect(daemon.clients).toEqual({ made: 1, closed: 1 });
});

test('up for ten seconds is good', async () => {
  const daemon = stoppedDaemon();
  const target = daemon.target('a');
  await start.run(target, daemon.deps, signal);
  const verdict = await start.verify(target, daemon.deps, signal, () => {});
  expect(verdict).toEqual({
    state: 'good',
    checks: [
      { text: 'pid 4260', state: 'good' },
      { text: 'up 10 s', state: 'good' },
    ],
  });
});

test('an errored bot that crashes again is bad, but not worse than it was', async () => {
  const daemon = stoppedDaemon({ status: 'errored', diesAfterMs: 2000 });
  const target = daemon.target('a');
  await start.run(target, daemon.deps, signal);
  expect(await start.verify(target, daemon.deps, signal, () => {})).toMatchObject({ state: 'bad', isWorse: false });
});

test("PM2's refusal is told, and nothing is announced", async () => {
  const daemon = stoppedDaemon();
  daemon.failure = {
    error: new SourceError('failed', 'PM2 says: process already online'),
    methods: ['startProcessId'],
  };
  const result = await start.run(daemon.target('a'), daemon.deps, signal);
  expect(result).toEqual({ state: 'failed', message: 'PM2 says: process already online' });
  expect(daemon.calls.map(({ method }) => method)).toEqual(['startProcessId']);
});

test('a daemon that is silent is unanswered, not failed', async () => {
  const daemon = stoppedDaemon();
  daemon.failure = { error: new SourceError('timeout', 'no answer'), methods: ['startProcessId'] };
  expect((await start.run(daemon.target('a'), daemon.deps, signal)).state).toBe('unanswered');
});

test('a start that could not be announced is done all the same', async () => {
  const daemon = stoppedDaemon();
  daemon.failure = { error: new SourceError('timeout', 'no answer'), methods: ['notifyByProcessId'] };
  expect(await start.run(daemon.target('a'), daemon.deps, signal)).toEqual({
    state: 'done',
    message: 'done, but PM2 could not announce the start: no answer',
  });
});

test('it makes sense only for what does not run', () => {
  const why = (over: Partial<Bot>) => unavailable(start, botTarget(makeBot(over)));
  expect(why({ status: 'stopped', pid: null })).toBeNull();
  expect(why({ status: 'errored', pid: null })).toBeNull();
  expect(why({ status: 'stopped', pid: null, isModule: true })).toBeNull();
  for (const status of ['online', 'launching'] as const) expect(why({ status })).toBe('weather-bot: already runs');
  expect(why({ status: 'stopping' })).toContain('it is stopping: PM2');
  expect(why({ id: '_old_3', status: 'stopped' })).toContain('reload under way');
  expect(why({ uniqueId: '', status: 'stopped' })).toContain('unique_id');
});

test('PM2 refuses a bot that waits for its next try: neither start nor restart is offered, the way round is', () => {
  const waiting = botTarget(makeBot({ status: 'waiting restart', pid: null }));
  for (const action of [start, restart]) expect(unavailable(action, waiting)).toContain('S, then + starts it now');
});

test('it says when the bot will most likely crash again', () => {
  const errored = makeBot({ id: 1, name: 'a', status: 'errored', pid: null, exits: makeCrashes(16, 300) });
  const stopped = makeBot({ id: 2, name: 'b', status: 'stopped', pid: null });
  expect(start.consequences([botTarget(errored)], NOON)[0]).toMatch(/crashed 16 times.*crash again/);
  expect(start.consequences([botTarget(stopped)], NOON)[0]).toBe('it is stopped: this starts it');
  const both = [botTarget(errored), botTarget(stopped)];
  expect(start.consequences(both, NOON)[0]).toBe('a crashed before this and will most likely crash again');
  expect(start.risk(both)).toBe('R2');
  expect(start.risk(both.slice(1))).toBe('R1');
  expect(start.command(both, { pm2Home: '/home/ops/.pm2', user: 'ops' })).toBe('pm2 start 1 2');
});
