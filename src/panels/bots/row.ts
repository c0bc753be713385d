/** What the lines of the bots panel are: bots, and groups of them with their sums. */
import type { Orphan } from '../../sources/guard/snapshot.ts';
import type { Bot, BotMetric, MetricKind } from '../../sources/pm2/snapshot.ts';
import { ageOf, BOT_STATES, type BotState, isBusyAndQuiet, rankOf } from '../../state/judge.ts';

/** What a row's bot does: our states, and that it runs without a daemon. */
export type RowState = BotState | 'orphan';

/** The worst first. */
export const ROW_STATES: readonly RowState[] = ['orphan', ...BOT_STATES];

/** The least is the worst. */
export function rankOfRow(state: RowState): number {
  return state === 'orphan' ? -1 : rankOf(state);
}

/** The columns of numbers of a snapshot; a cell that there is none of is unknown. */
export type Figures = {
  readonly [name in
    | 'cpuPercent'
    | 'memoryBytes'
    | 'processes'
    | 'threads'
    | 'openFiles'
    | 'openFilesLimit'
    | 'lastLogAt']: ArrayLike<number>;
};

/** Of a row that was in no snapshot yet. */
const noFigures: Figures = {
  cpuPercent: [],
  memoryBytes: [],
  processes: [],
  threads: [],
  openFiles: [],
  openFilesLimit: [],
  lastLogAt: [],
};

/** Of what is known of an orphan alone. */
export function figuresOf({ cpuPercent, memoryBytes, processes }: Orphan): Figures {
  return { ...noFigures, cpuPercent: [cpuPercent], memoryBytes: [memoryBytes], processes: [processes] };
}

/**
 * One bot with its cells of its snapshot's columns, which are read where they stand; NaN stands for unknown. One object
 * a bot, kept and rewritten.
 */
export class BotRow {
  readonly kind = 'bot';
  readonly key: string;
  bot: Bot;
  /** What it is where no daemon has it; `bot` then holds what is known, in the form of a bot. */
  orphan: Orphan | null = null;
  judgement: { readonly state: RowState; readonly why: string; readonly last: RowState } = UNJUDGED;
  /** Tells homes apart where several are watched; else empty. */
  homeTag = '';
  uptimeMs = Number.NaN;
  /** Exits of the last hour. */
  exitsHour = 0;
  /** A bot of another name that writes into the same log; null where none does. */
  sharesLogWith: string | null = null;
  /** How deep it stands in the tree of groups. */
  depth = 0;
  /** Whether the filter shows it. */
  isShown = false;
  /** What it was last sorted by, where that is a number. */
  sortValue = Number.NaN;
  /** Sorted by state, the more urgent of two rows of one state stands first: see `urgencyOf`. */
  urgency = 0;
  #figures = noFigures;
  #index = 0;
  #text: string | null = null;

  /** Of which nothing but the bot is known yet. */
  constructor(key: string, bot: Bot) {
    this.key = key;
    this.bot = bot;
  }

  /** Where its numbers stand from now on. */
  stand(figures: Figures, index: number): void {
    this.#figures = figures;
    this.#index = index;
  }

  /** What it is called or what it does is another. */
  rename(): void {
    this.#text = null;
  }

  get cpuPercent(): number {
    return this.#figures.cpuPercent[this.#index] ?? Number.NaN;
  }

  get memoryBytes(): number {
    return this.#figures.memoryBytes[this.#index] ?? Number.NaN;
  }

  get processes(): number {
    return this.#figures.processes[this.#index] ?? Number.NaN;
  }

  get threads(): number {
    return this.#figures.threads[this.#index] ?? Number.NaN;
  }

  /** Of the process of the tree that is nearest to its limit. */
  get openFiles(): number {
    return this.#figures.openFiles[this.#index] ?? Number.NaN;
  }

  get openFilesLimit(): number {
    return this.#figures.openFilesLimit[this.#index] ?? Number.NaN;
  }

  get lastLogAt(): number {
    return this.#figures.lastLogAt[this.#index] ?? Number.NaN;
  }

  /** What node itself publishes through PM2. */
  get heapBytes(): number {
    return metricOf(this.bot.metrics, 'heap-used') * MEBIBYTE;
  }

  get heapPercent(): number {
    return metricOf(this.bot.metrics, 'heap-percent');
  }

  get loopMs(): number {
    return metricOf(this.bot.metrics, 'loop-latency');
  }

  /** What words of a filter or a search are looked for in, lower case. */
  get text(): string {
    const { bot, judgement } = this;
    this.#text ??=
      `${bot.name} ${bot.namespace} ${judgement.state} ${bot.status} ${modeOf(bot)} ${bot.id}`.toLowerCase();
    return this.#text;
  }
}

const UNJUDGED = { state: 'unknown', why: '', last: 'unknown' } as const;
const MEBIBYTE = 1_048_576;

function metricOf(metrics: readonly BotMetric[], kind: MetricKind): number {
  for (const metric of metrics) if (metric.kind === kind) return metric.value;
  return Number.NaN;
}

export const GROUP_LEVELS = ['home', 'namespace', 'app'] as const;
export type GroupLevel = (typeof GROUP_LEVELS)[number] | 'orphans';

/** Bots that share a home, a namespace or a name, or that no daemon has, and the sums of those that the filter shows. */
export interface GroupRow {
  readonly kind: 'group';
  readonly key: string;
  readonly level: GroupLevel;
  label: string;
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

/** Whether it may hang in a loop. */
export function isBusy({ bot, orphan, cpuPercent, judgement: { state } }: BotRow): boolean {
  return state === 'ok' && orphan === null && isBusyAndQuiet(bot, cpuPercent);
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
    if (row.orphan === null) restarts += row.bot.restarts;
    exits += row.exitsHour;
    if (worst === null || rankOfRow(row.judgement.last) < rankOfRow(worst.judgement.last)) worst = row;
  }
  group.up = up;
  group.cpuPercent = cpu;
  group.memoryBytes = memory;
  group.processes = processes;
  group.restarts = group.level === 'orphans' ? Number.NaN : restarts;
  group.exitsHour = exits;
  group.worst = worst;
}

/** Time since the start of the process that runs; NaN when none does, or nobody knows. */
export function uptimeOf(bot: Bot, now: number): number {
  const isRunning = bot.status === 'online' || bot.status === 'launching' || bot.status === 'stopping';
  return isRunning ? ageOf(bot, now) : Number.NaN;
}

/** `fork`, `cluster`, or `module` for what PM2 runs for itself. */
export function modeOf(bot: Bot): string {
  return bot.isModule ? 'module' : bot.mode;
}
