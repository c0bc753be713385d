/** The chosen table's facts, and the course of both servers over a chosen range, on the whole screen. */
import { tableName } from '../../actions/target.ts';
import type { PostgresTable } from '../../sources/postgres/snapshot.ts';
import {
  DATABASE_COARSE_STEP_MS,
  DATABASE_FINE_STEP_MS,
  type DatabaseHistory,
  type DatabaseSeriesName,
} from '../../state/database-history.ts';
import { ago, bytes, bytesLong, count, duration, percent, UNKNOWN } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { drawChart, drawTimeAxis } from '../../ui/chart.ts';
import { chart } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawScrolled } from '../../ui/scrolled.ts';
import type { RANGES } from '../../ui/state.ts';
import type { Theme } from '../../ui/theme.ts';
import { type Area, remarkOf } from './parts.ts';
import type { DatabaseLook } from './postgres.ts';
import { drawSession } from './session-detail.ts';
import { type DatabaseView, isSessionKey, sessionOfKey } from './view.ts';

type Range = (typeof RANGES)[number];

interface Curve {
  readonly title: string;
  readonly series: DatabaseSeriesName;
  readonly server: 'postgres' | 'redis';
  readonly format: (value: number) => string;
  readonly range: { readonly min: number; readonly max?: number };
}

const rateOf = (value: number): string => `${value < 10 ? value.toFixed(1) : count(value)}/s`;

/** The order in which they are left out where there is no room. */
const CURVES: readonly Curve[] = [
  {
    title: 'connections, of those that can be had',
    series: 'connectionsUsedPercent',
    server: 'postgres',
    format: percent,
    range: { min: 0, max: 100 },
  },
  { title: 'transactions', series: 'transactionsPerSecond', server: 'postgres', format: rateOf, range: { min: 0 } },
  { title: 'Redis commands', series: 'redisOpsPerSecond', server: 'redis', format: rateOf, range: { min: 0 } },
  { title: 'Redis memory', series: 'redisMemoryBytes', server: 'redis', format: bytes, range: { min: 0 } },
  {
    title: 'found in the cache',
    series: 'cacheHitPercent',
    server: 'postgres',
    format: percent,
    range: { min: 0, max: 100 },
  },
  {
    title: 'longest transaction',
    series: 'longestTransactionMs',
    server: 'postgres',
    format: duration,
    range: { min: 0 },
  },
  { title: 'waiting for a lock', series: 'blockedSessions', server: 'postgres', format: count, range: { min: 0 } },
  { title: 'Redis hits', series: 'redisHitPercent', server: 'redis', format: percent, range: { min: 0, max: 100 } },
];

/** Those that tell something about one session. */
const SESSION_CURVES: readonly DatabaseSeriesName[] = [
  'longestTransactionMs',
  'blockedSessions',
  'connectionsUsedPercent',
  'transactionsPerSecond',
];

const ABOUT_SESSION = SESSION_CURVES.flatMap((name) => CURVES.filter(({ series }) => series === name));

const LEAST_ROWS = 6;
/** A higher curve says no more. */
const MOST_ROWS = 14;
const TWO_COLUMNS = 96;

/** What of the detail the person sees: the range of its curves, and from which row on. */
export interface DetailPlace {
  readonly range: Range;
  readonly top: number;
}

export function drawDatabaseDetail(
  cells: Cells,
  view: DatabaseView,
  look: DatabaseLook,
  key: string | null,
  { range, top }: DetailPlace,
): void {
  const { theme, now } = look;
  const { width, height } = cells;
  const table = view.postgres.snapshot?.tables?.find(({ oid }) => oid === key) ?? null;
  const session = sessionOfKey(view, key);
  const isOver = session === null && isSessionKey(key);
  const about = session !== null ? `Session ${session.pid}` : table === null ? 'Database' : tableName(table);
  const title = `${about} · last ${range}`;
  cells.box(0, 0, width, height, {
    title: truncate(title, width - 26),
    right: width < 60 ? '[ ]' : '[ ] range · Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
    rightStyle: theme.muted,
  });
  const head = headLines(view, table, theme, now);
  if (isOver) head.push(['This session does nothing any more, or has ended: Esc goes back.', theme.warn]);
  const room = height - 2;
  drawScrolled(cells, session === null ? 0 : top, theme, (page) => {
    const columns = page.width - 2;
    let y = 0;
    for (const [text, style] of head) for (const line of wrap(text, columns)) page.text(1, y++, line, style, columns);
    if (session !== null) {
      y += drawSession(page, view, session, look, { x: 1, y, width: columns, height: page.height - y });
      // What it runs is worth more than courses.
      if (room - y - 1 < LEAST_ROWS) return y;
      y += 1;
    }
    const rest = { x: 1, y, width: columns, height: room - y };
    if (rest.height > 0) drawCurves(page, view, look, range, rest, session === null ? CURVES : ABOUT_SESSION);
    return room;
  });
}

