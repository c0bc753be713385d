/** A page that is longer than its place: drawn whole, shown from a row on. */
import { Cells } from './screen/cells.ts';
import type { Theme } from './theme.ts';

/** No page is longer. */
const ROWS_MAX = 400;

/**
 * Draws a page within the border of `cells`, beginning with row `top` as far as there is more below. `draw` gets cells
 * without border and gives how many rows it used. A word at the lower right says how much is hidden.
 */
export function drawScrolled(cells: Cells, top: number, theme: Theme, draw: (page: Cells) => number): void {
  const width = cells.width - 2;
  const height = cells.height - 2;
  const page = new Cells(width, ROWS_MAX);
  const used = Math.min(draw(page), ROWS_MAX);
  const from = Math.max(0, Math.min(top, used - height));
  for (let row = 0; row < Math.min(height, used - from); row++) {
    const source = (from + row) * width;
    const target = (1 + row) * cells.width + 1;
    cells.glyphs.set(page.glyphs.subarray(source, source + width), target);
    cells.styles.set(page.styles.subarray(source, source + width), target);
  }
  const below = used - from - height;
  const words = [from > 0 ? `${from} above` : '', below > 0 ? `${below} below: j` : ''].filter(Boolean).join(' · ');
  if (words) cells.text(cells.width - words.length - 4, cells.height - 1, ` ${words} `, theme.muted);
}
