/** The levels of the lines that are held, over their time: where it became loud, and where the page stands in it. */
import type { LogLine } from '../../sources/logs/pager.ts';
import { clockTime, offsetAt } from '../../text/format.ts';
import { area } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';

export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly all: Uint32Array;
  readonly warnings: Uint32Array;
  readonly errors: Uint32Array;
}

/** Counts lines into `columns` stretches of equal time; null where nothing tells a time. Events count once. */
export function histogramOf(lines: readonly LogLine[], columns: number): Histogram | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { at, isTimed } of lines) {
    if (!isTimed) continue;
    if (at < from) from = at;
    if (at > to) to = at;
  }
  if (!(to > from) || columns < 1) return null;
  const histogram: Histogram = {
    from,
    to,
    all: new Uint32Array(columns),
    warnings: new Uint32Array(columns),
    errors: new Uint32Array(columns),
  };
  for (const line of lines) {
    if (!line.isTimed || line.isPart) continue;
    const column = columnOf(histogram, line.at);
    histogram.all[column] = (histogram.all[column] as number) + 1;
    if (line.level === 'warn') histogram.warnings[column] = (histogram.warnings[column] as number) + 1;
    else if (line.level === 'error' || line.level === 'fatal') {
      histogram.errors[column] = (histogram.errors[column] as number) + 1;
    }
  }
  return histogram;
}

export function columnOf({ from, to, all }: Histogram, at: number): number {
  return Math.max(0, Math.min(all.length - 1, Math.floor(((at - from) / (to - from)) * all.length)));
}

const LABEL_COLUMNS = 5;

/** How many of its rows a body of this height and width can spare. */
export function histogramRows(width: number, height: number): number {
  if (height < 12) return 0;
  return height < 18 || width < 50 ? 1 : 2;
}

/** How many stretches of time fit into a width. */
export function histogramColumns(width: number): number {
  return Math.max(0, width - 2 * LABEL_COLUMNS - 6);
}

/** Draws into the rows from `y` on: all lines, and below them what is wrong; with one row, the worst gives the colour. */
export function drawHistogram(
  cells: Cells,
  y: number,
  rows: number,
  histogram: Histogram,
  { theme, page }: { readonly theme: Theme; readonly page: readonly LogLine[] },
): void {
  const columns = histogram.all.length;
  const x = 3 + LABEL_COLUMNS;
  const { all, warnings, errors } = histogram;
  const label = (at: number): string => clockTime(at, offsetAt(at)).slice(0, LABEL_COLUMNS);
  cells.text(2, y, label(histogram.from), theme.muted, LABEL_COLUMNS);
  cells.text(x + columns + 1, y, label(histogram.to), theme.muted, LABEL_COLUMNS);
  const worst = (column: number): 'bad' | 'warn' | 'graph' =>
    errors[column] ? 'bad' : warnings[column] ? 'warn' : 'graph';
  const draw = (row: number, values: (column: number) => number, role: (column: number) => keyof Theme & string) => {
    for (let column = 0; column < columns; column += 1) {
      const value = values(column);
      if (value === 0) continue;
      const one = { length: 1, at: () => value };
      const max = row === 0 ? most : mostWrong;
      area(cells, x + column, y + row, 1, 1, one, { max, style: theme[role(column) as 'bad'] });
    }
  };
  const most = Math.max(1, ...all);
  const wrong = (column: number): number => (warnings[column] as number) + (errors[column] as number);
  let mostWrong = 1;
  for (let column = 0; column < columns; column += 1) mostWrong = Math.max(mostWrong, wrong(column));
  draw(0, (column) => all[column] as number, rows > 1 ? () => 'graph' : worst);
  if (rows > 1) {
    cells.text(2, y + 1, 'bad', theme.muted, LABEL_COLUMNS);
    draw(1, wrong, worst);
  }
  markPage(cells, x, y + rows - 1, histogram, theme, page);
}

/** Where the page lies: the stretch of its lines is laid inverse. */
function markPage(
  cells: Cells,
  x: number,
  y: number,
  histogram: Histogram,
  theme: Theme,
  page: readonly LogLine[],
): void {
  const stamped = page.filter(({ isTimed }) => isTimed);
  const [first, last] = [stamped[0], stamped.at(-1)];
  if (!first || !last) return;
  const from = columnOf(histogram, first.at);
  const to = columnOf(histogram, last.at);
  cells.tint(x + Math.min(from, to), y, Math.abs(to - from) + 1, theme.selected.muted);
}