/** As many courses as there is room for, in one column or two. */
export function drawCurves(
  cells: Cells,
  view: DatabaseView,
  look: DatabaseLook,
  range: Range,
  area: Area,
  wanted: readonly Curve[] = CURVES,
): void {
  const curves = wanted.filter(({ server }) => view[server].snapshot !== null);
  const across = area.width >= TWO_COLUMNS ? 2 : 1;
  const down = Math.max(1, Math.min(Math.ceil(curves.length / across), Math.floor(area.height / LEAST_ROWS)));
  const height = Math.min(MOST_ROWS, Math.floor(area.height / down));
  const width = Math.floor((area.width - 2 * (across - 1)) / across);
  curves.slice(0, down * across).forEach((curve, i) => {
    const x = area.x + (i % across) * (width + 2);
    drawCurve(cells, curve, look, range, { x, y: area.y + Math.floor(i / across) * height, width, height });
  });
}

function headLines(view: DatabaseView, table: PostgresTable | null, theme: Theme, now: number): [string, number][] {
  const { snapshot, state, remark } = view.postgres;
  const lines: [string, number][] = [];
  if (remark !== '') lines.push([remarkOf('PostgreSQL', remark), state === 'down' ? theme.bad : theme.warn]);
  if (snapshot === null && view.postgres.hint !== '') lines.push([view.postgres.hint, theme.muted]);
  if (snapshot !== null) {
    const { server } = snapshot;
    const standby = server.isInRecovery ? ', a standby' : '';
    lines.push([
      `PostgreSQL ${server.version} at ${snapshot.address} as ${server.user}${standby}, up ${duration(now - server.startedAt)}`,
      theme.text,
    ]);
  }
  if (table !== null) {
    const at = (time: number | null): string => (time === null ? 'never' : `${ago(now - time)} ago`);
    lines.push([
      `${tableName(table)}, owned by ${table.owner}: ${bytesLong(table.totalBytes)}, ${count(table.liveRows)} live rows, ${count(table.deadRows)} dead (${percent(table.deadPercent)})`,
      theme.text,
    ]);
    lines.push([
      `vacuumed ${at(table.lastVacuumAt)}, analyzed ${at(table.lastAnalyzeAt)}${table.mayVacuum ? '' : '; this role may not vacuum it'}`,
      theme.muted,
    ]);
  }
  if (view.redis.remark !== '') lines.push([remarkOf('Redis', view.redis.remark), theme.muted]);
  if (view.redis.snapshot === null && view.redis.hint !== '') lines.push([view.redis.hint, theme.muted]);
  return lines;
}

/** A curve with its figures above it and its time axis below. */
function drawCurve(cells: Cells, curve: Curve, { theme, history }: DatabaseLook, range: Range, place: Area): void {
  const { x, y, width, height } = place;
  const { values, stepMs } = samplesOf(history, curve.series, range);
  const known = values.filter((value) => !Number.isNaN(value));
  const last = values.at(-1);
  const now = last === undefined || Number.isNaN(last) ? UNKNOWN : curve.format(last);
  const most = known.length === 0 ? '' : `  max ${curve.format(Math.max(...known))}`;
  const titled = cells.text(x, y, curve.title, theme.title, width) + 2;
  cells.text(x + titled, y, `${now}${most}`, theme.strong, width - titled);
  if (known.length === 0) {
    cells.text(x, y + 1, 'nothing known of this in the range', theme.muted, width);
    return;
  }
  const lines = chart(values, width, Math.max(1, height - 3), curve.format, curve.range);
  const scale = drawChart(cells, lines, { x, y: y + 1, width }, theme);
  const axis = { x: x + scale, y: y + 1 + lines.length, width: width - scale };
  drawTimeAxis(cells, axis, values.length * stepMs, theme);
}

function samplesOf(
  history: DatabaseHistory,
  series: DatabaseSeriesName,
  range: Range,
): { values: number[]; stepMs: number } {
  const { fine, coarse } = history.track(series);
  if (range === '1h') return { values: coarse.tail(180), stepMs: DATABASE_COARSE_STEP_MS };
  return { values: fine.tail(range === '1m' ? 30 : 300), stepMs: DATABASE_FINE_STEP_MS };
}
