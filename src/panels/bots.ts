/** The bots panel: every bot of every watched home, worst first. */
import { botTarget } from '../actions/target.ts';
import { valueOf } from '../sources/source.ts';
import { countFleet } from '../state/fleet.ts';
import type { World } from '../state/world.ts';
import { ago } from '../text/format.ts';
import { measure, truncate } from '../text/width.ts';
import type { Panel, Scope } from '../ui/panel.ts';
import { cursorIndex } from '../ui/reduce.ts';
import type { Cells } from '../ui/screen/cells.ts';
import type { ListState } from '../ui/state.ts';
import { logsOf } from '../ui/viewer.ts';
import { drawBotDetail } from './bot-detail.ts';
import { fitColumns, stateRole } from './bots-columns.ts';
import { drawBotsEmpty } from './bots-empty.ts';
import { BOT_SORTS, type BotRow, type BotsView, selectBots } from './bots-view.ts';

/** Rows of the panel that are not bots: the border above and below, and the names of the columns. */
const CHROME_ROWS = 3;

export function botsPanel(): Panel {
  // One view serves the keys, the draw and the target of the same moment.
  let memo: { world: World; list: ListState; view: BotsView } | null = null;
  const viewOf = ({ world, list }: Scope): BotsView => {
    if (
      memo?.world !== world ||
      memo.list.filter !== list.filter ||
      memo.list.sort !== list.sort ||
      memo.list.isInverted !== list.isInverted
    ) {
      memo = { world, list, view: selectBots(world, list) };
    }
    return memo.view;
  };
  const rowOf = (scope: Scope, key: string | null): BotRow | null =>
    viewOf(scope).rows.find((row) => row.key === key) ?? null;

  return {
    id: 'bots',
    title: 'Bots',
    sorts: BOT_SORTS,
    keys: (scope) => viewOf(scope).keys,
    page: (height) => Math.max(1, height - CHROME_ROWS),
    draw: (cells, scope) => drawBots(cells, scope, viewOf(scope)),
    drawDetail(cells, scope, key) {
      const row = rowOf(scope, key) ?? findAnywhere(scope.world, key);
      drawBotDetail(cells, scope, row);
    },
    subject(scope, key) {
      const row = rowOf(scope, key) ?? findAnywhere(scope.world, key);
      return row ? logsOf(row.bot) : null;
    },
    target(scope, key) {
      const row = rowOf(scope, key) ?? findAnywhere(scope.world, key);
      return row ? botTarget(row.bot) : null;
    },
  };
}

/** The row of a key even when the filter hides it. */
function findAnywhere(world: World, key: string | null): BotRow | null {
  if (key === null) return null;
  const list: ListState = { key: null, index: 0, top: 0, sort: 0, isInverted: false, filter: '' };
  return selectBots(world, list).rows.find((row) => row.key === key) ?? null;
}

function drawBots(cells: Cells, scope: Scope, view: BotsView): void {
  const { theme, world, list, ui, isFocused } = scope;
  const { width, height } = cells;
  cells.clear();
  const filter = ui.typing && isFocused ? `/${ui.typing.text}▏` : list.filter ? `/${list.filter}` : '';
  const sort = `by ${BOT_SORTS[list.sort] ?? 'state'}${list.isInverted ? ' ↑' : ''}`;
  const right = [filter, view.total > 0 ? sort : ''].filter(Boolean).join(' · ');
  const title = truncate(titleOf(scope), Math.max(8, width - right.length - 8));
  cells.box(0, 0, width, height, {
    title,
    right,
    style: isFocused ? theme.borderFocused : theme.border,
    titleStyle: isFocused ? theme.accent : theme.title,
  });
  if (view.rows.length === 0) {
    drawBotsEmpty(cells, scope, view);
    return;
  }
  const columns = fitColumns(width - 2);
  for (const { column, x, width: room } of columns) {
    const at = column.align === 'right' ? x + room - column.title.length : x;
    cells.text(1 + at, 1, column.title, theme.muted, room);
  }
  const page = Math.max(1, height - CHROME_ROWS);
  const cursor = cursorIndex(list, view.keys);
  const top = Math.max(0, Math.min(list.top, view.rows.length - page));
  for (let line = 0; line < page; line++) {
    const row = view.rows[top + line];
    if (!row) break;
    const isCursor = top + line === cursor;
    const roles = isCursor && isFocused ? theme.selected : theme;
    const y = 2 + line;
    if (isCursor && isFocused) cells.fill(1, y, width - 2, 1, ' ', theme.selected.text);
    if (isCursor) cells.text(1, y, isFocused ? '▸' : '·', roles.accent, 1);
    for (const { column, x, width: room } of columns) {
      const text = truncate(column.text(row, world.now), room);
      const at = column.align === 'right' ? x + room - measure(text) : x;
      cells.text(1 + at, y, text, roles[column.role(row, world.thresholds.bots)], room);
    }
  }
  // Where there is no column for it, the reason of the row under the cursor stands in the border.
  const why = view.rows[cursor]?.judgement.why ?? '';
  if (why && !columns.some(({ column }) => column.id === 'why')) {
    cells.text(
      2,
      height - 1,
      ` ${truncate(why, width - 6)} `,
      theme[stateRole((view.rows[cursor] as BotRow).judgement.state)],
    );
  }
  drawOthers(cells, scope, 2 + Math.min(page, view.rows.length) + 1);
  drawScrollbar(cells, scope, top, page, view.rows.length);
}

/** Other daemons of this machine, where rows are left: nobody should have to guess why a bot is not in the list. */
function drawOthers(cells: Cells, { world, theme }: Scope, from: number): void {
  const others = world.pm2.flatMap(({ reading }) => valueOf(reading)?.others ?? []);
  others.forEach(({ user, home, pid }, i) => {
    const y = from + i;
    if (y >= cells.height - 1) return;
    const text = `not watched: ${user}'s PM2 (pid ${pid}): --pm2-home ${home}`;
    cells.text(2, y, truncate(text, cells.width - 4), theme.muted);
  });
}

/** A mark on the right border where the window stands in a list that is longer than it. */
function drawScrollbar(cells: Cells, { theme, isFocused }: Scope, top: number, page: number, total: number): void {
  if (total <= page) return;
  const track = cells.height - 2;
  const size = Math.max(1, Math.round((track * page) / total));
  const from = Math.round(((track - size) * top) / Math.max(1, total - page));
  for (let i = 0; i < size; i++) {
    cells.text(cells.width - 1, 1 + from + i, '┃', isFocused ? theme.borderFocused : theme.border, 1);
  }
}

/** `Bots · 8/9 running · 1 flapping · 1 stopped`, and how old it is when it is not fresh. */
function titleOf({ world }: Scope): string {
  const parts = ['Bots'];
  const count = countFleet(world);
  if (count.total > 0) {
    parts.push(`${count.running}/${count.expected ?? '?'} running`);
    for (const state of ['errored', 'flapping', 'restart-wait'] as const) {
      const n = count.byState[state];
      if (n) parts.push(`${n} ${state}`);
    }
    if (count.stoppedOnPurpose > 0) parts.push(`${count.stoppedOnPurpose} stopped`);
  }
  const stale = world.pm2.find(({ reading }) => reading.state === 'stale')?.reading;
  if (stale?.state === 'stale') {
    parts.splice(1, 0, `STALE ${ago(world.now - stale.readAt)}${stale.error ? `: ${stale.error.message}` : ''}`);
  }
  return parts.join(' · ');
}
