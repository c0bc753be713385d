/** A chart's lines in cells, and the axis of time below them: the same in every detail. */
import { duration } from '../text/format.ts';
import type { Cells } from './screen/cells.ts';
import type { Theme } from './theme.ts';
import { timeTicks } from './ticks.ts';

const NOW = 'now';

/** Draws what `chart` made of values; gives the columns that its scale takes, after which the curve begins. */
export function drawChart(
  cells: Cells,
  lines: readonly string[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  theme: Theme,
): number {
  const axis = lines.reduce((at, text) => Math.max(at, text.indexOf('┤')), 0);
  lines.forEach((text, i) => {
    cells.text(x, y + i, text.slice(0, axis), theme.muted, axis);
    cells.text(x + axis, y + i, text.slice(axis, axis + 1), theme.border, 1);
    cells.text(x + axis + 1, y + i, text.slice(axis + 1), theme.graph, width - axis - 1);
  });
  return axis + 1;
}

/** The ages below the columns of a curve that spans so much: round ones, and now at the right. */
export function drawTimeAxis(
  cells: Cells,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  spanMs: number,
  theme: Theme,
): void {
  const end = x + width - NOW.length;
  cells.text(end, y, NOW, theme.muted, NOW.length);
  let free = x;
  for (const age of timeTicks(spanMs, width >= 50 ? 4 : 2)) {
    const label = `-${duration(age).replace(/(?<=[mh])00$/, '')}`;
    const at = Math.max(x, x + Math.round((1 - age / spanMs) * (width - 1)) - Math.floor(label.length / 2));
    if (at < free || at + label.length + 1 > end) continue;
    free = at + 2 + cells.text(at, y, label, theme.muted);
  }
}
