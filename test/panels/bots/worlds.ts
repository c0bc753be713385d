import { botsPanel } from '../../../src/panels/bots.ts';
import type { Pm2Snapshot } from '../../../src/sources/pm2/snapshot.ts';
import { createStore } from '../../../src/state/store.ts';
import type { World } from '../../../src/state/world.ts';
import type { Panel, Scope } from '../../../src/ui/panel.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { initialUi, LIST, type ListState } from '../../../src/ui/state.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { NOON } from '../../helpers/bots.ts';
import { createStillWorld } from '../../helpers/still-shell.ts';

/** A world with a reading for each home. */
export function botsWorld(snapshots: readonly Pm2Snapshot[], now = NOON): World {
  const store = createStore();
  for (const snapshot of snapshots) {
    const id = `pm2:${snapshot.home}`;
    store.declare({ kind: 'pm2', id, cadenceMs: 1_000 }, now);
    store.succeed(id, snapshot, now, 1);
  }
  const world = createStillWorld().world();
  world.fleet.push(snapshots, now);
  return { ...world, now, pm2: store.of('pm2') };
}

/** The panel, with a scope of it on such a world. */
export function botsScope(
  snapshots: readonly Pm2Snapshot[],
  list: Partial<ListState> = {},
): { panel: Panel; scope: Scope } {
  return { panel: botsPanel(), scope: scopeOn(botsWorld(snapshots), list) };
}

export function scopeOn(world: World, list: Partial<ListState> = {}): Scope {
  const ui = initialUi('bots');
  const bots = { ...LIST, ...list };
  return {
    world,
    ui: { ...ui, lists: { ...ui.lists, bots } },
    list: bots,
    theme: createTheme('none'),
    isFocused: true,
  };
}

/** The panel as text. */
export function drawn(panel: Panel, scope: Scope, columns: number, rows: number): string[] {
  const cells = new Cells(columns, rows);
  panel.draw(cells, scope);
  return cells.plain();
}
