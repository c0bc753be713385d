/** One bot on the whole screen: what it is, how it does, and every exit of the last hour. */
import type { Bot, BotExit } from '../sources/pm2/snapshot.ts';
import { keyOf } from '../state/fleet.ts';
import { describeExit } from '../state/judge.ts';
import type { Series } from '../state/series.ts';
import { ago, bytes, clockTime, duration, percent, UNKNOWN } from '../text/format.ts';
import { truncate } from '../text/width.ts';
import { sparkline } from '../ui/graph.ts';
import type { Scope } from '../ui/panel.ts';
import type { Cells } from '../ui/screen/cells.ts';
import { drawScrolled } from '../ui/scrolled.ts';
import type { Role } from '../ui/theme.ts';
import { stateRole, stateWord } from './bots-column.ts';
import type { BotRow } from './bots-row.ts';

type Fact = readonly [label: string, value: string, role?: Role];

export function drawBotDetail(cells: Cells, scope: Scope, row: BotRow | null): void {
  const { theme, ui } = scope;
  const { width, height } = cells;
  cells.clear();
  cells.box(0, 0, width, height, {
    title: row ? truncate(`${row.bot.name} · pm_id ${row.bot.id}`, width - 16) : 'gone',
    right: 'Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
  });
  if (row) scope.world.attention?.see(row.bot.home, row.bot.id);
  if (row) drawScrolled(cells, ui.detail?.top ?? 0, theme, (page) => drawPage(page, scope, row));
  else cells.text(2, 2, 'This bot is not in PM2 any more. Esc goes back.', theme.text, width - 4);
}

/** Draws all there is to say and gives how many rows it took. */
function drawPage(page: Cells, scope: Scope, row: BotRow): number {
  const { world } = scope;
  let y = drawFacts(page, scope, 0, headFacts(row), 1);
  y = drawFacts(page, scope, y, shortFacts(row, world.now), page.width >= 150 ? 3 : page.width >= 64 ? 2 : 1);
  const series = world.fleet.of(keyOf(row.bot));
  if (series) {
    y = drawSeries(page, scope, y + 1, 'cpu', series.cpu, percent(row.cpuPercent), 100);
    y = drawSeries(page, scope, y, 'memory', series.memory, bytes(row.memoryBytes), row.bot.maxMemoryBytes ?? 0);
  }
  y = drawExits(page, scope, y + 1, row.bot.exits);
  y = drawFacts(page, scope, y + 1, longFacts(row.bot), 1);
  return drawMetrics(page, scope, y + 1, row.bot);
}

/** Draws labels and values in that many columns, read downwards; gives the row below them. */
function drawFacts(cells: Cells, { theme }: Scope, y: number, facts: readonly Fact[], columns: number): number {
  const room = Math.floor((cells.width - 2) / columns);
  const lines = Math.ceil(facts.length / columns);
  facts.forEach(([label, value, role], i) => {
    const x = 1 + Math.floor(i / lines) * room;
    const line = y + (i % lines);
    cells.text(x, line, label, theme.muted, 11);
    cells.text(x + 12, line, truncate(value, room - 13), theme[role ?? 'text'], room - 12);
  });
  return y + lines;
}

function headFacts({ judgement }: BotRow): readonly Fact[] {
  const words = `${stateWord(judgement.state)}${judgement.why ? ` · ${judgement.why}` : ''}`;
  return [['state', words, stateRole(judgement.state)]];
}

