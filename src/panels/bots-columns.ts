/** The columns of the bots panel as data: what each shows, how wide it is, and from what width on it is shown. */
import { ago, bytes, count, duration, percent } from '../text/format.ts';
import type { BotState } from '../state/judge.ts';
import type { Role } from '../ui/theme.ts';
import type { BotRow } from './bots-view.ts';

export interface BotColumn {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Shown from this inner width of the panel on. */
  readonly from: number;
  text(row: BotRow, now: number): string;
  role(row: BotRow): Role;
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
  return state === 'errored' || state === 'flapping' ? state.toUpperCase() : state;
}

/** Memory of one bot that is too much: 150 MB is the runbooks' target, 200 MB where they restart. */
const MEMORY_WARN_BYTES = 150e6;
const MEMORY_BAD_BYTES = 200e6;
const CPU_WARN_PERCENT = 80;

function quiet(row: BotRow): Role {
  return row.judgement.state === 'stopped' || row.judgement.state === 'stale' ? 'muted' : 'text';
}

function memoryRole(row: BotRow): Role {
  if (row.memoryBytes > MEMORY_BAD_BYTES) return 'bad';
  return row.memoryBytes > MEMORY_WARN_BYTES ? 'warn' : quiet(row);
}

/** In the order shown. The name takes what is left, see `fitColumns`. */
export const BOT_COLUMNS: readonly BotColumn[] = [
  {
    id: 'id',
    title: 'ID',
    width: 4,
    align: 'right',
    from: 90,
    text: ({ bot }) => String(bot.id),
    role: () => 'muted',
  },
  {
    id: 'name',
    title: 'NAME',
    width: 12,
    align: 'left',
    from: 0,
    text: ({ bot }) => bot.name,
    role: (row) => (quiet(row) === 'muted' ? 'muted' : 'strong'),
  },
  {
    id: 'namespace',
    title: 'NS',
    width: 10,
    align: 'left',
    from: 126,
    text: ({ bot }) => (bot.namespace === 'default' ? '' : bot.namespace),
    role: () => 'muted',
  },
  {
    id: 'state',
    title: 'STATE',
    width: 12,
    align: 'left',
    from: 0,
    text: ({ judgement }) => stateWord(judgement.state),
    role: ({ judgement }) => stateRole(judgement.state),
  },
  {
    id: 'status',
    title: 'PM2',
    width: 8,
    align: 'left',
    from: 64,
    text: ({ bot }) => (bot.status === 'waiting restart' ? 'waiting' : bot.status),
    role: () => 'muted',
  },
  {
    id: 'cpu',
    title: 'CPU',
    width: 5,
    align: 'right',
    from: 34,
    text: ({ cpuPercent }) => percent(cpuPercent),
    role: (row) => (row.cpuPercent > CPU_WARN_PERCENT ? 'warn' : quiet(row)),
  },
  {
    id: 'memory',
    title: 'MEM',
    width: 5,
    align: 'right',
    from: 34,
    text: ({ memoryBytes }) => bytes(memoryBytes),
    role: memoryRole,
  },
  {
    id: 'processes',
    title: 'PROC',
    width: 4,
    align: 'right',
    from: 140,
    text: ({ processes }) => (processes > 0 ? count(processes) : ''),
    role: () => 'muted',
  },
  {
    id: 'restarts',
    title: '↺',
    width: 5,
    align: 'right',
    from: 46,
    text: ({ bot }) => count(bot.restarts),
    role: (row) => (row.judgement.state === 'flapping' ? 'bad' : quiet(row)),
  },
  {
    id: 'uptime',
    title: 'UP',
    width: 6,
    align: 'right',
    from: 54,
    text: ({ uptimeMs }) => (Number.isNaN(uptimeMs) ? '' : duration(uptimeMs)),
    role: quiet,
  },
  {
    id: 'log',
    title: 'LOG',
    width: 4,
    align: 'right',
    from: 60,
    text: ({ lastLogAt }, now) => ago(now - lastLogAt),
    role: () => 'muted',
  },
  {
    id: 'pid',
    title: 'PID',
    width: 8,
    align: 'right',
    from: 118,
    text: ({ bot }) => (bot.pid === null ? '' : String(bot.pid)),
    role: () => 'muted',
  },
  {
    id: 'why',
    title: 'WHY',
    width: 15,
    align: 'left',
    from: 74,
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

/** Most a name and a reason are widened to; beyond it the room stays empty. */
const NAME_MAX = 32;

/** The columns that fit an inner width, with a blank between them; the name and the reason share what is left. */
export function fitColumns(width: number): readonly PlacedColumn[] {
  const shown = BOT_COLUMNS.filter((column) => column.from <= width);
  const gap = 1;
  const fixed = shown.reduce((sum, column) => sum + column.width + gap, 1);
  let spare = Math.max(0, width - fixed);
  const hasWhy = shown.some((column) => column.id === 'why');
  const nameExtra = Math.min(hasWhy ? Math.ceil(spare * 0.45) : spare, NAME_MAX - 12);
  spare -= nameExtra;
  let x = 1;
  return shown.map((column) => {
    const extra = column.id === 'name' ? nameExtra : column.id === 'why' ? spare : 0;
    const placed = { column, x, width: column.width + extra };
    x += placed.width + gap;
    return placed;
  });
}
