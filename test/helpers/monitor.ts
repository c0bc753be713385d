import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Pty, startPty } from './pty.ts';
import type { LinkSpeed } from './slow-link.ts';

/** The built program. `npm test` builds it first. */
export const PROGRAM = fileURLToPath(new URL('../../dist/botop.js', import.meta.url));

/** What the program may see of a person: a home of its own, and nothing that points at a real fleet. */
export interface Person {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

export function createPerson(more: Readonly<Record<string, string>> = {}): Person {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'botop-person-')));
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    XDG_STATE_HOME: join(home, 'state'),
    // A configuration of this machine must not decide what the tests see.
    BOTOP_CONFIG: '/dev/null',
    ...more,
  };
  return { home, env, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export interface MonitorStart {
  readonly person: Person;
  /** Another build. */
  readonly program?: string;
  readonly args?: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
  readonly link?: LinkSpeed;
  readonly isSilent?: boolean;
}

/** The monitor in a real terminal, ready for keys once its footer stands. */
export async function startMonitor({
  person,
  program = PROGRAM,
  args = [],
  columns = 120,
  rows = 40,
  link,
  isSilent = false,
}: MonitorStart): Promise<Pty> {
  const pty = startPty({
    command: process.execPath,
    args: [program, ...args],
    env: person.env,
    cwd: person.home,
    columns,
    rows,
    isSilent,
    ...(link ? { link } : {}),
  });
  await pty.waitFor((shown) => shown.isBracketedPaste() && /help/.test(shown.line(shown.rows - 1)), {
    what: 'the monitor to be ready',
    timeoutMs: 20_000,
  });
  return pty;
}

/** An interactive shell in a real terminal, at its prompt; the program is started in it as a job. */
export async function startShell(person: Person, columns = 100, rows = 30): Promise<Pty> {
  const pty = startPty({
    command: execFileSync('sh', ['-c', 'command -v bash'], { encoding: 'utf8' }).trim(),
    args: ['--norc', '--noprofile', '-i'],
    env: { ...person.env, PS1: '$ ' },
    cwd: person.home,
    columns,
    rows,
  });
  await pty.waitFor((shown) => shown.line(0).startsWith('$'), { what: 'the shell' });
  return pty;
}

/** Runs the program to its end without a terminal. */
export function runProgram(person: Person, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const options = { env: { ...person.env, ...env }, cwd: person.home, timeout: 60_000, maxBuffer: 64e6 };
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** What `botop snapshot --json` prints for the person, as the published schema has it. */
export async function snapshotOf(person: Person): Promise<any> {
  const { stdout, stderr, code } = await runProgram(person, ['snapshot', '--json']);
  if (code !== 0) throw new Error(`the snapshot ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The whole screen. */
export const screenOf = (pty: Pty): string => pty.text().join('\n');

/** Puts the cursor of the focused panel on the one row that the filter leaves. */
export async function selectRow(pty: Pty, name: string): Promise<void> {
  pty.press('&');
  pty.press(name);
  pty.press('\r');
  await pty.waitFor((shown) => shown.text().some((line) => line.includes('▸') && line.includes(name)), {
    what: `the cursor on ${name}`,
  });
}

/** Waits until a prompt takes keys: its question, which holds `question`, is bright then. */
export async function promptTakesKeys(pty: Pty, question: string): Promise<void> {
  await pty.waitFor(
    (shown) => {
      const y = shown.text().findIndex((line) => line.includes(question));
      return y >= 0 && shown.cell(shown.line(y).indexOf(question), y).bold;
    },
    { what: `the armed prompt: ${question}` },
  );
}

/** Types a text into an armed prompt that holds `before`, key by key: what comes in one piece is taken for a paste. */
export async function typeInto(pty: Pty, text: string, before = ''): Promise<void> {
  let typed = before;
  for (const char of text) {
    pty.press(char);
    typed += char;
    await pty.waitFor((shown) => shown.text().some((line) => line.includes(`> ${typed}`.trimEnd())), {
      what: `"${typed}" in the prompt`,
    });
  }
}
