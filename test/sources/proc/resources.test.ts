import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { createResourceSampler } from '../../../src/sources/proc/resources.ts';
import { until } from '../../helpers/pm2-daemon.ts';

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

const columns = (length: number) => {
  const column = () => new Float64Array(length).fill(Number.NaN);
  return { threads: column(), openFiles: column(), openFilesLimit: column() };
};

test('threads, open files and their limit are those the system tells of the process', () => {
  const into = columns(1);
  const sampler = createResourceSampler();
  const status = readFileSync('/proc/self/status', 'latin1');
  sampler.sample([process.pid], Float64Array.of(1), into);
  expect(into.threads[0]).toBe(Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]));
  expect(into.openFilesLimit[0]).toBe(
    Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]),
  );
  const before = into.openFiles[0] as number;
  const opened = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'));
  ended.push(() => opened.forEach((descriptor) => closeSync(descriptor)));
  for (let turn = 0; turn < 10; turn += 1) sampler.sample([process.pid], Float64Array.of(1), into);
  expect(into.openFiles[0]).toBe(before + 20);
});

test('of a tree the threads are added, and the open files are of the process nearest to its limit', async () => {
  const child = spawn('/bin/sh', ['-c', 'ulimit -n 16; sleep 60 3<&0 4<&0 5<&0 & echo ready; wait'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const pid = child.pid as number;
  const below = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  ended.push(() => {
    for (const each of below().split(' ').filter(Boolean)) process.kill(Number(each), 'SIGKILL');
    child.kill('SIGKILL');
  });
  await until('the child has its own', () => /sleep/.test(readFileSync(`/proc/${below()}/cmdline`, 'latin1')));
  const into = columns(1);
  createResourceSampler().sample([pid], Float64Array.of(2), into);
  expect(into.threads[0]).toBe(2);
  expect(into.openFilesLimit[0]).toBe(16);
  expect(into.openFiles[0]).toBe(readdirSync(`/proc/${below()}/fd`).length);
});

test('where there is no process nothing is known', () => {
  const into = columns(2);
  createResourceSampler().sample([0, 999_999_999], Float64Array.of(0, 0), into);
  const all = [...into.threads, ...into.openFiles, ...into.openFilesLimit];
  expect(all.filter((value) => !Number.isNaN(value))).toEqual([]);
});
