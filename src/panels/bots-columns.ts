/** The columns of the bots panel as data: what each shows, how wide it is, and which stay where there is little room. */

import type { Thresholds } from '../config/schema.ts';
import type { Threshold } from '../config/schema-nodes.ts';
import type { BotState } from '../state/judge.ts';
import { ago, bytes, count, duration, percent } from '../text/format.ts';
import type { Role } from '../ui/theme.ts';
import type { BOT_SORTS, BotRow } from './bots-view.ts';
import { severityOf } from './severity.ts';

export type BotLimits = Pick<Thresholds['bots'], 'memoryBytes' | 'cpuPercent'>;

export interface BotColumn {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Where there is no room for all, those of a lower rank stay. */
  readonly rank: number;
  /** Shown only where several homes are watched. */
  readonly onlyWith?: 'homes';
  /** What the list is sorted by when this column's title is marked. */
  readonly sort?: (typeof BOT_SORTS)[number];
  /** Its picture of the last samples, in place of a text. */
  readonly series?: 'cpu' | 'memory';
  text(row: BotRow, now: number): string;
  role(row: BotRow, limits: BotLimits): Role;
}

const STATE_ROLES: Readonly<Record<BotState, Role>> = {
  errored: 'bad',
  flapping: 'bad',
  'restart-wait': 'warn',
  silent: 'warn',
  unknown: 'warn',
  stale: 'muted',
  stopping: 'warn',
  starting: 'accent',
  ok: 'good',
  stopped: 'muted',
};

export function stateRole(state: BotState): Role {
  return STATE_ROLES[state];
}

/** The words on the screen; what is broken is in capitals, so that it is found without colour too. */
export function stateWord(state: BotState): string {
  if (state === 'restart-wait') return 'waiting';
  return state === 'errored' || state === 'flapping' ? state.toUpperCase() : state;
}

function quiet(row: BotRow): Role {
  return row.judgement.state === 'stopped' || row.judgement.state === 'stale' ? 'muted' : 'text';
}

function limited(row: BotRow, value: number, limit: Threshold): Role {
  const severity = severityOf(value, limit);
  return severity === 'warn' || severity === 'bad' ? severity : quiet(row);
}

