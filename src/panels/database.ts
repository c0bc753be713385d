/** The database panel: PostgreSQL with its sessions and tables as the list, and Redis below or beside it. */
import { sessionTarget, tableTarget } from '../actions/target.ts';
import type { DatabaseHistory } from '../state/database-history.ts';
import { entryOf } from '../state/store.ts';
import type { World } from '../state/world.ts';
import { lookedFor } from '../ui/lists/looked-for.ts';
import type { Panel, Scope } from '../ui/panel.ts';
import { RANGES } from '../ui/state.ts';
import { createViewMemo } from '../ui/view-memo.ts';
import { drawDatabaseDetail } from './database/detail.ts';
import { drawDatabase } from './database/draw.ts';
import type { DatabaseLook } from './database/postgres.ts';
import { cursorOf } from './database/tables.ts';
import {
  type DatabaseView,
  isSessionKey,
  selectDatabase,
  sessionOfKey,
  sessionText,
  subtreeOf,
  TABLE_SORTS,
} from './database/view.ts';

/** `historyOf` gives the world's own rings, so that a paused picture keeps its own. */
export function databasePanel(historyOf: (world: World) => DatabaseHistory): Panel {
  const viewOf = createViewMemo(
    ({ world }: Scope) => [world],
    ({ world, list }): DatabaseView =>
      selectDatabase(entryOf(world.entries, 'postgres'), entryOf(world.entries, 'redis'), list, world.now),
  );
  const lookOf = (scope: Scope): DatabaseLook => {
    const { theme, isFocused, list, world } = scope;
    const cursor = cursorOf(list, viewOf(scope).keys);
    return {
      theme,
      isFocused,
      cursor,
      top: list.top,
      history: historyOf(world),
      limits: world.thresholds,
      now: world.now,
    };
  };
  return {
    id: 'database',
    title: 'Database',
    sorts: TABLE_SORTS,
    keys: (scope) => viewOf(scope).keys,
    // How many tables show depends on the width and on who waits; the list keeps its cursor in sight by itself.
    page: ({ height }) => Math.max(1, Math.floor((height - 2) / 2)),
    draw: (cells, scope) => drawDatabase(cells, viewOf(scope), lookOf(scope), lookedFor(scope), orderOf(scope)),
    drawDetail(cells, scope, key) {
      const { range, detail } = scope.ui;
      const place = { range: RANGES[range] ?? RANGES[0], top: detail?.top ?? 0 };
      drawDatabaseDetail(cells, viewOf(scope), lookOf(scope), key, place);
    },
    textOf(scope, key) {
      const session = sessionOfKey(viewOf(scope), key);
      if (session !== null) return sessionText(session);
      return (viewOf(scope).tables.find(({ oid }) => oid === key)?.name ?? '').toLowerCase();
    },
    copyText: (scope, key) =>
      sessionOfKey(viewOf(scope), key)?.statement ?? viewOf(scope).postgres.snapshot?.rights.grant ?? null,
    kindOf: (_, key) => (isSessionKey(key) ? 'session' : 'table'),
    isUnread: ({ world }) => entryOf(world.entries, 'postgres')?.reading.state !== 'fresh',
    targets(scope, key) {
      const entry = entryOf(scope.world.entries, 'postgres');
      const view = viewOf(scope);
      const { snapshot } = view.postgres;
      const session = sessionOfKey(view, key);
      if (entry && snapshot && session)
        return [sessionTarget(entry.id, snapshot, session, subtreeOf(view.waits, session.pid).length)];
      const table = snapshot?.tables?.find(({ oid }) => oid === key);
      return entry && snapshot && table ? [tableTarget(entry.id, snapshot, table)] : [];
    },
  };
}

/** What its tables are sorted by, where somebody chose it. */
function orderOf({ list }: Scope): string {
  const isAsEver = list.sort === 0 && !list.isInverted;
  return isAsEver ? '' : `by ${TABLE_SORTS[list.sort] ?? 'dead'}${list.isInverted ? ' ↑' : ''}`;
}
