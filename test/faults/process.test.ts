import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, PROGRAM, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import { type Pty, startPty } from '../helpers/pty.ts';

let pm2: Pm2Daemon;
let person: Person;
let folder: string;
const keep = keepTerminals();

beforeAll(async () => {
  pm2 = await startPm2();
  await pm2.start({ name: 'weather-bot', code: 'setInterval(() => {}, 1000)' });
  folder = mkdtempSync(join(tmpdir(), 'botop-faults-'));
  person = createPerson({ PM2_HOME: pm2.home });
});

afterAll(async () => {
  person?.remove();
  rmSync(folder, { recursive: true, force: true });
  await pm2?.remove();
});

async function monitor(env: Readonly<Record<string, string>> = {}): Promise<Pty> {
  const pty = await startMonitor({ person: { ...person, env: { ...person.env, ...env } }, columns: 100, rows: 30 });
  keep(pty);
  return pty;
}

async function shellMonitor(script: string, env: Readonly<Record<string, string>> = {}): Promise<Pty> {
  const pty = startPty({
    command: '/bin/sh',
    args: ['-c', script, 'sh', process.execPath, PROGRAM],
    env: { ...person.env, ...env },
    cwd: person.home,
    columns: 100,
    rows: 30,
  });
  keep(pty);
  await pty.waitFor((shown) => shown.isBracketedPaste() && /help/.test(shown.line(shown.rows - 1)), {
    what: 'the monitor',
    timeoutMs: 20_000,
  });
  return pty;
}

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

test.skipIf(!hasPrlimit)(
  'without a file descriptor left it says what it cannot open, keys live, and it goes on (needs prlimit)',
  async () => {
    const pty = await monitor();
    await pty.waitFor(/weather-bot\s+ok/);
    const limit = (files: number): void => {
      execFileSync('prlimit', ['--pid', String(pty.pid), `--nofile=${files}:1024`]);
    };
    limit(3);
    pty.press('l');
    await pty.waitFor(/no descriptor is left/, { what: 'why the log cannot be opened' });
    pty.press('\u001b');
    pty.press('?');
    await pty.waitFor(/One row down/, { timeoutMs: 3_000 });
    pty.press('\u001b');
    limit(1024);
    await pm2.cli('stop', 'weather-bot');
    await pty.waitFor(/weather-bot\s+stopped/, { what: 'the screen to be up to date again' });
    await pm2.cli('start', 'weather-bot');
    await pty.waitFor(/weather-bot\s+ok/);
  },
);

test('two monitors at once show the same, and neither disturbs the other', async () => {
  const [one, two] = [await monitor(), await monitor()];
  for (const pty of [one, two]) await pty.waitFor(/weather-bot\s+ok/);
  one.press('q');
  expect((await one.exit).code).toBe(0);
  await pm2.cli('stop', 'weather-bot');
  await two.waitFor(/weather-bot\s+stopped/, { what: 'the second to see what changes' });
  await pm2.cli('start', 'weather-bot');
  await two.waitFor(/weather-bot\s+ok/);
});

test.each([
  ['a file in the place of the state folder', () => writeFileSync(join(folder, 'file'), ''), 'file'],
  ['a state folder that cannot be made', () => mkdirSync(join(folder, 'shut')), 'shut'],
])('%s: the monitor runs all the same', async (_, make, name) => {
  make();
  if (name === 'shut') chmodSync(join(folder, name), 0o500);
  const pty = await monitor({ XDG_STATE_HOME: join(folder, name) });
  await pty.waitFor(/weather-bot\s+ok/);
  pty.press('q');
  expect((await pty.exit).code).toBe(0);
});

test.each([
  ['forward', 3_600_000],
  ['back', -3_600_000],
])('the clock jumping an hour %s leaves no value stale and no wait too long', async (_, shiftMs) => {
  const mark = join(folder, `jump-${shiftMs}`);
  const shift = join(folder, 'shift.cjs');
  writeFileSync(
    shift,
    `const { existsSync } = require('node:fs');
const real = Date.now.bind(Date);
let jumped = false;
setInterval(() => { jumped ||= existsSync(process.env.JUMP_MARK); }, 50).unref();
Date.now = () => real() + (jumped ? Number(process.env.JUMP_MS) : 0);`,
  );
  const pty = await shellMonitor('exec "$1" --require "$JUMP" "$2"', {
    JUMP: shift,
    JUMP_MARK: mark,
    JUMP_MS: String(shiftMs),
  });
  await pty.waitFor(/weather-bot\s+ok/);
  const clock = (): string => /\d\d:\d\d/.exec(pty.line(0))?.[0] ?? '';
  const before = clock();
  writeFileSync(mark, '');
  await pty.waitFor(() => clock() !== before && clock() !== '', { what: 'the clock in the header to jump' });
  // It goes on: what happens now is seen at once.
  await pm2.cli('stop', 'weather-bot');
  await pty.waitFor(/weather-bot\s+stopped/, { what: 'a stop after the jump' });
  expect(pty.line(0)).not.toMatch(/stale|down/);
  await pm2.cli('start', 'weather-bot');
  await pty.waitFor(/weather-bot\s+(ok|starting)/);
});
