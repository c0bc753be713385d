/** The columns of the bots panel as data: what each shows, how wide it is, and which stay where there is little room. */
import { maxExits } from '../../sources/pm2/exits.ts';
import { HOME_TAG_WIDTH } from '../../state/home-tag.ts';
import { ago, bytes, count, duration, percent } from '../../text/format.ts';
import { whyOf, whyRole } from './cause.ts';
import { type BotColumn, limited, quiet, stateRole, stateWord } from './column.ts';
import { WIDE_COLUMNS } from './column-wide.ts';
import { errorsHour, slopeOf, timeLeft } from './fields.ts';
import type { BotRow } from './row.ts';

/** In the order shown. The name takes what is left, see `fitColumns`. */
export const BOT_COLUMNS: readonly BotColumn[] = [
  {
    id: 'home',
    label: 'PM2 home',
    title: 'HOME',
    width: HOME_TAG_WIDTH,
    align: 'left',
    // Without it two rows of one name cannot be told apart.
    rank: 2.5,
    sort: 'home',
    onlyWith: 'homes',
    text: ({ homeTag }) => homeTag,
    role: () => 'muted',
  },
  {
    id: 'id',
    label: 'pm_id',
    title: 'ID',
    width: 3,
    align: 'right',
    rank: 8,
    sort: 'id',
    text: ({ bot }) => String(bot.id),
    role: () => 'muted',
  },
  {
    id: 'name',
    label: 'name',
    title: 'NAME',
    width: 13,
    align: 'left',
    rank: 0,
    sort: 'name',
    text: ({ bot }) => (bot.isModule ? `${bot.name} (module)` : bot.name),
    role: (row) => (row.bot.isModule || quiet(row) === 'muted' ? 'muted' : 'strong'),
  },
  {
    id: 'namespace',
    label: 'namespace',
    title: 'NS',
    width: 9,
    align: 'left',
    rank: 7.5,
    onlyWith: 'namespaces',
    sort: 'ns',
    text: ({ bot }) => (bot.namespace === 'default' ? '' : bot.namespace),
    role: () => 'muted',
  },
  {
    id: 'state',
    label: 'state',
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
    label: "PM2's own word",
    title: 'PM2',
    width: 8,
    align: 'left',
    rank: 9,
    sort: 'pm2',
    text: ({ bot }) => (bot.status === 'waiting restart' ? 'waiting' : bot.status),
    role: () => 'muted',
  },
  {
    id: 'cpu',
    label: 'CPU of one core',
    title: 'CPU',
    width: 4,
    align: 'right',
    rank: 5,
    sort: 'cpu',
    text: ({ cpuPercent }) => percent(cpuPercent),
    group: ({ cpuPercent }) => percent(cpuPercent),
    role: (row, { cpuPercent }) => limited(row, row.cpuPercent, cpuPercent),
  },
  {
    id: 'memory',
    label: 'memory of the process tree',
    title: 'MEM',
    width: 4,
    align: 'right',
    rank: 2,
    sort: 'mem',
    text: ({ memoryBytes }) => bytes(memoryBytes),
    group: ({ memoryBytes }) => bytes(memoryBytes),
    role: (row, { memoryBytes }) => limited(row, row.memoryBytes, memoryBytes),
  },
  {
    id: 'slope',
    label: 'memory gained in an hour',
    title: 'MEM/H',
    width: 5,
    align: 'right',
    rank: 8.2,
    sort: 'slope',
    text(row, world) {
      const slope = slopeOf(row, world);
      return Number.isNaN(slope) ? '' : `+${bytes(slope)}`;
    },
    role: quiet,
  },
  {
    id: 'left',
    label: 'time until its memory reaches the next limit',
    title: 'LEFT',
    width: 5,
    align: 'right',
    rank: 8.3,
    sort: 'left',
    text(row, world) {
      const ms = timeLeft(row, world);
      return Number.isNaN(ms) ? '' : duration(ms);
    },
    role: (row) => (quiet(row) === 'muted' ? 'muted' : 'warn'),
  },
  {
    id: 'processes',
    label: 'processes of the tree',
    title: 'PROC',
    width: 4,
    align: 'right',
    rank: 12,
    sort: 'procs',
    text: ({ processes }) => (processes > 0 ? count(processes) : ''),
    group: ({ processes }) => count(processes),
    role: () => 'muted',
  },
  {
    id: 'restarts',
    label: 'restarts since it was added',
    title: '↺',
    width: 4,
    align: 'right',
    rank: 3,
    sort: 'restarts',
    text: ({ bot }) => count(bot.restarts),
    group: ({ restarts }) => count(restarts),
    role: (row) => (row.judgement.state === 'flapping' ? 'bad' : quiet(row)),
  },
  {
    id: 'exits',
    label: 'exits in the last hour',
    title: '↺/H',
    width: 4,
    align: 'right',
    rank: 7.1,
    sort: 'exits',
    text: (row) => exitCount(row.exitsHour, [row]),
    group: (group) => exitCount(group.exitsHour, group.members),
    role: (row) => (row.judgement.state === 'flapping' ? 'bad' : quiet(row)),
  },
  {
    id: 'uptime',
    label: 'time since its start',
    title: 'UP',
    width: 5,
    align: 'right',
    rank: 6,
    sort: 'up',
    text: ({ bot, uptimeMs }) => (bot.pid === null && Number.isNaN(uptimeMs) ? '' : duration(uptimeMs)),
    role: quiet,
  },
  {
    id: 'log',
    label: 'age of the last log line',
    title: 'LOG',
    width: 4,
    align: 'right',
    rank: 7,
    sort: 'log',
    text: ({ lastLogAt }, { now }) => ago(now - lastLogAt),
    role: () => 'muted',
  },
  {
    id: 'errors',
    label: 'errors logged in the last hour',
    title: 'ERR/H',
    width: 5,
    align: 'right',
    rank: 7.2,
    sort: 'errors',
    text(row, world) {
      const errors = errorsHour(row, world);
      return errors === 0 ? '' : count(errors);
    },
    role: (row) => (quiet(row) === 'muted' ? 'muted' : 'bad'),
  },
  {
    id: 'pid',
    label: 'process id',
    title: 'PID',
    width: 7,
    align: 'right',
    rank: 10,
    sort: 'pid',
    text: ({ bot }) => (bot.pid === null ? '' : String(bot.pid)),
    role: () => 'muted',
  },
  ...WIDE_COLUMNS,
  {
    id: 'why',
    label: 'why it is in that state',
    title: 'WHY',
    width: 16,
    align: 'left',
    rank: 4,
    text: whyOf,
    role: (row, _limits, world) => whyRole(row, world),
  },
];

/** Of one bot no more than these are kept: there were as many, or more. */
function exitCount(exits: number, rows: readonly BotRow[]): string {
  if (exits === 0) return '';
  return rows.some(({ exitsHour }) => exitsHour >= maxExits) ? `${count(exits)}+` : count(exits);
}
