/** What a rotation left between the file we stood in and the one that is there now. */
import { findGenerations, type Generation, isBornSince } from './generations.ts';
import { openLog, toUnreadable } from './io.ts';
import { fileIdOf, OpenLog } from './open-log.ts';
import { holdsAt, type Probe } from './probe.ts';
import type { LogRegistry } from './registry.ts';

export interface RotationScope extends Probe {
  readonly registry: LogRegistry;
  readonly path: string;
  /** The log we stood in, at the place up to which it was read. */
  readonly previous: OpenLog;
  readonly how: 'renamed' | 'cut';
  /** Epoch ms of the last look that found the path; NaN without one. */
  readonly lookedAt: number;
  /** Monotonic ms. */
  readonly now: number;
}

/** A copy may have been made so long before the file was cut. */
const COPY_MS = 60_000;

/**
 * Opens whole generations that came and went between two looks, and, where a file was copied and then cut, the copy
 * at the place up to which the file was read. In the order in which they are to be read.
 */
export async function openBetween(scope: RotationScope): Promise<{ logs: OpenLog[]; hasCopy: boolean }> {
  const { io, registry, previous, how, lookedAt } = scope;
  const { offset } = previous;
  const signature = Buffer.from(previous.signature);
  const logs: OpenLog[] = [];
  let hasCopy = false;
  for (const generation of await findGenerations(io, scope.path)) {
    const key = fileIdOf(generation.stats);
    if (registry.ownerOf(key) !== undefined || registry.finishedOf(key) !== undefined) continue;
    const isRecent = Number.isNaN(lookedAt) || isBornSince(generation, lookedAt);
    // Of an empty file any text is a continuation: only what is new can be its copy.
    const mayBeCopy = !hasCopy && isBornSince(generation, offset > 0 ? lookedAt - COPY_MS : lookedAt);
    if (!isRecent && !mayBeCopy) continue;
    const log = await openGeneration(scope, generation);
    if (log === null) continue;
    if (mayBeCopy && (await holdsAt(scope, log.fd, log.size, offset, signature))) {
      hasCopy = true;
      log.resume(offset, signature);
    } else if (!isRecent || (how === 'cut' && !hasCopy)) {
      // Older than what we read, or another program's: nothing in it is ours to read again.
      await io.close(log.fd);
      continue;
    }
    logs.push(log);
  }
  return { logs, hasCopy };
}

async function openGeneration({ io, now }: RotationScope, { path, stats }: Generation): Promise<OpenLog | null> {
  try {
    const opened = await openLog(io, path);
    const log = new OpenLog(opened.fd, opened.stats, now);
    if (log.ino === stats.ino && log.dev === stats.dev) return log;
    await io.close(opened.fd);
    return null;
  } catch (error) {
    // It is somebody's that we may not read, or gone again: the path itself is followed all the same.
    const { state } = toUnreadable(error);
    if (state === 'failed') throw error;
    return null;
  }
}
