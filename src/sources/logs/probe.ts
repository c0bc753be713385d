/** Small questions to a file: what is there, and what stands at a place of it. */
import type { Stats } from 'node:fs';
import type { LogIo } from './io.ts';
import type { OpenLog } from './open-log.ts';

/** What the answers are read with. */
export interface Probe {
  readonly io: LogIo;
  readonly chunk: Buffer;
}

/** What the path names; null when nothing is there. */
export async function statOrNull(io: LogIo, path: string): Promise<Stats | null> {
  try {
    return await io.stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Whether a file holds these bytes before this place. */
export async function holdsAt(look: Probe, fd: number, size: number, offset: number, bytes: Buffer): Promise<boolean> {
  if (size < offset) return false;
  const got = await look.io.read(fd, look.chunk, bytes.length, offset - bytes.length);
  return got === bytes.length && look.chunk.compare(bytes, 0, bytes.length, 0, got) === 0;
}

/** A writer that keeps its place in a file that was cut leaves a hole of NULs before it: nothing was lost. */
export async function isHole(look: Probe, log: OpenLog): Promise<boolean> {
  const length = Math.min(64, log.offset);
  const got = await look.io.read(log.fd, look.chunk, length, log.offset - length);
  if (got < length || length === 0) return false;
  for (let at = 0; at < length; at += 1) if (look.chunk[at] !== 0) return false;
  return true;
}

/** The last whole lines of a file, at most twenty. */
export async function lastLines({ io, chunk }: Probe, fd: number, size: number): Promise<string[]> {
  const length = Math.min(4_096, size);
  const got = await io.read(fd, chunk, length, size - length);
  const lines = chunk.toString('utf8', 0, got).split('\n');
  // The first is whole only at the start of the file.
  return lines
    .slice(length < size ? 1 : 0)
    .filter(Boolean)
    .slice(-20);
}
