/**
 * Which files change, told by the system: one watch a folder. Where it cannot tell, every look is due, and so where it
 * would have too much to tell: waking for a change costs ten times as much as looking at a file that has none.
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLocalFolder } from '../local-folder.ts';

const LEARN_MS = 200;
/** A folder is loud that tells more in a beat than this, and than a share of its files: 100 µs a change, 6 µs a look. */
const LOUD_LEAST = 4;
const LOUD_SHARE = 16;

interface Watch {
  readonly watcher: FSWatcher;
  told: number;
}

export interface LogFolders {
  /** Watches exactly these folders, the loud ones too. `folders` gives how many files of ours each has. */
  arm(folders: ReadonlyMap<string, number>): void;
  /** A beat has passed: what was told until now is counted no longer, and what came or went in loud folders is told. */
  beat(): void;
  /** Learns which of the folders are local, waiting 200 ms at most. */
  learn(): Promise<void>;
  /** Whether files there may be read at once; false until it is known. */
  isLocal(folder: string): boolean;
  /** Whether changes there are told. */
  isWatched(folder: string): boolean;
  close(): void;
}

/** `onChange` is called with the folder and the name of what changed, null when the system does not say. */
export function createLogFolders(onChange: (folder: string, name: string | null) => void): LogFolders {
  const watchers = new Map<string, Watch>();
  const locality = new Map<string, boolean>();
  /** Folders that are not listened to, and when an entry last came or went there, ms. */
  const loud = new Map<string, number>();
  /** For which folders it was learned. */
  let learned: ReadonlyMap<string, number> | null = null;
  let wanted: ReadonlyMap<string, number> = new Map();

  const isLocal = (folder: string): boolean => locality.get(folder) === true;

  function drop(folder: string): void {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  }

  function watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => tell(folder, name));
      watcher.on('error', () => drop(folder));
      watchers.set(folder, { watcher, told: 0 });
    } catch {
      // No such folder yet, or no watches left on this machine (ENOSPC): `isWatched` says so, and it is looked at.
    }
  }

  function tell(folder: string, name: string | null): void {
    const place = watchers.get(folder);
    if (place === undefined) return;
    place.told += 1;
    if (place.told <= Math.max(LOUD_LEAST, (wanted.get(folder) ?? 0) / LOUD_SHARE)) return onChange(folder, name);
    drop(folder);
    loud.set(folder, entriesAt(folder));
    // What changes from here on is told by nobody.
    onChange(folder, null);
  }

  function lookAtLoud(): void {
    for (const [folder, before] of loud) {
      const at = entriesAt(folder);
      if (at === before) continue;
      loud.set(folder, at);
      // A name that nobody has: who knows what it is.
      onChange(folder, '');
    }
  }

  /** Always the same where it cannot be asked at once. */
  function entriesAt(folder: string): number {
    if (!isLocal(folder)) return 0;
    try {
      return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    } catch {
      return 0;
    }
  }

  return {
    arm(folders) {
      wanted = folders;
      loud.clear();
      for (const folder of watchers.keys()) if (!folders.has(folder)) drop(folder);
      for (const folder of folders.keys()) if (!watchers.has(folder)) watchFolder(folder);
    },
    beat() {
      for (const place of watchers.values()) place.told = 0;
      if (loud.size > 0) lookAtLoud();
    },
    async learn() {
      if (wanted === learned) return;
      learned = wanted;
      const unknown = [...wanted.keys()].filter((folder) => !locality.has(folder));
      if (unknown.length === 0) return;
      const answers = unknown.map(async (folder) => {
        try {
          locality.set(folder, await isLocalFolder(folder));
        } catch {
          // Not there yet: asked again with the next look.
          locality.delete(folder);
          learned = null;
        }
      });
      const waited = new AbortController();
      const deadline = sleep(LEARN_MS, undefined, { signal: waited.signal }).catch(() => undefined);
      await Promise.race([Promise.all(answers), deadline]);
      waited.abort();
    },
    isLocal,
    isWatched: (folder) => watchers.has(folder) && isLocal(folder),
    close() {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}
