import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeError } from '../../../src/ui/screen/terminal.ts';
import { type Pty, startPty } from '../../helpers/pty.ts';
import { waitGone } from '../../helpers/tree.ts';

let folder = '';
let pty: Pty | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'botop-terminal-'));
  await build({
    entryPoints: [fileURLToPath(new URL('./fixture/app.ts', import.meta.url))],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    jsx: 'automatic',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['react-devtools-core'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  await pty?.dispose();
  pty = undefined;
});

const app = (): string => `"${process.execPath}" "${join(folder, 'app.mjs')}"`;

/** Runs a line in a shell that stays, so that the terminal can be looked at after the program has ended. */
function run(line: string, env: Record<string, string> = {}): Pty {
  const path = process.env['PATH'] ?? '';
  const home = folder;
  pty = startPty({
    command: '/bin/sh',
    args: ['-c', `${line}; echo "status $?"; exec cat`],
    env: { PATH: path, HOME: home, ...env },
    columns: 60,
    rows: 12,
  });
  return pty;
}

/** The pid and the parent's that the panel shows. */
function processesOf(shown: Pty): { pid: number; parent: number } {
  const [, pid = '', parent = ''] = /pid (\d+) of (\d+)/.exec(shown.text().join('\n')) ?? [];
  return { pid: Number(pid), parent: Number(parent) };
}

async function runMounted(line = app(), env: Record<string, string> = {}): Promise<Pty> {
  const shown = run(line, env);
  await shown.waitFor(/mounted/);
  await shown.waitFor((it) => !it.stty().isCanonical);
  return shown;
}

function expectRestored(shown: Pty): void {
  expect({
    isAlternate: shown.isAlternate(),
    isCursorVisible: shown.isCursorVisible(),
    isWrapping: shown.isWrapping(),
    isSynchronized: shown.isSynchronized(),
    isBracketedPaste: shown.isBracketedPaste(),
    isCanonical: shown.stty().isCanonical,
    isEcho: shown.stty().isEcho,
  }).toEqual({
    isAlternate: false,
    isCursorVisible: true,
    isWrapping: true,
    isSynchronized: false,
    isBracketedPaste: false,
    isCanonical: true,
    isEcho: true,
  });
}

test('while it runs it has the alternate screen, no cursor, no wrap, raw keys', async () => {
  const shown = await runMounted();
  expect(shown.isAlternate()).toBe(true);
  expect(shown.isCursorVisible()).toBe(false);
  expect(shown.isWrapping()).toBe(false);
  expect(shown.isBracketedPaste()).toBe(true);
  shown.press('abc');
  await shown.waitFor(/keys:abc/);
});

test.each([
  ['q', 'q', 0],
  ['Ctrl-C', '\x03', 0],
] as const)('%s ends it with the terminal as before', async (_, key, status) => {
  const shown = await runMounted();
  shown.press(key);
  await shown.waitFor(new RegExp(`status ${status}`));
  expectRestored(shown);
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const)('%s ends it with status %i and the terminal as before', async (signal, status) => {
  const shown = await runMounted();
  process.kill(processesOf(shown).pid, signal);
  await shown.waitFor(new RegExp(`status ${status}`));
  expectRestored(shown);
});

test('a signal before keys are read ends it the same way', async () => {
  const shown = run(app(), { WITHOUT_KEYS: '1' });
  await shown.waitFor(/before keys/);
  process.kill(processesOf(shown).pid, 'SIGTERM');
  await shown.waitFor(/status 143/);
  expectRestored(shown);
});

test.each([
  ['an error in a key handler', 'h', /broken in a handler/],
  ['an error while rendering', 'r', /broken while rendering/],
  ['a rejection nobody awaits', 'u', /broken and not awaited/],
] as const)('%s ends it with status 1, the terminal as before and the message on it', async (_, key, message) => {
  const shown = await runMounted();
  shown.press(key);
  await shown.waitFor(/status 1/);
  const afterLeaving = shown.transcript().split('\x1b[?1049l').at(-1);
  expect(afterLeaving).toMatch(message);
  expect(shown.transcript()).not.toContain('sk-abcdefghijklmnop');
  expectRestored(shown);
});

test('Ctrl-Z gives the terminal to the shell, fg takes it back with raw keys and the whole picture', async () => {
  pty = startPty({
    command: 'bash',
    args: ['--norc', '--noprofile', '-i'],
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, PS1: 'ready> ' },
    columns: 60,
    rows: 12,
  });
  await pty.waitFor(/ready>/);
  pty.press(`${app()}\r`);
  await pty.waitFor(/mounted/);
  await pty.waitFor((it) => !it.stty().isCanonical);
  pty.press('a');
  await pty.waitFor(/keys:a/);
  pty.press('\x1a');
  await pty.waitFor(/Stopped/);
  expect([pty.isAlternate(), pty.isCursorVisible(), pty.isWrapping()]).toEqual([false, true, true]);
  pty.press('fg\r');
  await pty.waitFor(/keys:a/);
  await pty.waitFor((it) => it.isAlternate() && !it.stty().isCanonical && it.isBracketedPaste());
  pty.press('b');
  await pty.waitFor(/keys:ab/);
  const { pid } = processesOf(pty);
  process.kill(pid, 'SIGTSTP');
  await pty.waitFor((it) => it.transcript().split('Stopped').length === 3);
  pty.press('fg\r');
  await pty.waitFor(/keys:ab/);
  expect(pty.isAlternate()).toBe(true);
});

test('Ctrl-Z where nobody could continue it paints again and goes on', async () => {
  const shown = await runMounted(`exec ${app()}`);
  shown.press('\x1a');
  await shown.waitFor((it) => /1049l.*1049h/s.test(it.transcript()));
  await shown.waitFor((it) => it.isAlternate() && !it.stty().isCanonical);
  shown.press('x');
  await shown.waitFor(/keys:x/);
});

test('it follows the size of the terminal', async () => {
  const shown = await runMounted();
  shown.resize(44, 9);
  await shown.waitFor(/44x9/);
  shown.resize(90, 20);
  await shown.waitFor(/90x20/);
  expect(shown.line(0)).toHaveLength(90);
});

test('a prompt can show the cursor where it types', async () => {
  const shown = await runMounted();
  shown.press('c');
  await shown.waitFor((it) => it.isCursorVisible() && it.cursor().x === 3 && it.cursor().y === 2);
});

test('on a vanished terminal it goes too', async () => {
  const shown = await runMounted(`exec ${app()}`);
  const { pid } = processesOf(shown);
  shown.hangUp();
  await waitGone([pid]);
});

test('a vanished terminal is noticed without a signal too', async () => {
  // The kernel tells the session's leader only, and this one ignores it.
  const shown = await runMounted(`trap '' HUP; ${app()}`);
  const { pid, parent } = processesOf(shown);
  shown.hangUp();
  await waitGone([pid]);
  await waitGone([parent]);
});

test('below npm it ends when npm is gone, since npm passes no SIGHUP on', async () => {
  const shown = await runMounted(`/bin/sh -c '${app()}; true'`, { npm_lifecycle_event: 'start' });
  const { pid, parent } = processesOf(shown);
  process.kill(parent, 'SIGKILL');
  await waitGone([pid]);
  // Its last bytes may still be on their way through the terminal, and nothing comes behind them.
  await shown.waitFor((it) => !it.isAlternate() && it.isCursorVisible());
  expectRestored(shown);
});

test('what is printed of an error is clean, short and without secrets', () => {
  const error = new Error('no \x1b[31mcolour, postgres://bot:hunter2@db/x');
  expect(describeError(error)).toContain('botop: Error: no colour');
  expect(describeError(error)).not.toContain('hunter2');
  expect(describeError(error).split('\n').length).toBeLessThanOrEqual(9);
  expect(describeError('plain')).toBe('botop: plain\n');
});
