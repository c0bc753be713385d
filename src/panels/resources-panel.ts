/** The resources panel as the shell knows it. */
import type { World } from '../state/world.ts';
import type { Panel, Scope } from '../ui/panel.ts';
import { cursorIndex } from '../ui/reduce.ts';
import { RANGES } from '../ui/state.ts';
import { drawResources } from './resources.ts';
import { drawResourcesDetail } from './resources-detail.ts';
import { drawSummaryLine, type ResourcesLook } from './resources-draw.ts';
import { type ResourcesView, selectResources } from './resources-view.ts';

export function resourcesPanel(): Panel {
  // One view serves the keys and the draw of the same moment.
  let memo: { world: World; view: ResourcesView } | null = null;
  const viewOf = ({ world }: Scope): ResourcesView => {
    if (memo?.world !== world) {
      memo = { world, view: selectResources(world.host?.reading ?? null, world.hostHistory, world.now) };
    }
    return memo.view;
  };
  const lookOf = (scope: Scope): ResourcesLook => {
    const { keys } = viewOf(scope);
    const cursor = scope.isFocused ? (keys[cursorIndex(scope.list, keys)] ?? null) : null;
    return { theme: scope.theme, isFocused: scope.isFocused, cursor };
  };
  return {
    id: 'resources',
    title: 'Resources',
    sorts: [],
    keys: (scope) => viewOf(scope).keys,
    page: (height) => Math.max(1, height - 2),
    draw: (cells, scope) => drawResources(cells, viewOf(scope), lookOf(scope)),
    drawSummary(cells, scope) {
      cells.clear();
      drawSummaryLine(cells, viewOf(scope), scope.theme, 0, 0, cells.width);
    },
    drawDetail(cells, scope, key) {
      const range = RANGES[scope.ui.range] ?? RANGES[0];
      drawResourcesDetail(cells, viewOf(scope), { theme: scope.theme, history: scope.world.hostHistory, key, range });
    },
  };
}
