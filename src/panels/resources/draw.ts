/** Draws the rows, the cores, the graphs and the one-line summary of the host. */

import { percent } from '../../text/format.ts';
import { measure, truncate, truncateStart } from '../../text/width.ts';
import { bar, meter, sparkline } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';
import { isTrouble, severityOf } from '../severity.ts';
import { drawGraphs, fitting, isCourse, LEAST_ROWS } from './graphs.ts';
import { drawProcesses, orderAt, type ProcessesPlace, type ProcessesView } from './processes.ts';
import type { ResourceRow } from './rows.ts';
import type { ResourcesView } from './view.ts';

export interface ResourcesLook {
  readonly theme: Theme;
  readonly isFocused: boolean;
  /** The key of the row the cursor is on; null for none. */
  readonly cursor: string | null;
  /** Absent where the processes are not to be shown. */
  readonly processes?: ProcessesView;
}

/** A line of the panel: a row, or the bars of the cores below the cpu's. */
type Line = ResourceRow | 'cores';

/** Two columns from here on when one does not hold all, and three times the least width of one. */
const TWO_COLUMNS = 76;
const WIDE = 112;
/** Columns of a meter's value: `100%`. */
const VALUE = 4;

/** Draws everything within the rectangle. */
export function drawBody(
  cells: Cells,
  view: ResourcesView,
  look: ResourcesLook,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const all: Line[] = view.rows.flatMap((row) =>
    row.key === 'cpu' && view.cores.length > 1 ? [row, 'cores' as const] : [row],
  );
  const columns = width >= WIDE || (width >= TWO_COLUMNS && all.length > height) ? 2 : 1;
  const lines = choose(all, height * columns, look.cursor);
  const perColumn = Math.ceil(lines.length / columns);
  const gap = 2;
  const columnWidth = Math.floor((width - gap * (columns - 1)) / columns);
  for (let column = 0; column < columns; column++) {
    const left = x + column * (columnWidth + gap);
    const own = lines.slice(column * perColumn, (column + 1) * perColumn);
    const grid = gridOf(own, left, columnWidth);
    for (const [i, line] of own.entries()) {
      if (line === 'cores') drawCores(cells, view, look, left, y + i, columnWidth);
      else drawRow(cells, line, look, grid, y + i);
    }
  }
  const rest = height - perColumn - 1;
  if (rest < 4) return;
  const below = { x, y: y + perColumn + 1, width, height: rest };
  const graphs = look.processes === undefined ? below : besideProcesses(cells, look, look.processes, below);
  if (graphs !== null) drawGraphs(cells, view, look.theme, graphs.x, graphs.y, graphs.width, graphs.height);
}

/** So tall the processes are listed by both orders. */
const BOTH_ORDERS = 24;
/** So many rows, title included, are worth more than any graph. */
const LEAST_PROCESSES = 7;

/** Draws the processes; gives what they leave for the graphs. */
function besideProcesses(
  cells: Cells,
  { theme, cursor }: ResourcesLook,
  processes: ProcessesView,
  place: ProcessesPlace,
): ProcessesPlace | null {
  const order = orderAt(cursor);
  const { x, y, width, height } = place;
  if (width >= WIDE) {
    const left = Math.floor(width * 0.46);
    const right = { ...place, x: x + left + 2, width: width - left - 2 };
    const upper = height < BOTH_ORDERS ? height : Math.ceil(height / 2);
    drawProcesses(cells, processes, theme, order, { ...right, height: upper });
    const other = order === 'cpu' ? 'memory' : 'cpu';
    if (upper < height)
      drawProcesses(cells, processes, theme, other, { ...right, y: y + upper + 1, height: height - upper - 1 });
    return { ...place, width: left };
  }
  const rows = height < LEAST_PROCESSES + LEAST_ROWS ? height : Math.max(LEAST_PROCESSES, Math.ceil(height / 2));
  drawProcesses(cells, processes, theme, order, { ...place, height: rows });
  return rows === height ? null : { x, y: y + rows + 1, width, height: height - rows - 1 };
}

/** The lines that stay when there is little room: the worst, then the most asked for; in their own order. */
function choose(lines: readonly Line[], room: number, cursor: string | null): readonly Line[] {
  if (lines.length <= room) return lines;
  const rank = (line: Line): number => {
    if (line === 'cores') return 8.5;
    if (line.key === cursor) return -1;
    return line.rank - (line.severity === 'bad' ? 20 : line.severity === 'warn' ? 10 : 0);
  };
  const kept = new Set(lines.toSorted((a, b) => rank(a) - rank(b)).slice(0, room));
  return lines.filter((line) => kept.has(line));
}

/** Where the parts of a row stand; the same for every row of a column, so that they line up. */
interface Grid {
  readonly x: number;
  readonly width: number;
  readonly label: number;
  /** From the first column after the label: how wide the meter is, where what follows it begins, how wide notes are. */
  readonly meter: number;
  readonly tail: number;
  readonly note: number;
  /** Where the curves of rows without a meter begin. */
  readonly curve: number;
  readonly room: number;
}

