/** One bot on the whole screen: what it is, how it does and did, every exit of the last hour, its last words. */
import { truncate } from '../../text/width.ts';
import type { Scope } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawScrolled } from '../../ui/scrolled.ts';
import { BOT_RANGES } from '../../ui/state.ts';
import { type CurvesLook, drawBotCurves } from './curves.ts';
import { drawExits } from './exits.ts';
import { drawFacts, drawLongFacts, drawMetrics, environmentFacts, headFacts, longFacts, shortFacts } from './facts.ts';
import { drawLogEnds } from './log-ends.ts';
import { paste } from './paste.ts';
import type { BotRow } from './row.ts';

/** From this width on the curves stand beside the facts. */
const TWO_COLUMNS = 100;
/** More exits than this tell nothing new. */
const EXITS_SHOWN = 10;
/** What a short fact takes. */
const FACT_COLUMNS = 29;

export function drawBotDetail(cells: Cells, scope: Scope, row: BotRow | null): void {
  const { theme, ui } = scope;
  const { width, height } = cells;
  const range = BOT_RANGES[ui.range] ?? BOT_RANGES[0];
  const span = range === 'all' ? 'all that was seen' : `last ${range}`;
  const title = row
    ? `${row.bot.name} · pm_id ${row.bot.id}${row.homeTag ? ` · ${row.homeTag}` : ''} · ${span}`
    : 'gone';
  cells.box(0, 0, width, height, {
    title: truncate(title, width - (width < 60 ? 12 : 30)),
    right: width < 60 ? '[ ]' : '[ ] range · Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
    rightStyle: theme.muted,
  });
  if (!row) {
    cells.text(2, 2, 'This bot is not in PM2 any more. Esc goes back.', theme.text, width - 4);
    return;
  }
  scope.world.attention?.see(row.bot.home, row.bot.id);
  const look = { theme, world: scope.world, range };
  drawScrolled(cells, ui.detail?.top ?? 0, theme, (page) =>
    page.width >= TWO_COLUMNS ? drawWide(page, scope, row, look, height - 2) : drawNarrow(page, scope, row, look),
  );
}

/** One under the other, what is asked first on top; gives how many rows that took. */
function drawNarrow(page: Cells, scope: Scope, row: BotRow, look: CurvesLook): number {
  const { theme, world } = scope;
  const columns = page.width >= 64 ? 2 : 1;
  let y = drawLongFacts(page, theme, 0, headFacts(row, world));
  const facts = shortFacts(row, world);
  // On a phone the rest is further down.
  const first = columns === 1 ? 8 : facts.length;
  y += drawFacts(page, theme, y, facts.slice(0, first), columns) + 1;
  y += drawExits(page, theme, y, row.bot.exits, { now: world.now, most: 4 }) + 1;
  // Why it ends stands in its last words, of its errors first; how it did is further down.
  y += drawLogEnds(page, theme, y, scope.logs ?? [], 12) + 1;
  y += drawBotCurves(page, row, look, { x: 1, y, width: page.width - 2, height: 17 }) + 1;
  y += drawFacts(page, theme, y, facts.slice(first), columns);
  y += drawLongFacts(page, theme, y, longFacts(row, world)) + 1;
  const metrics = drawMetrics(page, theme, y, row.bot);
  y += metrics + (metrics > 0 ? 1 : 0);
  return y + drawLongFacts(page, theme, y, environmentFacts(row));
}

/** The facts above, curves at the left, exits and paths at the right, the logs below down to the end of the screen. */
function drawWide(page: Cells, scope: Scope, row: BotRow, look: CurvesLook, height: number): number {
  const { theme, world } = scope;
  let head = drawLongFacts(page, theme, 0, headFacts(row, world));
  head += drawFacts(page, theme, head, shortFacts(row, world), Math.floor(page.width / FACT_COLUMNS)) + 1;
  const width = Math.round(page.width * 0.54);
  const right = paste(page, width + 1, head, page.width - width - 1, (facts) => {
    let at = drawExits(facts, theme, 0, row.bot.exits, { now: world.now, most: height >= 45 ? EXITS_SHOWN : 5 }) + 1;
    at += drawLongFacts(facts, theme, at, longFacts(row, world)) + 1;
    return at + drawMetrics(facts, theme, at, row.bot);
  });
  // The logs have at least a quarter of the screen.
  const high = Math.max(14, Math.min(38, Math.round(height * 0.72) - head));
  const left = paste(page, 0, head, width, (course) =>
    drawBotCurves(course, row, look, { x: 1, y: 0, width: width - 2, height: high }),
  );
  let end = head + Math.max(left, right) + 1;
  end += drawLogEnds(page, theme, end, scope.logs ?? [], Math.max(8, height - end));
  return end + drawLongFacts(page, theme, end + 1, environmentFacts(row)) + 1;
}
