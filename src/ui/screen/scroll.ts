/** Finds where a picture is the one before, moved by lines, as a log is that goes on. */
import type { Cells } from './cells.ts';
import { BLANK } from './glyphs.ts';

/** Rows `top` to `bottom`, both included, move up by `lines`; down where that is negative. */
export interface Scroll {
  readonly top: number;
  readonly bottom: number;
  readonly lines: number;
}

/** So many rows must be saved: fewer are written as soon. */
const ROWS_LEAST = 6;
/** Nobody reads while more go by. */
const LINES_MOST = 30;

/**
 * What a row says as one number, without its first and last column: there stands a border, and a scrollbar's thumb. The
 * rows that are moved are compared in full afterwards, styles and all.
 */
function hashOf({ glyphs, width }: Cells, y: number): number {
  let hash = 0x811c9dc5;
  let isBlank = true;
  const end = (y + 1) * width - 1;
  for (let at = y * width + 1; at < end; at += 1) {
    const glyph = glyphs[at] as number;
    if (glyph !== BLANK) isBlank = false;
    hash = Math.imul(hash ^ glyph, 0x01000193);
  }
  return isBlank ? 0 : hash;
}

function hashesOf(cells: Cells, first: number, count: number): Int32Array {
  const hashes = new Int32Array(count);
  for (let i = 0; i < count; i += 1) hashes[i] = hashOf(cells, first + i);
  return hashes;
}

/** How many rows of `count` a move must save. */
const savedLeast = (count: number): number => Math.max(ROWS_LEAST, count >> 1);

/** Whether a move can save enough where `changed` of `count` rows are others: a move saves none that is as it was. */
export function mayScroll(changed: number, count: number): boolean {
  return count >= ROWS_LEAST && changed >= savedLeast(count);
}

/** The move that saves most of the rows between `first` and `last`; null where none saves enough. */
export function findScroll(shown: Cells, next: Cells, first: number, last: number): Scroll | null {
  const count = last - first + 1;
  if (count < ROWS_LEAST) return null;
  const before = hashesOf(shown, first, count);
  const after = hashesOf(next, first, count);
  let best: Scroll | null = null;
  let most = savedLeast(count) - 1;
  const reach = Math.min(LINES_MOST, count - ROWS_LEAST);
  for (let lines = -reach; lines <= reach; lines += 1) {
    if (lines === 0) continue;
    let saved = 0;
    let [top, bottom] = [-1, -1];
    for (let i = Math.max(0, -lines); i < count - Math.max(0, lines); i += 1) {
      // A row that needs nothing now would be moved away.
      if (after[i] === before[i]) saved -= after[i] === 0 ? 0 : 1;
      else if (after[i] === before[i + lines]) {
        saved += 1;
        if (top === -1) top = i;
        bottom = i;
      }
    }
    if (saved <= most) continue;
    most = saved;
    best = { top: first + Math.min(top, top + lines), bottom: first + Math.max(bottom, bottom + lines), lines };
  }
  return best;
}
