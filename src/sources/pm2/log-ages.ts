/** When bots last wrote to logs that nobody follows, from the files' modification times. */
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLocalFolder } from '../local-folder.ts';
import { type LogPair, type LogTimes, writtenAt } from '../log-times.ts';

const prepareMs = 200;

/** Of more than this many a sample looks at so many, and at those of bots that are seen. */
const maxAtOnce = 100;

export interface LogAges {
  /**
   * Takes the bots' logs, learns where they lie, waiting 200 ms at most, and looks at each once, so that the first
   * picture shows their ages. `into` is kept at epoch ms of the newest line of each bot, NaN where there is none or it
   * cannot be read.
   */
  prepare(bots: readonly LogPair[], into: Float64Array): Promise<void>;
  /** Looks at those that the follower of the logs does not look at. `isSeen` is told the place of a bot in the list. */
  sample(isSeen: (index: number) => boolean): void;
  close(): void;
}

/**
 * On a local file system a stat takes 3 µs and is done at once; through the thread pool it would cost thirty times
 * as much. On any other (a network share that hangs would stop the whole screen) it is asked in the background and
 * what is known from the last time is given.
 */
export function createLogAges(times: LogTimes): LogAges {
  const isLocal = new Map<string, boolean>();
  const asked = new Set<string>();
  let shown: readonly LogPair[] = [];
  let paths: readonly string[] = [];
  /** Those of `paths` that nobody follows, as of `version`. */
  let orphans: readonly string[] = [];
  let version = -1;
  let next = 0;
  let hide: () => void = () => {};

  async function learn(folder: string): Promise<void> {
    try {
      isLocal.set(folder, await isLocalFolder(folder));
    } catch {
      // A folder that does not exist yet is asked for again.
      isLocal.delete(folder);
    }
  }

  function look(path: string): void {
    const folder = dirname(path);
    if (isLocal.get(folder) === true) {
      times.note(path, writtenAt(statOrNull(path)));
      return;
    }
    if (asked.has(path)) return;
    asked.add(path);
    if (!isLocal.has(folder)) void learn(folder);
    const answer = (at: number): void => {
      asked.delete(path);
      if (!times.isFollowed(path)) times.note(path, at);
    };
    stat(path).then(
      (stats) => answer(writtenAt(stats)),
      () => answer(Number.NaN),
    );
  }

  function lookAtSeen(isSeen: (index: number) => boolean): void {
    for (let index = 0; index < shown.length; index += 1) {
      if (!isSeen(index)) continue;
      const { outLogPath, errLogPath } = shown[index] as LogPair;
      if (outLogPath !== null && !times.isFollowed(outLogPath)) look(outLogPath);
      if (errLogPath !== null && !times.isFollowed(errLogPath)) look(errLogPath);
    }
  }

  return {
    async prepare(bots, into) {
      hide();
      hide = times.show(bots, into);
      if (bots === shown) return;
      shown = bots;
      const known = new Set(paths);
      paths = [...new Set(bots.flatMap((bot) => [bot.outLogPath, bot.errLogPath]))].filter((path) => path !== null);
      version = -1;
      const folders = new Set(paths.map((path) => dirname(path)).filter((folder) => !isLocal.has(folder)));
      if (folders.size > 0) {
        const waited = new AbortController();
        const deadline = sleep(prepareMs, undefined, { signal: waited.signal }).catch(() => undefined);
        await Promise.race([Promise.all([...folders].map(learn)), deadline]);
        waited.abort();
      }
      for (const path of paths) if (!known.has(path) && !times.isFollowed(path)) look(path);
    },
    sample(isSeen) {
      if (version !== times.version) {
        version = times.version;
        orphans = paths.filter((path) => !times.isFollowed(path));
        next = 0;
      }
      for (let looked = 0; looked < Math.min(orphans.length, maxAtOnce); looked += 1) {
        if (next >= orphans.length) next = 0;
        look(orphans[next] as string);
        next += 1;
      }
      if (orphans.length > maxAtOnce) lookAtSeen(isSeen);
    },
    close: () => hide(),
  };
}

function statOrNull(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // Not ours to look at: its age is unknown.
    return null;
  }
}
