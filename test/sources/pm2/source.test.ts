import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Pm2Snapshot } from '../../../src/sources/pm2/snapshot.ts';
import { pm2Source } from '../../../src/sources/pm2/source.ts';
import { type Source, SourceOff } from '../../../src/sources/source.ts';
import { type Call, type FakeDaemon, fakeDaemon } from '../../helpers/fake-pm2.ts';
import { until } from '../../helpers/pm2-daemon.ts';

let home: string;
let daemon: FakeDaemon;
let source: Source<'pm2'>;
let monotonic: number;
/** What the daemon lists. */
let entries: Record<string, unknown>[];
let onList: () => void;

const entry = (id: number, env: Record<string, unknown> = {}, pid = process.pid) => ({
  pm_id: id,
  name: `bot ${id}`,
  pid,
  monit: { cpu: 1, memory: 1_000 },
  pm2_env: { status: 'online', unique_id: `u${id}`, restart_time: 0, pm_uptime: Date.now(), ...env },
});

function answer(call: Call): void {
  if (call.method === 'getMonitorData') {
    call.reply({ args: [entries] });
    onList();
  } else if (call.method === 'getVersion') call.reply({ args: ['7.0.4'] });
  else call.reply({ args: [{ msg: 'pong' }] });
}

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'botop-src-'));
  mkdirSync(join(home, 'pids'));
  writeFileSync(join(home, 'pm2.pid'), String(process.pid));
  entries = [entry(0), entry(1)];
  monotonic = 0;
  onList = () => {};
  daemon = await fakeDaemon(home, answer);
  source = pm2Source({ home, id: 'pm2', clock: { now: () => Date.now(), monotonic: () => monotonic } });
});

afterEach(async () => {
  await source.close();
  await daemon.close();
  rmSync(home, { recursive: true });
});

const read = () => source.read(new AbortController().signal);

/** Reads once a second for so many seconds and gives what the daemon was asked meanwhile. */
async function watchFor(seconds: number): Promise<{ last: Pm2Snapshot; asked: string[] }> {
  const from = daemon.calls.length;
  let last = await read();
  for (let second = 1; second < seconds; second += 1) {
    monotonic += 1_000;
    last = await read();
  }
  return { last, asked: daemon.calls.slice(from).map((call) => call.method) };
}

test('in a quiet minute the daemon is asked six lists, and a ping between two', async () => {
  await read();
  monotonic += 1_000;
  const { asked } = await watchFor(60);
  expect(asked.filter((method) => method === 'getMonitorData')).toHaveLength(6);
  expect(asked.filter((method) => method === 'ping')).toHaveLength(6);
  expect(asked).toHaveLength(12);
});

test('a hundred bots of which nothing is told are listed twice a minute, by a daemon that tells its changes', async () => {
  entries = Array.from({ length: 100 }, (_, id) => entry(id));
  writeFileSync(join(home, 'pm2.log'), '');
  await read();
  monotonic += 1_000;
  const { asked } = await watchFor(120);
  expect(asked.filter((method) => method === 'getMonitorData')).toHaveLength(4);
  expect(asked.filter((method) => method === 'ping').length).toBeLessThanOrEqual(24);
  // Without its log nobody tells of a crash.
  rmSync(join(home, 'pm2.log'));
  await watchFor(10);
  const blind = await watchFor(60);
  expect(blind.asked.filter((method) => method === 'getMonitorData')).toHaveLength(6);
});

test('the bots stay the same objects between and across lists that say the same, the columns the same arrays', async () => {
  const first = await read();
  monotonic += 1_000;
  const { last } = await watchFor(15);
  expect(last.bots).toBe(first.bots);
  expect(last.cpuPercent).toBe(first.cpuPercent);
  entries = [entry(0, { ...(entries[0]?.['pm2_env'] as object) }), entry(1, { restart_time: 3 })];
  const after = (await watchFor(12)).last;
  expect(after.bots[0]).toBe(first.bots[0]);
  expect(after.bots[1]?.restarts).toBe(3);
});

