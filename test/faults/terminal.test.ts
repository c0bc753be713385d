import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, PROGRAM, runProgram, startMonitor } from '../helpers/monitor.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { type Pty, startPty } from '../helpers/pty.ts';
import { processRow } from '../helpers/tree.ts';

let person: Person;
const keep = keepTerminals();

beforeAll(() => {
  person = createPerson();
});
afterAll(() => person.remove());

async function monitor(more: Readonly<Record<string, string>> = {}): Promise<Pty> {
  const pty = await startMonitor({ person: { ...person, env: { ...person.env, ...more } }, columns: 100, rows: 30 });
  keep(pty);
  return pty;
}

const hasFooter = (pty: Pty): boolean => /help/.test(pty.line(pty.rows - 1));

test('resized two hundred times at once, to one cell too, it fits the last size', async () => {
  const pty = await monitor();
  for (let i = 0; i < 200; i += 1) pty.resize(1 + ((i * 37) % 180), 1 + ((i * 13) % 60));
  pty.resize(1, 1);
  pty.resize(90, 25);
  await pty.waitFor((shown) => shown.rows === 25 && hasFooter(shown) && /botop/.test(shown.line(0)), {
    what: 'the whole screen in its last size',
  });
  pty.press('?');
  await pty.waitFor(/One row down/);
});

test('on a screen of one cell it goes on, says what it needs when it can, and q ends it', async () => {
  const pty = await monitor();
  pty.resize(1, 1);
  await pty.settled();
  pty.resize(20, 5);
  await pty.waitFor(/38|small/i, { what: 'the size it needs' });
  pty.press('q');
  expect((await pty.exit).code).toBe(0);
  expect(pty.isAlternate()).toBe(false);
});

test.each([
  'screen',
  'screen-256color',
  'linux',
  'vt100',
  'xterm',
  'tmux-256color',
])('TERM=%s is painted and given back', async (term) => {
  const pty = await monitor({ TERM: term, COLORTERM: '' });
  await pty.waitFor(/no PM2 here/i);
  pty.press('q');
  expect((await pty.exit).code).toBe(0);
  expect(pty.isAlternate()).toBe(false);
  expect(pty.isCursorVisible()).toBe(true);
});

test('the console of Linux is sent no sign that its fonts lack', async () => {
  const pty = await monitor({ TERM: 'linux', COLORTERM: '' });
  await pty.waitFor(/no PM2 here/i);
  pty.press('q');
  await pty.exit;
  expect(pty.transcript()).toMatch(/┌─ Bots/);
  expect(pty.transcript().replace(/[\x00-\x7f─│┌┐└┘├┤┬┴┼═║╔╗╚╝█░▒•←↑→↓■▲▼·]/g, '')).toBe('');
});

test('in a locale that is not of UTF-8 all is ASCII, and what draws more is said', async () => {
  const pty = startPty({
    command: process.execPath,
    args: [PROGRAM],
    env: { ...person.env, LC_ALL: 'C' },
    cwd: person.home,
    columns: 120,
  });
  keep(pty);
  await pty.waitFor(/The locale C is not UTF-8: .*LC_ALL=C\.UTF-8/);
  pty.press('q');
  await pty.exit;
  expect(pty.transcript()).toMatch(/^[\x00-\x7f]*$/);
});

test('TERM=dumb gets one plain frame, without a single escape', async () => {
  const pty = startPty({
    command: process.execPath,
    args: [PROGRAM],
    env: { ...person.env, TERM: 'dumb' },
    cwd: person.home,
  });
  keep(pty);
  expect((await pty.exit).code).toBe(0);
  expect(pty.transcript()).not.toContain('\u001b');
  expect(pty.transcript()).toMatch(/no PM2 here/i);
});

test('without a standard input, or with a closed output, it prints one frame or ends, and never hangs', async () => {
  const child = spawn(process.execPath, [PROGRAM], {
    env: person.env,
    cwd: person.home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
  const { code: full, stderr } = await runProgram(person, ['snapshot']);
  expect(full).toBe(0);
  expect(stderr).toBe('');
});

test('with its standard input closed, on a terminal, it prints one frame and ends: there is nobody to type', async () => {
  const pty = startPty({
    command: '/bin/sh',
    args: ['-c', 'exec "$1" "$2" <&-', 'sh', process.execPath, PROGRAM],
    env: person.env,
    cwd: person.home,
  });
  keep(pty);
  expect((await pty.exit).code).toBe(0);
  expect(pty.transcript()).toMatch(/no PM2 here/i);
  expect(pty.transcript()).not.toContain('\u001b[?1049h');
});

test('stopped for a while (SIGSTOP, SIGCONT) it paints all again, and its values are fresh', async () => {
  const pty = await monitor();
  pty.kill('SIGSTOP');
  pty.resize(80, 24);
  await until('it is stopped', () => processRow(pty.pid)?.state === 'T');
  pty.kill('SIGCONT');
  await pty.waitFor((shown) => shown.rows === 24 && hasFooter(shown), { what: 'the screen in its new size' });
  expect(pty.line(0)).not.toMatch(/stale|dead|answer/i);
});
