/** What `pm2 save` wrote: the bots that should run. The file holds environments; only three fields are taken. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { asFields, asText, fieldOf } from './fields.ts';
import { openRegular } from './files.ts';
import type { Pm2Dump } from './snapshot.ts';

const maxDumpBytes = 64 * 1024 * 1024;

/** A dump file read whole; null when it is larger than any dump. Rejects where it cannot be opened, or is no plain file. */
export async function readDumpFile(path: string): Promise<{ readonly bytes: Buffer; readonly stats: Stats } | null> {
  const file = await openRegular(path);
  try {
    const stats = await file.stat();
    return stats.size > maxDumpBytes ? null : { bytes: await file.readFile(), stats };
  } finally {
    await file.close();
  }
}

/** The entries of a dump's text, or null when it is none: half written, or emptied. */
export function dumpEntries(text: string): readonly unknown[] | null {
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) ? entries : null;
  } catch {
    return null;
  }
}

/** The bots of a dump's text, or null when it is none. */
export function parseDump(text: string, savedAt: number): Pm2Dump | null {
  const entries = dumpEntries(text);
  if (entries === null) return null;
  const bots = entries.map(asFields).flatMap((fields) => {
    const env = asFields(fieldOf(fields, 'pm2_env')) ?? fields;
    const name = asText(fieldOf(env, 'name'), 1_024);
    if (name === null) return [];
    const namespace = asText(fieldOf(env, 'namespace')) ?? 'default';
    return [{ name, namespace, isStopped: fieldOf(env, 'status') === 'stopped' }];
  });
  return { savedAt, bots };
}

export interface DumpReader {
  /** The dump, read again only when the file changed; null when there is none that can be read. Never throws. */
  read(): Promise<Pm2Dump | null>;
}

export function createDumpReader(path: string): DumpReader {
  let dump: Pm2Dump | null = null;
  let seen = '';
  return {
    async read() {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const version = `${mtimeMs}:${size}:${ino}`;
        if (version === seen) return dump;
        dump = null;
        const file = await readDumpFile(path);
        if (file !== null) dump = parseDump(file.bytes.toString('utf8'), mtimeMs);
        seen = version;
      } catch {
        // Absent or not ours to read: the same to the caller, and looked at again at the next list.
        dump = null;
        seen = '';
      }
      return dump;
    },
  };
}
