/** Where what V8 compiled of us is kept. */
import { lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

export interface CacheOwner {
  /** `XDG_CACHE_HOME`, else `HOME` decide; what is no absolute path is ignored. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Our effective uid; null where there are none. */
  readonly uid: number | null;
}

/** Each version of botop leaves a dozen files; beyond this many they are thrown away and made anew. */
const FILES_MAX = 60;

/** The folder where it is there already, or null. */
export function findCache(owner: CacheOwner): string | null {
  return cacheFolder(owner, () => {});
}

/** The folder, made when it is missing, or null. */
export function makeCache(owner: CacheOwner): string | null {
  return cacheFolder(owner, makePrivate);
}

/**
 * What lies in it is run: so it must be ours alone, in a place where nobody but us and root could put another in its
 * stead. Under sudo with the caller's HOME there is none.
 */
function cacheFolder({ env, uid }: CacheOwner, make: (path: string) => void): string | null {
  const { XDG_CACHE_HOME: xdg, HOME: home } = env;
  const base = xdg && isAbsolute(xdg) ? xdg : home && isAbsolute(home) ? join(home, '.cache') : null;
  if (base === null || uid === null) return null;
  try {
    make(base);
    let folder = realpathSync(base);
    if (!isSafeWay(folder, uid)) return null;
    for (const name of ['botop', 'compiled']) {
      folder = join(folder, name);
      make(folder);
      const { uid: owner, mode } = lstatSync(folder);
      // The demo keeps its Redis beside it, in a folder that everybody may read.
      if (owner !== uid || (mode & 0o170_022) !== 0o40_000) return null;
    }
    return folder;
  } catch {
    // A home that is missing, full or read-only: it runs as well without, only later.
    return null;
  }
}

/** Throws away what many versions left behind. Never throws. */
export function clearCache(folder: string): void {
  try {
    const files = readdirSync(folder);
    if (files.length <= FILES_MAX) return;
    for (const name of files) rmSync(join(folder, name), { recursive: true, force: true });
  } catch {
    // The file system is read-only by now, or the folder is gone: it is no more than what lies there.
  }
}

/** Not recursive: where even the folder above is missing there is no home. */
function makePrivate(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Whether only root and we can rename what is on the way. Sticky folders (/tmp) keep ours ours. */
function isSafeWay(path: string, uid: number): boolean {
  for (let at = path; ; at = dirname(at)) {
    const { uid: owner, mode } = lstatSync(at);
    if (owner !== uid && owner !== 0) return false;
    if ((mode & 0o022) !== 0 && (mode & 0o1000) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