/** In the order shown. The name takes what is left, see `fitColumns`. */
export const BOT_COLUMNS: readonly BotColumn[] = [
  {
    id: 'home',
    title: 'HOME',
    width: 8,
    align: 'left',
    // Without it two rows of one name cannot be told apart.
    rank: 2.5,
    onlyWith: 'homes',
    text: ({ homeTag }) => homeTag,
    role: () => 'muted',
  },
  {
    id: 'id',
    title: 'ID',
    width: 3,
    align: 'right',
    rank: 8,
    text: ({ bot }) => String(bot.id),
    role: () => 'muted',
  },
  {
    id: 'name',
    title: 'NAME',
    width: 13,
    align: 'left',
    rank: 0,
    sort: 'name',
    text: ({ bot }) => bot.name,
    role: (row) => (quiet(row) === 'muted' ? 'muted' : 'strong'),
  },
  {
    id: 'namespace',
    title: 'NS',
    width: 9,
    align: 'left',
    rank: 11,
    text: ({ bot }) => (bot.namespace === 'default' ? '' : bot.namespace),
    role: () => 'muted',
  },
  {
    id: 'state',
    title: 'STATE',
    width: 9,
    align: 'left',
    rank: 1,
    sort: 'state',
    text: ({ judgement }) => stateWord(judgement.state),
    role: ({ judgement }) => stateRole(judgement.state),
  },
  {
    id: 'status',
    title: 'PM2',
    width: 8,
    align: 'left',
    rank: 9,
    text: ({ bot }) => (bot.status === 'waiting restart' ? 'waiting' : bot.status),
    role: () => 'muted',
  },
  {
    id: 'cpu',
    title: 'CPU',
    width: 4,
    align: 'right',
    rank: 5,
    sort: 'cpu',
    text: ({ cpuPercent }) => percent(cpuPercent),
    role: (row, { cpuPercent }) => limited(row, row.cpuPercent, cpuPercent),
  },
  {
    id: 'memory',
    title: 'MEM',
    width: 4,
    align: 'right',
    rank: 2,
    sort: 'mem',
    text: ({ memoryBytes }) => bytes(memoryBytes),
    role: (row, { memoryBytes }) => limited(row, row.memoryBytes, memoryBytes),
  },
  {
    id: 'processes',
    title: 'PROC',
    width: 4,
    align: 'right',
    rank: 12,
    text: ({ processes }) => (processes > 0 ? count(processes) : ''),
    role: () => 'muted',
  },
  {
    id: 'restarts',
    title: '↺',
    width: 4,
    align: 'right',
    rank: 3,
    sort: 'restarts',
    text: ({ bot }) => count(bot.restarts),
    role: (row) => (row.judgement.state === 'flapping' ? 'bad' : quiet(row)),
  },
  {
    id: 'uptime',
    title: 'UP',
    width: 5,
    align: 'right',
    rank: 6,
    sort: 'uptime',
    text: ({ uptimeMs }) => (Number.isNaN(uptimeMs) ? '' : duration(uptimeMs)),
    role: quiet,
  },
  {
    id: 'log',
    title: 'LOG',
    width: 4,
    align: 'right',
    rank: 7,
    sort: 'log',
    text: ({ lastLogAt }, now) => ago(now - lastLogAt),
    role: () => 'muted',
  },
  {
    id: 'pid',
    title: 'PID',
    width: 7,
    align: 'right',
    rank: 10,
    text: ({ bot }) => (bot.pid === null ? '' : String(bot.pid)),
    role: () => 'muted',
  },
  {
    id: 'cpu-trend',
    title: 'CPU 2 MIN',
    width: 14,
    align: 'left',
    rank: 13,
    series: 'cpu',
    text: () => '',
    role: () => 'graph',
  },
  {
    id: 'memory-trend',
    title: 'MEM 2 MIN',
    width: 14,
    align: 'left',
    rank: 14,
    series: 'memory',
    text: () => '',
    role: () => 'graph',
  },
  {
    id: 'why',
    title: 'WHY',
    width: 16,
    align: 'left',
    rank: 4,
    text: ({ judgement }) => judgement.why,
    role: ({ judgement }) => (judgement.state === 'ok' ? 'muted' : stateRole(judgement.state)),
  },
];

/** A column with its place in the row. */
export interface PlacedColumn {
  readonly column: BotColumn;
  readonly x: number;
  readonly width: number;
}

/** Names and reasons are widened up to this; beyond it the next column is worth more, and then empty room. */
const NAME_MAX = 30;
/** A name this wide is worth more than the columns behind the first few. */
const NAME_GOOD = 20;
const GAP = 1;
/** The mark of the cursor stands before the first column. */
const MARK = 1;

/**
 * The columns that fit an inner width: those of the lowest rank, in their order, with a blank between them. From the
 * fifth on a column is added only when the name has its good width. The name and the reason share what is left.
 */
export function fitColumns(width: number, hasHomes = false): readonly PlacedColumn[] {
  const chosen = new Set<BotColumn>();
  let used = MARK;
  const candidates = BOT_COLUMNS.filter(({ onlyWith }) => onlyWith === undefined || hasHomes);
  for (const column of candidates.sort((a, b) => a.rank - b.rank)) {
    const reserve = column.rank > 5 ? NAME_GOOD - 13 : 0;
    if (used + column.width + GAP + reserve > width + GAP) break;
    chosen.add(column);
    used += column.width + GAP;
  }
  const shown = BOT_COLUMNS.filter((column) => chosen.has(column));
  let spare = Math.max(0, width + GAP - used);
  const hasWhy = shown.some((column) => column.id === 'why');
  const nameExtra = Math.min(hasWhy ? Math.ceil(spare * 0.6) : spare, NAME_MAX - 13);
  spare -= nameExtra;
  let x = MARK;
  return shown.map((column) => {
    const extra = column.id === 'name' ? nameExtra : column.id === 'why' ? spare : 0;
    const placed = { column, x, width: column.width + extra };
    x += placed.width + GAP;
    return placed;
  });
}
