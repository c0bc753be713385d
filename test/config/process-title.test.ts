import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { takeArguments } from '../../src/config/process-title.ts';
import { commandLine, waitUntil } from '../helpers/tree.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

test('the arguments are taken as they were typed, and nothing of an address stays behind', () => {
  const fake = { title: 'node', argv: ['node', 'botop', 'snapshot', '--redis-url', 'redis://:a@h', '--json'] };
  expect(takeArguments(fake)).toEqual(['snapshot', '--redis-url', 'redis://:a@h', '--json']);
  expect(fake).toEqual({ title: 'botop', argv: ['node', 'botop', 'snapshot', '--redis-url', '[secret]', '--json'] });
  const second = {
    title: 'node',
    argv: ['node', 'botop', '--database-url=postgres://u:p@h/d', '--', '--redis-url', 'x'],
  };
  takeArguments(second);
  expect(second.argv.slice(2)).toEqual(['--database-url=[secret]', '--', '--redis-url', 'x']);
});

test('without an address the process keeps its title', () => {
  const fake = { title: 'node', argv: ['node', 'botop', '--view', 'bots'] };
  takeArguments(fake);
  expect(fake).toEqual({ title: 'node', argv: ['node', 'botop', '--view', 'bots'] });
});

test.runIf(existsSync('/proc/self/cmdline'))(
  'a running botop does not show its addresses in the list of processes',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'botop-title-'));
    const args = ['snapshot', '--config', '/dev/null', '--database-url', 'postgres://u:hunter2@127.0.0.1:1/x'];
    // Its last moment lasts until it was looked at.
    const lingering = "process.on('exit', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))";
    const own = ['--import', `data:text/javascript,${encodeURIComponent(lingering)}`, MAIN];
    const child = spawn(process.execPath, [...own, ...args, '--redis-url=redis://:hunter3@127.0.0.1:1'], {
      env: { PATH: '/usr/bin:/bin', HOME: home },
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    try {
      const shown = () => commandLine(child.pid as number);
      await waitUntil(() => shown().startsWith('botop'), 'its own title', 30_000);
      expect(shown()).toBe('botop');
    } finally {
      child.kill('SIGKILL');
      await exited;
      rmSync(home, { recursive: true, force: true });
    }
  },
);
