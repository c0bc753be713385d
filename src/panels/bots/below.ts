/** What stands below a list that is shorter than its place: the course and the last words of the bot under the cursor. */
import { measure, truncate } from '../../text/width.ts';
import type { Scope, Size } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawBotCurves } from './curves.ts';
import { drawExits } from './exits.ts';
import { drawLogEnds, mostTelling } from './log-ends.ts';
import { drawOrphanFacts } from './orphan-detail.ts';
import { paste } from './paste.ts';
import type { BotRow } from './row.ts';

/** Fewer rows of a course say nothing. */
const LEAST_ROWS = 10;
const MOST_ROWS = 26;
const LEAST_COLUMNS = 60;
/** Fewer rows of logs, their titles included, say less than a course does. */
const LEAST_LOG_ROWS = 4;
/** So many rows hold the ends of two logs. */
const BOTH_LOGS_ROWS = 7;
/** From this width on the exits stand beside the course. */
const BESIDE = 116;

/** Whether nothing about the bot under the cursor is drawn from row `y` on. */
export function isBelowEmpty({ width, height }: Size, y: number): boolean {
  return width < LEAST_COLUMNS || height - 2 - y < LEAST_LOG_ROWS;
}

/** Whether so many lines leave room for the ends of logs. */
export function hasLogsBelow({ width, height }: Size, lines: number): boolean {
  // Besides the lines: borders, titles of columns, a blank and the line above.
  return width >= LEAST_COLUMNS && height - lines - 5 >= LEAST_LOG_ROWS;
}

/** Draws into the rows from `y` on, with a line above, as far as there is room. */
export function drawBelow(cells: Cells, scope: Scope, row: BotRow, y: number): void {
  const { theme, world, logs = [] } = scope;
  if (isBelowEmpty(cells, y)) return;
  const rows = cells.height - 2 - y;
  const hasLogs = logs.length > 0 && rows >= LEAST_LOG_ROWS;
  const courseRows = courseRowsOf(rows, hasLogs);
  if (!(hasLogs || courseRows > 0)) return;
  cells.fill(1, y, cells.width - 2, 1, '─', theme.border);
  if (row.orphan) {
    drawOrphanFacts(cells, { theme, world }, row.orphan, y + 1);
    return;
  }
  const title = ` ${truncate(row.bot.name, cells.width - 24)} `;
  cells.text(3, y, title, theme.title);
  const words = courseRows > 0 ? ' last 10m · Enter for all ' : ' Enter for all ';
  cells.text(3 + measure(title), y, words, theme.muted, cells.width - 6 - measure(title));
  if (courseRows > 0) drawCourse(cells, scope, row, y + 1, courseRows);
  if (!hasLogs) return;
  const logRows = rows - courseRows;
  const files = logRows < BOTH_LOGS_ROWS ? mostTelling(logs) : logs;
  paste(cells, 1, y + 1 + courseRows, cells.width - 3, (page) => drawLogEnds(page, theme, 0, files, logRows));
}

/** The logs have two fifths, and all of it where the rest would be too little for a course. */
function courseRowsOf(rows: number, hasLogs: boolean): number {
  const room = Math.min(MOST_ROWS, hasLogs ? rows - Math.max(LEAST_LOG_ROWS, Math.round(rows * 0.4)) : rows);
  return room >= LEAST_ROWS - 1 ? room : 0;
}

function drawCourse(cells: Cells, { theme, world }: Scope, row: BotRow, y: number, rows: number): void {
  const isBeside = cells.width >= BESIDE;
  const width = isBeside ? Math.round((cells.width - 2) * 0.56) : cells.width - 4;
  const look = { theme, world, range: '10m' } as const;
  drawBotCurves(cells, row, look, { x: 2, y, width, height: rows });
  if (!isBeside) return;
  paste(cells, width + 3, y, cells.width - width - 5, (side) =>
    drawExits(side, theme, 0, row.bot.exits, { now: world.now, most: rows - 1 }),
  );
}
