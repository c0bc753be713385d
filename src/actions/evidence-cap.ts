/** Keeping all evidence within a limit: the oldest goes first. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The names that evidence folders have; nothing else is ever removed. They sort by time. */
const ENTRY = /^\d{8}T\d{9}Z-[\w.-]{1,80}$/;

/** Epoch ms as the beginning of a name: `20260115T120000123Z`. */
export function stampOf(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:.]/g, '');
}

/** Removes the oldest entries of all `folders` until what is left, without `keep`, is at most `maxBytes`. */
export async function removeOldest(folders: readonly string[], maxBytes: number, keep: string | null): Promise<void> {
  const entries = (await Promise.all(folders.map(entriesOf))).flat();
  let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const oldest = entries.filter((entry) => entry.path !== keep).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of oldest) {
    if (total <= maxBytes) return;
    await rm(entry.path, { recursive: true, force: true });
    total -= entry.bytes;
  }
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const found of await readdir(folder, { withFileTypes: true })) {
    if (!found.isDirectory() || !ENTRY.test(found.name)) continue;
    const path = join(folder, found.name);
    entries.push({ name: found.name, path, bytes: await sizeOf(path) });
  }
  return entries;
}

/** Entries hold files only. One that another session removes meanwhile is empty. */
async function sizeOf(path: string): Promise<number> {
  let bytes = 0;
  try {
    for (const name of await readdir(path)) bytes += (await lstat(join(path, name))).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return bytes;
}
