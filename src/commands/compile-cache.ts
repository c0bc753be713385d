/** Where V8 keeps what it compiled of us: a quarter less time until the bots are on the screen. */
import { lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';

export interface CacheOwner {
  /** `XDG_CACHE_HOME`, else `HOME` decide; what is no absolute path is ignored. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Our effective uid; null where there are none. */
  readonly uid: number | null;
}

/** Each version of botop leaves a dozen files; beyond this many they are thrown away and made anew. */
const FILES_MAX = 200;

/** By then everything has been done once, ms. */
const KEPT_AFTER_MS = 20_000;

/** Has everything that is imported from here on compiled once and kept. Does nothing where that is not safe. */
export function keepCompiled(owner: CacheOwner): void {
  const folder = cacheFolder(owner);
  if (folder === null) return;
  enableCompileCache(folder);
  // At the exit of a monitor that ran for long V8 has forgotten what only the start needed. Node 22 had it from 22.10 on.
  if (flushCompileCache) setTimeout(flushCompileCache, KEPT_AFTER_MS).unref();
}

/**
 * The folder, made when it is missing, or null. What lies in it is run: so it must be ours alone, in a place where
 * nobody but us and root could put another in its stead. Under sudo with the caller's HOME there is none.
 */
export function cacheFolder({ env, uid }: CacheOwner): string | null {
  const { XDG_CACHE_HOME: xdg, HOME: home } = env;
  const base = xdg && isAbsolute(xdg) ? xdg : home && isAbsolute(home) ? join(home, '.cache') : null;
  if (base === null || uid === null) return null;
  try {
    makePrivate(base);
    let folder = realpathSync(base);
    if (!isSafeWay(folder, uid)) return null;
    for (const name of ['botop', 'compiled']) {
      folder = join(folder, name);
      makePrivate(folder);
      const { uid: owner, mode } = lstatSync(folder);
      if (owner !== uid || (mode & 0o170_077) !== 0o40_000) return null;
    }
    const files = readdirSync(folder, { recursive: true });
    if (files.length > FILES_MAX)
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    return folder;
  } catch {
    // A home that is missing, full or read-only: it runs as well without, only later.
    return null;
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
