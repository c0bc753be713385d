/** How the bots panel is drawn: its border, the rows in the window, and what stands below them. */
import { valueOf } from '../../sources/source.ts';
import type { World } from '../../state/world.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { measure, truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { targetsOf } from '../../ui/acting/targets.ts';
import { borderTexts, lookedFor } from '../../ui/lists/looked-for.ts';
import type { Scope, Size } from '../../ui/panel.ts';
import { cursorIndex } from '../../ui/reduce.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawBelow, isBelowEmpty } from './below.ts';
import { whyOf, whyRole } from './cause.ts';
import { keptColumns, type PlacedColumn } from './columns.ts';
import { drawDump } from './dump.ts';
import { drawBotsEmpty } from './empty.ts';
import { BOT_SORTS } from './fields.ts';
import { orphanCount, staleWords, troubleOf } from './guard.ts';
import type { BotLine } from './row.ts';
import { drawGroup, drawRow, type LinePlace } from './rows-draw.ts';
import type { BotsView } from './view.ts';

/** Rows of the panel that are not bots: the border above and below, and the names of the columns. */
const CHROME_ROWS = 3;
/** Where the lines of the list begin. */
const FIRST_ROW = 2;
/** What is wrong with a daemon takes as many at most. */
const TROUBLE_ROWS = 3;
/** Groups say it instead. */
const NONE: ReadonlySet<never> = new Set();
const columnsOf = keptColumns();
type Gathering = Pick<BotsView, 'isGathered'>;
/** More of them are counted. */
const OTHERS_MOST = 3;

/** What of the list is shown, and where its cursor stands: indexes of lines. */
export interface BotsWindow {
  readonly page: number;
  readonly top: number;
  readonly cursor: number;
}

export function drawBots(cells: Cells, scope: Scope, view: BotsView, { page, top, cursor }: BotsWindow): void {
  const { world, isFocused } = scope;
  drawFrame(cells, scope, view);
  if (view.rows.length === 0) {
    drawBotsEmpty(cells, scope, view);
    return;
  }
  const columns = placedColumns(cells, scope, view);
  drawTitles(cells, scope, columns);
  for (let line = top; line < top + page; line++) {
    const row = view.lines[line];
    if (!row) break;
    if (row.kind === 'bot' && !row.orphan) world.attention?.see(row.bot.home, row.bot.id);
    drawLine(cells, scope, columns, row, { y: FIRST_ROW + line - top, isCursor: line === cursor });
  }
  drawWhy(cells, scope, columns, view.lines[cursor]);
  const below = belowRow(page, view);
  // Where orphans are all that there is, why there are no bots stands below them, unless the last rows say it.
  const isSaid = view.total > 0 || troubleLines(cells, world, view).length > 0;
  const empty = isSaid ? 0 : drawBotsEmpty(cells, scope, view, below);
  const drift = drawDump(cells, scope, below + empty);
  const others = drawOthers(cells, scope, below + empty + drift);
  const at = view.lines[cursor];
  const under = empty + drift + others;
  if (at?.kind === 'bot') drawBelow(cells, scope, at, below + under + (under > 0 ? 1 : 0));
  drawScrollbar(cells, scope, top, page, view.lines.length);
  if (isFocused || !scope.ui.detail) drawTrouble(cells, scope, view);
}

/**
 * Where only the cursor has gone from one line to another, these two are drawn, and their rows told. Null where that is
 * not all: where something about its bot stands elsewhere.
 */
export function drawMove(
  cells: Cells,
  scope: Scope,
  view: BotsView,
  { page, top, cursor }: BotsWindow,
  from: number,
): readonly number[] | null {
  const columns = placedColumns(cells, scope, view);
  if (!hasWhy(columns) || !isBelowEmpty(cells, belowRow(page, view))) return null;
  const rows: number[] = [];
  for (const line of from === cursor ? [] : [from, cursor]) {
    const y = FIRST_ROW + line - top;
    const row = view.lines[line];
    if (line < top || line >= top + page || !row) continue;
    cells.fill(1, y, cells.width - 2, 1);
    drawLine(cells, scope, columns, row, { y, isCursor: line === cursor });
    rows.push(y);
  }
  return rows;
}

export function windowOf(size: Size, { world, list }: Pick<Scope, 'world' | 'list'>, view: BotsView): BotsWindow {
  const page = pageOf(size, world, view);
  const cursor = cursorIndex(list, view.keys);
  return { page, top: Math.max(0, Math.min(list.top, view.lines.length - page)), cursor };
}

function drawLine(cells: Cells, scope: Scope, columns: readonly PlacedColumn[], line: BotLine, place: LinePlace): void {
  if (line.kind === 'bot') drawRow(cells, scope, columns, line, place);
  else drawGroup(cells, scope, columns, line, place);
}

function placedColumns({ width }: Size, { list }: Scope, view: BotsView): readonly PlacedColumn[] {
  return columnsOf(width - 2, list.isGrouped ? NONE : view.several, list.columns);
}

/** The first row below the list, with a blank between them. */
const belowRow = (page: number, { lines }: BotsView): number => FIRST_ROW + Math.min(page, lines.length) + 1;

const hasWhy = (columns: readonly PlacedColumn[]): boolean => columns.some(({ column }) => column.id === 'why');

