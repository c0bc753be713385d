import { afterEach, expect, test } from 'vitest';
import { type Pty, type PtyOptions, startPty } from './pty.ts';
import { commandLine, descendants, isRunning, processesOf, processTree, waitGone, waitUntil } from './tree.ts';

const open: Pty[] = [];
const start = (options: PtyOptions): Pty => {
  const pty = startPty(options);
  open.push(pty);
  return pty;
};
const shell = (script: string, size: Partial<PtyOptions> = {}): Pty =>
  start({ command: 'sh', args: ['-c', script], columns: 40, rows: 10, ...size });

afterEach(async () => {
  await Promise.all(open.splice(0).map((pty) => pty.dispose()));
});

test('what a program prints is on the screen, and its exit code is told', async () => {
  const pty = shell('echo hello; exit 3');
  expect(await pty.exit).toEqual({ code: 3, signal: 0 });
  expect(pty.text()[0]).toBe('hello');
  expect(pty.text()).toHaveLength(10);
  expect(pty.bytesWritten).toBe(7);
});

test('what a program said last is read to its end, also where we hardly get to run', async () => {
  const pty = shell('seq 1 3000; echo the last');
  pty.onBytes(() => {
    for (const end = performance.now() + 230; performance.now() < end; );
  });
  await pty.exit;
  expect(pty.text()).toContain('the last');
});

test('keys reach the program and its echo is seen', async () => {
  const pty = start({ command: 'cat', columns: 40, rows: 10 });
  await pty.waitFor((p) => p.stty().isEcho, { what: 'the terminal to be ready' });
  pty.press('abc\r');
  await pty.waitFor(/abc\nabc/);
  expect(pty.stty()).toMatchObject({ isCanonical: true, isEcho: true });
  pty.kill('SIGTERM');
  expect((await pty.exit).signal).toBe(15);
});

test('raw mode is told from canonical mode from outside', async () => {
  const pty = shell('stty raw -echo; printf ready; read -r _');
  await pty.waitFor(/ready/);
  expect(pty.stty()).toMatchObject({ isCanonical: false, isEcho: false });
});

test('cells tell character, width, colours and attributes', async () => {
  const pty = shell(String.raw`printf '\033[1;31;44mA\033[0;38;5;208;2mB\033[0;38;2;1;2;3;7mC\033[0m界'; read -r _`);
  await pty.waitFor(/界/);
  expect(pty.cell(0, 0)).toMatchObject({ char: 'A', width: 1, fg: 1, bg: 4, bold: true, dim: false, inverse: false });
  expect(pty.cell(1, 0)).toMatchObject({ char: 'B', fg: 208, bg: null, bold: false, dim: true });
  expect(pty.cell(2, 0)).toMatchObject({ char: 'C', fg: '#010203', inverse: true });
  expect(pty.cell(3, 0)).toMatchObject({ char: '界', width: 2, fg: null });
  expect(pty.cell(4, 0).width).toBe(0);
  expect(() => pty.cell(40, 0)).toThrow(/no cell 40,0/);
});

test('an emoji takes two cells, or one on an old terminal', async () => {
  const script = String.raw`printf '🚀x e\314\201y'; read -r _`;
  const now = shell(script);
  await now.waitFor(/y/);
  expect([now.cell(0, 0).width, now.cell(2, 0).char, now.cell(4, 0).char, now.cell(5, 0).char]).toEqual([
    2,
    'x',
    'e\u0301',
    'y',
  ]);
  const old = shell(script, { unicode: 6 });
  await old.waitFor(/y/);
  expect([old.cell(0, 0).width, old.cell(1, 0).char, old.cell(3, 0).char]).toEqual([1, 'x', 'e\u0301']);
});

test('alternate screen, cursor, wrap, paste mode and title are known', async () => {
  const pty = shell(
    String.raw`printf '\033[?1049h\033[?25l\033[?7l\033[?2004h\033]0;name\007in'; read -r _; printf '\033[?2004l\033[?7h\033[?25h\033[?1049lout'; read -r _`,
  );
  await pty.waitFor(/in/);
  expect([pty.isAlternate(), pty.isCursorVisible(), pty.isWrapping(), pty.isBracketedPaste(), pty.title()]).toEqual([
    true,
    false,
    false,
    true,
    'name',
  ]);
  pty.press('\r');
  await pty.waitFor(/out/);
  expect([pty.isAlternate(), pty.isCursorVisible(), pty.isWrapping(), pty.isBracketedPaste()]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('a resize reaches the program', async () => {
  // A signal that comes between a shell's look for one and its reading would wait for a key.
  const pty = shell(`trap 'stty size' WINCH; echo up; while :; do sleep 0.05; done`);
  await pty.waitFor(/up/);
  pty.resize(60, 12);
  await pty.waitFor(/12 60/);
  expect(pty.text()).toHaveLength(12);
});

test('what never comes fails with the screen and what was waited for', async () => {
  const pty = shell('echo only this; read -r _');
  await pty.waitFor(/only this/);
  await expect(pty.waitFor(/never/, { timeoutMs: 100, what: 'the miracle' })).rejects.toThrow(
    /nothing after 100 ms while waiting for the miracle.*\|only this/s,
  );
});

test('a program that ends while it is waited for is told at once', async () => {
  const pty = shell('echo bye; exit 7');
  await expect(pty.waitFor(/never/, { timeoutMs: 60_000 })).rejects.toThrow(/ended .*"code":7.*\|bye/s);
});

test('a condition that throws is the failure', async () => {
  const pty = shell('read -r _');
  const thrown = pty.waitFor(() => {
    throw new Error('looked wrong');
  });
  await expect(thrown).rejects.toThrow('looked wrong');
});

test('a lost connection sends SIGHUP', async () => {
  const pty = start({ command: 'sleep', args: ['600'] });
  await pty.waitFor((p) => commandLine(p.pid) === 'sleep 600', { what: 'the program to be executed' });
  pty.hangUp();
  expect((await pty.exit).signal).toBe(1);
});

test('disposing ends the program, and a second time does nothing', async () => {
  const pty = start({ command: 'sleep', args: ['600'] });
  await pty.dispose();
  expect(isRunning(pty.pid)).toBe(false);
  await pty.dispose();
});

test('descendants are found, also by the folder in their environment, and seen to go', async () => {
  const mark = `/tmp/botop-mark-${process.pid}`;
  const pty = shell('sleep 600 & a=$!; sleep 600 & b=$!; echo up; read -r _; kill $a $b; wait', {
    env: { PATH: process.env['PATH'], MARK: mark },
  });
  await pty.waitFor(/up/);
  const children = descendants(pty.pid);
  expect(children).toHaveLength(2);
  // Until then they are the shell, which has no arguments of its own for a moment as it becomes another program.
  await waitUntil(() => children.every((pid) => commandLine(pid) === 'sleep 600'), 'both to be executed');
  expect(processTree(pty.pid).map((row) => row.pid)).toEqual([pty.pid, ...children]);
  expect(processesOf(mark).sort()).toEqual([pty.pid, ...children].sort());
  await expect(waitGone(children, 50)).rejects.toThrow(/still running after 50 ms:\n\d+ sleep 600/);
  pty.press('\r');
  await waitGone([pty.pid, ...children]);
  expect(processesOf(mark)).toEqual([]);
});
