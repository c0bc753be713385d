/** Older generations of a log that lie beside it under other names: what a rotation put there between two looks. */
import type { Stats } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { LogIo } from './io.ts';

export interface Generation {
  readonly path: string;
  readonly stats: Stats;
  readonly bornAt: number;
}

/** No folder is looked through further. */
const MAX_NAMES = 5_000;
/** The kernel's clock for files is a few ms behind. */
const CLOCK_SLACK_MS = 25;

/** `api.log.1`, `api.log-20261121`, `api__2026-11-21_00-00-00.log`; not `api-2.log`, another instance's. */
export function isGenerationOf(name: string, base: string): boolean {
  if (name.length <= base.length || !mayBeOf(name, base)) return false;
  if (name.startsWith(base)) return /^[._-][\d_.T:-]{1,40}(?:\.?(?:old|bak|log))?$/.test(name.slice(base.length));
  const extension = extname(base);
  const stem = extension === '' ? base : base.slice(0, -extension.length);
  if (extension === '' || !name.startsWith(stem) || !name.endsWith(extension)) return false;
  const between = name.slice(stem.length, name.length - extension.length);
  return /^[._-]{1,2}[\d_.T:-]{1,40}$/.test(between) && !/^-\d{1,4}$/.test(between);
}

/** Whether they begin alike up to the extension: of a thousand logs of one folder few do, and no text is made for the rest. */
function mayBeOf(name: string, base: string): boolean {
  const length = stemLength(base);
  for (let i = 0; i < length; i += 1) if (name.charCodeAt(i) !== base.charCodeAt(i)) return false;
  return true;
}

/** What the names of all its generations begin with. */
export function stemOf(base: string): string {
  return base.slice(0, stemLength(base));
}

function stemLength(base: string): number {
  const dot = base.lastIndexOf('.');
  return dot > 0 ? dot : base.length;
}

/** Every generation of a log, the oldest first. */
export async function findGenerations(io: LogIo, path: string): Promise<Generation[]> {
  const folder = dirname(path);
  const base = basename(path);
  const names = (await io.readdir(folder)).slice(0, MAX_NAMES);
  const found: Generation[] = [];
  for (const name of names) {
    if (!isGenerationOf(name, base)) continue;
    try {
      const stats = await io.lstat(join(folder, name));
      if (!stats.isFile()) continue;
      // Where no time of birth is kept, the last write stands in: it is not earlier.
      const bornAt = stats.birthtimeMs > 0 ? stats.birthtimeMs : stats.mtimeMs;
      found.push({ path: join(folder, name), stats, bornAt });
    } catch (error) {
      // Moved on while we looked: its inode is found under the next name, or by the next look.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return found.sort((a, b) => a.bornAt - b.bornAt || a.stats.mtimeMs - b.stats.mtimeMs);
}

/** Whether a generation came to be after a moment (epoch ms). */
export function isBornSince(generation: Generation, moment: number): boolean {
  return generation.bornAt >= moment - CLOCK_SLACK_MS;
}
