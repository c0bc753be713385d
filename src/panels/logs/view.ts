/** The logs on the whole screen. Drawing only: `viewer.ts` knows what keys do. */
import type { MergedLine } from '../../sources/logs/merge.ts';
import { clockTime, offsetAt } from '../../text/format.ts';
import type { Span } from '../../text/linear-pattern.ts';
import { measure, truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { ansi } from '../../ui/screen/color.ts';
import { type StyleId, style } from '../../ui/screen/style.ts';
import type { Role, Theme } from '../../ui/theme.ts';
import { drawHistogram, histogramColumns, histogramOf, histogramRows } from './histogram.ts';
import { LEVELS, lineLook } from './line-look.ts';
import { sinceText } from './time.ts';
import { type LogWindow, lineKey } from './window.ts';

/** What the view is drawn from. */
export interface LogViewLook {
  /** `all 12 bots`, `api-gateway`. */
  readonly title: string;
  readonly window: LogWindow;
  /** The bot of each log, by index. */
  readonly bots: readonly string[];
  readonly isFollowing: boolean;
  readonly isWrapping: boolean;
  /** Epoch ms that times are counted from; null: they are those of the clock. */
  readonly since: number | null;
  /** Columns that are scrolled off at the left. */
  readonly shift: number;
  readonly marked: ReadonlySet<string>;
  /** Where the search matches in a text. */
  spans(text: string): readonly Span[];
  /** What is being typed, with the sign of its prompt; null when nothing is. */
  readonly typing: {
    readonly sign: string;
    readonly text: string;
    readonly hint: string;
    readonly isBad: boolean;
  } | null;
  /** In the lower border, at its left: the filter, the search, what was said last. */
  readonly foot: string;
  readonly isAlarming: boolean;
  /** In the upper border, at its right: `live`, `paused · 3.4 MB more`. */
  readonly mode: string;
  /** Epoch ms. */
  readonly now: number;
  /** What stands where there is no line. */
  readonly empty: readonly (readonly [Role, string])[];
}

const TIME_COLUMNS = 8;

/** The border above and below. */
const CHROME_ROWS = 2;

/** How many rows of lines a zone has. */
export function logViewPage(height: number, width: number): number {
  return Math.max(1, height - CHROME_ROWS - histogramRows(width, height));
}

/** Of bots' names: red and yellow are the levels'. */
const BOT_STYLES: readonly StyleId[] = [6, 5, 2, 4, 14, 13, 10, 12].map((number) => style({ fg: ansi(number) }));

/** The same for a bot in every view, whichever others there are. */
function botStyle(bot: string): StyleId {
  let hash = 0;
  for (let i = 0; i < bot.length; i += 1) hash = (hash * 31 + bot.charCodeAt(i)) >>> 0;
  return BOT_STYLES[hash % BOT_STYLES.length] as StyleId;
}

interface Columns {
  readonly hasTime: boolean;
  /** 0: one bot alone needs no name. */
  readonly botWidth: number;
  /** Where the text begins, and how wide it is. */
  readonly x: number;
  readonly room: number;
}

function columnsOf(width: number, look: LogViewLook): Columns {
  const hasTime = width >= 56 || look.since !== null;
  const names = new Set(look.bots);
  const longest = Math.max(0, ...[...names].map((name) => measure(name)));
  const botWidth = names.size < 2 ? 0 : Math.min(longest, width < 56 ? 8 : width < 100 ? 12 : 18);
  const x = 2 + (hasTime ? TIME_COLUMNS + 1 : 0) + (botWidth > 0 ? botWidth + 1 : 0) + 2;
  return { hasTime, botWidth, x, room: Math.max(4, width - x - 1) };
}

/** How many rows a line takes. */
function rowsOf(line: MergedLine, columns: Columns, isWrapping: boolean, most: number): number {
  if (!isWrapping) return 1;
  const { text, fields } = lineLook(line);
  return Math.max(1, Math.min(most, Math.ceil(measure(text + fields) / columns.room)));
}

/** The first line to show, so that the cursor, or while following the last line, is on the page. */
export function settledTop(width: number, height: number, look: LogViewLook): number {
  const { window, isFollowing, isWrapping } = look;
  const { lines } = window;
  const columns = columnsOf(width, look);
  const page = logViewPage(height, width);
  // While the lines of another filter are read there are none yet, and the cursor is still that of before.
  const cursor = Math.min(isFollowing ? lines.length : window.cursor, lines.length - 1);
  let top = Math.max(0, Math.min(window.top, cursor));
  if (isFollowing) top = Math.max(0, lines.length - page);
  let used = 0;
  for (let at = cursor; at >= top; at -= 1) {
    used += rowsOf(lines[at] as MergedLine, columns, isWrapping, page);
    if (used > page) return Math.min(cursor, at + 1);
  }
  // Never blank rows below while there are lines above.
  let below = used;
  for (let at = cursor + 1; at < lines.length && below < page; at += 1) {
    below += rowsOf(lines[at] as MergedLine, columns, isWrapping, page);
  }
  while (top > 0 && below < page) {
    below += rowsOf(lines[top - 1] as MergedLine, columns, isWrapping, page);
    if (below > page) break;
    top -= 1;
  }
  return top;
}

export function drawLogView(cells: Cells, look: LogViewLook, theme: Theme): void {
  const { width, height } = cells;
  const { window } = look;
  cells.clear();
  cells.box(0, 0, width, height, {
    title: truncate(look.title, Math.max(8, width - measure(look.mode) - 9)),
    right: look.mode,
    style: theme.borderFocused,
    titleStyle: theme.accent,
    rightStyle: look.isFollowing ? theme.good : theme.warn,
  });
  drawFoot(cells, look, theme);
  const page = logViewPage(height, width);
  if (window.lines.length === 0) return drawEmpty(cells, look, theme);
  const columns = columnsOf(width, look);
  const bottom = 1 + page;
  let y = 1;
  let at = window.top;
  for (; y < bottom && at < window.lines.length; at += 1) {
    y += drawLine(cells, window.lines[at] as MergedLine, { at, y, rows: bottom - y, look, columns, theme });
  }
  const rows = histogramRows(width, height);
  const histogram = rows > 0 ? histogramOf(window.lines, histogramColumns(width)) : null;
  if (histogram) {
    drawHistogram(cells, bottom, rows, histogram, { theme, page: window.lines.slice(window.top, at) });
  } else if (rows > 0) {
    const text = 'no histogram: these lines tell no times, or are all of one moment';
    cells.text(2, bottom, truncate(text, width - 4), theme.muted, width - 4);
  }
}

function drawEmpty(cells: Cells, { empty }: LogViewLook, theme: Theme): void {
  let y = 1;
  for (const [role, text] of empty) {
    for (const line of wrap(text, cells.width - 4)) {
      if (y >= cells.height - 1) return;
      cells.text(2, y++, line, theme[role], cells.width - 4);
    }
  }
}

interface LineScope {
  readonly at: number;
  readonly y: number;
  /** As many as are left. */
  readonly rows: number;
  readonly look: LogViewLook;
  readonly columns: Columns;
  readonly theme: Theme;
}

/** Gives how many rows it took. */
function drawLine(cells: Cells, line: MergedLine, scope: LineScope): number {
  const { y, look, columns, theme } = scope;
  const isCursor = !look.isFollowing && scope.at === look.window.cursor;
  const roles = isCursor ? theme.selected : theme;
  const taken = Math.min(scope.rows, rowsOf(line, columns, look.isWrapping, scope.rows));
  if (isCursor) cells.fill(1, y, cells.width - 2, taken, ' ', roles.text);
  const isMarked = look.marked.has(lineKey(line));
  if (isCursor || isMarked) cells.text(1, y, isMarked ? '●' : '▸', isCursor ? roles.accent : theme.accent, 1);
  drawMargin(cells, line, scope, roles, isCursor);
  const { text, fields } = lineLook(line);
  const [, role] = line.level === null ? ['', 'text' as Role] : LEVELS[line.level];
  const textStyle = line.isPart ? roles.muted : roles[role];
  const whole = text + fields;
  const spans = look.spans(whole);
  let from = look.isWrapping ? 0 : unitsAt(whole, look.shift);
  for (let row = 0; row < taken && from <= whole.length; row += 1) {
    const isLast = !look.isWrapping || row === taken - 1;
    const head = isLast
      ? truncate(whole.slice(from), columns.room)
      : whole.slice(from, from + unitsAt(whole.slice(from), columns.room));
    const split = Math.max(0, Math.min(head.length, text.length - from));
    const used = cells.text(columns.x, y + row, head.slice(0, split), textStyle, columns.room);
    cells.text(columns.x + used, y + row, head.slice(split), roles.muted, columns.room - used);
    for (const [start, end] of spans) {
      if (end <= from || start >= from + head.length) continue;
      const x = measure(head.slice(0, Math.max(0, start - from)));
      const columnsUsed = measure(head.slice(Math.max(0, start - from), end - from));
      // On the row of the cursor, which is inverse, the match is not.
      cells.tint(columns.x + x, y + row, columnsUsed, isCursor ? theme.badge : theme.selected.accent);
      if (isCursor)
        cells.text(
          columns.x + x,
          y + row,
          head.slice(Math.max(0, start - from), end - from),
          theme.accent,
          columnsUsed,
        );
    }
    from += head.length;
  }
  return taken;
}

function drawMargin(
  cells: Cells,
  line: MergedLine,
  { y, look, columns }: LineScope,
  roles: Readonly<Record<Role, StyleId>>,
  isCursor: boolean,
): void {
  if (line.isPart) return;
  let x = 2;
  if (columns.hasTime) {
    // What tells no time has none.
    if (line.isTimed && look.since === null)
      cells.text(x, y, clockTime(line.at, offsetAt(line.at)), roles.muted, TIME_COLUMNS);
    else if (line.isTimed) {
      const text = sinceText(line.at - (look.since as number));
      cells.text(x + TIME_COLUMNS - text.length, y, text, roles.text, TIME_COLUMNS);
    }
    x += TIME_COLUMNS + 1;
  }
  if (columns.botWidth > 0) {
    const bot = look.bots[line.log] ?? '';
    cells.text(x, y, truncate(bot, columns.botWidth), isCursor ? roles.accent : botStyle(bot), columns.botWidth);
    x += columns.botWidth + 1;
  }
  if (line.level !== null && line.level !== 'info') {
    const [letter, role] = LEVELS[line.level];
    cells.text(x, y, letter, roles[role], 1);
  }
}

/** How many units of a text fill so many columns. */
function unitsAt(text: string, columns: number): number {
  if (columns <= 0) return 0;
  return Math.max(1, truncate(text, columns, '').length);
}

/** In the lower border: what is typed with how it is written, else filter and search; at the right when and where. */
function drawFoot(cells: Cells, look: LogViewLook, theme: Theme): void {
  const { width } = cells;
  const y = cells.height - 1;
  if (look.typing) {
    const { sign, text, hint, isBad } = look.typing;
    // Of a long text the end is seen, where one types.
    const kept = Math.max(8, Math.min(measure(text), width - 8));
    const shown = [...text].slice(-kept).join('');
    const used = cells.text(2, y, ` ${sign}${shown}▏ `, theme.strong, width - 4);
    const room = width - 6 - used;
    if (room >= 12) cells.text(2 + used, y, `${truncate(hint, room)} `, isBad ? theme.bad : theme.muted, room + 1);
    return;
  }
  const line = look.window.lines[look.isFollowing ? look.window.lines.length - 1 : look.window.cursor];
  const place = line?.isTimed && width >= 56 ? ` ${momentText(line.at, look.now)} ` : '';
  const room = width - 6 - place.length;
  if (look.foot)
    cells.text(2, y, ` ${truncate(look.foot, room)} `, look.isAlarming ? theme.warn : theme.accent, room + 2);
  if (place) cells.text(width - 2 - place.length, y, place, theme.muted, place.length);
}

/** With the day when it is not today's. */
function momentText(at: number, now: number): string {
  const date = new Date(at);
  const time = clockTime(at, offsetAt(at));
  const isToday = date.toDateString() === new Date(now).toDateString();
  const two = (n: number): string => String(n).padStart(2, '0');
  return isToday ? time : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}
