import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeDaemon, fakeDaemon } from '../helpers/fake-pm2.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const BOTS = 60;
let home: string;
let daemon: FakeDaemon;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'botop-snapshot-'));
  mkdirSync(join(home, 'pm2'));
  writeFileSync(join(home, 'pm2', 'pm2.pid'), String(process.pid));
  const entries = Array.from({ length: BOTS }, (_, id) => ({
    pm_id: id,
    name: `bot-${id}-é文`,
    pid: process.pid,
    monit: { cpu: 1, memory: 1_000 },
    pm2_env: { status: 'online', unique_id: `u${id}`, restart_time: 0, pm_uptime: Date.now() },
  }));
  daemon = await fakeDaemon(join(home, 'pm2'), (call) => {
    if (call.method === 'getMonitorData') call.reply({ args: [entries] });
    else call.reply({ args: [call.method === 'getVersion' ? '7.0.4' : { msg: 'pong' }] });
  });
});

afterEach(async () => {
  await daemon.close();
  rmSync(home, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `botop snapshot` on the fake daemon, in an environment of its own; its output to a file where one is given. */
async function snapshot(args: readonly string[], env: Record<string, string> = {}, output?: string): Promise<Ended> {
  const file = output === undefined ? 'pipe' : openSync(output, 'w');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'snapshot', ...args, '--pm2-home', join(home, 'pm2')],
    {
      cwd: home,
      env: { HOME: home, BOTOP_CONFIG: '/dev/null', PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', file, 'pipe'],
    },
  );
  const ended = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([child.stdout ? text(child.stdout) : '', text(child.stderr as never)]);
  const [code] = (await ended) as [number | null];
  if (typeof file === 'number') closeSync(file);
  return { code, stdout, stderr };
}

const linesOf = (stdout: string): string[] => stdout.replace(/\n$/, '').split('\n');

test('without LINES the picture lists every bot, with LINES it has so many rows', async () => {
  const [open, fixed] = await Promise.all([snapshot([]), snapshot([], { COLUMNS: '80', LINES: '24' })]);
  expect(open).toMatchObject({ code: 0, stderr: '' });
  expect(new Set(open.stdout.match(/bot-\d+-é/g))).toHaveProperty('size', BOTS);
  expect(linesOf(fixed.stdout)).toHaveLength(24);
  expect(fixed.stdout).not.toBe('');
});

test('the picture has no cursor, no footer and no curve of a sample or two', async () => {
  const { stdout } = await snapshot([], { COLUMNS: '120', LINES: '40' });
  const lines = linesOf(stdout);
  expect(lines).toHaveLength(40);
  expect(lines.at(-1)).toMatch(/^╰─.*─╯$/);
  expect(stdout).not.toMatch(/▸|quit/);
  expect(lines.find((line) => line.includes('memory'))).not.toMatch(/[▁▂▃▄▅▆▇█]{2} *│$/);
});

test('--ascii writes ASCII alone, and a screen too small for a picture gives the smallest with a note', async () => {
  const { stdout, stderr, code } = await snapshot(['--ascii'], { COLUMNS: '10', LINES: '24' });
  expect(code).toBe(0);
  expect(stderr).toBe('botop: COLUMNS=10 is too small for a picture, which has 38 now\n');
  expect(linesOf(stdout)).toHaveLength(24);
  expect(stdout).toMatch(/^[\n -~]*$/);
  expect(stdout).toContain('bot-0-e??');
});

test.skipIf(!existsSync('/dev/full'))('what cannot be written is one line on stderr and status 1', async () => {
  const { code, stderr } = await snapshot(['--json'], {}, '/dev/full');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^botop: cannot write the output: ENOSPC.*\n$/);
});

test('every log is read back before anything is printed', async () => {
  const filler = `${new Date().toISOString()} INFO answered in 23 ms\n`.repeat(10_000);
  for (let i = 0; i < 30; i += 1) {
    writeFileSync(join(home, `${i}.log`), `${filler}${new Date().toISOString()} ERROR no answer\n`);
  }
  writeFileSync(join(home, 'pm2', 'pm2.log'), '');
  const { stdout } = await snapshot(['--json', '--logs', join(home, '*.log')]);
  const { errors } = JSON.parse(stdout) as { errors: { total: number; unreadFiles: number } };
  expect(errors).toMatchObject({ total: 30, unreadFiles: 0 });
});
