import { expect, test } from 'vitest';
import { unavailable } from '../../src/actions/policy.ts';
import { lookStopped, STOPPING, type Stopping } from '../../src/actions/stay-stopped.ts';
import { createStop } from '../../src/actions/stop.ts';
import { botTarget } from '../../src/actions/target.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import { makeBot, NOON } from '../helpers/bots.ts';
import { fakeDaemon } from './fake-daemon.ts';

/** Each process has one child, and those in the set have ended. */
const ended = new Set<number>();
const stop = createStop({
  readTree: (pid) => [pid, pid + 100].map((of) => ({ pid: of, startTicks: 1 })),
  // As the real one, it takes where /proc is after the mark.
  isAlive: ({ pid }, ...more: unknown[]) => more.length === 0 && !ended.has(pid),
});

const { signal } = new AbortController();
const before = makeBot({ id: 3 });
const stopped = makeBot({ id: 3, status: 'stopped', pid: null });

/** Looks at one list after the other, a second apart. */
function watch(lists: readonly Bot[][], left: readonly number[] | null = [], was: Bot = before): Stopping {
  return lists.reduce(
    (seen, list, second) => lookStopped(seen, botTarget(was), list, left, second * 1000, second * 1000),
    STOPPING,
  );
}
const lastText = ({ verdict }: Stopping) => verdict.checks.at(-1)?.text;
const steady = Array.from({ length: 11 }, () => [stopped]);

test('stopped for ten seconds with no process left is good, and not a moment earlier', () => {
  expect(watch(steady).verdict).toEqual({
    state: 'good',
    checks: [
      { text: 'pid 4211 ended', state: 'good' },
      { text: 'stopped for 10 s', state: 'good' },
    ],
  });
  expect(watch(steady.slice(1)).verdict.state).toBe('watching');
});

test('one that takes its time to end is waited for, but not for ever', () => {
  const stopping = makeBot({ id: 3, status: 'stopping' });
  const slow = Array.from({ length: 45 }, () => [stopping]);
  expect(watch([...slow, ...steady]).verdict.state).toBe('good');
  expect(lastText(watch([...slow, [stopping]]))).toBe(
    'still stopping after 45 s: PM2 kills it within 2 s; the signal SIGKILL does at once',
  );
});

test('one that comes back is bad and names its new process', () => {
  expect(watch([[stopped], [{ ...before, pid: 4260 }]]).verdict).toMatchObject({ state: 'bad' });
  expect(lastText(watch([[stopped], [{ ...before, pid: 4260 }]]))).toBe('started again: pid 4260');
});

test('one that PM2 could not end, or thinks so, and one that was deleted, are bad', () => {
  const errored = [[{ ...stopped, status: 'errored' } as const]];
  expect(lastText(watch(errored, null))).toBe('PM2 could not end it');
  expect(lastText(watch(errored, [4211]))).toBe('PM2 could not end it, still running: pid 4211');
  expect(lastText(watch(errored, []))).toContain('it ended, but PM2 calls it errored');
  expect(lastText(watch([[]]))).toBe('weather-bot (id 3) is gone');
});

test('a bot that was errored is bad only when it stays so', () => {
  const errored = makeBot({ id: 3, status: 'errored', pid: null });
  expect(watch([[errored], ...steady.slice(1)], null, errored).verdict.state).toBe('watching');
  expect(watch([[errored], ...steady], null, errored).verdict).toEqual({
    state: 'good',
    checks: [{ text: 'stopped for 10 s', state: 'good' }],
  });
});

test('what its process has started and left behind is named, and is not well', () => {
  expect(watch(steady, [4215, 4216]).verdict).toEqual({
    state: 'bad',
    checks: [
      { text: 'still running: pids 4215, 4216', state: 'bad' },
      { text: 'stopped for 10 s', state: 'good' },
    ],
  });
  expect(watch(steady.slice(1), [4215]).verdict.state).toBe('watching');
});

test('the watch of a watched bot ends before the bot does, and the stop is announced', async () => {
  const daemon = fakeDaemon('a', 'b');
  (daemon.bots[1] as { watch?: boolean }).watch = true;
  const methods = async (name: string) => {
    daemon.calls.length = 0;
    expect(await stop.run(daemon.target(name), daemon.deps, signal)).toEqual({ state: 'done', message: '' });
    return daemon.calls;
  };
  const stopCalls = (id: number) => [
    { method: 'stopProcessId', args: [id] },
    { method: 'notifyByProcessId', args: [{ id, action_name: 'stop', manually: true }] },
  ];
  expect(await methods('a')).toEqual(stopCalls(0));
  expect(await methods('b')).toEqual([{ method: 'stopWatch', args: ['stopProcessId', 1] }, ...stopCalls(1)]);
  expect(daemon.clients.closed).toBe(daemon.clients.made);
});

