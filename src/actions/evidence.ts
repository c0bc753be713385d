/**
 * Evidence: the end of every log that an action is about to destroy, saved before the person is asked.
 *
 * An entry is a folder of ours (0700) with one file (0600) a log and `facts.json`. It is whole or not there.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from './error-text.ts';
import { removeOldest, stampOf } from './evidence-cap.ts';
import { findTail, readTail } from './logs/tail.ts';
import { openStateFolder, type StateFolder, type StatePlace } from './state-folder.ts';

const MAX_LINES = 2000;
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_TOTAL_BYTES = 200_000_000;
/** Left free beside what is saved: a disk filled to the last byte by its own evidence helps nobody. */
const RESERVE_BYTES = 4 * 1024 * 1024;
/** For `facts.json` and the rounding up to blocks, each file. */
const FILE_EXTRA_BYTES = 8192;

/** One log to save. */
export interface EvidenceSource {
  /** A file name of its own in the entry, `3-weather-bot-out.log`; see `fileName`. */
  readonly name: string;
  /** Opens the log to read, safely; called more than once, and closed each time. */
  open(): Promise<FileHandle>;
}

export interface EvidenceRequest {
  /** The action's id, and what it is aimed at: both become part of the entry's name. */
  readonly action: string;
  readonly subject: string;
  /** What else is known and lost: it becomes `facts.json`. Cleaned and redacted already. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly sources: readonly EvidenceSource[];
}

/** What was kept of one log. `logBytes` is its size then, and `tailBytes` what the lines took of it. */
export interface SavedLog {
  readonly name: string;
  readonly lines: number;
  readonly logBytes: number;
  readonly tailBytes: number;
  readonly savedBytes: number;
  /** Lines too long to be kept whole. */
  readonly cutLines: number;
}

/** `none`: why no place would take it, a sentence without a full stop. */
export type Evidence =
  | { readonly state: 'saved'; readonly path: string; readonly logs: readonly SavedLog[] }
  | { readonly state: 'none'; readonly reason: string };

export interface EvidenceStore {
  /** Rejects only when `signal` is aborted. */
  save(request: EvidenceRequest, signal: AbortSignal): Promise<Evidence>;
}

/** A folder to keep evidence in; unless `isWanted` one that would have to be made is left alone. */
export type EvidencePlace = (isWanted: boolean) => Promise<StateFolder>;

export interface EvidenceOptions {
  /** Where to try, in order: see `evidencePlaces`. Asked anew each time. */
  readonly places: readonly EvidencePlace[];
  /** Who is at the keyboard: `anna@203.0.113.7`. */
  readonly who: string;
  readonly now: () => number;
  /** Bytes that we may still write there. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly maxTotalBytes?: number;
}

/** The state folder, then a folder of our own in memory. */
export function evidencePlaces(place: StatePlace, memory = '/dev/shm'): EvidenceOptions['places'] {
  return [
    () => openStateFolder(place, ['evidence']),
    async (isWanted) => {
      const own = join(memory, `botop-${place.uid}`);
      // Only where the system has one: as root we could make a folder of this name on a disk.
      const needed = isWanted ? memory : own;
      if (!(await isFolder(needed))) return { state: 'unusable', reason: `there is no ${needed}` };
      return openStateFolder({ xdgStateHome: own, homes: [], uid: place.uid }, ['evidence']);
    },
  ];
}

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stat) => stat.isDirectory(),
    () => false,
  );

/** Any text as part of a file name. */
export function fileName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, '_').slice(0, 60);
}

export function createEvidence(options: EvidenceOptions): EvidenceStore {
  const { freeBytes = freeBytesOf, maxTotalBytes = MAX_TOTAL_BYTES } = options;

  async function save(request: EvidenceRequest, signal: AbortSignal): Promise<Evidence> {
    const { sources } = request;
    // Several bots together may not drive out everything else either.
    const maxBytes = Math.min(MAX_FILE_BYTES, Math.floor(maxTotalBytes / 2 / Math.max(1, sources.length)));
    let needBytes: number;
    /** Those that are there: what lies in them counts, whichever is taken. */
    const folders: string[] = [];
    const reasons: string[] = [];
    try {
      needBytes = await needOf(sources, maxBytes, signal);
      for (const place of options.places) {
        const folder = await place(false);
        if (folder.state === 'usable') folders.push(folder.path);
      }
    } catch (error) {
      signal.throwIfAborted();
      return { state: 'none', reason: errorText(error) };
    }
    for (const place of options.places) {
      const folder = await place(true);
      if (folder.state === 'unusable') {
        reasons.push(folder.reason);
        continue;
      }
      if (!folders.includes(folder.path)) folders.push(folder.path);
      const path = join(folder.path, nameOf(request));
      try {
        const free = await freeBytes(folder.path);
        if (free < needBytes + RESERVE_BYTES) {
          reasons.push(`${folder.path} has no room`);
          continue;
        }
        await removeOldest(folders, maxTotalBytes - needBytes, null);
        const logs = await write(path, request, maxBytes, signal);
        await removeOldest(folders, maxTotalBytes, path);
        return { state: 'saved', path, logs };
      } catch (error) {
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
        signal.throwIfAborted();
        reasons.push(`${folder.path}: ${errorText(error)}`);
      }
    }
    return { state: 'none', reason: reasons.join('; ') };
  }

  function nameOf({ action, subject }: EvidenceRequest): string {
    return `${stampOf(options.now())}-${fileName(action)}-${fileName(subject).slice(0, 40)}-${randomBytes(4).toString('hex')}`;
  }

  async function write(
    path: string,
    request: EvidenceRequest,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<readonly SavedLog[]> {
    await mkdir(path, { mode: 0o700 });
    const logs: SavedLog[] = [];
    for (const source of request.sources) {
      logs.push(await copyTail(source, join(path, source.name), maxBytes, signal));
    }
    const savedAt = new Date(options.now()).toISOString();
    const facts = { savedAt, who: options.who, action: request.action, ...request.facts, saved: logs };
    await writeNew(join(path, 'facts.json'), `${JSON.stringify(facts, null, 2)}\n`);
    return logs;
  }

  return { save };
}

async function needOf(sources: readonly EvidenceSource[], maxBytes: number, signal: AbortSignal): Promise<number> {
  let bytes = FILE_EXTRA_BYTES;
  for (const source of sources) {
    const file = await source.open();
    try {
      const { from, to } = await findTail(file, { lines: MAX_LINES, bytes: maxBytes }, signal);
      bytes += to - from + FILE_EXTRA_BYTES;
    } finally {
      await file.close();
    }
  }
  return bytes;
}

async function copyTail(
  source: EvidenceSource,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<SavedLog> {
  const file = await source.open();
  try {
    const tail = await findTail(file, { lines: MAX_LINES, bytes: maxBytes }, signal);
    const text = await readTail(file, tail, maxBytes, signal);
    await writeNew(path, text.lines.map((line) => `${line}\n`).join(''));
    return {
      name: source.name,
      lines: text.lines.length,
      logBytes: tail.to,
      tailBytes: tail.to - tail.from,
      savedBytes: text.bytes,
      cutLines: text.cutLines,
    };
  } finally {
    await file.close();
  }
}

/** Written to the disk when it resolves: what it is evidence of is destroyed next. */
async function writeNew(path: string, text: string): Promise<void> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
