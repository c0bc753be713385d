/**
 * The demo's supervisor: a process of its own, in a session of its own, that starts the parts and ends them.
 *
 * Its standard input is a pipe from the monitor. The kernel closes that pipe however the monitor ends, by SIGKILL
 * too, and that is the order to stop everything, remove the folder and leave. On standard output it writes one JSON
 * object a line: what it does, then that all runs or why not; see `Report`.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { roomEnvironment } from './environment.ts';
import { DemoError, type Part, type Room } from './part.ts';
import { pm2Fleet } from './pm2-fleet.ts';
import { postgresPart } from './postgres.ts';
import { killDemo } from './processes.ts';
import { redisPart } from './redis.ts';
import { temporaryParent } from './temporary-folder.ts';

/** A line on the supervisor's standard output. */
export type Report =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'ready'; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly message: string };

/** The whole farewell must be over 5 s after the monitor's end. */
const POLITE_MS = 1500;
const KILL_MS = 2500;

const parts: readonly Part[] = [
  pm2Fleet(fileURLToPath(new URL('./bots', import.meta.url))),
  postgresPart(),
  redisPart(),
];
const started: Part[] = [];
let folder: string | null = null;
let farewell: Promise<never> | null = null;

function report(line: Report): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function createFolder(): string {
  const parent = temporaryParent();
  try {
    // Real, since PM2's title and the processes' environment show the path as it was given. mkdtemp makes it 0700.
    return realpathSync(mkdtempSync(join(parent, 'botop-demo-')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DemoError(
      `the demo needs a folder in ${parent} and cannot make one (TMPDIR names another place): ${reason}`,
    );
  }
}

async function start(): Promise<void> {
  folder = createFolder();
  report({ kind: 'folder', folder });
  const room: Room = {
    folder,
    env: roomEnvironment(process.env, folder),
    say: (text) => report({ kind: 'progress', text }),
  };
  // Side by side: each waits mostly for its own programs.
  started.push(...parts);
  const environments = await Promise.all(parts.map((part) => part.start(room)));
  if (!farewell) report({ kind: 'ready', env: Object.assign({}, ...environments) });
}

/** Ends everything, once, and leaves: 0 when nothing is left of the demo. */
function leave(): Promise<never> {
  farewell ??= end();
  return farewell;
}

async function end(): Promise<never> {
  const polite = Promise.allSettled(started.toReversed().map((part) => part.stop()));
  await Promise.race([polite, new Promise((resolve) => setTimeout(resolve, POLITE_MS))]);
  let isGone = true;
  if (folder !== null) {
    isGone = await killDemo(folder, KILL_MS, process.pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
  process.exit(isGone ? 0 : 1);
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  return isFull ? `no room is left for the demo in ${folder}: ${message}` : message;
}

// The monitor can be gone while we still write: that is no reason to stop before all is cleaned up.
process.stdout.on('error', () => {});
process.stdin.on('end', leave).on('close', leave).on('error', leave).resume();
// Node's own answer to it is a debugger that listens on loopback.
process.on('SIGUSR1', () => {});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, leave);

start().catch(async (error: unknown) => {
  report({ kind: 'failed', message: explain(error) });
  await leave();
});
