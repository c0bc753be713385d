/** Pages through one log in either direction, in pieces, without ever holding it whole. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import type { Arrival } from './arrivals.ts';
import { LOOK_BACK_LINES } from './continuation.ts';
import { backgroundIo, type LogIo } from './io.ts';
import { type EventHead, LineReader, type LinesRead, type LineTest, type LogLine } from './line-reader.ts';
import { MAX_LINE_BYTES } from './open-log.ts';
import { fileOf, giveBack, LogReel, offsetOf, placeOf } from './reel.ts';

export type { LineTest, LogLine } from './line-reader.ts';

/** A piece of a log. */
export interface LogPiece {
  /** Those that are wanted, in the order of the file. */
  readonly lines: readonly LogLine[];
  /** Between these places every line was looked at. */
  readonly from: number;
  readonly to: number;
  /** The moment of its first and of its last line; NaN when it holds none. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Nothing is known before it, or behind it. */
  readonly isOver: boolean;
}

export interface LogPager {
  readonly path: string;
  /** Looks at what the path names now. Throws `UnreadableLog` while there is nothing to read. */
  refresh(): Promise<void>;
  /** Where the log ends, as of the last `refresh`. */
  readonly end: number;
  /** Bytes that were written behind a place, as of the last `refresh`. */
  ahead(place: number): number;
  /** The end of the last line that is finished, or that nobody goes on with. */
  settledEnd(): Promise<number>;
  /** About `bytes` before a place. */
  back(before: number, bytes: number, test: LineTest | null): Promise<LogPiece>;
  /** About `bytes` from a place on, of whole lines. */
  forward(from: number, bytes: number, test: LineTest | null): Promise<LogPiece>;
  /** The place of the first line that was written at a moment or later: halving, over generations too. */
  seek(at: number): Promise<number>;
  /** Where the oldest generation begins. */
  first(): Promise<number>;
  /** The line at a place, at most 64 KiB, cleaned and redacted. */
  whole(place: number): Promise<string>;
  close(): Promise<void>;
}

/** A line is looked for within this much; a longer one is shown in parts. */
const MAX_PIECE_BYTES = 2 * 1024 * 1024;
/** A last line without its end is shown once nobody has written for so long, ms. */
const SETTLED_MS = 1_500;
const PROBE_BYTES = 16 * 1024;
/** Read before a piece, at most an eighth of it: the lines there tell what the first of the piece is. */
const LOOK_BACK_BYTES = 4 * 1024;
const MAX_LOOK_BACK_BYTES = 256 * 1024;
/** Behind the place that halving found, a stamp is looked for in so many pieces. */
const MAX_SEEK_PIECES = 6;

export interface PagerOptions {
  readonly zone?: string | null;
  readonly now?: () => number;
  readonly io?: LogIo;
}

