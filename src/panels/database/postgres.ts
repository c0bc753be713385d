/** PostgreSQL's part of the database panel without its tables: connections, rates, who waits for whom, what takes long. */
import {
  ageOf,
  longestQuery,
  longestTransaction,
  type PostgresSession,
  type PostgresSnapshot,
} from '../../sources/postgres/snapshot.ts';
import type { DatabaseHistory, DatabaseSeriesName } from '../../state/database-history.ts';
import { bytesLong, count, duration, percent, UNKNOWN } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { meter, sparkline } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';
import { type Area, type Part, putParts, putTitle } from './parts.ts';
import { type DatabaseLimits, severityOfConnections, severityOfSession, severityOfWait } from './thresholds.ts';
import type { DatabaseView, WaitLine } from './view.ts';

export interface DatabaseLook {
  readonly theme: Theme;
  readonly history: DatabaseHistory;
  readonly limits: DatabaseLimits;
  readonly isFocused: boolean;
  /** The oid of the table the cursor is on; null for none. */
  readonly cursor: string | null;
  /** The first table shown. */
  readonly top: number;
  /** Epoch ms. */
  readonly now: number;
}

/** Below this two rows say all there is room for; above, each figure has a row with its course. */
const ROOMY = 56;
const LABEL = 13;
const VALUE = 9;

/** Rows of the head; in a low panel the lists below are worth more than courses. */
export function headRows(width: number, isLow: boolean): number {
  return width >= ROOMY && !isLow ? 4 : 2;
}

/** Connections, transactions, cache hit, longest: in two rows, or four with their courses. */
export function drawHead(cells: Cells, pg: PostgresSnapshot, look: DatabaseLook, area: Area): void {
  if (area.height >= 4 && area.width >= ROOMY) drawRoomyHead(cells, pg, look, area);
  else drawTightHead(cells, pg, look, area);
}

function drawTightHead(cells: Cells, pg: PostgresSnapshot, look: DatabaseLook, { x, y, width, height }: Area): void {
  const { theme, limits } = look;
  const { connections } = pg;
  const role = theme[severityOfConnections(connections.usedPercent, limits)];
  const label = cells.text(x, y, `PG ${pg.server.version}`, theme.strong, width) + 1;
  const bar = Math.max(4, Math.min(16, width - label - 22));
  meter(cells, x + label, y, bar, connections.usedPercent, role === theme.text ? theme.graph : role, theme.border);
  const after = label + bar + 1;
  const free = `${connections.used}/${connections.max - connections.reserved}`;
  putParts(cells, x + after, y, width - after, [
    [`${percent(connections.usedPercent)} ${free}`, role],
    ...stateParts(pg, theme),
  ]);
  if (height < 2) return;
  const parts = figureParts(pg, theme);
  putParts(
    cells,
    x,
    y + 1,
    width,
    width >= 50 ? [...parts, ...longestParts(pg, look)] : [...longestParts(pg, look), ...parts],
  );
}

function figureParts(pg: PostgresSnapshot, theme: Theme): Part[] {
  return [
    [`${rateText(pg.transactionsPerSecond)} tx/s`, theme.text],
    [`hit ${percent(pg.cacheHitPercent)}`, theme.text],
  ];
}

function longestParts(pg: PostgresSnapshot, { theme, limits }: DatabaseLook): Part[] {
  const query = longestQuery(pg.sessions);
  const transaction = longestTransaction(pg.sessions);
  return [
    [
      query === null ? 'no query' : `query ${duration(query.queryMs)}`,
      query === null ? theme.muted : theme[severityOfSession(query, limits)],
    ],
    [transaction === null ? '' : `open tx ${duration(transaction.transactionMs)}`, theme.text],
  ];
}

function drawRoomyHead(cells: Cells, pg: PostgresSnapshot, look: DatabaseLook, { x, y, width }: Area): void {
  const { theme, limits } = look;
  const { connections } = pg;
  const severity = severityOfConnections(connections.usedPercent, limits);
  const role = theme[severity];
  const from = x + LABEL;
  const bar = Math.min(16, Math.floor(width / 6));
  cells.text(x, y, 'connections', theme.muted, LABEL);
  meter(cells, from, y, bar, connections.usedPercent, severity === 'text' ? theme.graph : role, theme.border);
  const after = bar + 1;
  putParts(cells, from + after, y, width - LABEL - after, [
    [`${percent(connections.usedPercent)}  ${connections.used} of ${connections.max - connections.reserved}`, role],
    ...stateParts(pg, theme),
  ]);
  const row = (line: number, label: string, value: string, series: DatabaseSeriesName, max?: number): void => {
    cells.text(x, y + line, label, theme.muted, LABEL);
    cells.text(from, y + line, value, theme.text, VALUE);
    const samples = look.history.track(series).fine;
    const style = { style: theme.graph, gapStyle: theme.muted, ...(max === undefined ? { atLeast: 1 } : { max }) };
    sparkline(cells, from + VALUE, y + line, width - LABEL - VALUE, samples, style);
  };
  row(1, 'transactions', `${rateText(pg.transactionsPerSecond)}/s`, 'transactionsPerSecond');
  row(2, 'cache hit', percent(pg.cacheHitPercent), 'cacheHitPercent', 100);
  const query = longestQuery(pg.sessions);
  const transaction = longestTransaction(pg.sessions);
  const named = (kind: string, session: PostgresSession, ms: number | null): string =>
    `${kind} ${duration(ms)} ${who(session)} (${session.pid})`;
  cells.text(x, y + 3, 'longest', theme.muted, LABEL);
  putParts(cells, from, y + 3, width - LABEL, [
    query === null
      ? ['no query runs', theme.muted]
      : [named('query', query, query.queryMs), theme[severityOfSession(query, limits)]],
    transaction === null
      ? ['', theme.text]
      : [named('transaction', transaction, transaction.transactionMs), theme.text],
  ]);
}

