/** The same picture without a terminal: zones drawn into one buffer, for pipes, tests and pictures. */

import type { Layout } from './layout.ts';
import { Cells } from './screen/cells.ts';

/** Draws every zone of a layout where it stands and gives the whole. */
export function composeZones(
  layout: Layout,
  columns: number,
  rows: number,
  draw: (zone: string, cells: Cells) => void,
): Cells {
  const whole = new Cells(columns, rows);
  for (const { id, x, y, width, height } of placeZones(layout)) {
    const cells = new Cells(width, height);
    draw(id, cells);
    for (let row = 0; row < height; row++) {
      const from = row * width;
      const to = (y + row) * columns + x;
      whole.glyphs.set(cells.glyphs.subarray(from, from + width), to);
      whole.styles.set(cells.styles.subarray(from, from + width), to);
    }
  }
  return whole;
}

/** The zones with their places on the screen. */
export function placeZones(layout: Layout) {
  let y = 0;
  return layout.rows.flatMap(({ zones, height }) => {
    let x = 0;
    const placed = zones.map((zone) => {
      const at = { ...zone, x, y };
      x += zone.width;
      return at;
    });
    y += height;
    return placed;
  });
}
