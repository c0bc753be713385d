/** What stands below a list that is shorter than its place: the course of the bot under the cursor. */
import { measure, truncate } from '../../text/width.ts';
import type { Scope } from '../../ui/panel.ts';
import { Cells } from '../../ui/screen/cells.ts';
import { drawBotCurves } from './curves.ts';
import { drawExits } from './exits.ts';
import { drawOrphanFacts } from './orphan-detail.ts';
import type { BotRow } from './row.ts';

/** Fewer rows say nothing. */
const LEAST_ROWS = 10;
const MOST_ROWS = 26;
const LEAST_COLUMNS = 60;
/** From this width on the exits stand beside the course. */
const BESIDE = 116;

/** Draws into the rows from `y` on, with a line above, as far as there is room. */
export function drawBelow(cells: Cells, { theme, world }: Scope, row: BotRow, y: number): void {
  const rows = Math.min(MOST_ROWS, cells.height - 1 - y);
  if (rows < LEAST_ROWS || cells.width < LEAST_COLUMNS) return;
  cells.fill(1, y, cells.width - 2, 1, '─', theme.border);
  if (row.orphan) {
    drawOrphanFacts(cells, { theme, world }, row.orphan, y + 1);
    return;
  }
  const title = ` ${truncate(row.bot.name, cells.width - 24)} `;
  cells.text(3, y, title, theme.title);
  cells.text(3 + measure(title), y, ' last 10m · Enter for all ', theme.muted, cells.width - 6 - measure(title));
  const isBeside = cells.width >= BESIDE;
  const width = isBeside ? Math.round((cells.width - 2) * 0.56) : cells.width - 4;
  const look = { theme, world, range: '10m' } as const;
  drawBotCurves(cells, row, look, { x: 2, y: y + 1, width, height: rows - 1 });
  if (!isBeside) return;
  const side = new Cells(cells.width - width - 5, rows - 1);
  drawExits(side, theme, 0, row.bot.exits, { now: world.now, most: rows - 2 });
  for (let line = 0; line < side.height; line++) {
    const to = (y + 1 + line) * cells.width + width + 3;
    cells.glyphs.set(side.glyphs.subarray(line * side.width, (line + 1) * side.width), to);
    cells.styles.set(side.styles.subarray(line * side.width, (line + 1) * side.width), to);
  }
}
