import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Pty, startPty } from './pty.ts';

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
  readonly args?: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
}

/** The monitor in a real terminal, ready for keys once its footer stands and Ink listens (bracketed paste is on). */
export async function startMonitor({ person, args = [], columns = 120, rows = 40 }: MonitorStart): Promise<Pty> {
  const pty = startPty({
    command: process.execPath,
    args: [PROGRAM, ...args],
    env: person.env,
    cwd: person.home,
    columns,
    rows,
  });
  await pty.waitFor((shown) => shown.isBracketedPaste() && /help/.test(shown.line(shown.rows - 1)), {
    what: 'the monitor to be ready',
    timeoutMs: 20_000,
  });
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
