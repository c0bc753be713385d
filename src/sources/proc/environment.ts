/**
 * Single variables of other processes. An environment holds secrets: it is read into one buffer, searched as bytes for
 * the names that are asked for, and wiped; nothing else of it becomes a text.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/** The kernel gives an environment as it was at the start; one that is longer is cut. */
const maxBytes = 1024 * 1024;
const buffer = Buffer.alloc(maxBytes);

/** Gives the value of one variable, at most 4,096 bytes, or null. */
export type Variables = (name: string) => string | null;

/** Calls `use` with the variables of a process (its folder in /proc): none where they are not ours to read. */
export function withVariables<T>(folder: string, use: (valueOf: Variables) => T): T {
  const length = fill(`${folder}/environ`);
  try {
    return use((name) => valueOf(length, name));
  } finally {
    buffer.fill(0, 0, length);
  }
}

function fill(path: string): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return 0;
  }
  let length = 0;
  try {
    for (let read = -1; read !== 0 && length < maxBytes; length += read) {
      read = readSync(descriptor, buffer, length, Math.min(65_536, maxBytes - length), null);
    }
  } catch {
    // It ended while it was read, or belongs to somebody else: what is there is judged like any other.
  } finally {
    closeSync(descriptor);
  }
  return length;
}

/** The value of one variable, or null. Each stands between zero bytes. */
function valueOf(length: number, name: string): string | null {
  const mark = Buffer.from(`${name}=`, 'latin1');
  const bytes = buffer.subarray(0, length);
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    if (at > 0 && bytes[at - 1] !== 0) continue;
    const start = at + mark.length;
    const end = bytes.indexOf(0, start);
    return bytes.toString('utf8', start, Math.min(end === -1 ? length : end, start + 4_096));
  }
  return null;
}
