/** Which folders are on file systems that answer at once: what is there need not be asked through the thread pool. */
import { lstatSync, type Stats } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';

/** They also tell of changes: ext, xfs, btrfs, tmpfs, overlay, zfs, f2fs. */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010,
]);

/** Asked in the background. Rejects with the system's error where there is no such folder. */
export async function isLocalFolder(path: string): Promise<boolean> {
  return LOCAL_TYPES.has((await statfs(path)).type);
}

/**
 * What a path names, a link followed. At once where its folder is local, but for a link, which leads who knows where: a
 * trip through the thread pool costs twenty times as much. Rejects with the system's error.
 */
export async function statIn(isLocal: boolean, path: string): Promise<Stats> {
  const stats = isLocal ? lstatSync(path) : null;
  return stats === null || stats.isSymbolicLink() ? stat(path) : stats;
}
