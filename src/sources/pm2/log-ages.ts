/** When each bot last wrote to its logs, from the files' modification times. */
import { type Stats, statSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot } from './snapshot.ts';

/** File systems that answer at once: ext, xfs, btrfs, tmpfs, overlay, zfs, f2fs. */
const localTypes: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010,
]);

const prepareMs = 200;

export interface LogAges {
  /** Learns where the logs of new bots lie, waiting 200 ms at most, so that the first sample knows their ages. */
  prepare(bots: readonly Bot[]): Promise<void>;
  /** Writes epoch ms of the newest log line of each bot, NaN where there is none or it cannot be read. */
  sample(bots: readonly Bot[], into: Float64Array): void;
}

/**
 * On a local file system a stat takes 3 µs and is done at once; through the thread pool it would cost thirty times
 * as much. On any other (a network share that hangs would stop the whole screen) it is asked in the background and
 * what is known from the last time is given.
 */
export function createLogAges(): LogAges {
  const isLocal = new Map<string, boolean | 'asked'>();
  const remote = new Map<string, { at: number; isAsked: boolean }>();

  async function learn(folder: string): Promise<void> {
    isLocal.set(folder, 'asked');
    try {
      isLocal.set(folder, localTypes.has((await statfs(folder)).type));
    } catch {
      // A folder that does not exist yet is asked for again.
      isLocal.delete(folder);
    }
  }

  function writtenAt(path: string | null): number {
    if (path === null) return Number.NaN;
    const folder = dirname(path);
    const local = isLocal.get(folder);
    if (local === undefined) void learn(folder);
    return local === true ? fromStats(statOrNull(path)) : fromBackground(path, local === false);
  }

  function fromBackground(path: string, isKnownRemote: boolean): number {
    let entry = remote.get(path);
    if (entry === undefined) {
      entry = { at: Number.NaN, isAsked: false };
      remote.set(path, entry);
    }
    const known = entry;
    if (!known.isAsked) {
      known.isAsked = true;
      stat(path).then(
        (stats) => {
          known.at = fromStats(stats);
          known.isAsked = false;
        },
        () => {
          known.at = Number.NaN;
          known.isAsked = false;
        },
      );
    }
    if (!isKnownRemote && remote.size > 10_000) remote.clear();
    return known.at;
  }

  return {
    async prepare(bots) {
      const paths = bots.flatMap((bot) => [bot.outLogPath, bot.errLogPath]).filter((path) => path !== null);
      const folders = [...new Set(paths.map((path) => dirname(path)))].filter((folder) => !isLocal.has(folder));
      if (folders.length === 0) return;
      const waited = new AbortController();
      const deadline = sleep(prepareMs, undefined, { signal: waited.signal }).catch(() => undefined);
      await Promise.race([Promise.all(folders.map(learn)), deadline]);
      waited.abort();
    },
    sample(bots, into) {
      for (let index = 0; index < bots.length; index += 1) {
        const bot = bots[index] as Bot;
        const out = writtenAt(bot.outLogPath);
        const err = bot.errLogPath === bot.outLogPath ? Number.NaN : writtenAt(bot.errLogPath);
        into[index] = Number.isNaN(err) || out > err ? out : err;
      }
    },
  };
}

/** An empty file was never written to, and /dev/null is no log. */
function fromStats(stats: Stats | null): number {
  return stats?.isFile() && stats.size > 0 ? stats.mtimeMs : Number.NaN;
}

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // Not ours to look at: its age is unknown.
    return null;
  }
}
