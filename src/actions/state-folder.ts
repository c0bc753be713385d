/** The folder where botop keeps what must outlive it: the audit, and the evidence saved before something is destroyed. */
import { chmod, lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, relative, sep } from 'node:path';
import { fileTrouble } from './error-text.ts';

/** Where to look. All of it is passed in, so that tests never touch a person's own folder. */
export interface StatePlace {
  /** `XDG_STATE_HOME`; anything but an absolute path is ignored, as the specification of it demands. */
  readonly xdgStateHome: string | undefined;
  /** Home folders to try in turn: `$HOME`, then the one of the password file (sudo may keep the caller's `$HOME`). */
  readonly homes: readonly string[];
  /** Our effective uid. */
  readonly uid: number;
}

/** The folder, or why there is none: a sentence without a full stop. */
export type StateFolder =
  | { readonly state: 'usable'; readonly path: string }
  | { readonly state: 'unusable'; readonly reason: string };

/** Whom the folder belongs to when this runs as the machine's user; on systems without uids nobody is checked. */
export function statePlace(env: NodeJS.ProcessEnv, home: string, uid: number): StatePlace {
  const homes = [env['HOME'], home].filter((path): path is string => path !== undefined && isAbsolute(path));
  return { xdgStateHome: env['XDG_STATE_HOME'], homes: [...new Set(homes)], uid };
}

/**
 * Finds the folder, or makes it, mode 0700. It is used only if it is a real folder (no link) of ours in a place where
 * nobody but us and root could have put another in its stead. `under` names a folder inside it, made alike.
 */
export async function openStateFolder(place: StatePlace, under: readonly string[] = []): Promise<StateFolder> {
  const { xdgStateHome: xdg } = place;
  const bases = xdg !== undefined && isAbsolute(xdg) ? [xdg] : place.homes.map((home) => join(home, '.local', 'state'));
  let first: StateFolder | null = null;
  for (const base of bases) {
    const found = await open(base, ['botop', ...under], place.uid);
    if (found.state === 'usable') return found;
    first ??= found;
  }
  return first ?? { state: 'unusable', reason: 'there is no home folder to keep the audit in' };
}

async function open(base: string, names: readonly string[], uid: number): Promise<StateFolder> {
  try {
    // A link to a home or a state folder is common and harmless: what counts is where it ends and who owns the way.
    const existing = await deepestExisting(base);
    const unsafe = await distrustWay(await realpath(existing), uid);
    if (unsafe !== null) return { state: 'unusable', reason: unsafe };
    await mkdirAll(existing, base);
    let path = await realpath(base);
    const replaced = await distrustWay(path, uid);
    if (replaced !== null) return { state: 'unusable', reason: replaced };
    for (const name of names) {
      path = join(path, name);
      await makePrivate(path);
      const stat = await lstat(path);
      if (!stat.isDirectory()) return { state: 'unusable', reason: `${path} is no folder` };
      if (stat.uid !== uid) return { state: 'unusable', reason: `${path} belongs to uid ${stat.uid}, not to us` };
      if ((stat.mode & 0o077) !== 0) await chmod(path, 0o700);
    }
    return { state: 'usable', path };
  } catch (error) {
    return { state: 'unusable', reason: fileTrouble(error, join(base, ...names)) };
  }
}

/** Node's own recursive mkdir never ends where the kernel says ENOENT for a folder that cannot be made (/proc). */
async function mkdirAll(existing: string, base: string): Promise<void> {
  let at = existing;
  for (const name of relative(existing, base).split(sep)) {
    if (name === '') continue;
    at = join(at, name);
    await makePrivate(at);
  }
}

async function makePrivate(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function deepestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      await lstat(at);
      return at;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === parse(at).root) throw error;
    }
  }
}

/** Why somebody else could swap a folder on the way, or null. Sticky folders (/tmp) keep ours ours. */
async function distrustWay(path: string, uid: number): Promise<string | null> {
  for (let at = path; ; at = dirname(at)) {
    const stat = await lstat(at);
    if (stat.uid !== uid && stat.uid !== 0) return `${at} belongs to uid ${stat.uid}, neither to us nor to root`;
    if ((stat.mode & 0o002) !== 0 && (stat.mode & 0o1000) === 0) return `${at} can be written by everybody`;
    if (at === parse(at).root) return null;
  }
}