function shortFacts(row: BotRow, now: number): readonly Fact[] {
  const { bot } = row;
  const unstable = bot.unstableRestarts > 0 ? `, ${bot.unstableRestarts} unstable` : '';
  const limit = bot.maxMemoryBytes === null ? '' : ` of ${bytes(bot.maxMemoryBytes)}`;
  return [
    ['PM2', `${bot.status} · ${bot.mode}`],
    ['pid', bot.pid === null ? UNKNOWN : `${bot.pid}${row.processes > 1 ? ` and ${row.processes - 1} below it` : ''}`],
    ['up', Number.isNaN(row.uptimeMs) ? UNKNOWN : duration(row.uptimeMs)],
    ['cpu', Number.isNaN(row.cpuPercent) ? UNKNOWN : `${percent(row.cpuPercent)} of one core`],
    ['memory', `${bytes(row.memoryBytes)}${limit}`],
    ['last log', Number.isNaN(row.lastLogAt) ? 'no log file could be read' : `${ago(now - row.lastLogAt)} ago`],
    ['restarts', `${bot.restarts}${unstable}`],
    ['exit code', bot.exitCode === null ? UNKNOWN : String(bot.exitCode)],
    ['namespace', bot.namespace],
    ['instance', bot.mode === 'cluster' && bot.instance !== null ? String(bot.instance) : 'the only one'],
    ['version', bot.version ?? UNKNOWN],
    ['user', bot.username ?? UNKNOWN],
    ['watch', `${bot.watch ? 'yes' : 'no'}${bot.cron ? ` · cron ${bot.cron}` : ''}`],
  ];
}

function longFacts(bot: Bot): readonly Fact[] {
  return [
    ['script', bot.script],
    ['cwd', bot.cwd],
    ['runs on', [bot.interpreter, bot.nodeVersion].filter(Boolean).join(' ')],
    ['out log', bot.outLogPath ?? UNKNOWN],
    ['error log', bot.errLogPath ?? UNKNOWN],
    ['environment', bot.envNames.length > 0 ? `${bot.envNames.join(' ')}  (names only)` : 'nothing of its own'],
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
  cells.text(1, y, label, theme.muted, 11);
  const room = Math.min(series.capacity, cells.width - 2 - 12 - 7);
  const peak = series.max(room);
  sparkline(cells, 13, y, room, series, {
    min: 0,
    max: Math.max(max, Number.isNaN(peak) ? 0 : peak),
    style: theme.graph,
  });
  cells.text(14 + room, y, now, theme.text, 6);
  return y + 1;
}

const CAUSES: Readonly<Record<BotExit['cause'], string>> = {
  crash: 'nobody asked for it',
  asked: 'asked through PM2',
  reload: 'reloaded: a new worker took its place',
  memory: 'PM2 restarted it: over max_memory_restart',
  watch: 'PM2 restarted it: a file changed',
  cron: 'PM2 restarted it: its schedule',
};

/** More exits than this tell nothing new. */
const EXITS_SHOWN = 10;
/** As many as a snapshot holds of one bot. */
const EXITS_KEPT = 64;

function drawExits(cells: Cells, { theme, world }: Scope, y: number, exits: readonly BotExit[]): number {
  const count = exits.length >= EXITS_KEPT ? `${EXITS_KEPT} or more` : String(exits.length);
  const title = exits.length === 0 ? 'No exit in the last hour.' : `Exits of the last hour (${count}), latest first`;
  cells.text(1, y++, title, theme.title, cells.width - 2);
  for (const exit of exits.slice(-EXITS_SHOWN).reverse()) {
    const offset = -new Date(exit.at).getTimezoneOffset();
    const role: Role = exit.cause === 'crash' || exit.cause === 'memory' ? 'bad' : 'muted';
    cells.text(1, y, clockTime(exit.at, offset), theme.text, 8);
    cells.text(10, y, `${ago(world.now - exit.at)} ago`.padStart(8), theme.muted, 8);
    cells.text(20, y, describeExit(exit), theme[role], 14);
    cells.text(35, y, CAUSES[exit.cause], theme.muted, cells.width - 36);
    y++;
  }
  return y;
}

function drawMetrics(cells: Cells, { theme }: Scope, y: number, bot: Bot): number {
  if (bot.metrics.length === 0) return y;
  cells.text(1, y++, 'What it publishes to PM2', theme.title, cells.width - 2);
  const each = 38;
  const across = Math.max(1, Math.floor((cells.width - 2) / each));
  bot.metrics.forEach((metric, i) => {
    const line = y + Math.floor(i / across);
    const x = 1 + (i % across) * each;
    cells.text(x, line, metric.name, theme.muted, 24);
    cells.text(x + 25, line, `${metric.value} ${metric.unit}`, theme.text, 12);
  });
  return y + Math.ceil(bot.metrics.length / across);
}
