/** The graphs of the host that are drawn large. */
import { duration, percent } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { area, type Samples } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';
import { isTrouble } from '../severity.ts';
import type { ResourceRow } from './rows.ts';
import type { ResourcesView } from './view.ts';

/** What is drawn large when the rows leave room: the newest at the right, a column a second. */
const GRAPHS = ['cpu', 'memory', 'disk-io', 'net', 'load', 'pressure'] as const;
/** The height of a graph, its title and base line included, that reads best. */
const GOOD_ROWS = 9;
export const LEAST_ROWS = 5;

export function drawGraphs(
  cells: Cells,
  view: ResourcesView,
  theme: Theme,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
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
    const style = isTrouble(row.severity) ? theme[row.severity] : theme.graph;
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

/** A sample or two are no course: the first seconds, and a snapshot, show the values alone. */
export function isCourse(samples: Samples): boolean {
  let known = 0;
  for (let i = samples.length - 1; i >= 0 && known < 3; i--) if (!Number.isNaN(samples.at(i) ?? Number.NaN)) known++;
  return known === 3;
}

/** The longest of the words that fits; the shortest, cut, when none does. */
export function fitting(notes: readonly string[], room: number): string {
  return notes.find((note) => measure(note) <= room) ?? truncate(notes.at(-1) ?? '', Math.max(0, room));
}