test('bots that come or go get new columns', async () => {
  const first = await read();
  entries = [entry(1)];
  monotonic += 10_000;
  const next = await read();
  expect(next.bots.map((bot) => bot.id)).toEqual([1]);
  expect(next.cpuPercent).toHaveLength(1);
  expect(first.cpuPercent).toHaveLength(2);
});

test('while a bot starts or stops the list is asked each second, until it has settled', async () => {
  entries = [entry(0, { status: 'launching' }), entry(1)];
  await read();
  monotonic += 1_000;
  expect((await watchFor(4)).asked.filter((method) => method === 'getMonitorData')).toHaveLength(4);
  entries = [entry(0), entry(1)];
  monotonic += 1_000;
  await read();
  monotonic += 1_000;
  expect((await watchFor(4)).asked).toEqual([]);
});

test('one that never settles is not followed closely for ever', async () => {
  entries = [entry(0, { status: 'stopping' })];
  await read();
  monotonic += 1_000;
  await watchFor(20);
  monotonic += 1_000;
  expect((await watchFor(9)).asked.filter((method) => method === 'getMonitorData').length).toBeLessThanOrEqual(1);
});

test("PM2's log, a pid file and the log of exits make the list due at once", async () => {
  writeFileSync(join(home, 'pm2.log'), '');
  let pokes = 0;
  const stop = source.watch?.(() => (pokes += 1));
  await read();
  monotonic += 1_000;
  writeFileSync(join(home, 'pm2.log'), 'PM2 log: App [bot 0:0] exited with code [1] via signal [SIGTERM]\n');
  await until('a poke for the log', () => pokes > 0);
  const { last, asked } = await watchFor(1);
  expect(asked).toEqual(['getMonitorData']);
  expect(last.bots[0]?.exits).toMatchObject([{ code: 1, signal: 'SIGTERM', cause: 'crash' }]);
  monotonic += 1_000;
  expect((await watchFor(1)).asked).toEqual([]);
  monotonic += 1_000;
  await until('a list for the pid file', async () => {
    writeFileSync(join(home, 'pids', 'bot-0.pid'), String(Math.random()));
    return (await watchFor(1)).asked.includes('getMonitorData');
  });
  stop?.();
});

test('what the log tells while a list is under way makes the next one due', async () => {
  writeFileSync(join(home, 'pm2.log'), '');
  await read();
  monotonic += 10_000;
  entries = [entry(0)];
  const line = 'PM2 log: App [bot 0:0] exited with code [0] via signal [SIGINT]\n';
  onList = () => appendFileSync(join(home, 'pm2.log'), line);
  await read();
  onList = () => {};
  entries = [entry(0, { status: 'stopped' }, 0)];
  monotonic += 1_000;
  expect((await read()).bots[0]).toMatchObject({ status: 'stopped', pid: null });
});

const crashed = (id: number) => `PM2 log: App [bot ${id}:${id}] exited with code [1] via signal [SIGINT]\n`;

test('between a crash and the next start PM2 says stopped: that is asked again, and not shown', async () => {
  writeFileSync(join(home, 'pm2.log'), '');
  await read();
  monotonic += 10_000;
  entries = [entry(0, { status: 'stopped' }, 0), entry(1)];
  let lists = 0;
  onList = () => {
    lists += 1;
    if (lists === 1) appendFileSync(join(home, 'pm2.log'), crashed(0));
    if (lists === 2) entries = [entry(0, { restart_time: 1 }), entry(1)];
  };
  const { bots } = await read();
  expect(lists).toBe(3);
  expect(bots[0]).toMatchObject({ status: 'online', restarts: 1 });
  // The restart belongs to the exit that the log told of: it is counted once.
  const { last } = await watchFor(20);
  expect(last.bots[0]?.exits).toMatchObject([{ code: 1, cause: 'crash' }]);
});

