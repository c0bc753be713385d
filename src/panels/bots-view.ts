/** Which bots are shown, in what order: from readings to rows. */
import type { Bot, Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import { keyOf } from '../state/fleet.ts';
import { type BotState, type Judgement, judgeAt, type Moment, momentOf, rankOf } from '../state/judge.ts';
import type { World } from '../state/world.ts';
import type { ListState } from '../ui/state.ts';

/** One bot with its place in its snapshot's columns of numbers. */
export interface BotRow {
  readonly key: string;
  readonly bot: Bot;
  readonly judgement: Judgement & { readonly last: BotState };
  /** Tells homes apart where several are watched; else empty. */
  readonly homeTag: string;
  /** NaN unknown. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly lastLogAt: number;
  readonly uptimeMs: number;
}

export interface BotsView {
  readonly rows: readonly BotRow[];
  readonly keys: readonly string[];
  /** How many there are before the filter. */
  readonly total: number;
}

/** What the list can be sorted by, in the order of `o`. */
export const BOT_SORTS = ['state', 'name', 'cpu', 'mem', 'restarts', 'uptime', 'log'] as const;

/** The rows of all homes, filtered and sorted. */
export function selectBots(world: World, list: ListState): BotsView {
  const rows: BotRow[] = [];
  let total = 0;
  const hasHomes = world.pm2.length > 1;
  const words = list.filter.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of world.pm2) {
    const snapshot = valueOf(entry.reading);
    if (!snapshot) continue;
    total += snapshot.bots.length;
    if (entry.reading.state !== 'fresh' && entry.reading.state !== 'stale') continue;
    const moment = momentOf(entry.reading, world.now);
    collect(rows, snapshot, world, { moment, words, homeTag: hasHomes ? homeTag(snapshot.home) : '' });
  }
  rows.sort(orderBy(BOT_SORTS[list.sort] ?? 'state'));
  if (list.isInverted) rows.reverse();
  return { rows, keys: rows.map((row) => row.key), total };
}

interface Collecting {
  readonly moment: Moment;
  readonly words: readonly string[];
  readonly homeTag: string;
}

function collect(
  into: BotRow[],
  snapshot: Pm2Snapshot,
  { now, thresholds }: World,
  { moment, words, homeTag }: Collecting,
): void {
  for (let i = 0; i < snapshot.bots.length; i++) {
    const bot = snapshot.bots[i] as Bot;
    const judgement = judgeAt(bot, moment, thresholds.bots);
    if (words.length > 0 && !matches(bot, judgement.state, words)) continue;
    into.push({
      key: keyOf(bot),
      bot,
      judgement,
      homeTag,
      cpuPercent: snapshot.cpuPercent[i] ?? Number.NaN,
      memoryBytes: snapshot.memoryBytes[i] ?? Number.NaN,
      processes: snapshot.processes[i] ?? Number.NaN,
      lastLogAt: snapshot.lastLogAt[i] ?? Number.NaN,
      // A reading that is not fresh says nothing of the time since.
      uptimeMs: uptimeOf(bot, moment.isFresh ? now : moment.readAt),
    });
  }
}

/** `anna` for /home/anna/.pm2, else the last folder's name. */
export function homeTag(home: string): string {
  const parts = home.split('/').filter(Boolean);
  const last = parts.at(-1) ?? home;
  return last === '.pm2' ? (parts.at(-2) ?? last) : last;
}

function matches(bot: Bot, state: BotState, words: readonly string[]): boolean {
  const text = `${bot.name} ${bot.namespace} ${state} ${bot.status} ${bot.id}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Time since the start of the process that runs; NaN when none does. */
export function uptimeOf(bot: Bot, now: number): number {
  const isUp = bot.status === 'online' || bot.status === 'launching' || bot.status === 'stopping';
  return isUp && bot.startedAt !== null ? Math.max(0, now - bot.startedAt) : Number.NaN;
}

type Compare = (a: BotRow, b: BotRow) => number;

/** The worst, the biggest or the latest first; unknown last; then by name and id, so that no order ever flickers. */
function orderBy(sort: (typeof BOT_SORTS)[number]): Compare {
  const byName: Compare = (a, b) => compareText(a.bot.name, b.bot.name) || compareId(a.bot.id, b.bot.id);
  switch (sort) {
    case 'state':
      return (a, b) => rankOf(a.judgement.last) - rankOf(b.judgement.last) || byName(a, b);
    case 'name':
      return byName;
    case 'cpu':
      return (a, b) => descending(a.cpuPercent, b.cpuPercent) || byName(a, b);
    case 'mem':
      return (a, b) => descending(a.memoryBytes, b.memoryBytes) || byName(a, b);
    case 'restarts':
      return (a, b) => b.bot.restarts - a.bot.restarts || byName(a, b);
    case 'uptime':
      return (a, b) => ascending(a.uptimeMs, b.uptimeMs) || byName(a, b);
    case 'log':
      return (a, b) => descending(a.lastLogAt, b.lastLogAt) || byName(a, b);
    default:
      return sort satisfies never;
  }
}

/** Unknown last. */
function ascending(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? descending(a, b) : a - b;
}

/** Unknown last. */
function descending(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return b - a;
}

// Code units, not the locale's rules: a hundred times cheaper, and the same on every machine.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareId(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));
}
