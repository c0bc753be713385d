/** Opening the logs that PM2 names for a bot, to read or to empty them, without being led to any other file. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import type { Bot } from '../../sources/pm2/snapshot.ts';
import { distrustFolders } from '../trusted-way.ts';

export type LogStream = 'out' | 'error' | 'combined';

/** One file that PM2 writes for a bot. `path` is absolute. */
export interface BotLog {
  readonly stream: LogStream;
  readonly path: string;
}

/** The files of a bot, each once: out and error are one file where they are merged. `/dev/null` is none. */
export function logsOf(bot: Bot): readonly BotLog[] {
  const named: readonly (readonly [LogStream, string | null])[] = [
    ['out', bot.outLogPath],
    ['error', bot.errLogPath],
    ['combined', bot.combinedLogPath],
  ];
  const logs = new Map<string, BotLog>();
  for (const [stream, path] of named) {
    if (path !== null && path !== '/dev/null' && !logs.has(path)) logs.set(path, { stream, path });
  }
  return [...logs.values()];
}

const MODES = { read: constants.O_RDONLY, empty: constants.O_WRONLY, cut: constants.O_RDWR } as const;

/** `refused`: a sentence without a full stop. The opener closes the file. */
export type OpenedLog =
  | { readonly state: 'open'; readonly file: FileHandle; readonly sizeBytes: number; readonly modifiedAt: number }
  | { readonly state: 'missing' }
  | { readonly state: 'refused'; readonly reason: string };

/**
 * Opens a log that must be a regular file of `ownerUid` with one name, in folders that nobody but root, that user and we can
 * change. No link in the file's place is followed, no pipe waited for. Never throws.
 */
export async function openLog(path: string, ownerUid: number, use: 'read' | 'empty' | 'cut'): Promise<OpenedLog> {
  const refused = (reason: string): OpenedLog => ({ state: 'refused', reason });
  let file: FileHandle | null = null;
  try {
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) return refused(`${path} is a link, which is not followed`);
    // Even opening a device or a pipe can do something.
    if (!entry.isFile()) return refused(`${path} is no regular file`);
    const wayUids = new Set([0, ownerUid, process.geteuid?.() ?? ownerUid]);
    const distrust = await distrustFolders(path, wayUids);
    if (distrust !== null) return refused(`${path} cannot be trusted: ${distrust}`);
    const mode = MODES[use];
    file = await open(path, mode | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await file.stat();
    const wrong = !stat.isFile()
      ? 'is no regular file'
      : stat.uid !== ownerUid
        ? `belongs to uid ${stat.uid}, the PM2 daemon to uid ${ownerUid}`
        : stat.nlink > 1
          ? 'has a second name elsewhere'
          : null;
    if (wrong !== null) return refused(`${path} ${wrong}`);
    const opened: OpenedLog = { state: 'open', file, sizeBytes: stat.size, modifiedAt: stat.mtimeMs };
    file = null;
    return opened;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' };
    if (code === 'ELOOP') return refused(`${path} is a link, which is not followed`);
    if (code === 'EACCES' || code === 'EPERM') return refused(`${path} is not ours to ${use} (${code})`);
    return refused(`${path} cannot be opened: ${code ?? message}`);
  } finally {
    await file?.close();
  }
}
