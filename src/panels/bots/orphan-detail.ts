/** A bot that outlived its daemon, on the whole screen: what it is, why that matters, what to do. */
import type { Orphan } from '../../sources/guard/snapshot.ts';
import type { Bot } from '../../sources/pm2/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import type { World } from '../../state/world.ts';
import { ago, bytes, count, percent, UNKNOWN } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import type { Scope } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawScrolled } from '../../ui/scrolled.ts';
import { drawLongFacts, type Fact } from './facts.ts';
import { drawLogEnds } from './log-ends.ts';

/** Of its last words. */
const LOG_ROWS = 14;

export function drawOrphanDetail(cells: Cells, { theme, ui, world, logs }: Scope, orphan: Orphan): void {
  cells.box(0, 0, cells.width, cells.height, {
    title: truncate(`${orphan.name} · ORPHAN · pid ${orphan.pid}`, cells.width - (cells.width < 60 ? 4 : 20)),
    right: cells.width < 60 ? '' : 'Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
    rightStyle: theme.muted,
  });
  drawScrolled(cells, ui.detail?.top ?? 0, theme, (page) => {
    const y = drawLongFacts(page, theme, 0, orphanFacts(orphan, world)) + 1;
    // What it says now, PM2 no longer writes: these are its last words before.
    return y + drawLogEnds(page, theme, y, logs ?? [], LOG_ROWS);
  });
}

/** The same below a list, from the row `y` on, as far as there is room. */
export function drawOrphanFacts(
  cells: Cells,
  { theme, world }: Pick<Scope, 'theme' | 'world'>,
  orphan: Orphan,
  y: number,
): void {
  const room = cells.height - 2 - y;
  let line = y;
  for (const fact of orphanFacts(orphan, world)) {
    if (line - y >= room) return;
    line += drawLongFacts(cells, theme, line, [fact]);
  }
}

export function orphanFacts(orphan: Orphan, world: World): readonly Fact[] {
  const { now } = world;
  const twin = twinOf(orphan, world);
  return [
    ['state', 'ORPHAN · it runs, and the PM2 daemon that started it is gone', 'bad'],
    ['matters', whyItMatters(orphan, twin), twin === null ? 'warn' : 'bad'],
    ['what to do', whatToDo(orphan, twin, world), 'strong'],
    ['pid', `${orphan.pid}${orphan.processes > 1 ? ` and ${count(orphan.processes - 1)} below it` : ''}`],
    ['up', orphan.startedAt === null ? UNKNOWN : ago(now - orphan.startedAt)],
    ['cpu', Number.isNaN(orphan.cpuPercent) ? UNKNOWN : `${percent(orphan.cpuPercent)} of one core`],
    ['memory', bytes(orphan.memoryBytes)],
    ['alone', `for at least ${ago(Math.max(0, now - orphan.seenAt))}`],
    [
      'was',
      `${orphan.name} · pm_id ${orphan.id}${orphan.namespace === null ? '' : ` · namespace ${orphan.namespace}`}`,
    ],
    ['user', orphan.user || UNKNOWN],
    ['command', orphan.command || UNKNOWN],
    ['cwd', orphan.cwd ?? UNKNOWN],
    ['home', orphan.home],
    ['daemon now', daemonNow(orphan, world)],
  ];
}

/** The bot that PM2 runs by the same name, which polls beside it; null without one. */
function twinOf({ home, name }: Orphan, { pm2 }: World): Bot | null {
  for (const { reading } of pm2) {
    const snapshot = reading.state === 'fresh' ? valueOf(reading) : null;
    if (snapshot?.home !== home) continue;
    return snapshot.bots.find((bot) => bot.name === name && bot.pid !== null && bot.status === 'online') ?? null;
  }
  return null;
}

function whyItMatters({ pid }: Orphan, twin: Bot | null): string {
  return twin === null
    ? 'It goes on as before: a bot that polls Telegram still does. Start it once more and both poll with one token; Telegram then answers 409 Conflict, “terminated by other getUpdates request”, to each of them.'
    : `PM2 runs it a second time, as pid ${twin.pid}. Where it polls Telegram, ${pid} and ${twin.pid} do so with one token: this is what 409 Conflict, “terminated by other getUpdates request”, comes from.`;
}

function whatToDo({ home }: Orphan, twin: Bot | null, { pm2 }: World): string {
  if (twin !== null) return `K ends this one; pid ${twin.pid} goes on.`;
  const isAnswering = pm2.some(({ reading }) => reading.state === 'fresh' && reading.value.home === home);
  return `K ends it. Then ${isAnswering ? '+ on its row, or : resurrect, starts' : ': resurrect starts a daemon, and'} the bot under PM2.`;
}

function daemonNow({ home }: Orphan, { guard, now }: World): string {
  const seen = (guard && valueOf(guard.reading))?.homes.find((known) => known.home === home);
  const [daemon] = seen?.daemons ?? [];
  if (daemon === undefined) return 'none';
  return `pid ${daemon.pid}${daemon.startedAt === null ? '' : `, up ${ago(now - daemon.startedAt)}`}: younger than this bot, which it does not know`;
}
