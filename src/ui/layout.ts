/** Where everything stands, from the size alone. Pure. */
import type { PanelId, ViewId } from './state.ts';

export interface Zone {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** Rows of zones, from the top; each row's zones stand side by side and fill the width. */
export interface Layout {
  readonly isTooSmall: boolean;
  readonly rows: readonly { readonly height: number; readonly zones: readonly Zone[] }[];
}

/** Below this there is no honest picture: it says so instead. */
export const MIN_COLUMNS = 38;
export const MIN_ROWS = 10;

/** Below this width one panel is shown at a time, and the rest in a line. */
const ONE_PANEL_COLUMNS = 60;
/** From this width on panels stand side by side. */
const BESIDE_COLUMNS = 116;

export interface LayoutInput {
  readonly columns: number;
  readonly rows: number;
  readonly view: ViewId;
  readonly focus: PanelId;
  readonly hasDetail: boolean;
  readonly hasStrip: boolean;
}

export function layoutScreen(input: LayoutInput): Layout {
  const { columns, rows } = input;
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
    return { isTooSmall: true, rows: [{ height: rows, zones: [{ id: 'small', width: columns, height: rows }] }] };
  }
  const full = (id: string, height: number) => ({ height, zones: [{ id, width: columns, height }] });
  const headerRows = columns < ONE_PANEL_COLUMNS ? 2 : 1;
  const stripRows = input.hasStrip ? 1 : 0;
  const bodyRows = rows - headerRows - stripRows - 1;
  return {
    isTooSmall: false,
    rows: [
      full('header', headerRows),
      ...layoutBody(input, bodyRows, full),
      ...(stripRows ? [full('strip', 1)] : []),
      full('footer', 1),
    ],
  };
}

type Rows = Layout['rows'];

function layoutBody(input: LayoutInput, height: number, full: (id: string, height: number) => Rows[number]): Rows {
  const { columns, view, focus, hasDetail } = input;
  if (hasDetail) return [full('detail', height)];
  if (view === 'bots') return [full('bots', height)];
  if (view === 'resources') return [full('resources', height)];
  if (columns < ONE_PANEL_COLUMNS) {
    return focus === 'resources' ? [full('resources', height)] : [full('bots', height - 1), full('summary', 1)];
  }
  if (columns >= BESIDE_COLUMNS) {
    const right = Math.min(72, Math.max(42, Math.round(columns * 0.34)));
    const zones = [
      { id: 'bots', width: columns - right, height },
      { id: 'resources', width: right, height },
    ];
    return [{ height, zones }];
  }
  const below = Math.min(12, Math.max(7, Math.round(height * 0.36)));
  return [full('bots', height - below), full('resources', below)];
}
