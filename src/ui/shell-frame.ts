/** What the shell has laid out. */
import type { World } from '../state/world.ts';
import { placeZones } from './compose-plain.ts';
import type { Layout, Zone } from './layout.ts';
import type { Overlay, UiState } from './state.ts';
import { layoutOf } from './zones.ts';

/** Where everything stands: it changes only when zones or overlays do, never with the data. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly layout: Layout;
  readonly overlay: Overlay | null;
}

/** Whether nothing stands elsewhere. The layout is made anew each time; its numbers decide. */
export function sameFrame(a: Frame, b: Frame): boolean {
  return (
    a.columns === b.columns && a.rows === b.rows && a.overlay === b.overlay && sameRows(a.layout.rows, b.layout.rows)
  );
}

function sameRows(a: Layout['rows'], b: Layout['rows']): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every(({ height, zones }, y) => {
      const other = b[y];
      if (height !== other?.height || zones.length !== other.zones.length) return false;
      return zones.every(({ id, width }, x) => id === other.zones[x]?.id && width === other.zones[x]?.width);
    })
  );
}

export function zoneIn({ rows }: Layout, id: string): Zone | undefined {
  for (const { zones } of rows) for (const zone of zones) if (zone.id === id) return zone;
  return undefined;
}

/** The row of the screen the cursor of the focused list is on; null when no list is shown. */
export function cursorRowOf(layout: Layout, { focus, lists }: UiState): number | null {
  const zone = placeZones(layout).find(({ id }) => id === focus);
  // Below the border and the names of the columns.
  return zone ? zone.y + 2 + lists[focus].index - lists[focus].top : null;
}

type Size = Pick<Frame, 'columns' | 'rows'>;

/** The layout of a moment, made once: a key asks for it a dozen times. */
export function createLayouts(): (ui: UiState, world: World, size: Size) => Layout {
  let made: { readonly ui: UiState; readonly world: World; readonly size: Size; readonly layout: Layout } | null = null;
  return (ui, world, size) => {
    if (made?.ui !== ui || made.world !== world || made.size !== size) {
      made = { ui, world, size, layout: layoutOf(ui, world, size) };
    }
    return made.layout;
  };
}
