import { setTimeout as sleep } from 'node:timers/promises';
import { type Pty, startPty } from '../test/helpers/pty.ts';
import { processRow, processTree, waitGone } from '../test/helpers/tree.ts';
import type { Contender } from './contenders.ts';
import { type Memory, memoryOf, treeSeconds } from './processes.ts';

/** Columns and rows of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A contender in a terminal that shows its first real figure. */
export interface Running {
  readonly pty: Pty;
  /** From before exec to the first real figure on the screen, ms. */
  readonly firstDataMs: number;
  /** Ends it as a person does, and by force when that is not enough. */
  end(): Promise<void>;
}

/** What a program cost over a while. */
export interface Window extends Memory {
  readonly cpuSecondsPerMinute: number;
  readonly bytesPerMinute: number;
}

/** Answers of a program to keys. */
export interface KeyTimes {
  /** From the press to the last byte of the answer. */
  readonly ms: readonly number[];
  /** Presses that changed nothing on the screen within 600 ms. */
  readonly unanswered: number;
}

const START_LIMIT_MS = 30_000;
/** An answer to a key is over after this long without a byte. */
const QUIET_MS = 30;

const escapes = /\u001b(?:\[[0-9;:?<>=!]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][A-Z0-9]|[=>78MDEHc])/g;

export async function startProgram(contender: Contender, size: Size): Promise<Running> {
  const { name, command, args, env } = contender;
  const execAt = performance.now();
  const pty = startPty({ command, args, env: { ...env, TERM: 'xterm-256color' }, ...size });
  let seen = '';
  try {
    const foundAt = await new Promise<number>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${name} ${why}; it shows:\n${pty.text().join('\n')}`));
      const timer = setTimeout(() => fail(`showed no data within ${START_LIMIT_MS} ms`), START_LIMIT_MS);
      const stop = pty.onBytes((bytes, at) => {
        seen += bytes.toString('latin1');
        if (!contender.firstData.test(seen.replaceAll(escapes, ' '))) return;
        stop();
        clearTimeout(timer);
        resolve(at);
      });
      void pty.exit.then((exit) => {
        clearTimeout(timer);
        fail(`ended before it showed data: ${JSON.stringify(exit)}`);
      });
    });
    return { pty, firstDataMs: foundAt - execAt, end: () => end(pty, contender) };
  } catch (error) {
    await pty.dispose();
    throw error;
  }
}

async function end(pty: Pty, contender: Contender): Promise<void> {
  const tree = processTree(pty.pid).map((row) => row.pid);
  if (!pty.ended) pty.press(contender.quit);
  await Promise.race([pty.exit, sleep(2_000)]);
  await pty.dispose();
  await waitGone(tree).catch(() => {
    for (const pid of tree) if (processRow(pid)) process.kill(pid, 'SIGKILL');
  });
}

/** Begins a window; what it gives ends it. */
export function openWindow({ pty }: Running): () => Window {
  const before = { seconds: treeSeconds(pty.pid), bytes: pty.bytesWritten };
  const beganAt = performance.now();
  return () => {
    if (pty.ended) throw new Error(`it ended by itself: ${JSON.stringify(pty.ended)}`);
    const minutes = (performance.now() - beganAt) / 60_000;
    return {
      ...memoryOf(pty.pid),
      cpuSecondsPerMinute: (treeSeconds(pty.pid) - before.seconds) / minutes,
      bytesPerMinute: (pty.bytesWritten - before.bytes) / minutes,
    };
  };
}

/**
 * Times key presses, the two in turn, just after a periodic frame, so that none falls into the answer: it waits for a
 * burst, then for 120 ms of quiet, and presses three times.
 */
export async function timeKeys({ pty }: Running, keys: readonly [string, string], presses: number): Promise<KeyTimes> {
  const ms: number[] = [];
  let unanswered = 0;
  for (let i = 0; i < presses; i++) {
    if (i % 3 === 0) await nextByte(pty, 1_500);
    await quiet(pty, 120);
    const answered = await timeKey(pty, keys[i % 2 === 0 ? 0 : 1]);
    if (answered === null) unanswered++;
    else ms.push(answered);
  }
  return { ms, unanswered };
}

/** One key, from the press to the last byte of its answer; null without an answer. */
export async function timeKey(pty: Pty, key: string): Promise<number | null> {
  const pressedAt = performance.now();
  pty.press(key);
  if (!(await nextByte(pty, 600))) return null;
  await quiet(pty, QUIET_MS);
  return pty.lastByteAt - pressedAt;
}

/** Whether a byte arrives within the time. */
export function nextByte(pty: Pty, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(false), withinMs);
    const stop = pty.onBytes(() => finish(true));
    const finish = (came: boolean) => {
      clearTimeout(timer);
      stop();
      resolve(came);
    };
  });
}

/** Waits until nothing has come for so long. */
export async function quiet(pty: Pty, forMs: number): Promise<void> {
  while (await nextByte(pty, forMs));
}
