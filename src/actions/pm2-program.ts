/** Running the pm2 command line, for the three things that no daemon does for a caller: save, resurrect, start a file. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { clean } from '../text/clean.ts';
import { redact } from '../text/redact.ts';
import { accountOf } from './account.ts';
import type { ActionDeps } from './action.ts';
import { distrustFolders } from './trusted-way.ts';

/** How much of what it prints is kept. */
const MAX_OUTPUT = 64 * 1024;
/** After its end, how long its last words may take. */
const DRAIN_MS = 300;

/** A pm2 that may be run for a home, and as whom. */
export interface Pm2Program {
  /** Absolute, without links. */
  readonly path: string;
  readonly home: string;
  /** Who runs it; null: we ourselves. */
  readonly as: { readonly uid: number; readonly gid: number } | null;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The `pm2` on the person's PATH, if it may be run for this home: it must be root's or the home's user's, in folders that
 * nobody else can change. As root it is run as the home's user. Throws an `Error` with a sentence.
 */
export async function findProgram(home: string, env: NonNullable<ActionDeps['env']>): Promise<Pm2Program> {
  const { uid } = await stat(home);
  const ours = process.geteuid?.() ?? uid;
  const account = await accountOf(uid);
  if (uid !== ours && ours !== 0) {
    throw new Error(`${home} belongs to ${account?.name ?? `uid ${uid}`}: run botop as that user`);
  }
  if (uid !== ours && account === null) throw new Error(`uid ${uid}, whom ${home} belongs to, is not in /etc/passwd`);
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => isAbsolute(folder));
  const path = await firstPm2(folders);
  if (path === null) throw new Error('there is no pm2 on PATH: start botop with the folder of pm2 in it');
  const { uid: owner, mode } = await stat(path);
  if (owner !== 0 && owner !== uid)
    throw new Error(`${path} belongs to uid ${owner}, neither to root nor to uid ${uid}`);
  if ((mode & 0o002) !== 0) throw new Error(`${path} can be written by everybody`);
  const distrust = await distrustFolders(path, new Set([0, uid]));
  if (distrust !== null) throw new Error(`${path} cannot be trusted: ${distrust}`);
  const isOther = uid !== ours;
  return {
    path,
    home,
    as: isOther && account !== null ? { uid, gid: account.gid } : null,
    env: {
      PATH: folders.join(':'),
      HOME: isOther ? (account?.home ?? '/') : (env['HOME'] ?? account?.home ?? '/'),
      USER: account?.name ?? String(uid),
      PM2_HOME: home,
      ...(env['LANG'] === undefined ? {} : { LANG: env['LANG'] }),
    },
  };
}

async function firstPm2(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, 'pm2');
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return realpath(path);
  }
  return null;
}

/** How it ended. `said`: its last line that says something, cleaned and redacted. */
export interface ProgramEnd {
  /** Null when it was ended by a signal, ours included. */
  readonly code: number | null;
  readonly said: string;
  /** What it printed, cleaned and redacted; cut where it is long. */
  readonly output: string;
}

/**
 * Runs it in a session of its own, without a terminal and without input. When `signal` is aborted it is killed with all that
 * it started, a daemon excepted, which has a session of its own. Rejects when it cannot be started.
 */
export function runProgram(
  program: Pm2Program,
  args: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(program.path, args, {
      cwd: folder,
      env: { ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...program.as,
    });
    let text = '';
    const take = (chunk: Buffer): void => {
      if (text.length < MAX_OUTPUT) text += chunk.toString('utf8');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    };
    signal.addEventListener('abort', kill, { once: true });
    child.once('error', (error) => {
      signal.removeEventListener('abort', kill);
      reject(error);
    });
    child.once('exit', (code) => {
      signal.removeEventListener('abort', kill);
      // A daemon that it started may hold its output open for ever.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        const lines = text.split('\n').map((line) => redact(clean(line)).trim());
        resolve({ code, said: lastWords(lines), output: lines.join('\n') });
      }, DRAIN_MS);
    });
  });
}

/** PM2 prints a table at the end; what went wrong stands before it. */
function lastWords(lines: readonly string[]): string {
  const said = lines.filter((line) => line !== '' && !/^[│┌└├─┬┴┼┐┘┤]/.test(line));
  return (said.findLast((line) => /error|fail|cannot/i.test(line)) ?? said.at(-1) ?? '').slice(0, 300);
}
