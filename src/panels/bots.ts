/** The bots panel: every bot of every watched home, worst first. */
import { botTarget } from '../actions/target.ts';
import type { World } from '../state/world.ts';
import type { Panel, Scope } from '../ui/panel.ts';
import { LIST } from '../ui/state.ts';
import { botsByKey, targetsOf } from '../ui/targets.ts';
import { createViewMemo } from '../ui/view-memo.ts';
import { logsOf } from '../ui/viewer.ts';
import { drawBotDetail } from './bot-detail.ts';
import { CHROME_ROWS, drawBots } from './bots-draw.ts';
import { BOT_SORTS, type BotRow, type BotsView, selectBots } from './bots-view.ts';

export function botsPanel(): Panel {
  const viewOf = createViewMemo(
    ({ world }: Scope) => [world],
    ({ world, list }): BotsView => selectBots(world, list),
  );
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
    members: (scope, key) => (key === null ? viewOf(scope).keys : [key]),
    targets(scope, key) {
      const chosen = targetsOf(scope.ui, scope.world);
      const bots = chosen.length > 0 ? chosen : botsByKey(scope.world, new Set(key === null ? [] : [key]));
      return bots.map(botTarget);
    },
  };
}

/** The row of a key even when the filter hides it. */
function findAnywhere(world: World, key: string | null): BotRow | null {
  if (key === null) return null;
  return selectBots(world, LIST).rows.find((row) => row.key === key) ?? null;
}
