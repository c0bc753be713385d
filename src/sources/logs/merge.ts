/** Many logs as one, by the time of their lines, in either direction and from any place, a step at a time. */
import type { LineTest, LogLine, LogPager, LogPiece } from './pager.ts';

/** A line of one of several logs. */
export interface MergedLine extends LogLine {
  /** The index of its log. */
  readonly log: number;
}

/** A place in each of the logs, in their order. */
export type Places = readonly number[];

/** One of the logs that are merged; `test` null takes every line, `none` no line at all. */
export interface MergedLog {
  readonly pager: LogPager;
  readonly test: LineTest | null | 'none';
}

/** What a step found. */
export interface MergeStep {
  /** In the order they are to be shown. */
  readonly lines: readonly MergedLine[];
  /** Up to here everything was looked at and every line that is wanted was given. */
  readonly places: Places;
  /** Nothing is left in this direction, for now. */
  readonly isOver: boolean;
  readonly readBytes: number;
}

export interface StepLimits {
  readonly lines: number;
  readonly bytes: number;
}

/** Read at once from one of many, and from one alone. */
const LEAST_PIECE_BYTES = 8 * 1024;
const MOST_PIECE_BYTES = 64 * 1024;
/** Read at once of few logs where nothing was found last: a trip through the thread pool takes as long as 64 KiB. */
const BARREN_PIECE_BYTES = 256 * 1024;
/** Pieces of all logs together: the memory that a merge holds. */
const ALL_PIECES_BYTES = 1024 * 1024;
/** No moment is looked for further. */
const MAX_ALIGN_PIECES = 16;
/** Files that are read at the same time. */
const AT_ONCE = 8;

interface Strand {
  readonly pager: LogPager;
  readonly test: LineTest | null;
  /** Read and not yet given, in the order of the file. */
  queue: LogLine[];
  /** Up to here it was read. */
  reach: number;
  /** The moment there: no line beyond is newer (backwards) or older (forwards). */
  edgeAt: number;
  isOver: boolean;
  /** The last piece had nothing in it that is wanted. */
  isBarren: boolean;
}

export class LogMerge {
  readonly #by: 1 | -1;
  readonly #strands: readonly Strand[];
  readonly #pieceBytes: number;
  readonly #barrenBytes: number;

  /** From these places on, backwards (-1) or forwards (1). */
  constructor(logs: readonly MergedLog[], places: Places, by: 1 | -1) {
    this.#by = by;
    const share = Math.max(LEAST_PIECE_BYTES, Math.floor(ALL_PIECES_BYTES / Math.max(1, logs.length)));
    this.#pieceBytes = Math.min(MOST_PIECE_BYTES, share);
    this.#barrenBytes = share >= BARREN_PIECE_BYTES ? BARREN_PIECE_BYTES : this.#pieceBytes;
    this.#strands = logs.map(({ pager, test }, index) => ({
      pager,
      test: test === 'none' ? null : test,
      queue: [],
      reach: places[index] as number,
      edgeAt: by < 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
      isOver: test === 'none' || Number.isNaN(places[index] as number),
      isBarren: false,
    }));
  }

  /** Up to here it has given every line. */
  get places(): Places {
    return this.#strands.map(({ queue, reach }) => {
      if (queue.length === 0) return reach;
      return this.#by < 0 ? (queue.at(-1) as LogLine).end : (queue[0] as LogLine).place;
    });
  }

  /** The next lines, as many as both limits allow. Rejects with the system's error when a file cannot be read on. */
  async step({ lines, bytes }: StepLimits): Promise<MergeStep> {
    const found: MergedLine[] = [];
    let readBytes = 0;
    while (found.length < lines) {
      let empty = this.#strands.filter(({ queue, isOver }) => queue.length === 0 && !isOver);
      while (empty.length > 0 && readBytes < bytes) {
        for (let i = 0; i < empty.length; i += AT_ONCE) {
          const sizes = await Promise.all(empty.slice(i, i + AT_ONCE).map((strand) => this.#fill(strand)));
          readBytes += sizes.reduce((sum, size) => sum + size, 0);
        }
        empty = this.#strands.filter(({ queue, isOver }) => queue.length === 0 && !isOver);
      }
      const next = this.#best();
      if (next === -1) break;
      const strand = this.#strands[next] as Strand;
      const line = this.#headOf(strand) as LogLine;
      // A log of which nothing is at hand may hold lines that come first.
      if (empty.some(({ edgeAt }) => (this.#by < 0 ? edgeAt > line.at : edgeAt < line.at))) break;
      if (this.#by < 0) strand.queue.pop();
      else strand.queue.shift();
      found.push({ ...line, log: next });
    }
    if (this.#by < 0) found.reverse();
    const isOver = this.#strands.every(({ queue, isOver }) => isOver && queue.length === 0);
    return { lines: found, places: this.places, isOver, readBytes };
  }

  #headOf({ queue }: Strand): LogLine | undefined {
    return this.#by < 0 ? queue.at(-1) : queue[0];
  }

  /** The log whose line comes next; at one moment the first of them forwards, the last backwards. */
  #best(): number {
    let best = -1;
    let bestAt = 0;
    for (let i = 0; i < this.#strands.length; i += 1) {
      const line = this.#headOf(this.#strands[i] as Strand);
      if (!line) continue;
      if (best === -1 || (this.#by < 0 ? line.at >= bestAt : line.at < bestAt)) {
        best = i;
        bestAt = line.at;
      }
    }
    return best;
  }

  async #fill(strand: Strand): Promise<number> {
    const { pager, test, reach, isBarren } = strand;
    const bytes = isBarren ? this.#barrenBytes : this.#pieceBytes;
    const piece: LogPiece =
      this.#by < 0 ? await pager.back(reach, bytes, test) : await pager.forward(reach, bytes, test);
    strand.queue = [...piece.lines];
    strand.isBarren = piece.lines.length === 0;
    strand.reach = this.#by < 0 ? piece.from : piece.to;
    const edgeAt = this.#by < 0 ? piece.firstAt : piece.lastAt;
    if (!Number.isNaN(edgeAt)) strand.edgeAt = edgeAt;
    strand.isOver = piece.isOver;
    return Math.max(0, piece.to - piece.from);
  }
}

/** Where a log stands at a moment, looked for piece by piece from a place near it. */
export async function alignTo(pager: LogPager, near: number, at: number, by: 1 | -1): Promise<number> {
  let place = near;
  for (let pieces = 0; pieces < MAX_ALIGN_PIECES; pieces += 1) {
    if (by > 0) {
      const piece = await pager.forward(place, MOST_PIECE_BYTES, null);
      const found = piece.lines.find((line) => line.at >= at);
      if (found) return found.place;
      if (piece.isOver || piece.to <= place) return piece.to;
      place = piece.to;
    } else {
      const piece = await pager.back(place, MOST_PIECE_BYTES, null);
      const older = piece.lines.findLast((line) => line.at < at);
      if (older) return older.end;
      if (piece.isOver || piece.from >= place) return piece.from;
      place = piece.from;
    }
  }
  return place;
}
