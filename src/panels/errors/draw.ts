/** Rows of the errors panel: a group with its rate, an event with its moment. */
import type { LogEvent, LogLevel } from '../../sources/logs/snapshot.ts';
import { ago, clockTime, count as formatCount, offsetAt } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { sparkline } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { StyleId } from '../../ui/screen/style.ts';
import type { Role, Theme } from '../../ui/theme.ts';
import { type ErrorRow, rateColumns } from './view.ts';

type Roles = Readonly<Record<Role, StyleId>>;

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ErrorColumn {
  readonly id: 'level' | 'mark' | 'count' | 'rate' | 'code' | 'message' | 'bots' | 'first' | 'last';
  readonly width: number;
  /** Where there is no room for all, those of a lower rank stay. */
  readonly rank: number;
}

/** Columns of the curve of an hour, where there is little room and where there is enough. */
const RATE_LEAST = 6;
const RATE_GOOD = 12;

/** In the order shown; the message takes what is left. */
const COLUMNS: readonly ErrorColumn[] = [
  { id: 'level', width: 1, rank: 1 },
  { id: 'mark', width: 3, rank: 4 },
  { id: 'count', width: 4, rank: 0 },
  { id: 'rate', width: RATE_LEAST, rank: 7 },
  { id: 'code', width: 9, rank: 5 },
  { id: 'message', width: 16, rank: 2 },
  { id: 'bots', width: 13, rank: 6 },
  { id: 'first', width: 4, rank: 8 },
  { id: 'last', width: 4, rank: 3 },
];
const GAP = 1;
/** The mark of the cursor, and the border. */
const LEFT = 2;
/** A message is worth more than the columns of a high rank until it has this. */
const MESSAGE_GOOD = 30;
const MESSAGE_WIDE = 48;

/** A code is shown whole up to this: `ECONNREFUSED`; where there is room `ERR_STREAM_DESTROYED`. */
const MAX_CODE = 12;
const MAX_CODE_ROOMY = 22;
const ROOMY = 100;

/** How wide the column of codes must be for these rows in so much room; 0 where none has a code. */
export function codeWidthOf(rows: readonly ErrorRow[], room: number): number {
  const most = room < ROOMY ? MAX_CODE : MAX_CODE_ROOMY;
  const widest = rows.reduce((width, { group }) => Math.max(width, Math.min(most, group.code?.length ?? 0)), 0);
  return widest === 0 ? 0 : Math.max(5, widest);
}

/** The columns that fit, placed. */
export function fitErrorColumns(
  width: number,
  codeWidth: number,
  hasMarks: boolean,
): readonly (ErrorColumn & { readonly x: number })[] {
  const chosen = new Set<ErrorColumn>();
  let used = 1;
  const columns = COLUMNS.filter(({ id }) => (id !== 'mark' || hasMarks) && (id !== 'code' || codeWidth > 0)).map(
    (column) => (column.id === 'code' ? { ...column, width: codeWidth } : column),
  );
  for (const column of [...columns].sort((a, b) => a.rank - b.rank)) {
    const reserve = column.id === 'first' ? MESSAGE_WIDE - 16 : column.rank > 4 ? MESSAGE_GOOD - 16 : 0;
    if (used + column.width + GAP + reserve > width + GAP) break;
    chosen.add(column);
    used += column.width + GAP;
  }
  const room = Math.max(0, width + GAP - used);
  const extra = [...chosen].some(({ id }) => id === 'rate')
    ? Math.min(RATE_GOOD - RATE_LEAST, Math.max(0, room - (MESSAGE_WIDE - 16)))
    : 0;
  const spare = room - extra;
  let x = LEFT;
  return columns
    .filter((column) => chosen.has(column))
    .map((column) => {
      const placed = {
        ...column,
        x,
        width: column.width + (column.id === 'message' ? spare : column.id === 'rate' ? extra : 0),
      };
      x += placed.width + GAP;
      return placed;
    });
}

/** One column says the level without colour too. */
const LETTERS: Readonly<Record<LogLevel, string>> = { warn: 'W', error: 'E', fatal: 'F' };

export function levelRole(level: LogLevel): Extract<Role, 'warn' | 'bad'> {
  return level === 'warn' ? 'warn' : 'bad';
}

export interface GroupLook {
  readonly columns: ReturnType<typeof fitErrorColumns>;
  readonly y: number;
  readonly roles: Roles;
  readonly theme: Theme;
  readonly now: number;
  /** What it says, see `rowMessages`. */
  readonly message: string;
}

export function drawGroupRow(cells: Cells, row: ErrorRow, look: GroupLook): void {
  const { columns, y, roles, theme, now, message } = look;
  const { group, count } = row;
  const level = levelRole(group.level);
  for (const { id, x, width } of columns) {
    switch (id) {
      case 'level':
        cells.text(x, y, LETTERS[group.level], roles[level], width);
        break;
      case 'mark':
        if (row.isNew) cells.text(x, y, 'NEW', roles.accent, width);
        else if (row.isHidden) cells.text(x, y, 'hid', roles.muted, width);
        else if (row.isKnown) cells.text(x, y, 'ok', roles.muted, width);
        break;
      case 'count':
        cells.text(x, y, formatCount(count).padStart(width), roles.strong, width);
        break;
      case 'rate': {
        const values = rateColumns(group, width, now);
        // Reversed, as the rest of the row under the cursor, a full column would look like an empty one.
        cells.fill(x, y, width, 1, ' ', theme.text);
        sparkline(cells, x, y, width, { length: width, at: (i) => values[i] }, { style: theme.graph });
        break;
      }
      case 'code':
        cells.text(x, y, truncate(group.code ?? '', width), roles.accent, width);
        break;
      case 'message':
        cells.text(x, y, truncate(message, width), roles[level === 'warn' ? 'text' : 'strong'], width);
        break;
      case 'bots':
        cells.text(x, y, truncate(botsText(group.bots), width), roles.muted, width);
        break;
      case 'first':
      case 'last': {
        // `3h →  12s`: since then, until then.
        const text = ago(now - (id === 'first' ? group.firstAt : group.lastAt));
        if (id === 'first') cells.text(x + width, y, '→', roles.muted, 1);
        cells.text(x + width - measure(text), y, text, roles.muted, width);
        break;
      }
      default:
        id satisfies never;
    }
  }
}

/** The one bot, else how many. */
export function botsText(bots: ReadonlyMap<string, number>): string {
  const [first = ''] = bots.keys();
  return bots.size > 1 ? `${bots.size} bots` : first;
}

/** The newest events, newest first, a line each. */
export function drawEvents(
  cells: Cells,
  { theme }: { readonly theme: Theme },
  events: readonly LogEvent[],
  rect: Rect,
): void {
  const { x, y, width, height } = rect;
  const botWidth = Math.max(8, Math.min(16, Math.floor(width * 0.26)));
  const from = x + 12 + botWidth;
  events.slice(0, height).forEach((event, i) => {
    const line = y + i;
    // A moment that the log does not tell is the moment of reading.
    cells.text(x, line, clockTime(event.at, offsetAt(event.at)), event.isStamped ? theme.text : theme.muted, 8);
    cells.text(x + 9, line, truncate(event.bot, botWidth), theme.muted, botWidth);
    cells.text(from - 2, line, LETTERS[event.level], theme[levelRole(event.level)], 1);
    cells.text(from, line, truncate(event.message, x + width - from), theme.text, x + width - from);
  });
}
