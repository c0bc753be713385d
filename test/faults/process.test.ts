import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import {
  createPerson,
  type Person,
  PROGRAM,
  promptTakesKeys,
  screenOf,
  startMonitor,
  startShell,
} from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2, until } from '../helpers/pm2-daemon.ts';
import { type Pty, startPty } from '../helpers/pty.ts';
import { mountSmallDisk, noSmallDisk, type SmallDisk } from '../helpers/small-disk.ts';
import { descendants, isRunning } from '../helpers/tree.ts';

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
  ['a file in the place of the state folder', () => join(folder, 'file')],
  // Nobody may make one there, root neither.
  ['a state folder that cannot be made', () => '/proc/botop-state'],
])('%s: the monitor runs all the same', async (_, placeOf) => {
  writeFileSync(join(folder, 'file'), '');
  const pty = await monitor({ XDG_STATE_HOME: placeOf() });
  await pty.waitFor(/weather-bot\s+ok/);
  pty.press('q');
  expect((await pty.exit).code).toBe(0);
});

describe.skipIf(noSmallDisk !== '')(`a disk of its own for the state folder (${noSmallDisk || 'mounted'})`, () => {
  test.each([
    ['full', 'the disk is full', (disk: SmallDisk) => disk.fill()],
    ['read-only', 'the file system is read-only', (disk: SmallDisk) => disk.makeReadOnly()],
  ])('%s: it runs, and what cannot be written to the audit is said', async (name, reason, fault) => {
    const disk = mountSmallDisk(join(folder, name), '64k');
    try {
      fault(disk);
      const pty = await monitor({ XDG_STATE_HOME: disk.folder });
      await pty.waitFor(/weather-bot\s+ok/);
      pty.press('r');
      await promptTakesKeys(pty, 'y restart');
      pty.press('\u001b');
      await pty.waitFor(new RegExp(`The audit could not be written: ${reason}`));
      pty.press('\u0003');
      expect((await pty.exit).code).toBe(0);
    } finally {
      disk.remove();
    }
  });
});

test('a heap that fills up to its limit ends it in order: the reason is said, the terminal is given back', async () => {
  const leak = join(folder, 'leak.cjs');
  const mark = join(folder, 'leak');
  writeFileSync(
    leak,
    // Fast at first; then so slowly that some seconds more between two readings make no difference.
    `const { existsSync } = require('node:fs');
const { getHeapStatistics } = require('node:v8');
const kept = [];
let ticks = 0;
setInterval(() => {
  if (!existsSync(process.env.LEAK_MARK)) return;
  ticks += 1;
  if (getHeapStatistics().used_heap_size < 41e6) kept.push(new Array(65_536).fill(ticks));
  else if (ticks % 2 === 0) kept.push(new Array(8_192).fill(ticks));
}, 50).unref();`,
  );
  const pty = await shellMonitor('exec "$1" --max-semi-space-size=1 --max-old-space-size=48 --require "$LEAK" "$2"', {
    LEAK: leak,
    LEAK_MARK: mark,
  });
  await pty.waitFor(/weather-bot\s+ok/);
  writeFileSync(mark, '');
  const end = await pty.exit;
  expect(end, pty.text().join('\n')).toEqual({ code: 1, signal: 0 });
  expect(pty.isAlternate()).toBe(false);
  expect(pty.isCursorVisible()).toBe(true);
  const said = pty.text().join('\n');
  expect(said).toMatch(/^botop: ended before its memory limit of \d+M was reached\. NODE_OPTIONS/m);
  expect(said).not.toMatch(/Last few GCs/);
});

test('killed where nothing can be done (SIGKILL, as by the kernel for want of memory), the next one gives the terminal back', async () => {
  const pty = await startShell(person);
  keep(pty);
  const isReady = () => pty.isAlternate() && /help/.test(pty.line(pty.rows - 1));
  const run = `"${process.execPath}" "${PROGRAM}"\r`;
  pty.press(run);
  await pty.waitFor(isReady, { what: 'the monitor', timeoutMs: 20_000 });
  const [child] = descendants(pty.pid);
  process.kill(child as number, 'SIGKILL');
  await pty.waitFor(() => !isRunning(child as number) && /^\$/m.test(screenOf(pty)), { what: 'the shell again' });
  // What the terminal answered to the one that was killed goes to the shell as typed, at any time: Ctrl-U drops it.
  await until('an empty screen', async () => {
    pty.press('\u0015clear\r');
    await pty.waitFor(() => !/Errors/.test(screenOf(pty)), { timeoutMs: 1_000 });
    return true;
  });
  pty.press(`\u0015${run}`);
  await pty.waitFor(isReady, { what: 'the next monitor', timeoutMs: 20_000 });
  pty.press('\u0003');
  await pty.waitFor(() => !pty.isAlternate() && pty.isCursorVisible() && !pty.isBracketedPaste(), {
    what: 'the shell, as it was',
  });
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
  expect(pty.line(0)).not.toMatch(/stale|down|dead|answer/i);
  await pm2.cli('start', 'weather-bot');
  await pty.waitFor(/weather-bot\s+(ok|starting)/);
});
