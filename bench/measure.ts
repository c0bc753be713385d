import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pty, startPty } from '../test/helpers/pty.ts';
import { type ProcessRow, processRow, processTree, waitGone } from '../test/helpers/tree.ts';
import type { Contender } from './contenders.ts';

/** How long and how large. */
export interface Conditions {
  readonly columns: number;
  readonly rows: number;
  /** Length of the window in which CPU and bytes are counted. */
  readonly seconds: number;
  /** Key presses timed after the window. */
  readonly keyPresses: number;
  /** Starts timed beside the one of the run. */
  readonly starts: number;
}

/** What one run showed. */
export interface Run {
  /** From before exec to the first real figure on the screen. */
  readonly firstDataMs: readonly number[];
  /** User and system time of the whole tree, ended children included. */
  readonly cpuSecondsPerMinute: number;
  /** The same of the PM2 daemon: what being watched costs it, its own work included. */
  readonly daemonSecondsPerMinute: number;
  readonly rssBytes: number;
  /** Shared pages divided among those who share them; null where the kernel does not tell. */
  readonly pssBytes: number | null;
  readonly bytesPerMinute: number;
  /** From the key press to the last byte of the answer. */
  readonly keyMs: readonly number[];
  /** The same of the key that opens and closes an overlay; empty where there is none. */
  readonly overlayMs: readonly number[];
  /** How much larger it was at the end of the window than at its beginning. */
  readonly rssGrowthBytes: number;
  /** Key presses that changed nothing on the screen within 600 ms. */
  readonly keysUnanswered: number;
}

const TICKS_PER_SECOND = 100;
/** The start's own work must be over before the window begins. */
const SETTLE_MS = 5_000;
const START_LIMIT_MS = 30_000;
/** An answer to a key is over after this long without a byte. */
const QUIET_MS = 30;

const escapes = /\u001b(?:\[[0-9;:?<>=!]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][A-Z0-9]|[=>78MDEHc])/g;

/** Runs one contender once, start to end. */
export async function measure(contender: Contender, daemonPid: number, conditions: Conditions): Promise<Run> {
  const firstDataMs: number[] = [];
  for (let i = 0; i < conditions.starts; i++) {
    const { pty, tookMs } = await start(contender, conditions);
    firstDataMs.push(tookMs);
    await end(pty, contender);
  }
  const { pty, tookMs } = await start(contender, conditions);
  firstDataMs.push(tookMs);
  try {
    await sleep(SETTLE_MS);
    const before = {
      cpu: treeSeconds(pty.pid),
      daemon: ownSeconds(daemonPid),
      bytes: pty.bytesWritten,
      rssBytes: memoryOf(pty.pid).rssBytes,
    };
    const beganAt = performance.now();
    await sleep(conditions.seconds * 1000);
    const minutes = (performance.now() - beganAt) / 60_000;
    if (pty.ended) throw new Error(`${contender.name} ended by itself: ${JSON.stringify(pty.ended)}`);
    const memory = memoryOf(pty.pid);
    const window = {
      cpuSecondsPerMinute: (treeSeconds(pty.pid) - before.cpu) / minutes,
      daemonSecondsPerMinute: (ownSeconds(daemonPid) - before.daemon) / minutes,
      bytesPerMinute: (pty.bytesWritten - before.bytes) / minutes,
      ...memory,
      rssGrowthBytes: memory.rssBytes - before.rssBytes,
    };
    const keys = await timeKeys(pty, contender.keys, conditions.keyPresses);
    const { overlay } = contender;
    const overlays = overlay === null ? null : await timeKeys(pty, [overlay, overlay], conditions.keyPresses);
    const keysUnanswered = keys.unanswered + (overlays?.unanswered ?? 0);
    return { firstDataMs, ...window, keyMs: keys.keyMs, overlayMs: overlays?.keyMs ?? [], keysUnanswered };
  } finally {
    await end(pty, contender);
  }
}

async function start(contender: Contender, { columns, rows }: Conditions): Promise<{ pty: Pty; tookMs: number }> {
  const { command, args, env } = contender;
  const execAt = performance.now();
  const pty = startPty({ command, args, env: { ...env, TERM: 'xterm-256color' }, columns, rows });
  let seen = '';
  try {
    const foundAt = await new Promise<number>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${contender.name} ${why}; it shows:\n${pty.text().join('\n')}`));
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
    return { pty, tookMs: foundAt - execAt };
  } catch (error) {
    await pty.dispose();
    throw error;
  }
}

/** Ends it as a person does, and by force when that is not enough. */
async function end(pty: Pty, contender: Contender): Promise<void> {
  const tree = processTree(pty.pid).map((row) => row.pid);
  if (!pty.ended) pty.press(contender.quit);
  await Promise.race([pty.exit, sleep(2_000)]);
  await pty.dispose();
  await waitGone(tree).catch(() => {
    for (const pid of tree) if (processRow(pid)) process.kill(pid, 'SIGKILL');
  });
}

function treeSeconds(pid: number): number {
  return processTree(pid).reduce((sum, row) => sum + rowSeconds(row) + row.reapedTicks / TICKS_PER_SECOND, 0);
}

/** Ticks are 10 ms; the scheduler counts nanoseconds, but only of threads that still live: the larger is nearer. */
function rowSeconds({ pid, ownTicks }: ProcessRow): number {
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    }
  } catch {
    // The process or one of its threads ended meanwhile, or the kernel does not count so: the ticks remain.
  }
  return Math.max(nanoseconds / 1e9, ownTicks / TICKS_PER_SECOND);
}

function ownSeconds(pid: number): number {
  const row = processRow(pid);
  if (!row) throw new Error(`process ${pid} has ended`);
  return rowSeconds(row);
}

function memoryOf(pid: number): { rssBytes: number; pssBytes: number | null } {
  let rssBytes = 0;
  let pssBytes: number | null = 0;
  for (const row of processTree(pid)) {
    rssBytes += kilobytes(`/proc/${row.pid}/status`, 'VmRSS') ?? 0;
    const pss = kilobytes(`/proc/${row.pid}/smaps_rollup`, 'Pss');
    pssBytes = pss === null || pssBytes === null ? null : pssBytes + pss;
  }
  return { rssBytes, pssBytes };
}

/** A `Name:   123 kB` line of a file of /proc, in bytes. */
function kilobytes(file: string, name: string): number | null {
  try {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'latin1'));
    return line ? Number(line[1]) * 1024 : null;
  } catch {
    return null;
  }
}

/**
 * Times key presses just after a periodic frame, so that none falls into the answer: it waits for a burst, then for
 * 120 ms of quiet, and presses three times.
 */
async function timeKeys(
  pty: Pty,
  keys: Contender['keys'],
  presses: number,
): Promise<{ keyMs: number[]; unanswered: number }> {
  const keyMs: number[] = [];
  let unanswered = 0;
  for (let i = 0; i < presses; i++) {
    if (i % 3 === 0) await nextByte(pty, 1_500);
    await quiet(pty, 120);
    const pressedAt = performance.now();
    pty.press(keys[i % 2 === 0 ? 0 : 1]);
    if (await nextByte(pty, 600)) {
      await quiet(pty, QUIET_MS);
      keyMs.push(pty.lastByteAt - pressedAt);
    } else unanswered++;
  }
  return { keyMs, unanswered };
}

/** Whether a byte arrives within the time. */
function nextByte(pty: Pty, withinMs: number): Promise<boolean> {
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

async function quiet(pty: Pty, forMs: number): Promise<void> {
  while (await nextByte(pty, forMs));
}
