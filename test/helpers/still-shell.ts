import { actions } from '../../src/actions/all.ts';
import { createPanels } from '../../src/commands/panels.ts';
import { defaults } from '../../src/config/schema.ts';
import type { Snapshots } from '../../src/sources/kinds.ts';
import type { Kind } from '../../src/sources/source.ts';
import { DatabaseHistory } from '../../src/state/database-history.ts';
import { createErrorHistory, type ErrorHistory } from '../../src/state/errors.ts';
import { FleetHistory } from '../../src/state/fleet-history.ts';
import { HostHistory } from '../../src/state/host-history.ts';
import { createStore } from '../../src/state/store.ts';
import { freezeWorld, takeWorld, type World } from '../../src/state/world.ts';
import type { Acting } from '../../src/ui/acting/acting.ts';
import { createKeymap } from '../../src/ui/keys/keymap.ts';
import { createShell } from '../../src/ui/shell.ts';
import type { Shell, ShellOptions } from '../../src/ui/shell-contract.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { NOON } from './bots.ts';

/** Readings for a world that stands still at noon. A source left out is declared and waiting. */
export type Readings = { readonly [K in Kind]?: Snapshots[K] };

export interface StillWorld {
  readonly errors: ErrorHistory;
  world(): World;
  /** Gives a source another reading; `agoMs` before noon. */
  read<K extends Kind>(kind: K, value: Snapshots[K]): void;
  fail(kind: Kind, error: unknown): void;
}

export function createStillWorld(readings: Readings = {}): StillWorld {
  const store = createStore();
  for (const kind of ['host', 'pm2', 'logs', 'postgres', 'redis'] as const) {
    store.declare({ kind, id: kind, cadenceMs: 1_000 }, NOON);
  }
  const histories = {
    fleet: new FleetHistory(),
    hostHistory: new HostHistory(),
    errors: createErrorHistory(),
    database: new DatabaseHistory(),
    expected: null,
    thresholds: defaults.thresholds,
  };
  let version = 0;
  const still: StillWorld = {
    errors: histories.errors,
    world: () => takeWorld(store, histories, NOON, version),
    read(kind, value) {
      version++;
      store.succeed(kind, value, NOON, 1);
      if (kind === 'pm2') histories.fleet.push([value as Snapshots['pm2']], NOON);
    },
    fail(kind, error) {
      version++;
      store.fail(kind, error, NOON, 1);
    },
  };
  for (const [kind, value] of Object.entries(readings)) still.read(kind as Kind, value);
  return still;
}

/** Acts on nothing: for pictures. */
export const idle: Acting = {
  ask() {},
  act() {},
  openPalette() {},
  press: () => false,
  takesKeys: () => false,
  report() {},
  paste() {},
  painted() {},
  resized() {},
  dismissed() {},
  tick() {},
  isBusy: () => false,
  watched: () => null,
  giveUp: async () => {},
  stop: async () => {},
};

export const keymap = createKeymap(actions);

/** A shell on a still world: its clock stands at noon, and it acts on nothing, unless `over` says so. */
export function createStillShell(
  still: Pick<StillWorld, 'world'>,
  columns: number,
  rows: number,
  over: Partial<Pick<ShellOptions, 'clock' | 'theme' | 'createActing' | 'openViewer' | 'openPeek'>> = {},
): Shell {
  return createShell({
    panels: createPanels(),
    keymap,
    theme: createTheme('none'),
    view: 'home',
    size: { columns, rows },
    hostname: 'bots1',
    isReadOnly: false,
    takeWorld: still.world,
    freezeWorld,
    clock: { now: () => NOON, monotonic: () => 0 },
    createActing: () => idle,
    commandFor: () => '',
    openPeek: () => ({ look() {}, lookSoon() {}, tick() {}, files: () => [], close() {} }),
    openViewer: () => {
      throw new Error('no viewer here');
    },
    copy: (text) => `Copied: ${text}`,
    copyLines: async (_, what) => `Copied: ${what}`,
    quit() {},
    suspend() {},
    redraw() {},
    ...over,
  });
}
