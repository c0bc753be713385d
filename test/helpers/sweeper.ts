/**
 * Waits until its standard input ends, then ends every process that belongs to the folder it is given, and the folder.
 * What merely stands in the folder is a person's and is left alone.
 */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { killUntilGone, type Process, runningProcesses } from '../../src/demo/processes.ts';

const folder = process.argv[2] as string;
/** For the workers of a run that has just ended, and what they are ending. */
const GRACE_MS = 5_000;

const ours = (): readonly Process[] =>
  runningProcesses().filter(
    ({ pid, command, environment }) =>
      pid !== process.pid && (command.includes(folder) || environment.includes(folder)),
  );

async function sweep(): Promise<void> {
  const endsAt = performance.now() + GRACE_MS;
  while (ours().length > 0 && performance.now() < endsAt) await sleep(100);
  for (const { pid, command } of ours()) console.error(`left running by a test, ended: ${pid} ${command}`);
  const isGone = await killUntilGone(() => ours().map(({ pid }) => pid), GRACE_MS);
  if (!isGone) console.error(`could not end all that a test left running in ${folder}`);
  // What was still writing a moment ago may have made another file.
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.stdin.resume();
process.stdin.once('close', () => void sweep());
