/** Pages through one log in either direction, in pieces, without ever holding it whole. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { backgroundIo, openLog } from './io.ts';
import type { LineLevel } from './level.ts';
import { lineLevel } from './line.ts';
import { MAX_LINE_BYTES } from './open-log.ts';

/** One line of a log as it is shown: cleaned, redacted, at most 4,096 characters. */
export interface LogLine {
  /** Where the line begins in the file, in bytes; with it a line is told from every other. */
  readonly offset: number;
  readonly text: string;
  /** Null: the line does not say. */
  readonly level: LineLevel | null;
}

/** A piece of a file. */
export interface LogPage {
  /** In the order of the file. */
  readonly lines: readonly LogLine[];
  /** Where the first line begins, and where the last one ends. */
  readonly from: number;
  readonly to: number;
  readonly isStart: boolean;
  /** Nothing more stands behind it now, but perhaps the start of a line. */
  readonly isEnd: boolean;
  /** The path names another file than before, or one that was cut: offsets begin anew. */
  readonly isReplaced: boolean;
}

export interface LogPager {
  readonly path: string;
  /** At most `count` lines that end at or before `before`; null reads from the end. Throws `UnreadableLog`. */
  readBack(before: number | null, count: number): Promise<LogPage>;
  /** At most `count` whole lines that begin at or after `from`. Throws `UnreadableLog`. */
  readForward(from: number, count: number): Promise<LogPage>;
  close(): Promise<void>;
}

const PIECE_BYTES = 128 * 1024;
/** A page is at most this much of the file: lines may be long. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024;
const MAX_CHARACTERS = 4_096;

/** One page at a time: a second call waits for the first. Nothing is opened before the first call. */
export function createLogPager(path: string, now: () => number = Date.now): LogPager {
  let opened: { readonly fd: number; readonly ino: number; readonly dev: number; size: number } | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  async function closeFile(): Promise<void> {
    const file = opened;
    opened = null;
    if (file) await backgroundIo.close(file.fd);
  }

  /** Opens what the path names now; true when it is not what was read before. */
  async function refresh(): Promise<boolean> {
    const next = await openLog(backgroundIo, path);
    const { ino, dev, size } = next.stats;
    const isReplaced = opened !== null && (opened.ino !== ino || opened.dev !== dev || size < opened.size);
    await closeFile();
    opened = { fd: next.fd, ino, dev, size };
    if (isClosed) await closeFile();
    return isReplaced;
  }

  async function bytesAt(from: number, to: number): Promise<Buffer> {
    const length = Math.max(0, to - from);
    const bytes = Buffer.allocUnsafe(length);
    if (!opened || length === 0) return bytes.subarray(0, 0);
    return bytes.subarray(0, await backgroundIo.read(opened.fd, bytes, length, from));
  }

  async function readBack(before: number | null, count: number): Promise<LogPage> {
    const isReplaced = await refresh();
    const size = opened?.size ?? 0;
    // Behind a cut file there is nothing to go back to from a place of the old one.
    const to = before === null || isReplaced ? size : Math.min(before, size);
    let from = to;
    let bytes: Buffer = Buffer.alloc(0);
    let starts: number[] = [];
    while (from > 0 && starts.length <= count && to - from < MAX_PAGE_BYTES) {
      const next = Math.max(0, from - PIECE_BYTES);
      bytes = Buffer.concat([await bytesAt(next, from), bytes]);
      from = next;
      starts = lineStarts(bytes, from === 0);
    }
    const first = starts[Math.max(0, starts.length - count)];
    // One line fills the whole page: its end is shown as a line of its own.
    const begin = first ?? 0;
    const lines = toLines(bytes.subarray(begin), from + begin, now());
    return { lines, from: from + begin, to, isStart: from + begin === 0, isEnd: to === size, isReplaced };
  }

  async function readForward(from: number, count: number): Promise<LogPage> {
    const isReplaced = await refresh();
    const size = opened?.size ?? 0;
    const start = isReplaced ? 0 : Math.min(from, size);
    let bytes: Buffer = Buffer.alloc(0);
    let at = start;
    let ends: number[] = [];
    while (at < size && ends.length < count && at - start < MAX_PAGE_BYTES) {
      const piece = await bytesAt(at, Math.min(size, at + PIECE_BYTES));
      if (piece.length === 0) break;
      bytes = Buffer.concat([bytes, piece]);
      at += piece.length;
      ends = lineEnds(bytes);
    }
    const isTooLong = ends.length === 0 && bytes.length >= MAX_PAGE_BYTES;
    const end = isTooLong ? bytes.length : (ends[Math.min(count, ends.length) - 1] ?? 0);
    const lines = toLines(bytes.subarray(0, end), start, now());
    return {
      lines,
      from: start,
      to: start + end,
      isStart: start === 0,
      isEnd: start + end >= size || (at >= size && ends.length <= count),
      isReplaced,
    };
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };

  return {
    path,
    readBack: (before, count) => inTurn(() => readBack(before, count)),
    readForward: (from, count) => inTurn(() => readForward(from, count)),
    async close() {
      isClosed = true;
      await inTurn(closeFile);
    },
  };
}

/** Where lines begin; the first bytes begin one only at the start of the file. */
function lineStarts(bytes: Buffer, isStart: boolean): number[] {
  const starts = isStart ? [0] : [];
  for (let at = bytes.indexOf(0x0a); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0x0a, at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

/** Where lines end, behind their line feeds. */
function lineEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) ends.push(at + 1);
  return ends;
}

function toLines(bytes: Buffer, offset: number, now: number): LogLine[] {
  const lines: LogLine[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(0x0a, at);
    const end = found === -1 ? bytes.length : found;
    const head = bytes.toString('utf8', at, Math.min(end, at + MAX_LINE_BYTES)).replace(/\r$/, '');
    const safe = clean(redact(head.replaceAll('\t', '    ')));
    const text = safe.length > MAX_CHARACTERS ? `${safe.slice(0, MAX_CHARACTERS)}…` : safe;
    lines.push({ offset: offset + at, text, level: lineLevel(head, now) });
    at = end + 1;
  }
  return lines;
}
