/** Redis' part of the database panel: memory, clients, hits, traffic, what it lost, its slow commands. */
import type { RedisSlowCommand, RedisSnapshot } from '../../sources/redis/snapshot.ts';
import type { DatabaseSeriesName } from '../../state/database-history.ts';
import { isFull } from '../../state/server-trouble.ts';
import { ago, bytes, count, percent } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import { meter, sparkline } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';
import { type Area, type Part, putParts, putTitle } from './parts.ts';
import type { DatabaseLook } from './postgres.ts';
import { severityOfRedisMemory } from './thresholds.ts';

const ROOMY = 48;
const LABEL = 13;
const VALUE = 9;

/** Rows that show all of it, with some of the slow log. */
export function redisRows(redis: RedisSnapshot, width: number): number {
  const slow = foldedSlow(redis.slowlog ?? []).length;
  return width < ROOMY ? 3 : 5 + (slow > 0 ? Math.min(slow, 8) + 1 : 0);
}

/** One row: the gravest; two: all figures; five and more: courses and the slow log. */
export function drawRedis(cells: Cells, redis: RedisSnapshot, look: DatabaseLook, area: Area): void {
  const { theme } = look;
  const { x, y, width, height } = area;
  if (height >= 5 && width >= ROOMY) return drawRoomy(cells, redis, look, area);
  const name = cells.text(x, y, `${title(redis)} `, theme.strong, width);
  const isOne = height === 1;
  const parts = [
    ...faults(redis, theme),
    ...memoryParts(redis, look),
    ...(isOne ? figures(redis, theme) : clientParts(redis, theme)),
  ];
  putParts(cells, x + name, y, width - name, parts);
  if (isOne) return;
  putParts(cells, x, y + 1, width, figures(redis, theme));
  if (height < 3) return;
  const [slowest] = redis.slowlog ?? [];
  putParts(cells, x, y + 2, width, [
    ...lossParts(redis, theme),
    ...(slowest ? [[`slow ${ms(slowest.tookMs)} ${slowest.command}`, theme.muted] as Part] : []),
  ]);
}

function title({ product, version }: RedisSnapshot): string {
  return `${product === 'valkey' ? 'Valkey' : 'Redis'} ${version}`;
}

function drawRoomy(cells: Cells, redis: RedisSnapshot, look: DatabaseLook, area: Area): void {
  const { theme, history } = look;
  const { x, y, width, height } = area;
  putTitle(cells, area, title(redis), redis.role === 'slave' ? 'replica' : '', theme);
  const from = x + LABEL;
  const room = width - LABEL;
  const severity = severityOfRedisMemory(redis, look.limits);
  cells.text(x, y + 1, 'memory', theme.muted, LABEL);
  let at = 0;
  if (redis.maxMemoryBytes !== null) {
    const bar = Math.min(16, Math.floor(width / 6));
    meter(
      cells,
      from,
      y + 1,
      bar,
      (100 * redis.usedMemoryBytes) / redis.maxMemoryBytes,
      severity === 'text' ? theme.graph : theme[severity],
      theme.border,
    );
    at = bar + 1;
  }
  putParts(cells, from + at, y + 1, room - at, [
    ...faults(redis, theme),
    ...memoryParts(redis, look),
    ...clientParts(redis, theme),
    ...keyParts(redis, theme),
  ]);
  const row = (line: number, label: string, value: string, series: DatabaseSeriesName, max?: number): void => {
    cells.text(x, y + line, label, theme.muted, LABEL);
    cells.text(from, y + line, value, theme.text, VALUE);
    const style = { style: theme.graph, gapStyle: theme.muted, ...(max === undefined ? { atLeast: 1 } : { max }) };
    sparkline(cells, from + VALUE, y + line, room - VALUE, history.track(series).fine, style);
  };
  row(2, 'commands', `${count(redis.opsPerSecond)}/s`, 'redisOpsPerSecond');
  row(3, 'hits', percent(redis.hitPercent), 'redisHitPercent', 100);
  cells.text(x, y + 4, 'lost', theme.muted, LABEL);
  putParts(cells, from, y + 4, room, [...lossParts(redis, theme), ...persistenceParts(redis, theme, look.now)]);
  if (height < 7) return;
  drawSlowlog(cells, redis, look, { x, y: y + 5, width, height: height - 5 });
}