const STATE_WORDS: Readonly<Record<string, string>> = {
  'idle in transaction (aborted)': 'aborted',
  'idle in transaction': 'idle in tx',
};

/** The states that matter first. */
function stateParts({ connections }: PostgresSnapshot, theme: Theme): Part[] {
  const weight = (state: string): number =>
    state.startsWith('idle in') ? 0 : state === 'hidden' ? 1 : state === 'active' ? 2 : 3;
  return Object.entries(connections.byState)
    .toSorted(([a], [b]) => weight(a) - weight(b))
    .map(([state, n]) => [
      `${STATE_WORDS[state] ?? state} ${n}`,
      state.startsWith('idle in') || state === 'hidden' ? theme.warn : theme.muted,
    ]);
}

function rateText(value: number | null): string {
  if (value === null) return UNKNOWN;
  return value < 10 ? value.toFixed(1) : count(value);
}

/** By what the program calls itself, else the role. */
export function who(session: PostgresSession): string {
  return session.application || session.user || session.backendType || 'unknown';
}

/** Blockers, and below each those that wait for it. Without a row to spare: one line for all. */
export function drawWaits(cells: Cells, view: DatabaseView, look: DatabaseLook, area: Area): void {
  const { theme } = look;
  const { waits } = view;
  const isTitled = area.height > waits.length;
  const waiting = waits.filter(({ session }) => (session?.blockedBy.length ?? 0) > 0).length;
  if (isTitled) putTitle(cells, area, `Blocked ${waiting}`, '', theme);
  const first = area.y + (isTitled ? 1 : 0);
  const rows = area.height - (isTitled ? 1 : 0);
  waits.slice(0, rows).forEach((line, i) => {
    const hidden = i === rows - 1 ? waits.length - rows : 0;
    const end = hidden > 0 ? `+${hidden} ` : '';
    const room = area.width - measure(end);
    drawWait(cells, line, look, area.x, first + i, room);
    if (end !== '') cells.text(area.x + room, first + i, end, theme.warn);
  });
}

function drawWait(
  cells: Cells,
  { session, pid, depth, waiting }: WaitLine,
  { theme, limits }: DatabaseLook,
  x: number,
  y: number,
  width: number,
): void {
  const indent = depth === 0 ? '' : `${'  '.repeat(Math.min(depth, 4) - 1)}└ `;
  const at = cells.text(x, y, indent, theme.muted, width);
  if (session === null) {
    const name = pid === 0 ? 'a prepared transaction' : `backend ${pid}, not visible`;
    putParts(cells, x + at, y, width - at, [
      [name, theme.strong],
      [`holds up ${waiting}`, theme.warn],
    ]);
    return;
  }
  const isWaiting = session.blockedBy.length > 0;
  const state: Part = isWaiting
    ? [`waits ${duration(session.waitMs)}`, theme[severityOfWait(session.waitMs, limits)]]
    : [`holds up ${waiting}`, theme.bad];
  const used = putParts(cells, x + at, y, width - at, [
    [who(session), theme.strong],
    state,
    [
      isWaiting
        ? ''
        : `${session.state === 'idle in transaction' ? 'idle in tx' : session.state} ${duration(ageOf(session))}`,
      theme.text,
    ],
    [String(session.pid), theme.muted],
  ]);
  const rest = width - at - used - 2;
  if (rest >= 8) cells.text(x + at + used + 2, y, truncate(session.query, rest), theme.muted, rest);
}

/** What runs or is held open, the oldest first. */
export function drawLongest(cells: Cells, view: DatabaseView, { theme, limits }: DatabaseLook, area: Area): void {
  putTitle(cells, area, 'Longest', view.longest.length > area.height - 1 ? `${view.longest.length}` : '', theme);
  if (view.longest.length === 0) cells.text(area.x, area.y + 1, 'nothing runs', theme.muted, area.width);
  view.longest.slice(0, area.height - 1).forEach((session, i) => {
    const y = area.y + 1 + i;
    const used = putParts(cells, area.x, y, area.width, [
      [duration(session.transactionMs ?? session.queryMs).padStart(5), theme[severityOfSession(session, limits)]],
      [who(session), theme.strong],
      [
        session.state === 'idle in transaction' ? 'idle in tx' : session.state,
        session.state === 'active' ? theme.text : theme.warn,
      ],
      [session.wait.startsWith('Client:') ? '' : session.wait, theme.muted],
      [String(session.pid), theme.muted],
    ]);
    const rest = area.width - used - 2;
    if (rest >= 8) cells.text(area.x + used + 2, y, truncate(session.query, rest), theme.muted, rest);
  });
}

/** `chatai 18.7 MB · postgres 7.81 MB`. */
export function drawDatabases(
  cells: Cells,
  pg: PostgresSnapshot,
  { theme }: DatabaseLook,
  { x, y, width }: Area,
): void {
  const parts = (pg.databases ?? []).map(
    ({ name, sizeBytes }): Part => [`${name} ${bytesLong(sizeBytes)}`, theme.text],
  );
  const label = cells.text(x, y, 'databases    ', theme.muted, width);
  putParts(cells, x + label, y, width - label, parts.length > 0 ? parts : [['sizes not read yet', theme.muted]]);
}

/** What cannot be seen or read, and the way to see it. */
export function noticesOf(pg: PostgresSnapshot): readonly string[] {
  const notices = [...pg.problems];
  if (pg.rights.grant !== null) {
    notices.unshift(
      `role ${pg.server.user} sees no other role's states, queries and locks; y copies: ${pg.rights.grant}`,
    );
  }
  return notices;
}
