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

/** An absolute pattern, what its lines are shown under, and the zone of its times; null for what is found out. */
export interface LogPattern {
  readonly glob: string;
  readonly name: string | null;
  readonly zone: string | null;
}

/** The matches of the patterns, at most 512, in the order found. A pattern without wildcards is a file itself. */
export async function expandGlobs(patterns: readonly LogPattern[], signal: AbortSignal): Promise<readonly LogTarget[]> {
  const found: LogTarget[] = [];
  for (const { glob: pattern, name, zone } of patterns) {
    const named = { bots: name === null ? [] : [name], stream: 'glob', zone } as const;
    if (!/[*?[{]/.test(pattern)) {
      found.push({ path: resolve(pattern), ...named });
      continue;
    }
    try {
      await access(folderOf(pattern), constants.R_OK);
      for await (const match of glob(pattern)) {
        if (signal.aborted || found.length >= MAX_MATCHES) return found;
        if (!PACKED.test(match)) found.push({ path: resolve(match), ...named });
      }
    } catch {
      // The folder is missing or closed to us: the folder itself stands in the list, and says so.
      found.push({ path: folderOf(pattern), ...named });
    }
  }
  return found;
}
