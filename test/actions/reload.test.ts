import { expect, test } from 'vitest';
import { unavailable } from '../../src/actions/policy.ts';
import { reload } from '../../src/actions/reload.ts';
import { botTarget } from '../../src/actions/target.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import { SourceError } from '../../src/sources/source.ts';
import { makeBot, makeCrashes, NOON } from '../helpers/bots.ts';
import { type FakeBot, fakeDaemon } from './fake-daemon.ts';

const { signal } = new AbortController();

function clusterDaemon() {
  const daemon = fakeDaemon('a');
  const bot = daemon.bots[0] as FakeBot;
  bot.mode = 'cluster_mode';
  /** The worker that a reload has put aside. */
  const putAside = () => daemon.bots.push({ ...bot, id: '_old_0', pid: 4211 });
  return { daemon, bot, putAside };
}

test('only the id is sent, and the reload is announced', async () => {
  const { daemon } = clusterDaemon();
  expect(await reload.run(daemon.target('a'), daemon.deps, signal)).toEqual({ state: 'done', message: '' });
  expect(daemon.calls).toEqual([
    { method: 'getMonitorData', args: [{}] },
    { method: 'reloadProcessId', args: [{ id: 0 }] },
    { method: 'notifyByProcessId', args: [{ id: 0, action_name: 'reload', manually: true }] },
  ]);
});

test('a new process up for ten seconds with the old one gone is good', async () => {
  const { daemon } = clusterDaemon();
  const target = daemon.target('a');
  await reload.run(target, daemon.deps, signal);
  expect(await reload.verify(target, daemon.deps, signal, () => {})).toEqual({
    state: 'good',
    checks: [
      { text: 'pid 4211 → 4260', state: 'good' },
      { text: 'up 10 s', state: 'good' },
    ],
  });
});

test('an old process that goes on beside the new one is bad', async () => {
  const { daemon, putAside } = clusterDaemon();
  const target = daemon.target('a');
  await reload.run(target, daemon.deps, signal);
  putAside();
  const reported: string[] = [];
  const verdict = await reload.verify(target, daemon.deps, signal, ({ state }) => reported.push(state));
  expect(verdict.state).toBe('bad');
  expect(verdict.checks.at(-1)).toEqual({ text: 'the old process 4211 goes on as _old_0', state: 'bad' });
  expect(reported.at(-1)).toBe('bad');
});

test('a second reload of one under way is not sent: old daemons would lose the old process', async () => {
  const { daemon, putAside } = clusterDaemon();
  const target = daemon.target('a');
  putAside();
  expect(await reload.run(target, daemon.deps, signal)).toEqual({
    state: 'failed',
    message: 'a reload is under way already: _old_0 still runs',
  });
  expect(daemon.calls.map(({ method }) => method)).toEqual(['getMonitorData']);
});

test("PM2's own refusal of an overlapping reload is told", async () => {
  const { daemon } = clusterDaemon();
  const message = 'PM2 says: Reload already in progress for process id 0, retry later';
  daemon.failure = { error: new SourceError('failed', message), methods: ['reloadProcessId'] };
  expect(await reload.run(daemon.target('a'), daemon.deps, signal)).toEqual({ state: 'failed', message });
});

test('a daemon that never answers is unanswered, and watching decides', async () => {
  const { daemon, bot } = clusterDaemon();
  const target = daemon.target('a');
  daemon.failure = { error: new SourceError('timeout', 'no answer'), methods: ['reloadProcessId'] };
  expect((await reload.run(target, daemon.deps, signal)).state).toBe('unanswered');
  Object.assign(bot, { status: 'errored', restarts: 4, exitCode: 1 });
  expect(await reload.verify(target, daemon.deps, signal, () => {})).toMatchObject({
    state: 'bad',
    checks: [{ text: 'errored: exit 1', state: 'bad' }],
  });
});

test('it makes sense only for what runs', () => {
  const why = (over: Partial<Bot>) => unavailable(reload, botTarget(makeBot(over)));
  expect(why({})).toBeNull();
  for (const status of ['stopped', 'errored'] as const) expect(why({ status, pid: null })).toContain('+ starts it');
  expect(why({ status: 'waiting restart', pid: null })).toContain('after its restart delay');
  expect(why({ status: 'launching' })).toContain('just starting');
  expect(why({ isModule: true })).toContain('r restarts it');
  expect(why({ id: '_old_3' })).toContain('reload under way');
});

test('in fork mode it is a restart and says so; in cluster mode both run for a while', () => {
  const fork = botTarget(makeBot({ id: 1, name: 'a' }));
  const worker = botTarget(makeBot({ id: 2, name: 'b', mode: 'cluster', exits: makeCrashes(2, 1000) }));
  const ofFork = reload.consequences([fork], NOON);
  expect(ofFork[0]).toBe('in fork mode a reload is a restart');
  expect(ofFork.join()).toContain('it is down until');
  const ofWorker = reload.consequences([worker], NOON);
  expect(ofWorker[0]).toContain('b crashed before this');
  expect(ofWorker.join()).toMatch(/listen_timeout.*both run/);
  expect(ofWorker.join()).not.toContain('restart');
  expect(reload.consequences([fork, worker], NOON).join()).toContain('in fork mode a reload is a restart: a');
  expect(reload.consequences([fork, fork], NOON).join()).not.toContain('listen_timeout');
  expect([reload.risk([fork]), reload.risk([fork, worker])]).toEqual(['R1', 'R2']);
});
