/** Draws the rows, the cores, the graphs and the one-line summary of the host. */

import { duration, percent } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { area, bar, meter, type Samples, sparkline } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';
import { severityOf } from '../severity.ts';
import type { ResourceRow } from './rows.ts';
import type { ResourcesView } from './view.ts';

export interface ResourcesLook {
  readonly theme: Theme;
  readonly isFocused: boolean;
  /** The key of the row the cursor is on; null for none. */
  readonly cursor: string | null;
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
  if (rest >= 4) drawGraphs(cells, view, look, x, y + perColumn + 1, width, rest);
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
    row.key.startsWith('disk:') ? keepEnd(row.label, label) : truncate(row.label, label),
    roles.muted,
    label,
  );
  const from = x + 1 + label + 1;
  const role = roles[row.severity];
  // Reversed, as the rest of the row under the cursor, a full bar would look like an empty one.
  const { theme } = look;
  const graph = row.severity === 'warn' || row.severity === 'bad' ? theme[row.severity] : theme.graph;
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

/** A path cut at its start: two long ones differ at their end. */
function keepEnd(path: string, columns: number): string {
  if (measure(path) <= columns) return path;
  const letters = [...path];
  while (letters.length > 0 && measure(letters.join('')) > columns - 1) letters.shift();
  return `…${letters.join('')}`;
}

/** A sample or two are no course: the first seconds, and a snapshot, show the values alone. */
function isCourse(samples: Samples): boolean {
  let known = 0;
  for (let i = samples.length - 1; i >= 0 && known < 3; i--) if (!Number.isNaN(samples.at(i) ?? Number.NaN)) known++;
  return known === 3;
}

const labelWidth = (width: number): number => (width >= 90 ? 16 : width >= 60 ? 12 : 8);

/** The longest of the words that fits; the shortest, cut, when none does. */
function fitting(notes: readonly string[], room: number): string {
  return notes.find((note) => measure(note) <= room) ?? truncate(notes.at(-1) ?? '', Math.max(0, room));
}

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
    const style = severity === 'warn' || severity === 'bad' ? theme[severity] : theme.graph;
    for (let part = 0; part < Math.max(1, step - 1); part++)
      bar(cells, from + i * step + part, y, busiest, style, theme.muted);
  }
}

/** What is drawn large when the rows leave room: the newest at the right, a column a second. */
const GRAPHS = ['cpu', 'memory', 'disk-io', 'net', 'load', 'pressure'] as const;
/** The height of a graph, its title and base line included, that reads best. */
const GOOD_ROWS = 9;
const LEAST_ROWS = 5;

function drawGraphs(
  cells: Cells,
  view: ResourcesView,
  look: ResourcesLook,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const { theme } = look;
  const rows = GRAPHS.flatMap((key) =>
    view.rows.filter((row) => row.key === key && row.samples && isCourse(row.samples)),
  );
  const downFor = (across: number) =>
    Math.min(Math.ceil(rows.length / across), Math.max(1, Math.floor((height + 1) / LEAST_ROWS)));
  const miss = (across: number) =>
    Math.abs((height + 1) / downFor(across) - GOOD_ROWS) + 5 * Math.max(0, rows.length - downFor(across) * across);
  const [across = 1] = [1, 2, 3].filter((n) => n === 1 || width / n >= 38).toSorted((a, b) => miss(a) - miss(b));
  const down = downFor(across);
  const each = Math.floor((height + 1) / down);
  const columnWidth = Math.floor((width - 2 * (across - 1)) / across);
  rows.slice(0, across * down).forEach((row, i) => {
    const left = x + 1 + (i % across) * (columnWidth + 2);
    const top = y + Math.floor(i / across) * each;
    const room = columnWidth - 1;
    const graphHeight = Math.min(12, each - 2 - (each > LEAST_ROWS ? 1 : 0));
    const now = row.percent === undefined ? fitting(row.notes, room - row.label.length - 2) : percent(row.percent);
    cells.text(left, top, row.label, theme.title, room);
    const words =
      row.label.length +
      2 +
      cells.text(left + row.label.length + 2, top, now, theme[row.severity], room - row.label.length - 2);
    const told = scaleOf(row, room).find((text) => words + 2 + measure(text) <= room) ?? '';
    cells.text(left + room - measure(told), top, told, theme.muted);
    const style = row.severity === 'warn' || row.severity === 'bad' ? theme[row.severity] : theme.graph;
    cells.fill(left, top + graphHeight + 1, room, 1, '─', theme.border);
    area(cells, left, top + 1, room, graphHeight, row.samples as NonNullable<typeof row.samples>, {
      style,
      gapStyle: theme.muted,
      ...(row.max !== undefined && { max: row.max }),
      atLeast: row.atLeast ?? 0,
    });
  });
}

/** What the highest column stands for and how long ago the first was, a column being a second; then the former alone. */
function scaleOf({ samples, format = percent }: ResourceRow, columns: number): readonly string[] {
  let most = Number.NaN;
  let shown = 0;
  for (let i = Math.max(0, (samples?.length ?? 0) - columns); i < (samples?.length ?? 0); i++, shown++) {
    const value = samples?.at(i) ?? Number.NaN;
    if (!(value <= most) && !Number.isNaN(value)) most = value;
  }
  const max = `max ${format(most)}`;
  return [`${max} · last ${duration(1000 * shown)}`, max];
}

/** One line, whole parts only: `cpu 71%  load 6.1/8  mem 78%  / 83%`. */
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
