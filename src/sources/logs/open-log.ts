/** One opened log: how far it was read, and how it is told apart from another file of its name. */
import type { Stats } from 'node:fs';
import type { LineSink } from './assembler.ts';
import type { Finder } from './finder.ts';
import type { LogIo } from './io.ts';

/** A line is kept up to here; the rest of a longer one is passed over. */
export const MAX_LINE_BYTES = 64 * 1024;
/** Bytes before the place we stand at, remembered: another content there means that the file was written anew. */
const SIGNATURE_BYTES = 64;
/** Of a file of which nothing was read. */
const noBytes = Buffer.alloc(0);
/** Read at once; more than twice the longest line, so that every line ends in one reading. */
export const CHUNK_BYTES = 256 * 1024;

/** Memory for reading, with an even start; one serves all files that are read one after the other. */
export function createChunk(): Buffer {
  return Buffer.from(new ArrayBuffer(CHUNK_BYTES + SIGNATURE_BYTES));
}

/** What a reading ended with: at the file's end, with more to read, or not where it began. */
export type DrainEnd = 'end' | 'budget' | 'rewritten';

export interface DrainScope {
  readonly io: LogIo;
  readonly chunk: Buffer;
  readonly finder: Finder;
  readonly sink: LineSink;
  /** Asked between two pieces: whether there is time for another. It may let others have their turn first. */
  readonly hasTime: () => boolean | Promise<boolean>;
  /** Whether the piece should end behind this line, so that `hasTime` is asked. */
  readonly isLong: () => boolean;
}

