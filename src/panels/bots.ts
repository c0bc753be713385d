/** The bots panel: every bot of every watched home, worst first. */
import { botTarget } from '../actions/target.ts';
import type { World } from '../state/world.ts';
import type { Panel, Scope } from '../ui/panel.ts';
import type { ListState } from '../ui/state.ts';
import { logsOf } from '../ui/viewer.ts';
import { drawBotDetail } from './bot-detail.ts';
import { CHROME_ROWS, drawBots } from './bots-draw.ts';
import { BOT_SORTS, type BotRow, type BotsView, selectBots } from './bots-view.ts';

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
