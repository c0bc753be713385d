/** One bot on the whole screen: what it is, how it does, and every exit of the last hour. */
import type { Bot, BotExit } from '../sources/pm2/snapshot.ts';
import { keyOf } from '../state/fleet.ts';
import { describeExit } from '../state/judge.ts';
import type { Series } from '../state/series.ts';
import { ago, bytes, clockTime, duration, percent, UNKNOWN } from '../text/format.ts';
import { sparkline } from '../ui/graph.ts';
import type { Scope } from '../ui/panel.ts';
import type { Cells } from '../ui/screen/cells.ts';
import type { Role } from '../ui/theme.ts';
import { stateRole, stateWord } from './bots-columns.ts';
import type { BotRow } from './bots-view.ts';

type Fact = readonly [label: string, value: string, role?: Role];

export function drawBotDetail(cells: Cells, scope: Scope, row: BotRow | null): void {
  const { theme, world } = scope;
  const { width, height } = cells;
  cells.clear();
  const name = row ? row.bot.name : 'bot';
  cells.box(0, 0, width, height, {
    title: row ? `${name} · pm_id ${row.bot.id}` : 'gone',
    right: 'Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
  });
  if (!row) {
    cells.text(2, 2, 'This bot is not in PM2 any more. Esc goes back.', theme.text, width - 4);
    return;
  }
  const isWide = width >= 100;
  const columnWidth = isWide ? Math.floor((width - 5) / 2) : width - 4;
  let y = 1;
  const facts = factsOf(row, world.now);
  const perColumn = isWide ? Math.ceil(facts.length / 2) : facts.length;
  facts.forEach(([label, value, role], i) => {
    const x = 2 + (isWide && i >= perColumn ? columnWidth + 1 : 0);
    const line = y + (i % perColumn);
    if (line >= height - 1) return;
    cells.text(x, line, label, theme.muted, 11);
    cells.text(x + 12, line, value, theme[role ?? 'text'], columnWidth - 12);
  });
  y += perColumn + 1;
  const series = world.fleet.of(keyOf(row.bot));
  if (series && y + 2 < height - 1) {
    y = drawSeries(cells, scope, y, 'cpu', series.cpu, percent(row.cpuPercent), 100);
    y = drawSeries(cells, scope, y, 'memory', series.memory, bytes(row.memoryBytes), row.bot.maxMemoryBytes ?? 0);
    y++;
  }
  y = drawExits(cells, scope, y, row.bot.exits);
  drawMetrics(cells, scope, y, row.bot);
}

function factsOf(row: BotRow, now: number): readonly Fact[] {
  const { bot, judgement } = row;
  const state = `${stateWord(judgement.state)}${judgement.why ? ` · ${judgement.why}` : ''}`;
  const limit = bot.maxMemoryBytes === null ? '' : ` of ${bytes(bot.maxMemoryBytes)}, then PM2 restarts it`;
  return [
    ['state', state, stateRole(judgement.state)],
    ['PM2', `${bot.status} · ${bot.mode} mode${bot.instance === null ? '' : ` · instance ${bot.instance}`}`],
    ['pid', bot.pid === null ? UNKNOWN : `${bot.pid}${row.processes > 1 ? ` and ${row.processes - 1} below it` : ''}`],
    ['cpu', `${percent(row.cpuPercent)} of one core`],
    ['memory', `${bytes(row.memoryBytes)}${limit}`],
    ['up', Number.isNaN(row.uptimeMs) ? UNKNOWN : duration(row.uptimeMs)],
    [
      'restarts',
      `${bot.restarts} since it was added${bot.unstableRestarts > 0 ? `, ${bot.unstableRestarts} unstable` : ''}`,
    ],
    ['exit code', bot.exitCode === null ? UNKNOWN : String(bot.exitCode)],
    ['last log', Number.isNaN(row.lastLogAt) ? 'no log file could be read' : `${ago(now - row.lastLogAt)} ago`],
    ['namespace', bot.namespace],
    ['script', bot.script],
    ['cwd', bot.cwd],
    ['runs on', [bot.interpreter, bot.nodeVersion].filter(Boolean).join(' ')],
    ['version', bot.version ?? UNKNOWN],
    ['user', bot.username ?? UNKNOWN],
    ['watch', `${bot.watch ? 'restarts when its files change' : 'no'}${bot.cron ? ` · cron ${bot.cron}` : ''}`],
    ['out log', bot.outLogPath ?? UNKNOWN],
    ['error log', bot.errLogPath ?? UNKNOWN],
    ['environment', bot.envNames.length > 0 ? `${bot.envNames.join(' ')}` : 'nothing of its own'],
    ['home', bot.home],
  ];
}

function drawSeries(
  cells: Cells,
  { theme }: Scope,
  y: number,
  label: string,
  series: Series,
  now: string,
  max: number,
): number {
  cells.text(2, y, label, theme.muted, 11);
  const room = Math.min(series.capacity, cells.width - 4 - 12 - 7);
  const peak = series.max(room);
  sparkline(cells, 14, y, room, series, {
    min: 0,
    max: Math.max(max, Number.isNaN(peak) ? 0 : peak),
    style: theme.graph,
  });
  cells.text(15 + room, y, now, theme.text, 6);
  return y + 1;
}

const CAUSES: Readonly<Record<BotExit['cause'], string>> = {
  crash: 'nobody asked for it',
  asked: 'asked through PM2',
  memory: 'PM2 restarted it: over max_memory_restart',
  watch: 'PM2 restarted it: a file changed',
  cron: 'PM2 restarted it: its schedule',
};

function drawExits(cells: Cells, { theme, world }: Scope, y: number, exits: readonly BotExit[]): number {
  const room = cells.height - 1 - y;
  if (room < 2) return y;
  cells.text(
    2,
    y++,
    exits.length === 0 ? 'No exit in the last hour.' : `Exits of the last hour (${exits.length}), latest first`,
    theme.title,
    cells.width - 4,
  );
  for (const exit of exits
    .slice(-Math.max(1, room - 1))
    .reverse()
    .slice(0, 12)) {
    if (y >= cells.height - 1) break;
    const offset = -new Date(exit.at).getTimezoneOffset();
    const role: Role = exit.cause === 'crash' || exit.cause === 'memory' ? 'bad' : 'muted';
    cells.text(2, y, clockTime(exit.at, offset), theme.text, 8);
    cells.text(11, y, `${ago(world.now - exit.at)} ago`.padStart(8), theme.muted, 8);
    cells.text(21, y, describeExit(exit), theme[role], 14);
    cells.text(36, y, CAUSES[exit.cause], theme.muted, cells.width - 38);
    y++;
  }
  return y + 1;
}

function drawMetrics(cells: Cells, { theme }: Scope, y: number, bot: Bot): void {
  if (bot.metrics.length === 0 || y + 1 >= cells.height - 1) return;
  cells.text(2, y++, 'What it publishes to PM2', theme.title, cells.width - 4);
  const each = 38;
  const across = Math.max(1, Math.floor((cells.width - 4) / each));
  bot.metrics.forEach((metric, i) => {
    const line = y + Math.floor(i / across);
    if (line >= cells.height - 1) return;
    const x = 2 + (i % across) * each;
    cells.text(x, line, metric.name, theme.muted, 24);
    cells.text(x + 25, line, `${metric.value} ${metric.unit}`, theme.text, 12);
  });
}
