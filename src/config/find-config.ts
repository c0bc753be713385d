/** Where the configuration is: looked for at every start, so it loads nothing and asks for three files at most. */
import { lstatSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { homeFolder } from './system-user.ts';
import { ConfigError, plain } from './usage-error.ts';

/** Where to look. Passed in, so that no test finds a person's own file. */
export interface ConfigPlaces {
  /** `--config` as typed, null without it. */
  readonly named: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder the person stands in, absolute. */
  readonly cwd: string;
  /** The effective uid; null where there are none. */
  readonly uid: number | null;
  /** The machine's own file. */
  readonly systemFile: string;
}

/** A file that is to be read, and what was passed over on the way to it. */
export interface FoundConfig {
  /** Absolute; null when there is none, or when `/dev/null` was named. */
  readonly file: string | null;
  /** Sentences about files that were not read, for the person. */
  readonly passedOver: readonly string[];
}

/** As for other programs: a way to say that there is no configuration, whatever lies in the usual places. */
const NOTHING = '/dev/null';

/** The first that is there of `--config`, `$BOTOP_CONFIG`, `./botop.yaml`, the person's file and the machine's. */
export function findConfig({ named, env, cwd, uid, systemFile }: ConfigPlaces): FoundConfig {
  const chosen = named ?? (env['BOTOP_CONFIG'] || null);
  if (chosen !== null) {
    const file = resolve(cwd, chosen);
    return { file: file === NOTHING ? null : file, passedOver: [] };
  }
  const passedOver: string[] = [];
  const here = join(cwd, 'botop.yaml');
  if (exists(here)) {
    const reason = distrustFolder(cwd, uid);
    if (reason === null) return { file: here, passedOver };
    passedOver.push(`${plain(here)} is not read: ${reason}`);
  }
  for (const file of [personFile(env), systemFile]) if (exists(file)) return { file, passedOver };
  return { file: null, passedOver };
}

function personFile(env: ConfigPlaces['env']): string {
  const xdg = env['XDG_CONFIG_HOME'];
  // The specification has relative paths ignored.
  const folder = xdg && isAbsolute(xdg) ? xdg : join(homeFolder(env), '.config');
  return join(folder, 'botop', 'config.yaml');
}

/** A link to nowhere is there; so is what we may not look at. Opening it will say what is wrong. */
function exists(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM';
  }
}

/**
 * Why a file of this folder is not ours to obey, or null. A folder of somebody else's may hold anything, and is passed
 * over; one of ours that others can write is refused, since the person can mend it.
 */
function distrustFolder(folder: string, uid: number | null): string | null {
  if (uid === null) return null;
  const stat = statSync(folder);
  if (stat.uid !== uid) return `its folder belongs to uid ${stat.uid}, not to us; --config names it all the same`;
  if ((stat.mode & 0o022) === 0) return null;
  throw new ConfigError(
    `${plain(join(folder, 'botop.yaml'))} is refused: others can write its folder`,
    `chmod go-w ${plain(folder)}, or name another with --config`,
  );
}