/** What tells a file from every other, whatever its name. Joined, since V8 keeps what a template makes in pieces. */
export function fileIdOf({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return [dev, ino].join(':');
}

export class OpenLog {
  fd: number;
  readonly dev: number;
  readonly ino: number;
  /** Tells the file from every other, whatever its name. */
  readonly key: string;
  /** The start of the first line that was not taken, except within a line that is passed over. */
  offset: number;
  size: number;
  /** Bytes read and judged. */
  readBytes = 0;
  droppedBytes = 0;
  /** Epoch ms of the last write, as of the last look. */
  writtenAt: number;
  /** Monotonic ms of the last growth seen. */
  grewAt: number;
  /** Until the next line feed nothing is taken; what is passed over counts as dropped or not. */
  #skipping: 'no' | 'cut' | 'aligning' | 'dropping' = 'no';
  #wantsNext = false;
  /** The unfinished line at `offset` was taken already, as it stood. */
  #isPartTaken = false;
  #signature: Buffer = noBytes;
  #signatureLength = 0;

  constructor(fd: number, stats: Stats, now: number) {
    this.fd = fd;
    this.dev = stats.dev;
    this.ino = stats.ino;
    this.key = fileIdOf(stats);
    this.size = stats.size;
    this.writtenAt = stats.mtimeMs;
    this.offset = 0;
    this.grewAt = now;
  }

  /** The bytes before `offset`, to be found again in a copy of the file. */
  get signature(): Buffer {
    return this.#signature.subarray(0, this.#signatureLength);
  }

  /** Stands at a place behind bytes that were read elsewhere. */
  resume(offset: number, signature: Buffer): void {
    this.offset = offset;
    this.#remember(signature, signature.length);
  }

  /** Begins anew: the file was cut to nothing. */
  restart(): void {
    this.offset = 0;
    this.#signatureLength = 0;
    this.#skipping = 'no';
    this.#wantsNext = false;
    this.#isPartTaken = false;
  }

  /** Stands within the file at a place that need not be the start of a line. */
  async startAt(place: number, scope: DrainScope): Promise<void> {
    if (place <= 0) return;
    // One byte earlier: if that is a line feed, a line begins here.
    this.offset = place - 1;
    this.#skipping = 'aligning';
    await this.#learnSignature(scope);
  }

  /** Stands at the start of the last line, for a file whose past does not matter. */
  async startAtEnd(size: number, scope: DrainScope): Promise<void> {
    for (const reach of [4_096, MAX_LINE_BYTES]) {
      const from = Math.max(0, size - reach);
      const length = await scope.io.read(this.fd, scope.chunk, size - from, from);
      const end = length === 0 ? -1 : scope.chunk.lastIndexOf(0x0a, length - 1);
      if (end === -1 && from > 0 && reach < MAX_LINE_BYTES) continue;
      // Without a line feed far and wide the line's head is lost to us: it goes on as one that is passed over.
      if (end === -1 && from > 0) this.#skipping = 'aligning';
      this.offset = end === -1 && from > 0 ? size : from + end + 1;
      break;
    }
    await this.#learnSignature(scope);
  }

  /** Passes over all but the newest `keepBytes`; what is left out is counted. */
  skipTo(keepBytes: number): void {
    const to = this.size - keepBytes;
    if (to <= this.offset) return;
    this.droppedBytes += to - this.offset;
    this.offset = to;
    this.#signatureLength = 0;
    this.#skipping = 'dropping';
    this.#wantsNext = false;
    this.#isPartTaken = false;
  }

  /** Reads to `size`, at most `maxBytes`. */
  async drain(scope: DrainScope, maxBytes: number): Promise<DrainEnd> {
    const { io, chunk } = scope;
    let left = maxBytes;
    let isFirst = true;
    while (this.offset < this.size) {
      if (left <= 0 || (!isFirst && !(await scope.hasTime()))) return 'budget';
      const kept = this.#signatureLength;
      const base = this.offset - kept;
      const wanted = Math.min(CHUNK_BYTES, this.size - this.offset) + kept;
      const got = await io.read(this.fd, chunk, wanted, base);
      if (got < kept || !this.#isSame(chunk)) return 'rewritten';
      if (got === kept) return 'end';
      isFirst = false;
      const before = this.offset;
      this.#consume(scope, kept, got, base);
      left -= Math.max(1, this.offset - before);
      // Only the start of a line is left: it is read again when the line has ended.
      if (this.offset === before) return 'end';
    }
    return 'end';
  }

  /** Takes the unfinished last line: nothing more will come, or nothing came for a while. Once. */
  async takeRest(scope: DrainScope): Promise<void> {
    if (this.#isPartTaken || this.#skipping !== 'no' || this.offset >= this.size) return;
    const got = await scope.io.read(
      this.fd,
      scope.chunk,
      Math.min(MAX_LINE_BYTES, this.size - this.offset),
      this.offset,
    );
    const hasNeedle = got > 0 && scope.finder(scope.chunk, 0, got) >= 0;
    if (!hasNeedle && !this.#wantsNext) return;
    this.#isPartTaken = true;
    this.#wantsNext = false;
    scope.sink.take(scope.chunk, 0, got, { isCut: false, hasNeedle, fileId: this.key, offset: this.offset });
  }

  /** Takes what lies between `from` and `to` of the chunk, whose first byte is at `base` of the file. */
  #consume(scope: DrainScope, from: number, to: number, base: number): void {
    const { chunk } = scope;
    let at = from;
    if (this.#skipping !== 'no') {
      const end = indexOfLine(chunk, at, to);
      const next = end === -1 ? to : end + 1;
      if (this.#skipping === 'dropping') this.droppedBytes += next - at;
      else this.readBytes += next - at;
      if (end !== -1) this.#skipping = 'no';
      this.#moveTo(base + next, chunk, next);
      at = next;
      if (at >= to) return;
    }
    const last = chunk.lastIndexOf(0x0a, to - 1);
    if (last >= at) {
      let start = at;
      if (this.#isPartTaken) {
        start = indexOfLine(chunk, at, to) + 1;
        this.#isPartTaken = false;
      }
      const end = this.#walk(scope, start, last + 1, base);
      this.readBytes += end - at;
      if (scope.sink.countsLines) scope.sink.passed(countLines(chunk, start, end));
      this.#moveTo(base + end, chunk, end);
      return;
    }
    if (to - at < MAX_LINE_BYTES) return;
    const hasNeedle = scope.finder(chunk, at, at + MAX_LINE_BYTES) >= 0;
    if (!this.#isPartTaken && (hasNeedle || this.#wantsNext)) {
      this.#wantsNext = scope.sink.take(chunk, at, at + MAX_LINE_BYTES, {
        isCut: true,
        hasNeedle,
        fileId: this.key,
        offset: base + at,
      });
    }
    this.#isPartTaken = false;
    this.#skipping = 'cut';
    this.readBytes += to - at;
    this.#moveTo(base + to, chunk, to);
  }

  /**
   * Gives the lines worth reading of a stretch that ends behind a line feed; returns how far it came: a stretch full of
   * errors takes long.
   */
  #walk({ chunk, finder: usual, sink, isLong }: DrainScope, from: number, to: number, base: number): number {
    let at = from;
    while (at < to) {
      let start = at;
      if (!this.#wantsNext) {
        const hit = (sink.finder ?? usual)(chunk, at, to);
        if (hit === -1) return to;
        start = hit === at ? at : Math.max(at, chunk.lastIndexOf(0x0a, hit - 1) + 1);
      }
      const end = indexOfLine(chunk, start, to);
      const isCut = end - start > MAX_LINE_BYTES;
      const stop = isCut ? start + MAX_LINE_BYTES : end;
      const hasNeedle = !this.#wantsNext || (sink.finder ?? usual)(chunk, start, stop) >= 0;
      this.#wantsNext = sink.take(chunk, start, stop, { isCut, hasNeedle, fileId: this.key, offset: base + start });
      at = end + 1;
      if (isLong()) return at;
    }
    return to;
  }

  #isSame(chunk: Buffer): boolean {
    return chunk.compare(this.#signature, 0, this.#signatureLength, 0, this.#signatureLength) === 0;
  }

  #moveTo(offset: number, chunk: Buffer, end: number): void {
    this.offset = offset;
    this.#remember(chunk, end);
  }

  #remember(bytes: Buffer, end: number): void {
    const from = Math.max(0, end - SIGNATURE_BYTES);
    if (this.#signature === noBytes && end > 0) this.#signature = Buffer.alloc(SIGNATURE_BYTES);
    bytes.copy(this.#signature, 0, from, end);
    this.#signatureLength = end - from;
  }

  async #learnSignature({ io, chunk }: DrainScope): Promise<void> {
    const from = Math.max(0, this.offset - SIGNATURE_BYTES);
    const got = await io.read(this.fd, chunk, this.offset - from, from);
    this.#remember(chunk, got);
  }
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = indexOfLine(bytes, from, to); at !== -1; at = indexOfLine(bytes, at + 1, to)) count += 1;
  return count;
}

function indexOfLine(bytes: Buffer, from: number, to: number): number {
  const found = bytes.indexOf(0x0a, from);
  return found >= to ? -1 : found;
}
