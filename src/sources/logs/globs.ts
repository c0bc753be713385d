/** The files that `--logs` globs name, found again from time to time. */
import { constants } from 'node:fs';
import { access, glob } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import type { LogTarget } from './snapshot.ts';

/** More are not followed; a pattern that names everything must not open everything. */
const MAX_MATCHES = 512;
/** Compressed generations are no logs that grow. */
const PACKED = /\.(?:gz|bz2|xz|zst|zip)$/;

/** The folder in which every match lies: what stands before the first wildcard. */
export function folderOf(pattern: string): string {
  const wildcard = pattern.search(/[*?[{]/);
  if (wildcard === -1) return dirname(pattern);
  const cut = pattern.lastIndexOf(sep, wildcard);
  return cut <= 0 ? sep : pattern.slice(0, cut);
}

/** The matches of absolute patterns, at most 512, in the order found. A pattern without wildcards is a file itself. */
export async function expandGlobs(patterns: readonly string[], signal: AbortSignal): Promise<readonly LogTarget[]> {
  const found: LogTarget[] = [];
  for (const pattern of patterns) {
    if (!/[*?[{]/.test(pattern)) {
      found.push({ path: resolve(pattern), bots: [], stream: 'glob' });
      continue;
    }
    try {
      await access(folderOf(pattern), constants.R_OK);
      for await (const match of glob(pattern)) {
        if (signal.aborted || found.length >= MAX_MATCHES) return found;
        if (!PACKED.test(match)) found.push({ path: resolve(match), bots: [], stream: 'glob' });
      }
    } catch {
      // The folder is missing or closed to us: the folder itself stands in the list, and says so.
      found.push({ path: folderOf(pattern), bots: [], stream: 'glob' });
    }
  }
  return found;
}
