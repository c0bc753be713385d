/** PostgreSQL's part of the database panel without its tables: connections, rates, who waits for whom, what takes long. */
import {
  longestQuery,
  longestTransaction,
  type PostgresHolder,
  type PostgresSession,
  type PostgresSnapshot,
} from '../../sources/postgres/snapshot.ts';
import type { DatabaseHistory, DatabaseSeriesName } from '../../state/database-history.ts';
import { bytesLong, count, duration, percent, UNKNOWN } from '../../text/format.ts';
import { meter, sparkline } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';
import { type Area, type Part, putParts } from './parts.ts';
import { type DatabaseLimits, severityOfConnections, severityOfSession } from './thresholds.ts';
import { who } from './view.ts';

export interface DatabaseLook {
  readonly theme: Theme;
  readonly history: DatabaseHistory;
  readonly limits: DatabaseLimits;
  readonly isFocused: boolean;
  /** The key of the row the cursor is on, a session or a table; null for none. */
  readonly cursor: string | null;
  /** Of all the rows that the cursor goes through, the first one in sight. */
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

/** `held by  bot-worker 31 (28 idle)  api 4`: where connections run out, who has them. */
export function drawHolders(
  cells: Cells,
  holders: readonly PostgresHolder[],
  { theme }: DatabaseLook,
  { x, y, width }: Area,
): void {
  const label = cells.text(x, y, width >= ROOMY ? 'held by'.padEnd(LABEL) : 'held by ', theme.muted, width);
  const parts = holders.map(({ application, user, count: n, idle }, i): Part => {
    const text = `${application || user || 'others'} ${count(n)}${idle > 0 ? ` (${count(idle)} idle)` : ''}`;
    return [text, i === 0 ? theme.warn : theme.text];
  });
  putParts(cells, x + label, y, width - label, parts);
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
