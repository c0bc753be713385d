/** The bots panel: every bot of every watched home, worst first. */

import { isOrphanKey } from '../state/daemon-guard.ts';
import { targetsByKey, targetsOf } from '../ui/acting/targets.ts';
import type { Panel, Scope } from '../ui/panel.ts';
import type { MenuItem } from '../ui/state.ts';
import { createViewMemo } from '../ui/view-memo.ts';
import { logsOf } from '../ui/viewer.ts';
import { hasLogsBelow } from './bots/below.ts';
import { BOT_COLUMNS } from './bots/column-list.ts';
import { drawBotDetail } from './bots/detail.ts';
import { pageOf } from './bots/draw.ts';
import { BOT_SORTS } from './bots/fields.ts';
import { parseBotFilter } from './bots/filter.ts';
import { groupsAround } from './bots/groups.ts';
import { drawOrphanDetail } from './bots/orphan-detail.ts';
import { botsPicture } from './bots/picture.ts';
import { type BotLine, type BotRow } from './bots/row.ts';
import { type BotsView, createBotsModel } from './bots/view.ts';

export function botsPanel(): Panel {
  const model = createBotsModel();
  const picture = botsPicture();
  const viewOf = createViewMemo(
    ({ world }: Scope) => [world],
    ({ world, list }): BotsView => model.view(world, list),
  );
  const rowOf = (scope: Scope, key: string | null): BotRow | null => {
    viewOf(scope);
    return model.row(key);
  };
  /** What a row stands for: itself, all of its group, or without one all that the filter shows. */
  const membersOf = (scope: Scope, key: string | null): readonly string[] => {
    const { rows } = viewOf(scope);
    if (key === null) return rows.map((row) => row.key);
    return model.group(key)?.members.map((row) => row.key) ?? [key];
  };
  /** The rows that an action would be for. */
  const chosenOf = (scope: Scope, key: string): Iterable<string> => {
    if (scope.ui.detail) return [key];
    const { selected } = scope.list;
    return selected.size > 0 ? selected : membersOf(scope, key);
  };

  return {
    id: 'bots',
    title: 'Bots',
    sorts: BOT_SORTS,
    keys: (scope) => viewOf(scope).keys,
    page: (size, scope) => pageOf(size, scope.world, viewOf(scope)),
    draw: (cells, scope) => picture.draw(cells, scope, viewOf(scope)),
    amend: (cells, scope) => picture.amend(cells, scope, viewOf(scope)),
    drawDetail(cells, scope, key) {
      const row = rowOf(scope, key);
      if (row?.orphan) drawOrphanDetail(cells, scope, row.orphan);
      else drawBotDetail(cells, scope, row);
    },
    hasLogs: true,
    filterError: (text) => parseBotFilter(text).error,
    textOf(scope, key) {
      viewOf(scope);
      return model.row(key)?.text ?? model.group(key)?.label.toLowerCase() ?? '';
    },
    group(scope, key) {
      viewOf(scope);
      if (model.group(key)) return key;
      const row = model.row(key);
      return row ? (groupsAround(row).findLast((group) => model.group(group)) ?? null) : null;
    },
    searched: (scope) => viewOf(scope).lines.flatMap(keysWithin),
    within(scope, key) {
      viewOf(scope);
      const row = model.row(key);
      return row ? groupsAround(row) : [];
    },
    groups: (scope) => viewOf(scope).groupKeys(),
    menu: ({ list }, menu) => (menu === 'sort' ? sortItems(list.sort, list.isInverted) : columnItems(list.columns)),
    preview(size, scope, key) {
      const row = rowOf(scope, key);
      // An orphan says what it is in its place.
      return row && !row.orphan && hasLogsBelow(size, viewOf(scope).lines.length) ? logsOf(row.bot) : null;
    },
    subject(scope, key) {
      const row = rowOf(scope, key);
      return row ? logsOf(row.bot) : null;
    },
    members: membersOf,
    kindOf: (scope, key) => kindOfAll(chosenOf(scope, key)),
    isUnread(scope, key) {
      for (const chosen of chosenOf(scope, key)) if (rowOf(scope, chosen)?.judgement.state === 'stale') return true;
      return false;
    },
    targets(scope, key) {
      const chosen = targetsOf(scope.ui, scope.world);
      if (chosen.length > 0 || key === null) return chosen;
      return targetsByKey(scope.world, new Set(membersOf(scope, key)));
    },
  };
}

/** Null for keys of both. */
function kindOfAll(keys: Iterable<string>): 'bot' | 'orphan' | null {
  let kind: 'bot' | 'orphan' | null = null;
  for (const key of keys) {
    const next = isOrphanKey(key) ? 'orphan' : 'bot';
    if (kind !== null && kind !== next) return null;
    kind = next;
  }
  return kind;
}

/** Of a folded group those of its bots too: they are not among the lines. */
function keysWithin(line: BotLine): readonly string[] {
  return line.kind === 'group' && line.isFolded ? [line.key, ...line.members.map(({ key }) => key)] : [line.key];
}

function sortItems(sort: number, isInverted: boolean): readonly MenuItem[] {
  return BOT_SORTS.map((id, i) => {
    const label = BOT_COLUMNS.find((column) => column.sort === id)?.label ?? id;
    return { id, label, mark: i === sort ? (isInverted ? '▴' : '▾') : '', note: label === id ? '' : id };
  });
}

function columnItems(chosen: Readonly<Record<string, 'on' | 'off'>>): readonly MenuItem[] {
  // Without its name a row says nothing.
  return BOT_COLUMNS.filter(({ id }) => id !== 'name').map(({ id, title, label }) => {
    const choice = chosen[id];
    const note = `${title} · ${choice === 'on' ? 'always' : choice === 'off' ? 'never' : 'by width'}`;
    return { id, label, mark: choice === 'on' ? '●' : choice === 'off' ? '×' : '·', note };
  });
}
