/** What `pm2 save` wrote: the bots that should run. The file holds environments; only three fields are taken. */
import { stat } from 'node:fs/promises';
import { asFields, asText, fieldOf } from './fields.ts';
import { openRegular } from './files.ts';
import type { Pm2Dump } from './snapshot.ts';

const maxDumpBytes = 64 * 1024 * 1024;

/** The bots of a dump's text, or null when it is none. */
export function parseDump(text: string, savedAt: number): Pm2Dump | null {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    // Half written, or emptied: there is no dump to compare with.
    return null;
  }
  if (!Array.isArray(entries)) return null;
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
        if (size <= maxDumpBytes) {
          const file = await openRegular(path);
          try {
            dump = parseDump(await file.readFile('utf8'), mtimeMs);
          } finally {
            await file.close();
          }
        }
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
