/** Parts of a page that are drawn as if each were a page. */
import { Cells } from '../../ui/screen/cells.ts';

/** Draws within a part of the page, from its own corner; gives how many rows that took. */
export function paste(page: Cells, x: number, y: number, width: number, draw: (part: Cells) => number): number {
  const part = new Cells(width, page.height - y);
  const used = draw(part);
  for (let line = 0; line < Math.min(used, part.height); line++) {
    const from = line * width;
    const to = (y + line) * page.width + x;
    page.glyphs.set(part.glyphs.subarray(from, from + width), to);
    page.styles.set(part.styles.subarray(from, from + width), to);
  }
  return used;
}
