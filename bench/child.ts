import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { launch } from './contenders.ts';

/** A part of the program running by itself in a process of its own, from its sources. */
export interface Part<Told> {
  readonly pid: number;
  /** What it told so far, one JSON value a line. */
  readonly told: readonly Told[];
  /** The next that it tells; throws when it ends before. */
  next(): Promise<Told>;
  /** Resolves at its end; throws with what it said when that is not a good one. */
  readonly end: Promise<void>;
  stop(): Promise<void>;
}

/** Starts a script of this folder with the options that the program is started with, and more. */
export function startPart<Told>(script: string, args: readonly string[], options: readonly string[] = []): Part<Told> {
  const types = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
  const tuned = ['--import', join(import.meta.dirname, 'tuned.ts')];
  const launched = launch();
  const child: ChildProcess = spawn(
    process.execPath,
    [...types, ...launched.options, ...tuned, ...options, join(import.meta.dirname, script), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...launched.env } },
  );
  const told: Told[] = [];
  let rest = '';
  let complaint = '';
  let wake = (): void => {};
  child.stdout?.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) told.push(JSON.parse(line) as Told);
    wake();
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-2_000);
  });
  let isStopped = false;
  let isOver = false;
  const end = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      isOver = true;
      wake();
      if (code === 0 || isStopped) resolve();
      else reject(new Error(`${script} ended with ${code ?? signal}: ${complaint}`));
    });
  });
  // Whoever waits for it is told; nobody may.
  end.catch(() => undefined);
  let taken = 0;
  return {
    pid: child.pid ?? 0,
    told,
    async next() {
      while (told.length <= taken && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const value = told[taken++];
      if (value !== undefined) return value;
      await end;
      throw new Error(`${script} ended and told nothing more`);
    },
    end,
    async stop() {
      isStopped = true;
      if (!isOver) child.kill('SIGKILL');
      await end.catch(() => undefined);
    },
  };
}
