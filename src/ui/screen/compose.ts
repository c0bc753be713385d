import type { Cells } from './cells.ts';
import { BLANK, TAIL } from './glyphs.ts';

/** A rectangle in cells of the screen; it may reach outside. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Marks a rectangle of the mask as belonging to a surface. */
export function markRect(mask: Uint8Array, width: number, height: number, rect: Rect, surface: number): void {
  const left = Math.max(0, rect.x);
  const right = Math.min(width, rect.x + rect.width);
  if (left >= right) return;
  for (let y = Math.max(0, rect.y); y < Math.min(height, rect.y + rect.height); y += 1) {
    mask.fill(surface, y * width + left, y * width + right);
  }
}

/** Whether two rectangles share a cell. */
export function doMeet(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Copies the cells of a surface of which every cell is seen, those of some rows or all, and marks the rows touched. */
export function copyWhole(
  from: Cells,
  rows: readonly number[] | null,
  rect: Rect,
  to: Cells,
  touchedRows: Uint8Array,
): void {
  const count = rows === null ? from.height : rows.length;
  for (let i = 0; i < count; i += 1) copyRow(from, rows === null ? i : (rows[i] as number), rect, to, touchedRows);
}

function copyRow(from: Cells, y: number, rect: Rect, to: Cells, touchedRows: Uint8Array): void {
  const { glyphs, styles, width } = from;
  let target = (rect.y + y) * to.width + rect.x;
  touchedRows[rect.y + y] = 1;
  const end = (y + 1) * width;
  for (let at = y * width; at < end; at += 1, target += 1) {
    to.glyphs[target] = glyphs[at] as number;
    to.styles[target] = styles[at] as number;
  }
}

/**
 * Copies a surface's cells to where the mask says they are seen, and marks the rows touched. A wide glyph of which the
 * mask hides one half leaves a blank, as in Ink's own output.
 */
export function blit(
  from: Cells,
  rect: Rect,
  surface: number,
  mask: Uint8Array,
  to: Cells,
  touchedRows: Uint8Array,
): void {
  const left = Math.max(0, rect.x);
  const right = Math.min(to.width, rect.x + from.width);
  const bottom = Math.min(to.height, rect.y + from.height);
  for (let y = Math.max(0, rect.y); y < bottom; y += 1) {
    const source = (y - rect.y) * from.width - rect.x;
    const target = y * to.width;
    touchedRows[y] = 1;
    for (let x = left; x < right; x += 1) {
      const at = target + x;
      if (mask[at] !== surface) continue;
      const glyph = from.glyphs[source + x] ?? BLANK;
      const isTail = glyph === TAIL;
      const isHead = x - rect.x + 1 < from.width && from.glyphs[source + x + 1] === TAIL;
      const isCut =
        (isTail && (x === left || mask[at - 1] !== surface)) ||
        (isHead && (x + 1 >= right || mask[at + 1] !== surface));
      to.glyphs[at] = isCut ? BLANK : glyph;
      to.styles[at] = from.styles[source + x] ?? 0;
    }
  }
}
