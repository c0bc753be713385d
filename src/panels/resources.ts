/** The resources panel: what the host has left, by row, with its last minutes beside each. */
import type { World } from '../state/world.ts';
import { truncate } from '../text/width.ts';
import { wrap } from '../text/wrap.ts';
import type { Panel, Scope } from '../ui/panel.ts';
import { cursorIndex } from '../ui/reduce.ts';
import type { Cells } from '../ui/screen/cells.ts';
import { RANGES } from '../ui/state.ts';
import { drawResourcesDetail } from './resources/detail.ts';
import { drawBody, drawSummaryLine, type ResourcesLook } from './resources/draw.ts';
import { cpuOfBots, selectProcesses } from './resources/processes.ts';
import { type ResourcesView, selectResources } from './resources/view.ts';

export function resourcesPanel(): Panel {
  // One view serves the keys and the draw of the same moment.
  let memo: { world: World; view: ResourcesView } | null = null;
  const viewOf = ({ world }: Scope): ResourcesView => {
    if (memo?.world !== world) {
      const { host, hostHistory, thresholds, now, pm2 } = world;
      memo = { world, view: selectResources(host?.reading ?? null, hostHistory, thresholds.host, now, cpuOfBots(pm2)) };
    }
    return memo.view;
  };
  const lookOf = (scope: Scope): ResourcesLook => {
    const { keys } = viewOf(scope);
    const cursor = scope.isFocused ? (keys[cursorIndex(scope.list, keys)] ?? null) : null;
    const look = { theme: scope.theme, isFocused: scope.isFocused, cursor };
    // To look through all processes has its price: at home, and where nothing is sampled for a screen, it is not done.
    const { attention } = scope.world;
    if (scope.ui.view !== 'resources' || attention === undefined || isPortable(scope)) return look;
    attention.seeProcesses();
    return { ...look, processes: selectProcesses(scope.world) };
  };
  const isPortable = (scope: Scope): boolean => viewOf(scope).snapshot?.platform !== 'linux';
  return {
    id: 'resources',
    title: 'Resources',
    sorts: [],
    keys: (scope) => viewOf(scope).keys,
    page: ({ height }) => Math.max(1, height - 2),
    draw: (cells, scope) => drawResources(cells, viewOf(scope), lookOf(scope)),
    drawSummary(cells, scope) {
      drawSummaryLine(cells, viewOf(scope), scope.theme, 0, 0, cells.width);
    },
    drawDetail(cells, scope, key) {
      const range = RANGES[scope.ui.range] ?? RANGES[0];
      drawResourcesDetail(cells, viewOf(scope), { theme: scope.theme, history: scope.world.hostHistory, key, range });
    },
  };
}

/** Draws the panel with its border; below three rows there is only room for the summary. */
export function drawResources(cells: Cells, view: ResourcesView, look: ResourcesLook): void {
  const { width, height } = cells;
  const { theme, isFocused } = look;
  if (height < 3) {
    drawSummaryLine(cells, view, theme, 0, 0, width);
    return;
  }
  const title = view.state === 'stale' ? `Resources · ${view.remark}` : 'Resources';
  cells.box(0, 0, width, height, {
    title: truncate(title, width - 6),
    right: view.upFor,
    style: isFocused ? theme.borderFocused : theme.border,
    titleStyle: view.state === 'stale' ? theme.warn : isFocused ? theme.accent : theme.title,
    rightStyle: theme.muted,
  });
  if (view.rows.length === 0) {
    drawNothing(cells, view, look);
    return;
  }
  if (height === 3) drawSummaryLine(cells, view, theme, 2, 1, width - 4);
  else drawBody(cells, view, look, 1, 1, width - 3, height - 2);
  // What was true a while ago is told apart from what is true now by its whole look.
  if (view.state === 'stale') for (let y = 1; y < height - 1; y++) cells.tint(1, y, width - 2, theme.dim);
}

/** Why there is nothing to show. */
function drawNothing(cells: Cells, view: ResourcesView, { theme }: ResourcesLook): void {
  const room = cells.width - 4;
  const isDown = view.state === 'down';
  const text = view.state === 'waiting' ? 'reading the host…' : view.remark;
  const lines = [...wrap(text, room), ...(view.hint === '' ? [] : wrap(view.hint, room))];
  lines.slice(0, cells.height - 2).forEach((line, i) => {
    cells.text(2, 1 + i, line, isDown && i === 0 ? theme.bad : theme.muted, room);
  });
}
