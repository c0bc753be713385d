import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isAlive, readTree } from '../../../src/sources/proc/tree.ts';
import { until } from '../../helpers/pm2-daemon.ts';

test('a process is read with what it started, and each is known to have ended', async () => {
  // The shell waits for its child, which waits for its own.
  const root = spawn('/bin/sh', ['-c', '/bin/sh -c "sleep 60 & wait" & wait'], { stdio: 'ignore', detached: true });
  const pid = root.pid as number;
  try {
    const tree = await until('three processes', () => {
      const found = readTree(pid);
      return found.length === 3 ? found : undefined;
    });
    expect(tree[0]?.pid).toBe(pid);
    expect(tree.every((mark) => isAlive(mark))).toBe(true);
    expect(tree.map(({ startTicks, pid: of }) => isAlive({ pid: of, startTicks: startTicks - 1 }))).not.toContain(true);
    const ended = once(root, 'exit');
    process.kill(-pid, 'SIGKILL');
    await ended;
    await until('all have ended', () => !tree.some((mark) => isAlive(mark)));
    expect(readTree(pid)).toEqual([]);
  } finally {
    root.kill('SIGKILL');
  }
});

test('without /proc there is nothing to read', () => {
  expect(readTree(process.pid, '/nowhere')).toEqual([]);
});