function gridOf(lines: readonly Line[], x: number, width: number): Grid {
  const label = labelWidth(width);
  const room = width - label - 2;
  const meterWidth = Math.max(4, Math.min(24, Math.floor(room * 0.3)));
  const tail = meterWidth + 1 + VALUE + 2;
  const note = room - tail >= 36 ? 21 : 0;
  const words = lines.flatMap((line) =>
    line === 'cores' || line.percent !== undefined || line.samples === null
      ? []
      : [measure(fitting(line.notes, room)) + 2],
  );
  return { x, width, label, meter: meterWidth, tail, note, curve: Math.max(tail + note, ...words), room };
}

function drawRow(cells: Cells, row: ResourceRow, look: ResourcesLook, grid: Grid, y: number): void {
  const { x, width, label, tail, note, room } = grid;
  const isCursor = row.key === look.cursor;
  const roles = isCursor && look.isFocused ? look.theme.selected : look.theme;
  if (isCursor && look.isFocused) cells.fill(x, y, width, 1, ' ', roles.text);
  if (isCursor) cells.text(x, y, look.isFocused ? '▸' : '·', roles.accent, 1);
  cells.text(
    x + 1,
    y,
    row.key.startsWith('disk:') ? truncateStart(row.label, label) : truncate(row.label, label),
    roles.muted,
    label,
  );
  const from = x + 1 + label + 1;
  const role = roles[row.severity];
  // Reversed, as the rest of the row under the cursor, a full bar would look like an empty one.
  const { theme } = look;
  const graph = isTrouble(row.severity) ? theme[row.severity] : theme.graph;
  const picture = {
    style: graph,
    gapStyle: theme.muted,
    ...(row.max !== undefined && { max: row.max }),
    atLeast: row.atLeast ?? 0,
  };
  const curve = (at: number): void => {
    if (!row.samples || !isCourse(row.samples) || room - at < 4) return;
    cells.fill(from + at, y, room - at, 1, ' ', theme.text);
    sparkline(cells, from + at, y, room - at, row.samples, picture);
  };
  if (row.percent === undefined) {
    cells.text(from, y, fitting(row.notes, room), role, room);
    curve(grid.curve);
    return;
  }
  meter(cells, from, y, grid.meter, row.percent, graph, theme.border);
  cells.text(from + grid.meter + 1, y, percent(row.percent).padStart(VALUE), role, VALUE);
  if (note > 0) {
    cells.text(from + tail, y, fitting(row.notes, row.samples ? note - 1 : room - tail), roles.muted, room - tail);
    curve(tail + note);
  } else if (row.isWordy || row.samples === null) {
    cells.text(from + tail, y, fitting(row.notes, room - tail), roles.muted, room - tail);
  } else curve(tail);
}

const labelWidth = (width: number): number => (width >= 90 ? 16 : width >= 60 ? 12 : 8);

/** A bar for each core, or the busiest of each few where there are more than columns. */
function drawCores(
  cells: Cells,
  { cores, limits }: ResourcesView,
  look: ResourcesLook,
  x: number,
  y: number,
  width: number,
): void {
  const { theme } = look;
  const label = labelWidth(width);
  cells.text(x + 1, y, ' by core', theme.muted, label);
  const from = x + 1 + label + 1;
  const room = x + width - from;
  const each = Math.ceil(cores.length / room);
  const bars = Math.ceil(cores.length / each);
  // Few cores get two columns and a blank each, so that a bar can be told from its neighbour.
  const step = bars * 3 <= room ? 3 : bars * 2 <= room ? 2 : 1;
  for (let i = 0; i < bars; i++) {
    let busiest = Number.NaN;
    for (let core = i * each; core < Math.min(cores.length, (i + 1) * each); core++) {
      const value = cores[core] as number;
      if (!(value <= busiest) && !Number.isNaN(value)) busiest = value;
    }
    const severity = severityOf(busiest, limits.cpuPercent);
    const style = isTrouble(severity) ? theme[severity] : theme.graph;
    for (let part = 0; part < Math.max(1, step - 1); part++)
      bar(cells, from + i * step + part, y, busiest, style, theme.muted);
  }
}

/** One line, whole parts only: `cpu 71%  load 6.1/8  mem 78%  disk 83%`. */
export function drawSummaryLine(
  cells: Cells,
  view: ResourcesView,
  theme: Theme,
  x: number,
  y: number,
  width: number,
): void {
  if (view.summary.length === 0) {
    const text = view.state === 'waiting' ? 'reading the host…' : `host: ${view.remark}`;
    cells.text(x, y, truncate(text, width), view.state === 'down' ? theme.bad : theme.muted, width);
    return;
  }
  const parts = [...view.summary];
  if (view.state === 'stale') parts.unshift({ text: 'STALE', severity: 'warn', rank: 0 });
  const long = () => parts.reduce((sum, part) => sum + measure(part.text) + 2, -2);
  while (parts.length > 1 && long() > width) {
    parts.splice(parts.indexOf(parts.reduce((a, b) => (b.rank > a.rank ? b : a))), 1);
  }
  let at = x;
  for (const { text, severity } of parts) {
    at +=
      cells.text(
        at,
        y,
        text,
        view.state === 'stale' && severity !== 'warn' ? theme.dim : theme[severity],
        x + width - at,
      ) + 2;
  }
}