test('one that stays as it fell is waited for once, and one that was asked to stop is not', async () => {
  writeFileSync(join(home, 'pm2.log'), '');
  await read();
  monotonic += 10_000;
  appendFileSync(join(home, 'pm2.log'), crashed(0));
  entries = [entry(0, { status: 'stopped' }, 0), entry(1)];
  const { last, asked } = await watchFor(1);
  expect(last.bots[0]).toMatchObject({ status: 'stopped' });
  expect(asked).toHaveLength(4);
  monotonic += 10_000;
  expect((await watchFor(1)).asked).toEqual(['getMonitorData']);
  appendFileSync(join(home, 'pm2.log'), `PM2 log: Stopping app:bot 1 id:1\n${crashed(1)}`);
  entries = [entry(0, { status: 'stopped' }, 0), entry(1, { status: 'stopped' }, 0)];
  monotonic += 10_000;
  expect((await watchFor(1)).asked).toEqual(['getMonitorData']);
});

test('where several homes are watched a failure names its own, after the verdict', async () => {
  const clock = { now: () => Date.now(), monotonic: () => monotonic };
  const empty = join(home, 'pids');
  const second = pm2Source({ home: empty, id: 'pm2:b', clock, watchedHomes: [home, empty] });
  await expect(second.read(new AbortController().signal)).rejects.toMatchObject({
    code: 'absent',
    message: `not running: no PM2 daemon (${empty})`,
    hint: expect.stringContaining('pm2 resurrect starts what was saved'),
  });
  await second.close();
});

test('a daemon that does not answer a list is an error, never the last list again', async () => {
  await read();
  entries = { not: 'a list' } as never;
  monotonic += 10_000;
  await expect(read()).rejects.toMatchObject({ code: 'protocol' });
  monotonic += 100;
  await expect(read()).rejects.toMatchObject({ code: 'protocol' });
  entries = [entry(0)];
  monotonic += 100;
  expect((await read()).bots).toHaveLength(1);
});

test('a connection that closes pokes, and the next reading asks the daemon that is there then', async () => {
  await read();
  let pokes = 0;
  source.watch?.(() => (pokes += 1));
  await daemon.close();
  await until('a poke', () => pokes > 0);
  // In the same second as the last list: a lost connection does not wait for the next.
  const error = await until('the failure', () =>
    read().then(
      () => undefined,
      (thrown) => thrown,
    ),
  );
  expect(error).toMatchObject({ code: expect.stringMatching(/^(absent|refused)$/) });
  daemon = await fakeDaemon(home, answer);
  writeFileSync(join(home, 'pm2.pid'), String(process.ppid));
  entries = [entry(0, { restart_time: 9 })];
  const after = await read();
  expect(after.daemon.replacements).toBe(1);
  expect(after.bots[0]).toMatchObject({ restarts: 9, exits: [] });
});

test("where /proc does not show a process, PM2's own measurement stands in", async () => {
  entries = [entry(0, {}, 2 ** 30)];
  const snapshot = await read();
  expect(snapshot.memoryBytes[0]).toBe(1_000);
  expect(snapshot.cpuPercent[0]).toBe(1);
  expect(snapshot.processes[0]).toBeNaN();
});

test('a machine without PM2 has nothing to read, while a home that was asked for is missed', async () => {
  const former = process.env['HOME'];
  process.env['HOME'] = home;
  const clock = { now: () => Date.now(), monotonic: () => monotonic };
  const byDefault = pm2Source({ home: join(home, '.pm2'), id: 'pm2', clock, isPrimary: true });
  const byOption = pm2Source({ home: join(home, 'mistyped'), id: 'pm2', clock, isPrimary: true });
  try {
    await expect(byDefault.read(new AbortController().signal)).rejects.toBeInstanceOf(SourceOff);
    await expect(byOption.read(new AbortController().signal)).rejects.toMatchObject({ code: 'absent' });
    mkdirSync(join(home, '.pm2'));
    await expect(byDefault.read(new AbortController().signal)).rejects.toMatchObject({ code: 'absent' });
  } finally {
    process.env['HOME'] = former;
    await byDefault.close();
    await byOption.close();
  }
});
