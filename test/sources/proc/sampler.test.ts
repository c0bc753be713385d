import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { createProcSampler, type TreeColumns } from '../../../src/sources/proc/sampler.ts';
import { readStat } from '../../../src/sources/proc/stat.ts';
import { until } from '../../helpers/pm2-daemon.ts';

const started: ChildProcess[] = [];

/** A process that says `ready` when its part of the test may begin. */
async function run(code: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child as ChildProcess & { readonly pid: number };
}

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exit;
  }
});

const columnsOf = (length: number): TreeColumns => ({
  cpuPercent: new Float64Array(length),
  memoryBytes: new Float64Array(length),
  processes: new Float64Array(length),
});

const idle = 'console.log("ready"); setInterval(() => {}, 1e6)';
/** Ends with whoever started it, also when that is killed. */
const busy = 'console.log("ready"); for (const { ppid } = process; process.ppid === ppid; );';
/** Its child burns CPU and ends with it. */
const parent = `
  const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.once('data', () => console.log('ready'));
  process.on('SIGTERM', () => { child.kill('SIGKILL'); child.once('exit', () => process.exit()); });
`;

describe.skipIf(process.platform !== 'linux')('process trees', () => {
  test('CPU is unknown at the first sample, known at the second; memory is known at once', async () => {
    const [calm, hot] = [await run(idle), await run(busy)];
    const sampler = createProcSampler();
    const into = columnsOf(3);
    const pids = [calm.pid, hot.pid, 0];
    sampler.sample(pids, performance.now(), into);
    expect([...into.cpuPercent].every(Number.isNaN)).toBe(true);
    expect(into.memoryBytes[0]).toBeGreaterThan(10e6);
    expect(into.memoryBytes[2]).toBeNaN();
    expect([...into.processes]).toEqual([1, 1, 0]);
    const since = performance.now();
    await until('a second has passed', () => performance.now() - since > 1_000);
    sampler.sample(pids, performance.now(), into);
    expect(into.cpuPercent[0]).toBeLessThan(10);
    expect(into.cpuPercent[1]).toBeGreaterThan(2);
    expect(into.cpuPercent[1]).toBeLessThan(120);
    sampler.close();
  });

  test('a tree counts its children, and asking again at once repeats what was measured', async () => {
    const root = await run(parent);
    const sampler = createProcSampler();
    const into = columnsOf(1);
    sampler.sample([root.pid], performance.now(), into);
    expect(into.processes[0]).toBe(2);
    const since = performance.now();
    await until('a second has passed', () => performance.now() - since > 1_000);
    sampler.sample([root.pid], performance.now(), into);
    const measured = into.cpuPercent[0];
    // A third of a core where nothing else runs; elsewhere what is left for it.
    expect(measured).toBeGreaterThan(2);
    sampler.sample([root.pid], performance.now(), into);
    expect(into.cpuPercent[0]).toBe(measured);
    root.kill('SIGTERM');
    await new Promise((resolve) => root.once('exit', resolve));
    sampler.close();
  });

  test('a process that a signal froze stays so from the second look on, until it goes on; one that runs does not', async () => {
    const [calm, other] = [await run(idle), await run(idle)];
    const sampler = createProcSampler();
    const into = columnsOf(2);
    const sample = (at: number) => sampler.sample([calm.pid, other.pid], at, into);
    process.kill(calm.pid, 'SIGSTOP');
    await until('it is frozen', () => readStat(calm.pid)?.state === 'T');
    sample(1_000);
    expect(sampler.lastingStateOf(calm.pid)).toBeNull();
    sample(2_000);
    sample(3_000);
    expect(sampler.lastingStateOf(calm.pid)).toMatchObject({ name: 'stopped', since: 1_000 });
    expect(sampler.lastingStateOf(other.pid)).toBeNull();
    process.kill(calm.pid, 'SIGCONT');
    await until('it goes on', () => readStat(calm.pid)?.state !== 'T');
    sample(4_000);
    expect([sampler.lastingStateOf(calm.pid), sampler.lastingCount]).toEqual([null, 0]);
    sampler.close();
  });

  test('a process that ends is told once, and what follows is unknown', async () => {
    const child = await run(idle);
    const sampler = createProcSampler();
    const into = columnsOf(1);
    expect(sampler.sample([child.pid], 0, into)).toEqual([]);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(sampler.sample([child.pid], 1_000, into)).toEqual([child.pid]);
    expect([into.cpuPercent[0], into.memoryBytes[0], into.processes[0]]).toEqual([Number.NaN, Number.NaN, 0]);
    expect(sampler.sample([child.pid], 2_000, into)).toEqual([]);
    sampler.close();
  });

  test('a pid that was never there is unknown and not told as ended', () => {
    const sampler = createProcSampler();
    const into = columnsOf(1);
    expect(sampler.sample([2 ** 30], 0, into)).toEqual([]);
    expect(into.memoryBytes[0]).toBeNaN();
    sampler.close();
  });

  test('no descriptor is left open: not of what is no longer asked for, not over the limit, not after closing', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const children = [await run(idle), await run(idle), await run(idle)];
    const pids = children.map((child) => child.pid);
    const before = open();
    const sampler = createProcSampler({ maxDescriptors: 2 });
    const into = columnsOf(3);
    sampler.sample(pids, 0, into);
    expect(open()).toBe(before + 2);
    sampler.sample(pids, 1_000, into);
    expect([...into.processes]).toEqual([1, 1, 1]);
    sampler.sample(pids.slice(0, 1), 2_000, into);
    expect(open()).toBeLessThanOrEqual(before + 2);
    sampler.close();
    expect(open()).toBe(before);
  });

  test('trees that nobody looks at take turns: a fifth in each sample, all of them within five', () => {
    const shares = createProcSampler();
    const pids = Array.from({ length: 10 }, () => process.pid);
    const into = columnsOf(10);
    const isSeen = (index: number) => index === 3;
    shares.sample(pids, 0, into, isSeen);
    shares.sample(pids, 1_000, into, isSeen);
    const written: number[] = Array.from({ length: 10 }, () => 0);
    for (let turn = 2; turn < 7; turn++) {
      into.memoryBytes.fill(-1);
      shares.sample(pids, turn * 1_000, into, isSeen);
      for (const [index, bytes] of into.memoryBytes.entries())
        if (bytes > 0) written[index] = (written[index] ?? 0) + 1;
    }
    expect(written).toEqual([1, 1, 1, 5, 1, 1, 1, 1, 1, 1]);
    shares.close();
  });

  test('new columns are filled at once, whoever looks', () => {
    const shares = createProcSampler();
    const pids = Array.from({ length: 10 }, () => process.pid);
    for (let turn = 0; turn < 3; turn++) shares.sample(pids, turn * 1_000, columnsOf(10), () => false);
    const into = columnsOf(10);
    shares.sample(pids, 4_000, into, () => false);
    expect([...into.memoryBytes].every((bytes) => bytes > 0)).toBe(true);
    shares.close();
  });
});
