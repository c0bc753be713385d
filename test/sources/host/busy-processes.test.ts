import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { createAttention } from '../../../src/sources/attention.ts';
import { BusyProcesses } from '../../../src/sources/host/busy-processes.ts';
import { hostSource } from '../../../src/sources/host/source.ts';
import { systemClock } from '../../../src/sources/source.ts';
import { createProcTree, type ProcTree } from '../../helpers/proc-tree.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

interface Made {
  readonly pid: number;
  readonly parent?: number;
  readonly state?: string;
  /** Of its own, and of the children it waited for. */
  readonly ticks?: readonly [number, number];
  readonly pages?: number;
  readonly start?: number;
  readonly words?: readonly string[];
}

function put(
  tree: ProcTree,
  { pid, parent = 1, state = 'S', ticks = [0, 0], pages = 100, start = 50, words = ['bot'] }: Made,
) {
  const [own, children] = ticks;
  tree.write(
    `${pid}/stat`,
    `${pid} (a) b) ${state} ${parent} 1 1 0 -1 0 0 0 0 0 ${own} 0 ${children} 0 20 0 1 0 ${start} 1 ${pages} 0\n`,
  );
  tree.write(`${pid}/cmdline`, words.map((word) => `${word}\0`).join(''));
  tree.write(`${pid}/comm`, 'short name\n');
}

function machine(): { tree: ProcTree; busy: BusyProcesses } {
  const tree = createProcTree();
  undo.push(tree.dispose);
  return { tree, busy: new BusyProcesses(tree.procRoot) };
}

test('by CPU stands first who took most since the look before, not what its children took that it waited for', async () => {
  const { tree, busy } = machine();
  put(tree, { pid: 10, ticks: [5_000, 0] });
  put(tree, { pid: 11, ticks: [0, 0] });
  put(tree, { pid: 12, ticks: [0, 0] });
  await busy.look(1_000);
  expect(busy.processes?.byCpu).toEqual([]);
  put(tree, { pid: 10, ticks: [5_010, 0] });
  put(tree, { pid: 11, ticks: [50, 0] });
  put(tree, { pid: 12, ticks: [1, 90_000] });
  // One that has begun meanwhile, and one with the number of another that has ended.
  put(tree, { pid: 13, ticks: [20, 0], start: 900 });
  await busy.look(2_000);
  expect(busy.processes?.byCpu.map(({ pid, cpuPercent }) => [pid, cpuPercent])).toEqual([
    [11, 50],
    [13, 20],
    [10, 10],
    [12, 1],
  ]);
  put(tree, { pid: 10, ticks: [30, 0], start: 1_000 });
  await busy.look(4_000);
  expect(busy.processes?.byCpu[0]).toMatchObject({ pid: 10, cpuPercent: 15 });
});

test('by memory stands first who holds most; kernel threads hold none, and what ended is not there', async () => {
  const { tree, busy } = machine();
  put(tree, { pid: 2, parent: 0, pages: 0, words: [] });
  put(tree, { pid: 20, parent: 2, state: 'D', pages: 0, words: [] });
  put(tree, { pid: 10, pages: 10, state: 'R' });
  put(tree, { pid: 11, pages: 30 });
  put(tree, { pid: 12, state: 'Z', pages: 90 });
  await busy.look(1_000);
  expect(busy.processes?.byMemory.map(({ pid }) => pid)).toEqual([11, 10]);
  expect(busy.processes).toMatchObject({ total: 2, running: 1, blocked: 1 });
  put(tree, { pid: 20, parent: 2, state: 'D', pages: 0, ticks: [70, 0], words: [] });
  await busy.look(2_000);
  expect(busy.processes?.byCpu[0]).toMatchObject({ pid: 20, command: '[short name]' });
});

test('in a container the second process and its children are no threads of the kernel', async () => {
  const { tree, busy } = machine();
  put(tree, { pid: 1, parent: 0, pages: 1 });
  put(tree, { pid: 2, pages: 20 });
  put(tree, { pid: 10, parent: 2, pages: 30 });
  await busy.look(1_000);
  expect(busy.processes?.byMemory.map(({ pid }) => pid)).toEqual([10, 2, 1]);
  expect(busy.processes?.total).toBe(3);
});

test('it is told by its command without the folder of its program, without secrets, and by whom it was started', async () => {
  const { tree, busy } = machine();
  put(tree, {
    pid: 10,
    words: ['/usr/local/bin/node', '/srv/bots/a.js', '--token=123456789:AAF1x9c8v7b6n5m4a3s2d1f0g9h8j7k6l5q'],
  });
  put(tree, { pid: 11, parent: 10, words: ['sh', '-c', 'echo \u001b[31m \u0000'], pages: 50 });
  put(tree, { pid: 12, parent: 11, words: ['PM2 v7.0.4: God Daemon (/home/a/.pm2)'], pages: 40 });
  await busy.look(1_000);
  const told = new Map(busy.processes?.byMemory.map((one) => [one.pid, one]));
  expect(told.get(10)?.command).toMatch(/^node \/srv\/bots\/a\.js --token=/);
  expect(told.get(10)?.command).not.toContain('AAF1x9c8');
  expect(told.get(11)?.command).not.toContain('\u001b');
  expect(told.get(12)).toMatchObject({ ancestors: [11, 10], command: 'PM2 v7.0.4: God Daemon (/home/a/.pm2)' });
});

test('of one that hangs in the kernel the arguments are not read: that could hang as well', async () => {
  const { tree, busy } = machine();
  put(tree, { pid: 10, state: 'D', words: ['tar', 'c', '/mnt/nfs'] });
  await busy.look(1_000);
  expect(busy.processes?.byMemory[0]).toMatchObject({ state: 'D', command: '[short name]' });
});

test('where the first process of the machine cannot be seen, those of other users are hidden', async () => {
  const { tree, busy } = machine();
  put(tree, { pid: 10 });
  await busy.look(1_000);
  expect(busy.processes?.isPartial).toBe(true);
  put(tree, { pid: 1, parent: 0 });
  await busy.look(2_000);
  expect(busy.processes?.isPartial).toBe(false);
});

test('two looks within less than a second are one, and forgetting begins anew', async () => {
  const { tree, busy } = machine();
  put(tree, { pid: 10 });
  await busy.look(1_000);
  const { processes } = busy;
  await busy.look(1_300);
  expect(busy.processes).toBe(processes);
  busy.forget();
  expect(busy.processes).toBeNull();
  put(tree, { pid: 10, ticks: [100, 0] });
  await busy.look(60_000);
  expect(busy.processes?.byCpu).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'the host looks through its processes while somebody sees them, and finds a busy one',
  { timeout: 60_000 },
  async () => {
    const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    undo.push(() => child.kill('SIGKILL'));
    const attention = createAttention();
    const source = hostSource({ clock: systemClock, areProcessesSeen: () => attention.areProcessesSeen });
    undo.push(() => void source.close());
    const { signal } = new AbortController();
    expect((await source.read(signal)).processes).toBeNull();
    attention.seeProcesses();
    await expect
      .poll(async () => (await source.read(signal)).processes?.byCpu.find(({ pid }) => pid === child.pid), {
        timeout: 50_000,
        interval: 500,
      })
      .toMatchObject({
        ancestors: expect.arrayContaining([process.pid]),
        command: expect.stringContaining('for (;;);'),
      });
    for (let i = 0; i < 10; i++) attention.beat();
    expect((await source.read(signal)).processes).toBeNull();
  },
);
