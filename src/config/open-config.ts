/** Reads a configuration file, if it is one that nobody but us and root can have written. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError, plain } from './usage-error.ts';

/** More than any configuration has. */
const MOST_BYTES = 2 ** 20;
const MOST_LINKS = 8;

/** Throws `ConfigError` with what to do. `uid` is our effective one, null where there are none. */
export function openConfig(file: string, uid: number | null): Buffer {
  const fd = openTrusted(file, uid);
  try {
    // What was opened is judged, not what has the name by now.
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw refused(file, 'it is no regular file', 'name a file with --config');
    if (uid !== null) distrustFile(file, stat, uid);
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (;;) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      length += read;
      if (length > MOST_BYTES) throw refused(file, 'it is larger than 1 MiB', 'a configuration is a few lines');
      if (read === 0) return bytes.subarray(0, length);
    }
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(file, error);
  } finally {
    closeSync(fd);
  }
}

/** Follows links one by one, since each has an owner who could have turned it elsewhere. */
function openTrusted(file: string, uid: number | null): number {
  // Not to wait for a writer where the name is a pipe's.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let at = file;
  for (let links = 0; links <= MOST_LINKS; links++) {
    try {
      return openSync(at, flags);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw unreadable(file, error);
    }
    try {
      const link = lstatSync(at);
      if (uid !== null && link.uid !== uid && link.uid !== 0) {
        const reason = `${plain(at)} is a link that belongs to uid ${link.uid}, neither to us nor to root`;
        throw refused(file, reason, 'name the file itself with --config');
      }
      at = resolve(dirname(at), readlinkSync(at));
    } catch (error) {
      throw error instanceof ConfigError ? error : unreadable(file, error);
    }
  }
  throw refused(file, `more than ${MOST_LINKS} links lead to it`, 'name the file itself with --config');
}

function distrustFile(file: string, stat: Stats, uid: number): void {
  if (stat.uid !== uid && stat.uid !== 0) {
    const reason = `it belongs to uid ${stat.uid}, neither to us nor to root`;
    throw refused(file, reason, `chown it, or name another with --config; --config /dev/null is none`);
  }
  if ((stat.mode & 0o022) !== 0) throw refused(file, 'others can write it', `chmod go-w ${plain(file)}`);
}

function refused(file: string, reason: string, hint: string): ConfigError {
  return new ConfigError(`${plain(file)} is refused: ${reason}`, hint);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'we may not read it',
  EPERM: 'we may not read it',
  EISDIR: 'it is a folder',
};

function unreadable(file: string, error: unknown): ConfigError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const hint = '--config names another, --config /dev/null is none';
  return new ConfigError(`${plain(file)} cannot be read: ${REASONS[code] ?? (code || message)}`, hint);
}