/** One reading at a time: a second one waits for the first. Nothing is opened before the first `refresh`. */
export function createLogPager(
  path: string,
  { zone = null, now = Date.now, io = backgroundIo }: PagerOptions = {},
): LogPager {
  const reel = new LogReel(path, io);
  const reader = new LineReader(zone, now, (place) => reel.arrivalOf(place));
  let turn: Promise<unknown> = Promise.resolve();
  /** What stands before the place where reading goes on: a stack trace may go on there. */
  let carried: { readonly place: number; readonly head: EventHead } | null = null;

  async function back(before: number, bytes: number, test: LineTest | null): Promise<LogPiece> {
    let to = before;
    while (offsetOf(to) === 0) {
      const file = fileOf(to);
      if (to <= reel.start && !(await reel.goOlder())) return { ...nothing(to), isOver: true };
      to = placeOf(file - 1, reel.sizeOf(file - 1));
    }
    const start = placeOf(fileOf(to), 0);
    let length = bytes;
    for (;;) {
      const reach = Math.max(start, to - length);
      // What stands before the first line tells whether it belongs to another.
      const from = reach + (reach === start ? 0 : Math.min(length >> 3, LOOK_BACK_BYTES));
      const piece = await reel.read(reach, to - reach);
      const isWhole = reach === start || length >= MAX_PIECE_BYTES;
      const cut = reach === start ? 0 : piece.indexOf(0x0a, from - reach) + 1;
      const isBlind = reach !== start && !hasLookBack(piece, cut);
      if (!isWhole && (cut === 0 || cut >= piece.length || isBlind)) {
        giveBack(piece);
        length *= 4;
        continue;
      }
      const begin = cut >= piece.length ? 0 : cut;
      const built = reader.read(piece, reach, test, null, begin);
      giveBack(piece);
      // What begins in the middle of a stack trace belongs to an event further back.
      if (built.headOffset === -1 && !isWhole) {
        length *= 4;
        continue;
      }
      const isTorn = built.headOffset > begin && !isWhole;
      const edge = reach + (isTorn ? built.headOffset : begin);
      const lines = isTorn ? built.lines.filter(({ place }) => place >= edge) : built.lines;
      return { ...dated({ ...built, lines }, reel.writtenAt), from: edge, to, isOver: false };
    }
  }

  async function settledEnd(): Promise<number> {
    const { end } = reel;
    if (offsetOf(end) === 0 || now() - reel.writtenAt > SETTLED_MS) return end;
    const from = Math.max(placeOf(fileOf(end), 0), end - MAX_LINE_BYTES);
    const bytes = await reel.read(from, end - from);
    const last = bytes.lastIndexOf(0x0a);
    return last === -1 ? end : from + last + 1;
  }

  async function forward(from: number, bytes: number, test: LineTest | null): Promise<LogPiece> {
    let at = from;
    // At the end of a file that was rotated away the next one begins.
    while (!reel.isNewest(fileOf(at)) && offsetOf(at) >= reel.sizeOf(fileOf(at))) at = placeOf(fileOf(at) + 1, 0);
    const file = fileOf(at);
    const size = reel.sizeOf(file);
    let length = bytes;
    let above = Math.min(offsetOf(at), length >> 3, LOOK_BACK_BYTES);
    for (;;) {
      const reach = at - above;
      const piece = await reel.read(reach, Math.min(Math.max(length, 2 * above), size - offsetOf(reach)));
      if (offsetOf(reach) > 0 && above < MAX_LOOK_BACK_BYTES && !hasLookBack(piece, above)) {
        giveBack(piece);
        above = Math.min(offsetOf(at), Math.max(16, above * 4));
        continue;
      }
      // Nothing comes where something should stand: it was cut since the last look.
      const isEnd = offsetOf(reach) + piece.length >= size || piece.length <= above;
      const isFinished = isEnd && (!reel.isNewest(file) || now() - reel.writtenAt > SETTLED_MS);
      const last = piece.lastIndexOf(0x0a);
      const isPiece = isFinished || (last < above && length >= MAX_PIECE_BYTES);
      const whole = isPiece ? piece.length : Math.max(above, last + 1);
      if (whole <= above && !isEnd) {
        giveBack(piece);
        length *= 4;
        continue;
      }
      const head = carried?.place === at ? carried.head : headAbove(piece, above, reach);
      const built = reader.read(piece.subarray(0, whole), reach, test, head, Math.min(above, whole));
      giveBack(piece);
      const to = reach + Math.max(above, whole);
      if (built.head) carried = { place: to, head: built.head };
      return { ...dated(built, reel.writtenAt), from: at, to, isOver: reel.isNewest(file) && isEnd };
    }
  }

  /** The event that begins among the bytes before an offset, which stand at `place`. */
  function headAbove(bytes: Buffer, above: number, place: number): EventHead | null {
    const from = offsetOf(place) === 0 ? 0 : bytes.indexOf(0x0a) + 1;
    return from >= above ? null : reader.headBefore(bytes, from, above, place, null);
  }

  /** The moment of the first stamped line at or behind an offset; where none is near, when the bytes there came. */
  async function momentAt(file: number, offset: number): Promise<Arrival> {
    const bytes = await reel.read(placeOf(file, offset), PROBE_BYTES);
    for (let at = offset === 0 ? 0 : bytes.indexOf(0x0a) + 1; at < bytes.length; ) {
      const found = bytes.indexOf(0x0a, at);
      const end = found === -1 ? bytes.length : found;
      const moment = reader.momentIn(bytes, at, end);
      if (!Number.isNaN(moment)) return { at: moment, isBefore: false };
      at = end + 1;
      if (offset !== 0 && found === -1) break;
    }
    return reel.arrivalOf(placeOf(file, offset));
  }

  async function seek(at: number): Promise<number> {
    let file = fileOf(reel.end);
    for (;;) {
      const { at: first, isBefore } = await momentAt(file, 0);
      if (isBefore || !(first >= at)) break;
      const before = placeOf(file, 0);
      if (before <= reel.start && !(await reel.goOlder())) return before;
      file -= 1;
    }
    let low = 0;
    let high = reel.sizeOf(file);
    while (high - low > PROBE_BYTES / 2) {
      const middle = Math.floor((low + high) / 2);
      const { at: moment } = await momentAt(file, middle);
      // No stamp in reach: what lies before may have one.
      if (moment < at) low = middle;
      else high = middle;
    }
    let place = placeOf(file, await lineStart(file, low));
    for (let pieces = 0; pieces < MAX_SEEK_PIECES; pieces += 1) {
      const piece = await forward(place, PROBE_BYTES, null);
      const found = piece.lines.find((line) => line.isTimed && !line.isPart && line.at >= at);
      if (found) return found.place;
      if (piece.isOver || piece.to <= place) return piece.to;
      place = piece.to;
    }
    // Nothing in reach tells a time: all of it counts as written when the file was last written to.
    return reel.writtenAt < at ? reel.end : placeOf(file, 0);
  }

  /** The start of the line that an offset lies in, or of the one behind. */
  async function lineStart(file: number, offset: number): Promise<number> {
    if (offset === 0) return 0;
    const bytes = await reel.read(placeOf(file, offset), MAX_LINE_BYTES);
    return offset + bytes.indexOf(0x0a) + 1;
  }

  async function refresh(): Promise<void> {
    await reel.refresh();
    if (!reader.isLearning) return;
    const length = Math.min(4_096, offsetOf(reel.end));
    const lines = (await reel.read(reel.end - length, length)).toString('utf8').split('\n');
    reader.learn(lines.filter(Boolean).slice(-20), reel.writtenAt);
  }

  async function first(): Promise<number> {
    while (await reel.goOlder());
    return reel.start;
  }

  async function whole(place: number): Promise<string> {
    const bytes = await reel.read(place, MAX_LINE_BYTES);
    const end = bytes.indexOf(0x0a);
    return clean(
      redact(
        bytes
          .toString('utf8', 0, end === -1 ? bytes.length : end)
          .replace(/\r$/, '')
          .replaceAll('\t', '    '),
      ),
    );
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };

  return {
    path,
    get end() {
      return reel.end;
    },
    ahead: (place) => reel.ahead(place),
    refresh: () => inTurn(refresh),
    settledEnd: () => inTurn(settledEnd),
    back: (before, bytes, test) => inTurn(() => back(before, bytes, test)),
    forward: (from, bytes, test) => inTurn(() => forward(from, bytes, test)),
    seek: (at) => inTurn(() => seek(at)),
    first: () => inTurn(first),
    whole: (place) => inTurn(() => whole(place)),
    close: () => inTurn(() => reel.close()),
  };
}

/** Whether as many whole lines stand before an offset as are looked at. */
function hasLookBack(bytes: Buffer, offset: number): boolean {
  let at = offset;
  // The first line feed ends a line whose start is not seen.
  for (let feeds = 0; feeds <= LOOK_BACK_LINES; feeds += 1) {
    if (at <= 0) return false;
    at = bytes.lastIndexOf(0x0a, at - 1);
    if (at === -1) return false;
  }
  return true;
}

function nothing(place: number): Omit<LogPiece, 'isOver'> {
  return { lines: [], from: place, to: place, firstAt: Number.NaN, lastAt: Number.NaN };
}

/** Lines without a moment get the file's: nothing else is known of them. */
function dated(read: LinesRead, fallback: number): Pick<LogPiece, 'lines' | 'firstAt' | 'lastAt'> {
  const first = Number.isNaN(read.firstAt) ? fallback : read.firstAt;
  const lines = read.lines.some(({ at }) => Number.isNaN(at))
    ? read.lines.map((line) => (Number.isNaN(line.at) ? { ...line, at: first } : line))
    : read.lines;
  return { lines, firstAt: first, lastAt: Number.isNaN(read.lastAt) ? first : read.lastAt };
}
