/**
 * The marks that PM2 leaves in a bot's environment. An environment holds secrets: it is read into one buffer, searched
 * as bytes for four names, and wiped; nothing else of it becomes a text.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { asText } from '../pm2/fields.ts';

export interface BotMarks {
  readonly id: number;
  readonly name: string;
  /** Null where it has none. */
  readonly namespace: string | null;
  /** As PM2 wrote it. */
  readonly home: string;
}

/** The kernel gives an environment as it was at the start; one that is longer is cut. */
const maxBytes = 1024 * 1024;
const buffer = Buffer.alloc(maxBytes);

/** The marks of a process (its folder in /proc); null for one that PM2 did not start, or whose environment is not ours. */
export function readMarks(folder: string): BotMarks | null {
  const length = fill(`${folder}/environ`);
  try {
    const id = valueOf(length, 'pm_id');
    const home = valueOf(length, 'PM2_HOME');
    if (id === null || home === null || !/^\d{1,9}$/.test(id)) return null;
    const name = asText(valueOf(length, 'name'), 1_024) ?? `(no name, id ${id})`;
    return { id: Number(id), home, name, namespace: asText(valueOf(length, 'namespace'), 256) };
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
