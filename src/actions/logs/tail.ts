/** The end of a log of any size, as lines that may be kept: cleaned, redacted, and read back in bounded memory. */
import type { FileHandle } from 'node:fs/promises';
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';

const CHUNK_BYTES = 64 * 1024;
/** Of a longer line the beginning is kept: redacting must stay short between two turns of the event loop. */
const LINE_BYTES = 64 * 1024;
/** What is dropped of a cut line's end after redacting: the cut may have left half a secret that no pattern knows. */
const CUT_LENGTH = 4096;
const NEWLINE = 0x0a;

/** Where the last lines of a file begin, and how many there are. */
export interface Tail {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
}

/** How much of the end is wanted. */
export interface TailLimits {
  readonly lines: number;
  readonly bytes: number;
}

/** Finds the last whole lines within both limits; a last line without its end counts. Reads backwards. */
export async function findTail(file: FileHandle, limits: TailLimits, signal: AbortSignal): Promise<Tail> {
  const to = (await file.stat()).size;
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const lowest = Math.max(0, to - limits.bytes);
  let lines = 0;
  let from = to;
  // The newline that ends the last line begins none: it is looked for in what lies before.
  for (let end = to - 1; end > lowest; ) {
    signal.throwIfAborted();
    const start = Math.max(lowest, end - CHUNK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    // Emptied or cut meanwhile: what is left of it has no end to read back from.
    if (bytesRead < end - start) return { from: 0, to: 0, lines: 0 };
    for (let at = buffer.lastIndexOf(NEWLINE, bytesRead - 1); at >= 0; at = lastBefore(buffer, at)) {
      from = start + at + 1;
      lines += 1;
      if (lines === limits.lines) return { from, to, lines };
    }
    end = start;
  }
  if (to === 0 || lowest > 0) return { from, to, lines };
  return { from: 0, to, lines: lines + 1 };
}

/** A negative offset would count from the end. */
function lastBefore(buffer: Buffer, at: number): number {
  return at === 0 ? -1 : buffer.lastIndexOf(NEWLINE, at - 1);
}

/** What `readTail` gave: the lines, oldest first, and how many of them were too long to be whole. */
export interface TailText {
  readonly lines: readonly string[];
  readonly bytes: number;
  readonly cutLines: number;
}

/** Reads the lines of `tail`, redacted; the oldest are dropped where redacting made them more than `maxBytes`. */
export async function readTail(file: FileHandle, tail: Tail, maxBytes: number, signal: AbortSignal): Promise<TailText> {
  const lines: string[] = [];
  let bytes = 0;
  let cutLines = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  let isCut = false;

  function add(piece: Buffer): void {
    const room = LINE_BYTES - length;
    if (piece.length > room) isCut = true;
    if (room <= 0 || piece.length === 0) return;
    // The chunk is read into again.
    pieces.push(Buffer.from(piece.subarray(0, room)));
    length += Math.min(room, piece.length);
  }

  function endLine(): void {
    let line = redact(clean(Buffer.concat(pieces).toString('utf8')));
    if (isCut) {
      line = `${line.slice(0, -CUT_LENGTH)} [the rest of this line was not kept]`;
      cutLines += 1;
    }
    lines.push(line);
    bytes += Buffer.byteLength(line) + 1;
    pieces = [];
    length = 0;
    isCut = false;
  }

  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = tail.from; at < tail.to; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK_BYTES, tail.to - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      endLine();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) endLine();
  let dropped = 0;
  while (bytes > maxBytes) bytes -= Buffer.byteLength(lines[dropped++] ?? '') + 1;
  return { lines: lines.slice(dropped), bytes, cutLines };
}
