/** The file system as the followers use it: at once where that is safe, else in the background. */
import {
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  lstatSync,
  open,
  openSync,
  read,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

type Maybe<T> = T | Promise<T>;

/** Each call throws, or rejects with, the system's error. */
export interface LogIo {
  lstat(path: string): Maybe<Stats>;
  stat(path: string): Maybe<Stats>;
  open(path: string, flags: number): Maybe<number>;
  fstat(fd: number): Maybe<Stats>;
  /** Returns the bytes read into the start of `into`, fewer at the end of the file. */
  read(fd: number, into: Buffer, length: number, position: number): Maybe<number>;
  readdir(folder: string): Maybe<string[]>;
  /** What stands in a folder under names that begin so. */
  namesLike(folder: string, beginning: string): Maybe<string[]>;
  close(fd: number): Maybe<void>;
}

/** For local file systems: a stat takes 3 µs here and thirty times as much through the thread pool. */
export const immediateIo: LogIo = {
  lstat: (path) => lstatSync(path),
  stat: (path) => statSync(path),
  open: (path, flags) => openSync(path, flags),
  fstat: (fd) => fstatSync(fd),
  read: (fd, into, length, position) => readSync(fd, into, 0, length, position),
  readdir: (folder) => readdirSync(folder),
  namesLike: (folder, beginning) => readdirSync(folder).filter((name) => name.startsWith(beginning)),
  close: (fd) => closeSync(fd),
};

/**
 * The same, but what stands in a folder is asked and ordered once: for the files of one reading, of which a folder can
 * have thousands, each looking for its own generations.
 */
export function listingOnce(io: LogIo): LogIo {
  const listed = new Map<string, Promise<readonly string[]>>();
  const list = async (folder: string) => (await io.readdir(folder)).sort();
  return {
    ...io,
    async namesLike(folder, beginning) {
      const listing = listed.get(folder) ?? list(folder);
      listed.set(folder, listing);
      const names = await listing;
      const from = placeOf(beginning, names);
      let to = from;
      while (names[to]?.startsWith(beginning)) to += 1;
      return names.slice(from, to);
    },
  };
}

/** Of the first name that is not before a text. */
function placeOf(text: string, names: readonly string[]): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

const openLater = promisify(open);
const fstatLater = promisify(fstat) as (fd: number) => Promise<Stats>;
const closeLater = promisify(close);
const readLater = promisify(read);

/** For any other: a network share that hangs must not stop the screen. */
export const backgroundIo: LogIo = {
  lstat: (path) => lstat(path),
  stat: (path) => stat(path),
  open: (path, flags) => openLater(path, flags),
  fstat: (fd) => fstatLater(fd),
  read: async (fd, into, length, position) => (await readLater(fd, into, 0, length, position)).bytesRead,
  readdir: (folder) => readdir(folder),
  namesLike: async (folder, beginning) => (await readdir(folder)).filter((name) => name.startsWith(beginning)),
  close: (fd) => closeLater(fd),
};

/** Why a file is not read; `state` is fit for `LogFile`. */
export class UnreadableLog extends Error {
  readonly state: 'missing' | 'denied' | 'untrusted' | 'no-file' | 'failed';

  constructor(state: UnreadableLog['state'], message: string) {
    super(message);
    this.name = 'UnreadableLog';
    this.state = state;
  }
}

/**
 * Opens a regular file for reading. A link is followed only when link and file have one owner, or root made the link;
 * a pipe in the file's place is never waited for. Throws `UnreadableLog`.
 */
export async function openLog(io: LogIo, path: string): Promise<{ readonly fd: number; readonly stats: Stats }> {
  try {
    const link = await io.lstat(path);
    const isLink = link.isSymbolicLink();
    if (isLink && link.uid !== 0 && link.uid !== (await io.stat(path)).uid) {
      throw new UnreadableLog('untrusted', 'a link to a file of another owner');
    }
    if (!isLink && !link.isFile()) throw notRegular(link);
    const fd = await io.open(path, constants.O_RDONLY | constants.O_NONBLOCK | (isLink ? 0 : constants.O_NOFOLLOW));
    const stats = await io.fstat(fd);
    if (stats.isFile() && (!isLink || link.uid === 0 || stats.uid === link.uid)) return { fd, stats };
    await io.close(fd);
    throw stats.isFile() ? new UnreadableLog('untrusted', 'a link to a file of another owner') : notRegular(stats);
  } catch (error) {
    throw toUnreadable(error);
  }
}

function notRegular(stats: Stats): UnreadableLog {
  const what = stats.isDirectory()
    ? 'a folder'
    : stats.isFIFO()
      ? 'a pipe'
      : stats.isCharacterDevice()
        ? 'a device, which keeps nothing'
        : 'no regular file';
  return new UnreadableLog('no-file', what);
}

/** Any error of the system in words. */
export function toUnreadable(error: unknown): UnreadableLog {
  if (error instanceof UnreadableLog) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UnreadableLog('missing', 'no such file');
    case 'EACCES':
    case 'EPERM':
      return new UnreadableLog('denied', 'permission denied');
    case 'ELOOP':
      return new UnreadableLog('untrusted', 'links that lead in a circle, or a link put there meanwhile');
    case 'EMFILE':
    case 'ENFILE':
      return new UnreadableLog('failed', 'no descriptor is left to open it');
    default:
      return new UnreadableLog('failed', (error as NodeJS.ErrnoException).code ?? 'it cannot be read');
  }
}