/** The border with what the header does not say: how many are shown of how many, and how old it all is. */
function drawFrame(cells: Cells, scope: Scope, view: BotsView): void {
  const { theme, list, isFocused, world } = scope;
  const { width, height } = cells;
  const stale = staleWords(world);
  const bots = list.filter ? view.rows.filter(({ orphan }) => !orphan).length : view.total;
  const shown = list.filter ? `${bots} of ${view.total}` : view.total > 0 ? String(view.total) : '';
  const parts = [
    'Bots',
    stale,
    shown,
    selectedWords(scope, view),
    view.stopped > 0 ? `${view.stopped} stopped` : '',
    orphanCount(world),
  ];
  cells.box(0, 0, width, height, {
    ...borderTexts(width, parts.filter(Boolean).join(' · '), lookedFor(scope)),
    style: isFocused ? theme.borderFocused : theme.border,
    titleStyle: stale ? theme.alarm : isFocused ? theme.accent : theme.title,
    rightStyle: view.filter.error !== null ? theme.bad : theme.accent,
  });
}

/** How many are selected, and how many of them are out of sight. */
function selectedWords({ list, ui, world }: Scope, view: BotsView): string {
  if (list.selected.size === 0) return '';
  const { length } = targetsOf({ ...ui, detail: null }, world);
  if (length === 0) return '';
  let shown = 0;
  for (const row of view.rows) if (list.selected.has(row.key)) shown++;
  return `${length} selected${shown < length ? `, ${length - shown} hidden` : ''}`;
}

/** The sorted column's title is marked, so that nobody has to remember. */
function drawTitles(cells: Cells, { theme, list }: Scope, columns: readonly PlacedColumn[]): void {
  const sort = BOT_SORTS[list.sort] ?? 'state';
  for (const { column, x, width } of columns) {
    const isSorted = column.sort === sort;
    const title = isSorted ? `${column.title}${list.isInverted ? '▴' : '▾'}` : column.title;
    // A narrow column lends its mark the blank before it.
    const at = column.align === 'right' ? x + width - measure(title) : x;
    cells.text(1 + at, 1, title, isSorted ? theme.accent : theme.muted, width + 1);
  }
}

/** Where there is no column for it, the reason of the row under the cursor stands in the border. */
function drawWhy(
  cells: Cells,
  { theme, world }: Scope,
  columns: readonly PlacedColumn[],
  line: BotLine | undefined,
): void {
  const row = line?.kind === 'group' ? line.worst : line;
  if (!row || hasWhy(columns)) return;
  const why = whyOf(row, world);
  if (why !== '') cells.text(2, cells.height - 1, ` ${truncate(why, cells.width - 6)} `, theme[whyRole(row, world)]);
}

/** Other daemons of this machine, where rows are left: nobody should have to guess why a bot is not in the list. Gives how many rows it took. */
function drawOthers(cells: Cells, { world, theme }: Scope, from: number): number {
  const others = world.pm2.flatMap(({ reading }) => valueOf(reading)?.others ?? []);
  const room = Math.min(OTHERS_MOST, cells.height - 1 - from);
  if (others.length === 0 || room < 1) return 0;
  const shown = others.length > room ? others.slice(0, room - 1) : others;
  shown.forEach(({ user, home }, i) => {
    cells.text(
      2,
      from + i,
      truncate(`not watched: --pm2-home ${shellQuote(home)} (${user}'s PM2)`, cells.width - 4),
      theme.muted,
    );
  });
  const left = others.length - shown.length;
  if (left === 0) return shown.length;
  const words = shown.length === 0 ? `not watched: ${left} other PM2` : `not watched: ${left} more PM2`;
  cells.text(2, from + shown.length, truncate(words, cells.width - 4), theme.muted);
  return shown.length + 1;
}

/** How many rows of the list are visible. */
export function pageOf(size: Size, world: World, view: Gathering): number {
  return Math.max(1, size.height - CHROME_ROWS - troubleLines(size, world, view).length);
}

function troubleLines({ width, height }: Size, world: World, { isGathered }: Gathering): readonly string[] {
  const text = troubleOf(world, isGathered);
  if (text === null || height < 6) return [];
  const lines = wrap(text, width - 4);
  const most = Math.min(TROUBLE_ROWS, Math.floor(height / 5));
  // The last of them is cut where it says more.
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')];
}

/** What is wrong and what to do about it, in the panel's last rows. */
function drawTrouble(cells: Cells, { world, theme }: Scope, view: Gathering): void {
  const lines = troubleLines(cells, world, view);
  const y = cells.height - 1 - lines.length;
  cells.fill(1, y, cells.width - 2, lines.length);
  lines.forEach((line, at) => cells.text(2, y + at, truncate(line, cells.width - 4), theme.warn));
}

/** A mark on the right border where the window stands in a list that is longer than it. */
function drawScrollbar(cells: Cells, { theme, isFocused }: Scope, top: number, page: number, total: number): void {
  if (total <= page) return;
  const track = cells.height - 2;
  const size = Math.max(1, Math.round((track * page) / total));
  const from = Math.round(((track - size) * top) / Math.max(1, total - page));
  for (let i = 0; i < size; i++) {
    cells.text(cells.width - 1, 1 + from + i, '┃', isFocused ? theme.borderFocused : theme.border, 1);
  }
}