/** Redis' slow commands, the newest first. */
export function drawSlowlog(cells: Cells, redis: RedisSnapshot, { theme, now }: DatabaseLook, area: Area): void {
  const { x, y, width, height } = area;
  putTitle(cells, area, 'Slow log', '', theme);
  const [problem] = redis.problems;
  if (redis.slowlog === null) cells.text(x, y + 1, truncate(problem ?? 'not read yet', width), theme.muted, width);
  else if (redis.slowlog.length === 0) cells.text(x, y + 1, 'no slow command', theme.muted, width);
  const rows = foldedSlow(redis.slowlog ?? []);
  const hasTimes = rows.some(({ times }) => times > 1);
  rows.slice(0, height - 1).forEach(({ entry, times, tookMs }, i) => {
    const used = putParts(cells, x, y + 1 + i, width, [
      [ms(tookMs).padStart(7), theme.text],
      [`${ago(now - entry.at)} ago`.padStart(8), theme.muted],
      [hasTimes ? (times > 1 ? `×${times}` : '').padStart(3) : '', theme.strong],
    ]);
    const rest = width - used - 2;
    if (rest > 0) cells.text(x + used + 2, y + 1 + i, truncate(entry.command, rest), theme.text, rest);
  });
}

interface SlowRow {
  /** The newest of them. */
  readonly entry: RedisSlowCommand;
  readonly times: number;
  /** Of the slowest. */
  readonly tookMs: number;
}

/** A command that comes again and again is one row, where it came last: it must not hide the others. */
export function foldedSlow(slowlog: readonly RedisSlowCommand[]): readonly SlowRow[] {
  const rows = new Map<string, SlowRow>();
  for (const entry of slowlog) {
    const { entry: newest = entry, times = 0, tookMs = 0 } = rows.get(entry.command) ?? {};
    rows.set(entry.command, { entry: newest, times: times + 1, tookMs: Math.max(tookMs, entry.tookMs) });
  }
  return [...rows.values()];
}

function memoryParts(redis: RedisSnapshot, { theme, limits }: DatabaseLook): Part[] {
  const limit = redis.maxMemoryBytes === null ? '' : `/${bytes(redis.maxMemoryBytes)}`;
  return [[`${bytes(redis.usedMemoryBytes)}${limit}`, theme[severityOfRedisMemory(redis, limits)]]];
}

function clientParts(redis: RedisSnapshot, theme: Theme): Part[] {
  const isNearFull = redis.maxClients !== null && redis.connectedClients > redis.maxClients * 0.8;
  return [
    [
      `clients ${redis.connectedClients}${isNearFull ? `/${redis.maxClients}` : ''}`,
      isNearFull ? theme.warn : theme.text,
    ],
    [redis.blockedClients > 0 ? `${redis.blockedClients} blocked` : '', theme.muted],
  ];
}

function figures(redis: RedisSnapshot, theme: Theme): Part[] {
  return [
    [`hit ${percent(redis.hitPercent)}`, theme.text],
    [`${count(redis.opsPerSecond)} ops/s`, theme.text],
    ...keyParts(redis, theme),
    [redis.evictedKeys > 0 ? `evicted ${count(redis.evictedKeys)}` : '', theme.muted],
  ];
}

function keyParts(redis: RedisSnapshot, theme: Theme): Part[] {
  const keys = redis.keyspaces.reduce((sum, keyspace) => sum + keyspace.keys, 0);
  return [[`${count(keys)} keys`, theme.muted]];
}

function lossParts(redis: RedisSnapshot, theme: Theme): Part[] {
  const isNow = (value: number | null): boolean => (value ?? 0) > 0;
  return [
    [`evicted ${count(redis.evictedKeys)}`, isNow(redis.newEvictedKeys) ? theme.warn : theme.muted],
    [`rejected ${count(redis.rejectedConnections)}`, isNow(redis.newRejectedConnections) ? theme.bad : theme.muted],
  ];
}

function persistenceParts({ persistence }: RedisSnapshot, theme: Theme, now: number): Part[] {
  const { lastSaveAt, changesSinceSave, isAppendOnly } = persistence;
  return [
    [isAppendOnly ? 'AOF on' : '', theme.muted],
    [lastSaveAt === null ? '' : `saved ${ago(now - lastSaveAt)} ago`, theme.muted],
    [changesSinceSave ? `${count(changesSinceSave)} changes since` : '', theme.muted],
  ];
}

/** What must not be overlooked, in words. */
function faults(redis: RedisSnapshot, theme: Theme): Part[] {
  const { persistence } = redis;
  const parts: Part[] = [];
  if (persistence.isLoading) parts.push(['LOADING', theme.warn]);
  if (redis.isMasterLinkUp === false) parts.push(['MASTER DOWN', theme.bad]);
  if (persistence.isLastSaveOk === false) parts.push(['SAVE FAILED', theme.bad]);
  if (persistence.isLastAppendOk === false) parts.push(['AOF FAILED', theme.bad]);
  if (isFull(redis)) parts.push(['FULL: writes refused', theme.bad]);
  if ((redis.newRejectedConnections ?? 0) > 0) parts.push(['REJECTING', theme.bad]);
  return parts;
}

function ms(value: number): string {
  return value < 10
    ? `${value.toFixed(1)} ms`
    : value < 10_000
      ? `${Math.round(value)} ms`
      : `${Math.round(value / 1000)} s`;
}
