/** What is known of a bot, by the names that filters and orders use: `mem>200`, `ns=tg`. */

import { isFailing } from '../../state/errors/failing.ts';
import { timeToReach } from '../../state/memory-trend.ts';
import type { World } from '../../state/world.ts';
import { type BotRow, isBusy, modeOf, rankOfRow } from './row.ts';

export type Unit = 'size' | 'percent' | 'count' | 'duration' | 'milliseconds';

export interface NumberField {
  readonly kind: 'number';
  readonly unit: Unit;
  /** Which end of the order is looked for first. */
  readonly first: 'greatest' | 'least';
  /** Whether it changes from second to second: sorted by that, rows change places at most every few seconds. */
  readonly isLive: boolean;
  value(row: BotRow, world: World): number;
}

export interface TextField {
  readonly kind: 'text';
  text(row: BotRow): string;
}

export type Field = NumberField | TextField;

const number = (
  unit: Unit,
  first: NumberField['first'],
  isLive: boolean,
  value: NumberField['value'],
): NumberField => ({ kind: 'number', unit, first, isLive, value });
const text = (read: TextField['text']): TextField => ({ kind: 'text', text: read });

/** In the order of the menu of orders. */
export const FIELDS = {
  state: text(({ judgement }) => judgement.state),
  name: text(({ bot }) => bot.name),
  cpu: number('percent', 'greatest', true, (row) => row.cpuPercent),
  mem: number('size', 'greatest', true, (row) => row.memoryBytes),
  restarts: number('count', 'greatest', false, ({ bot }) => bot.restarts),
  exits: number('count', 'greatest', false, (row) => row.exitsHour),
  up: number('duration', 'least', false, (row) => row.uptimeMs),
  log: number('duration', 'least', true, (row, { now }) => now - row.lastLogAt),
  errors: number('count', 'greatest', true, errorsHour),
  heap: number('size', 'greatest', false, (row) => row.heapBytes),
  loop: number('milliseconds', 'greatest', false, (row) => row.loopMs),
  procs: number('count', 'greatest', true, (row) => row.processes),
  threads: number('count', 'greatest', true, (row) => row.threads),
  fds: number('count', 'greatest', true, (row) => row.openFiles),
  slope: number('size', 'greatest', true, slopeOf),
  left: number('duration', 'least', true, timeLeft),
  ns: text(({ bot }) => bot.namespace),
  mode: text(({ bot }) => modeOf(bot)),
  version: text(({ bot }) => bot.version ?? ''),
  user: text(({ bot }) => bot.username ?? ''),
  home: text(({ bot, homeTag }) => (homeTag === '' ? bot.home : homeTag)),
  pm2: text(({ bot }) => bot.status),
  id: number('count', 'least', false, ({ bot }) => (typeof bot.id === 'number' ? bot.id : Number.NaN)),
  pid: number('count', 'least', false, ({ bot }) => bot.pid ?? Number.NaN),
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof FIELDS;

/** Other words for the same. */
export const ALIASES: Readonly<Record<string, FieldName>> = {
  memory: 'mem',
  age: 'up',
  uptime: 'up',
  namespace: 'ns',
  restart: 'restarts',
  latency: 'loop',
  status: 'pm2',
};

/** What the list can be sorted by, in the order of the menu. */
export const BOT_SORTS = Object.keys(FIELDS) as readonly FieldName[];

/** Errors and worse in the bot's logs in the last hour; NaN where its logs are not read, or are others' as well. */
export function errorsHour({ bot, orphan, lastLogAt, sharesLogWith }: BotRow, { errors, now }: World): number {
  // What is counted by name is that of the one beside it.
  if (orphan || sharesLogWith !== null) return Number.NaN;
  const rate = errors.botRates.get(bot.name);
  if (rate) return rate.sum(now);
  return Number.isNaN(lastLogAt) ? Number.NaN : 0;
}

/** How much memory it gains in an hour, in bytes; NaN while it does not go up by and large, or is not known. */
export function slopeOf({ key }: BotRow, { fleet }: World): number {
  const trend = fleet.memoryTrendOf(key);
  return trend?.isGrowing ? trend.bytesPerHour : Number.NaN;
}

/** How long until its memory reaches the next limit, ms: a threshold, or PM2's own; NaN when it does not. */
export function timeLeft({ key, bot, memoryBytes }: BotRow, { fleet, thresholds }: World): number {
  const trend = fleet.memoryTrendOf(key);
  if (!trend?.isGrowing) return Number.NaN;
  const { warn, bad } = thresholds.bots.memoryBytes;
  let least = Number.NaN;
  for (const limit of [warn, bad, bot.maxMemoryBytes]) {
    if (limit === null || limit === undefined || memoryBytes >= limit) continue;
    const ms = timeToReach(memoryBytes, trend, limit);
    if (ms !== null && !(ms >= least)) least = ms;
  }
  return least;
}

/** How much it wants looking at among those of its state: who runs and fails at what it does the most, then who may hang in a loop. */
export function urgencyOf(row: BotRow, { errors, now }: World): number {
  if (row.judgement.state !== 'ok') return 0;
  return isFailing(row.bot.name, errors, now) ? 2 : isBusy(row) ? 1 : 0;
}

/** A number that orders rows by this, the first wanted least; NaN for texts and what is unknown. */
export function orderValue(name: FieldName, row: BotRow, world: World): number {
  if (name === 'state') return rankOfRow(row.judgement.last);
  // How long it is up changes for all alike: the moment it started does not.
  if (name === 'up') return Number.isNaN(row.uptimeMs) ? Number.NaN : -(row.bot.startedAt ?? Number.NaN);
  const field: Field = FIELDS[name];
  if (field.kind === 'text') return Number.NaN;
  return field.first === 'greatest' ? -field.value(row, world) : field.value(row, world);
}
