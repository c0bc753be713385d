/** Whether somebody else could have laid what a path leads to: the walk from the root to it, link by link. */
import { lstat, readlink } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';

/** As many links as Linux follows. */
const MAX_LINKS = 40;

/**
 * Why a folder on the way to `path` (itself not looked at) can be exchanged by somebody outside `uids`, or null. Links
 * are followed as the system would, and each must belong to one of `uids`, too. Since every step is judged before the next,
 * what it says stays true while nobody of `uids` changes it. Throws the system's error where a step is missing.
 */
export async function distrustFolders(path: string, uids: ReadonlySet<number>): Promise<string | null> {
  const steps = split(normalize(path)).slice(0, -1);
  let at: string = sep;
  let links = 0;
  for (let step = steps.shift(), own = await judge(at, uids); ; step = steps.shift()) {
    if (own !== null) return own;
    if (step === undefined) return null;
    const next = join(at, step);
    const stat = await lstat(next);
    if (!stat.isSymbolicLink()) {
      at = next;
      own = await judge(at, uids);
      continue;
    }
    if (!uids.has(stat.uid)) return `${next} is a link of uid ${stat.uid}`;
    links += 1;
    if (links > MAX_LINKS) return `${next} is a link to itself`;
    const target = await readlink(next);
    if (isAbsolute(target)) at = sep;
    // `..` is resolved by the walk itself: after a link it means the folder above where the link ends.
    steps.unshift(...split(target));
  }
}

async function judge(folder: string, uids: ReadonlySet<number>): Promise<string | null> {
  const stat = await lstat(folder);
  if (!uids.has(stat.uid)) return `${folder} belongs to uid ${stat.uid}`;
  // In a sticky folder (/tmp) nobody can exchange what is ours.
  return (stat.mode & 0o002) !== 0 && (stat.mode & 0o1000) === 0 ? `${folder} can be written by everybody` : null;
}

function split(path: string): string[] {
  return path.split(sep).filter((step) => step !== '' && step !== '.');
}
