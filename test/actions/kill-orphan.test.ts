import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ActionDeps } from '../../src/actions/action.ts';
import { killOrphan } from '../../src/actions/kill-orphan.ts';
import { systemDeps } from '../../src/actions/system-deps.ts';
import { type OrphanTarget, orphanTarget } from '../../src/actions/target.ts';
import { readStat } from '../../src/sources/proc/stat.ts';

const signal = new AbortController().signal;
let children: ChildProcess[];
let deps: ActionDeps;
/** Whether the time that one is given is over after the first wait. */
let isImpatient: boolean;

beforeEach(() => {
  children = [];
  isImpatient = false;
  const real = systemDeps(() => {
    throw new Error('no daemon is asked');
  });
  // The first wait takes four seconds of that clock, the others what they take.
  let ahead = 0;
  const clock = { now: Date.now, monotonic: () => performance.now() + ahead };
  const sleep: ActionDeps['sleep'] = async (ms, aborted) => {
    await real.sleep(ms, aborted);
    ahead = isImpatient ? 4_000 : 0;
  };
  deps = { ...real, clock, sleep };
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Resolves when it says that it is ready. */
async function orphan(code: string, over: { startTicks?: number } = {}): Promise<OrphanTarget> {
  const child = spawn(process.execPath, ['-e', `${code}; console.log('ready'); setInterval(() => {}, 1000);`]);
  children.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const pid = child.pid as number;
  return orphanTarget({
    home: '/home/ops/.pm2',
    pid,
    startTicks: over.startTicks ?? readStat(pid)?.startTicks ?? -1,
    startedAt: null,
    id: 3,
    name: 'weather-bot',
    namespace: 'default',
    user: 'ops',
    cwd: null,
    outLogPath: null,
    errLogPath: null,
    seenAt: 0,
    command: 'node weather.js',
    cpuPercent: 0,
    memoryBytes: 1e6,
    processes: 1,
  });
}

test('an orphan is asked to end, and has ended', async () => {
  const target = await orphan('');
  expect(killOrphan.unavailable(target)).toBeNull();
  expect(await killOrphan.resolve([target], deps, signal)).toMatchObject([{ state: 'same' }]);
  expect(await killOrphan.run(target, deps, signal)).toEqual({ state: 'done', message: '' });
  expect(await killOrphan.verify(target, deps, signal, () => {})).toEqual({
    state: 'good',
    checks: [{ text: `pid ${target.pid} ended`, state: 'good' }],
  });
});

test('one that ignores SIGINT is killed, with its child', async () => {
  const code = "process.on('SIGINT', () => {}); require('node:child_process').spawn('sleep', ['60'])";
  const target = await orphan(code);
  isImpatient = true;
  expect(await killOrphan.run(target, deps, signal)).toMatchObject({
    state: 'done',
    message: expect.stringContaining('killed'),
  });
  expect(await killOrphan.verify(target, deps, signal, () => {})).toMatchObject({ state: 'good' });
});

test('a pid that another process has now is never sent anything', async () => {
  const target = await orphan('', { startTicks: 1 });
  expect(await killOrphan.resolve([target], deps, signal)).toMatchObject([{ state: 'gone' }]);
  expect(await killOrphan.run(target, deps, signal)).toMatchObject({ state: 'failed' });
  expect(readStat(target.pid)).not.toBeNull();
});
