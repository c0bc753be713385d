/** Which files change, told by the system: one watch a folder. Where it cannot tell, every look is due. */
import { type FSWatcher, watch } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** File systems that answer at once and tell of changes: ext, xfs, btrfs, tmpfs, overlay, zfs, f2fs. */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010,
]);
const LEARN_MS = 200;

export interface LogFolders {
  /** Watches exactly these folders. */
  arm(folders: ReadonlySet<string>): void;
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
  const watchers = new Map<string, FSWatcher>();
  const locality = new Map<string, boolean>();
  let wanted: ReadonlySet<string> = new Set();

  function drop(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => onChange(folder, name));
      watcher.on('error', () => drop(folder));
      watchers.set(folder, watcher);
    } catch {
      // No such folder yet, or no watches left on this machine (ENOSPC): `isWatched` says so, and it is looked at.
    }
  }

  return {
    arm(folders) {
      wanted = folders;
      for (const folder of watchers.keys()) if (!folders.has(folder)) drop(folder);
      for (const folder of folders) if (!watchers.has(folder)) watchFolder(folder);
    },
    async learn() {
      const unknown = [...wanted].filter((folder) => !locality.has(folder));
      if (unknown.length === 0) return;
      const answers = unknown.map(async (folder) => {
        try {
          locality.set(folder, LOCAL_TYPES.has((await statfs(folder)).type));
        } catch {
          // Not there yet: asked again with the next look.
          locality.delete(folder);
        }
      });
      const waited = new AbortController();
      const deadline = sleep(LEARN_MS, undefined, { signal: waited.signal }).catch(() => undefined);
      await Promise.race([Promise.all(answers), deadline]);
      waited.abort();
    },
    isLocal: (folder) => locality.get(folder) === true,
    isWatched: (folder) => watchers.has(folder) && locality.get(folder) === true,
    close() {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}
