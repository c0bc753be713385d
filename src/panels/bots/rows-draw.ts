/** One line of the bots panel: a bot, or a group with its sums. */
import type { BotSamples } from '../../state/fleet-history.ts';
import { measure, truncate } from '../../text/width.ts';
import { sparkline } from '../../ui/graph.ts';
import type { Scope } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { StyleId } from '../../ui/screen/style.ts';
import type { Theme } from '../../ui/theme.ts';
import { whyOf, whyRole } from './cause.ts';
import { stateRole, stateWord } from './column.ts';
import type { PlacedColumn } from './columns.ts';
import type { BotRow, GroupRow } from './row.ts';

export interface LinePlace {
  readonly y: number;
  readonly isCursor: boolean;
}

/** Two minutes, a second each. */
const TREND_SAMPLES = 120;
/** The columns of the trend that is being drawn. */
const trend = new Float64Array(TREND_SAMPLES);
/** How far a row is moved in for each group it stands in. */
const INDENT = 2;

export function drawRow(
  cells: Cells,
  scope: Scope,
  columns: readonly PlacedColumn[],
  row: BotRow,
  { y, isCursor }: LinePlace,
): void {
  const { theme, world, isFocused, list } = scope;
  const roles = isCursor && isFocused ? theme.selected : theme;
  drawMark(cells, scope, { y, isCursor }, list.selected.has(row.key) ? 'all' : 'none');
  const series = world.fleet.of(row.key);
  for (const { column, x, width } of columns) {
    const role = roles[column.role(row, world.thresholds.bots, world)];
    if (column.series) {
      if (series) drawTrend(cells, theme, column.series, series[column.series], { x: 1 + x, y, width });
      continue;
    }
    const indent = column.id === 'name' ? Math.min(row.depth * INDENT, width - 6) : 0;
    putText(cells, column.text(row, world), {
      x: x + indent,
      y,
      width: width - indent,
      align: column.align,
      style: role,
    });
    if (column.id === 'name') drawFound(cells, scope, row.bot.name, { x: 1 + x + indent, y, width: width - indent });
  }
}

/** Of what it took in each of the columns' eight seconds or so the most: a short peak is what is looked for. */
function drawTrend(
  cells: Cells,
  theme: Theme,
  kind: 'cpu' | 'memory',
  samples: BotSamples,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): void {
  // Reversed, as the rest of the row under the cursor, a full column would look like an empty one.
  cells.fill(x, y, width, 1, ' ', theme.text);
  const step = Math.ceil(TREND_SAMPLES / width);
  const peaks = trend.subarray(0, width);
  let low = Number.POSITIVE_INFINITY;
  let peak = 0;
  for (let i = 0; i < width; i++) {
    const value = samples.max(step, (width - 1 - i) * step);
    peaks[i] = value;
    if (value < low) low = value;
    if (value > peak) peak = value;
  }
  // CPU on the scale of a core, or what it takes if that is more. Memory on its own: what stays the same is a thin line.
  const span = kind === 'cpu' ? Math.max(25, peak) : Math.max(peak - low, peak / 4);
  const min = kind === 'cpu' ? 0 : low - span / 10;
  sparkline(cells, x, y, width, peaks, { min, max: min + span * (kind === 'cpu' ? 1 : 1.1), style: theme.graph });
}

export function drawGroup(
  cells: Cells,
  scope: Scope,
  columns: readonly PlacedColumn[],
  group: GroupRow,
  { y, isCursor }: LinePlace,
): void {
  const { theme, world, isFocused, list } = scope;
  const roles = isCursor && isFocused ? theme.selected : theme;
  let selected = 0;
  for (const row of group.members) if (list.selected.has(row.key)) selected++;
  drawMark(cells, scope, { y, isCursor }, selected === 0 ? 'none' : selected === group.members.length ? 'all' : 'some');
  const { worst, members } = group;
  for (const { column, x, width } of columns) {
    if (column.id === 'name') {
      const indent = Math.min(group.depth * INDENT, width - 6);
      const room = width - indent;
      // None of the orphans is up, as PM2 sees it.
      const share = group.level === 'orphans' ? '' : `${group.up}/${members.length}`;
      const left = Math.max(3, room - measure(share) - 1);
      const label = truncate(`${group.isFolded ? '▸' : '▾'} ${group.label}`, left);
      cells.text(1 + x + indent, y, label, roles.title, left);
      const style = group.up === members.length ? roles.muted : roles.warn;
      cells.text(1 + x + indent + measure(label) + 1, y, share, style, room - measure(label) - 1);
    } else if (column.id === 'state' && worst) {
      const { last } = worst.judgement;
      putText(cells, stateWord(last), { x, y, width, align: column.align, style: roles[stateRole(last)] });
    } else if (column.id === 'why' && worst) {
      const why = whyOf(worst, world);
      // What is said of one orphan is said of all.
      const of = why === '' || group.level === 'orphans' ? '' : `${worst.bot.name}: `;
      putText(cells, `${of}${why}`, { x, y, width, align: column.align, style: roles[whyRole(worst, world)] });
    } else if (column.group) {
      putText(cells, column.group(group), { x, y, width, align: column.align, style: roles.title });
    }
  }
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly style: StyleId;
}

function putText(cells: Cells, whole: string, { x, y, width, align, style }: TextPlace): void {
  const text = truncate(whole, width);
  cells.text(1 + (align === 'right' ? x + width - measure(text) : x), y, text, style, width);
}

/** Of the cursor, of what is selected, of both. */
function drawMark(
  cells: Cells,
  { theme, isFocused }: Scope,
  { y, isCursor }: LinePlace,
  selected: 'none' | 'some' | 'all',
): void {
  const isBar = isCursor && isFocused;
  if (isBar) cells.fill(1, y, cells.width - 2, 1, ' ', theme.selected.text);
  const mark = selected === 'some' ? '◌' : selected === 'all' ? (isBar ? '◆' : '●') : isBar ? '▸' : '·';
  if (isCursor || selected !== 'none') cells.text(1, y, mark, (isBar ? theme.selected : theme).accent, 1);
}

/** Marks the letters that are searched for. */
function drawFound(
  cells: Cells,
  { ui, list, isFocused, theme }: Scope,
  text: string,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): void {
  const wanted = (isFocused && ui.typing?.kind === 'search' ? ui.typing.text : list.search).toLowerCase();
  if (wanted === '') return;
  const known = text.toLowerCase();
  // Of texts whose length changes with their case (ß, İ) the places would be wrong.
  const at = known.length === text.length ? known.indexOf(wanted) : -1;
  if (at < 0) return;
  const from = measure(text.slice(0, at));
  const columns = Math.min(measure(text.slice(at, at + wanted.length)), width - from);
  if (columns > 0) cells.tint(x + from, y, columns, theme.key);
}
