/** What the lines of the bots panel are: bots, and groups of them with their sums. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import { type BotState, type Judgement, rankOf } from '../state/judge.ts';

/** One bot with its cells of its snapshot's columns of numbers; NaN stands for unknown. One object a bot, kept and rewritten. */
export interface BotRow {
  readonly kind: 'bot';
  readonly key: string;
  bot: Bot;
  judgement: Judgement & { readonly last: BotState };
  /** Tells homes apart where several are watched; else empty. */
  homeTag: string;
  cpuPercent: number;
  memoryBytes: number;
  processes: number;
  threads: number;
  /** Of the process of the tree that is nearest to its limit. */
  openFiles: number;
  openFilesLimit: number;
  lastLogAt: number;
  uptimeMs: number;
  /** Exits of the last hour. */
  exitsHour: number;
  /** What node itself publishes through PM2. */
  heapBytes: number;
  heapPercent: number;
  loopMs: number;
  /** How deep it stands in the tree of groups. */
  depth: number;
  /** What words of a filter or a search are looked for in, lower case. */
  text: string;
  /** Whether the filter shows it. */
  isShown: boolean;
  /** What it was last sorted by, where that is a number. */
  sortValue: number;
}

export const GROUP_LEVELS = ['home', 'namespace', 'app'] as const;
export type GroupLevel = (typeof GROUP_LEVELS)[number];

/** Bots that share a home, a namespace or a name, and the sums of those that the filter shows. */
export interface GroupRow {
  readonly kind: 'group';
  readonly key: string;
  readonly level: GroupLevel;
  readonly label: string;
  depth: number;
  isFolded: boolean;
  /** The bots in it, those of its groups too, in their order. */
  members: BotRow[];
  up: number;
  cpuPercent: number;
  memoryBytes: number;
  processes: number;
  restarts: number;
  exitsHour: number;
  /** The worst there is in it. */
  worst: BotRow | null;
}

export type BotLine = BotRow | GroupRow;

/** Whether it serves: a flapping one does not, see `countFleet`. */
export function isUp({ judgement: { state } }: BotRow): boolean {
  return state === 'ok' || state === 'starting' || state === 'silent';
}

/** Sums what is known: a sum of nothing that is known is unknown. */
export function sumGroup(group: GroupRow): void {
  let up = 0;
  let cpu = Number.NaN;
  let memory = Number.NaN;
  let processes = 0;
  let restarts = 0;
  let exits = 0;
  let worst: BotRow | null = null;
  for (const row of group.members) {
    if (isUp(row)) up++;
    if (!Number.isNaN(row.cpuPercent)) cpu = (Number.isNaN(cpu) ? 0 : cpu) + row.cpuPercent;
    if (!Number.isNaN(row.memoryBytes)) memory = (Number.isNaN(memory) ? 0 : memory) + row.memoryBytes;
    if (!Number.isNaN(row.processes)) processes += row.processes;
    restarts += row.bot.restarts;
    exits += row.exitsHour;
    if (worst === null || rankOf(row.judgement.last) < rankOf(worst.judgement.last)) worst = row;
  }
  group.up = up;
  group.cpuPercent = cpu;
  group.memoryBytes = memory;
  group.processes = processes;
  group.restarts = restarts;
  group.exitsHour = exits;
  group.worst = worst;
}

/** `anna` for /home/anna/.pm2, else the last folder's name. */
export function homeTag(home: string): string {
  const parts = home.split('/').filter(Boolean);
  const last = parts.at(-1) ?? home;
  return last === '.pm2' ? (parts.at(-2) ?? last) : last;
}

/** Time since the start of the process that runs; NaN when none does. */
export function uptimeOf(bot: Bot, now: number): number {
  const isRunning = bot.status === 'online' || bot.status === 'launching' || bot.status === 'stopping';
  return isRunning && bot.startedAt !== null ? Math.max(0, now - bot.startedAt) : Number.NaN;
}

/** `fork`, `cluster`, or `module` for what PM2 runs for itself. */
export function modeOf(bot: Bot): string {
  return bot.isModule ? 'module' : bot.mode;
}
