/** Keeping only the end of a file that others append to, in place: no room is needed for it, and no writer is told. */
import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { noteKeptEnd } from '../../sources/logs/kept-ends.ts';
import { fileIdOf } from '../../sources/logs/open-log.ts';

/** What became of a file. */
export interface LogCut {
  readonly beforeBytes: number;
  readonly keptBytes: number;
  /** Written while it was moved, and kept. */
  readonly lateBytes: number;
  /** Between the last look and the cut: what is appended within this time is lost, and nobody can count it; ms. */
  readonly blindMs: number;
}

const CHUNK_BYTES = 1024 * 1024;
/** The first line that is kept begins within this much. */
const LINE_BYTES = 1024 * 1024;
/** The last of what comes is moved without a pause; more than this at a time would stop the screen. */
const LAST_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Moves the last `keepBytes`, from the next line's beginning on, to the start of the file and cuts what is behind. Null
 * when it is not longer than that. The end is never lost: whoever ends this halfway leaves lines twice. `file` is open for
 * reading and writing.
 */
export async function keepEnd(file: FileHandle, keepBytes: number, signal: AbortSignal): Promise<LogCut | null> {
  const beforeBytes = (await file.stat()).size;
  if (beforeBytes <= keepBytes) return null;
  signal.throwIfAborted();
  const from = await lineStart(file, beforeBytes - keepBytes, beforeBytes);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let done = 0;
  // From here on it is finished: a file that is half moved helps nobody.
  for (;;) {
    const { size } = await file.stat();
    if (size - from - done <= LAST_BYTES) break;
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, size - from - done), from + done);
    if (bytesRead === 0) break;
    await writeAll(file, chunk.subarray(0, bytesRead), done);
    done += bytesRead;
  }
  return finish(file.fd, from, done, beforeBytes, chunk);
}

/** Without a turn of the event loop between the last look and the cut. */
function finish(fd: number, from: number, moved: number, beforeBytes: number, chunk: Buffer): LogCut {
  let done = moved;
  for (;;) {
    const at = performance.now();
    const stats = fstatSync(fd);
    const { size } = stats;
    // Somebody else has cut it: what is there now is not ours to move.
    if (size < from + done) throw new Error('it was cut by somebody else meanwhile');
    if (size === from + done) {
      ftruncateSync(fd, done);
      const blindMs = performance.now() - at;
      noteKeptEnd(fileIdOf(stats), from);
      return { beforeBytes, keptBytes: done, lateBytes: Math.max(0, size - beforeBytes), blindMs };
    }
    const bytesRead = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, size - from - done), from + done);
    for (let written = 0; written < bytesRead; ) {
      written += writeSync(fd, chunk, written, bytesRead - written, done + written);
    }
    done += bytesRead;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** Where the next line begins at or behind a place; the place itself in a line that does not end soon. */
async function lineStart(file: FileHandle, place: number, end: number): Promise<number> {
  if (place >= end) return end;
  const bytes = Buffer.allocUnsafe(Math.min(LINE_BYTES, end - place + 1));
  // The byte before tells whether a line begins at the very place.
  const { bytesRead } = await file.read(bytes, 0, bytes.length, place - 1);
  const newline = bytes.subarray(0, bytesRead).indexOf(NEWLINE);
  return newline === -1 ? place : place + newline;
}