test('a stop is watched until the bot has stayed stopped and its children are gone', async () => {
  const daemon = fakeDaemon('a');
  const target = daemon.target('a');
  await stop.run(target, daemon.deps, signal);
  ended.add(4211);
  daemon.onWait = (elapsedMs) => elapsedMs >= 3000 && ended.add(4311);
  const first = await stop.verify(target, daemon.deps, signal, () => {});
  expect(first).toEqual({
    state: 'good',
    checks: [
      { text: 'pid 4211 ended', state: 'good' },
      { text: 'stopped for 10 s', state: 'good' },
    ],
  });
  expect(daemon.elapsedMs()).toBe(10_000);
  ended.delete(4311);
  daemon.onWait = () => {};
  const second = await stop.verify(target, daemon.deps, signal, () => {});
  expect(second.checks[0]).toEqual({ text: 'still running: pid 4311', state: 'bad' });
});

test('it makes no sense for what is stopped, unless a watch would start it', () => {
  const why = (over: Partial<Bot>) => unavailable(stop, botTarget(makeBot(over)));
  const idle = { status: 'stopped', pid: null } as const;
  expect(why(idle)).toBe('weather-bot: already stopped');
  expect(why({ ...idle, cron: '0 3 * * *' })).toContain('its schedule starts it');
  expect(why({ ...idle, watch: true })).toBeNull();
  expect(why({ status: 'stopping' })).toContain('it is stopping: PM2');
  expect(why({ isModule: true })).toContain('PM2 module');
  expect(why({ id: '_old_3' })).toContain('reload under way');
  for (const status of ['online', 'launching', 'errored', 'waiting restart'] as const)
    expect(why({ status })).toBeNull();
});

test('it says what starts the bot again in spite of the stop', () => {
  const said = (over: Partial<Bot>) => stop.consequences([botTarget(makeBot({ id: 3, ...over }))], NOON).join('\n');
  expect(said({ cron: '0 3 * * *' })).toContain('its schedule (0 3 * * *) starts it again');
  // PM2 unsets a schedule before it looks whether there is still a process.
  const forgotten = 'should the schedule come while it still ends, PM2 forgets it until the next start';
  expect(said({ cron: '0 3 * * *' })).toContain(forgotten);
  expect(said({ cron: '0 3 * * *', status: 'errored', pid: null })).not.toContain('forgets');
  expect(said({})).not.toContain('forgets');
  expect(said({ watch: true })).toContain('pm2 restart 3 --watch');
  expect(said({ watch: true, mode: 'cluster' })).toContain('with the others of its name');
  expect(said({})).toMatch(/stays stopped until.*uptime of 1h00.*kill_timeout.*pm2 save/s);
  expect(said({})).toContain('if it ignores SIGINT it is killed after 1.6 s (kill_timeout)');
  expect(said({ killTimeoutMs: 20_000 })).toContain('killed after 20s (kill_timeout)');
  expect(said({ mode: 'cluster', instance: 1 })).toContain('only this instance (1) stops');
  expect(said({ status: 'waiting restart', pid: null })).not.toContain('uptime');
});

test('several are R2, and those that come back by themselves are named', () => {
  const targets = [makeBot({ id: 1, name: 'a', cron: '0 3 * * *' }), makeBot({ id: 2, name: 'b', watch: true })];
  expect(stop.risk(targets.slice(1).map(botTarget))).toBe('R1');
  expect(stop.risk(targets.map(botTarget))).toBe('R2');
  const said = stop.consequences(targets.map(botTarget), NOON);
  expect(said[0]).toContain('a schedule starts a again');
  expect(said[1]).toContain('should it come while its bot still ends, PM2 forgets it');
  expect(said[2]).toContain('the watch of b ends');
  expect(stop.command(targets.map(botTarget), { pm2Home: '/home/ops/.pm2', user: 'ops' })).toBe('pm2 stop 1 2');
});

test('many are stopped five at a time, and the question says how long that takes', () => {
  const many = Array.from({ length: 250 }, (_, id) => botTarget(makeBot({ id, name: `bot-${id}` })));
  expect(stop.pace).toEqual({ concurrency: 5 });
  expect(stop.consequences(many, NOON).join()).toContain('5 at a time, each watched for 10 s: about 10m00;');
});
