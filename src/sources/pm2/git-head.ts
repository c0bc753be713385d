/**
 * Which commit a folder is at, from the files of `.git`: no program is run, nothing is locked. A repository is read only
 * if it belongs to us, to root, or to whom the folder belongs to that a bot runs in, as git itself would have it.
 */
import { lstat, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { asText } from './fields.ts';
import { openRegular } from './files.ts';

export interface GitHead {
  /** The repository's own folder: `.git`, or a worktree's place in it. */
  readonly gitFolder: string;
  /** 40 or 64 hex digits. */
  readonly commit: string;
  /** `main`; null where no branch is checked out. */
  readonly branch: string | null;
}

/** One move of HEAD, as the reflog has it. */
export interface HeadMove {
  /** Epoch ms. */
  readonly at: number;
  /** Null for the first of all. */
  readonly from: string | null;
  readonly to: string;
}

/** As far up from a folder its repository is looked for. */
const levels = 8;
const maxSmallBytes = 4_096;
const maxPackedBytes = 8 * 1024 * 1024;
const reflogTailBytes = 16 * 1024;

const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** What git allows is wider; what can leave the folder is not allowed here. */
const refPattern = /^refs\/(?!.*\.\.)[\w./@+-]{1,200}$/;
const movePattern = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) .*> (\d{9,11}) [+-]\d{4}(?:\t|$)/;

/** The `.git` that rules a folder, or null where there is none that may be read. */
export async function findGitFolder(folder: string): Promise<string | null> {
  const trusted = new Set([0, process.getuid?.() ?? 0, (await stat(folder)).uid]);
  for (let level = 0, at = folder; level < levels; level += 1, at = dirname(at)) {
    const found = join(at, '.git');
    const entry = await lstat(found).catch(() => null);
    if (entry !== null) {
      if (!trusted.has(entry.uid)) return null;
      if (entry.isDirectory()) return found;
      return entry.isFile() ? linkedFolder(found, trusted) : null;
    }
    if (dirname(at) === at) return null;
  }
  return null;
}

/** A worktree's `.git` is a file that names its folder. */
async function linkedFolder(file: string, trusted: ReadonlySet<number>): Promise<string | null> {
  const named = /^gitdir: ([^\0\n]+)$/m.exec((await readSmall(file)) ?? '')?.[1];
  if (named === undefined) return null;
  const folder = resolve(dirname(file), named);
  const entry = await lstat(folder).catch(() => null);
  return entry?.isDirectory() && trusted.has(entry.uid) ? folder : null;
}

/** Where HEAD is, or null where it cannot be told (a first commit is still to come, a format not known here). */
export async function readHead(gitFolder: string): Promise<GitHead | null> {
  const head = (await readSmall(join(gitFolder, 'HEAD')))?.trim() ?? '';
  if (commitPattern.test(head)) return { gitFolder, commit: head, branch: null };
  const ref = head.startsWith('ref: ') ? head.slice(5) : '';
  if (!refPattern.test(ref)) return null;
  const common = (await readSmall(join(gitFolder, 'commondir')))?.trim();
  const shared = common ? resolve(gitFolder, common) : gitFolder;
  const loose = (await readSmall(join(shared, ref)))?.trim() ?? '';
  const commit = commitPattern.test(loose) ? loose : await readPacked(join(shared, 'packed-refs'), ref);
  return commit === null ? null : { gitFolder, commit, branch: asText(ref.replace(/^refs\/heads\//, ''), 200) };
}

/** The last moves of HEAD, oldest first; empty where no reflog is kept. */
export async function readMoves(gitFolder: string): Promise<HeadMove[]> {
  const text = await readTail(join(gitFolder, 'logs', 'HEAD'));
  return text.split('\n').flatMap((line) => {
    const [, from, to, seconds] = movePattern.exec(line) ?? [];
    if (from === undefined || to === undefined || from === to) return [];
    return [{ at: Number(seconds) * 1_000, from: /^0+$/.test(from) ? null : from, to }];
  });
}

async function readPacked(path: string, ref: string): Promise<string | null> {
  const text = await read(path, maxPackedBytes);
  for (let at = text?.indexOf(` ${ref}\n`) ?? -1; text && at !== -1; at = text.indexOf(` ${ref}\n`, at + 1)) {
    const commit = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
    if (commitPattern.test(commit)) return commit;
  }
  return null;
}

const readSmall = (path: string): Promise<string | null> => read(path, maxSmallBytes);

/** The text of a file that is not larger; null where there is none, or it is not to be trusted. */
async function read(path: string, maxBytes: number): Promise<string | null> {
  try {
    const file = await openRegular(path);
    try {
      return (await file.stat()).size > maxBytes ? null : await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

async function readTail(path: string): Promise<string> {
  try {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, reflogTailBytes);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, size - length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    // No reflog is kept, or it is not ours to read: moves are then known from when they are seen.
    return '';
  }
}
