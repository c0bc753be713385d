/** Where everything stands: from the size, the view and how much there is to show. Pure. */
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

type Row = Layout['rows'][number];

/** Below this there is no honest picture: it says so instead. */
export const MIN_COLUMNS = 38;
export const MIN_ROWS = 10;

/** Below this width one panel is shown at a time, and the rest in a line. */
export const ONE_PANEL_COLUMNS = 60;
/** On a screen so tall the course of one bot has room below the list. */
const TALL_ROWS = 48;
const COURSE_ROWS = 14;
/** From this width on all panels stand in two columns. */
const GRID_COLUMNS = 116;

export interface LayoutInput {
  readonly columns: number;
  readonly rows: number;
  readonly view: ViewId;
  readonly focus: PanelId;
  readonly hasDetail: boolean;
  readonly hasStrip: boolean;
  /** How many bots there are: their panel is not made larger than they need. */
  readonly bots: number;
}

export function layoutScreen(input: LayoutInput): Layout {
  const { columns, rows } = input;
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
    return { isTooSmall: true, rows: [{ height: rows, zones: [{ id: 'small', width: columns, height: rows }] }] };
  }
  const headerRows = columns < ONE_PANEL_COLUMNS ? 2 : 1;
  const bodyRows = rows - headerRows - (input.hasStrip ? 1 : 0) - 1;
  return {
    isTooSmall: false,
    rows: [
      row(columns, headerRows, 'header'),
      ...layoutBody(input, bodyRows),
      ...(input.hasStrip ? [row(columns, 1, 'strip')] : []),
      row(columns, 1, 'footer'),
    ],
  };
}

/** One row of one or two zones; the second takes `right` columns. */
function row(columns: number, height: number, left: string, second?: { id: string; width: number }): Row {
  if (!second) return { height, zones: [{ id: left, width: columns, height }] };
  return {
    height,
    zones: [
      { id: left, width: columns - second.width, height },
      { id: second.id, width: second.width, height },
    ],
  };
}

function layoutBody(input: LayoutInput, height: number): readonly Row[] {
  const { columns, view, focus, hasDetail } = input;
  if (hasDetail) return [row(columns, height, 'detail')];
  if (view !== 'home') return [row(columns, height, view)];
  if (columns < ONE_PANEL_COLUMNS) {
    if (focus !== 'bots') return [row(columns, height, focus)];
    return [row(columns, height - 1, 'bots'), row(columns, 1, 'summary')];
  }
  // Borders and the names of the columns.
  const wanted = input.bots + 3 + (height >= TALL_ROWS ? COURSE_ROWS : 0);
  if (columns >= GRID_COLUMNS) {
    const right = Math.min(72, Math.max(42, Math.round(columns * 0.36)));
    const top = clamp(wanted, Math.round(height * 0.36), Math.round(height * 0.6));
    return [
      row(columns, top, 'bots', { id: 'resources', width: right }),
      row(columns, height - top, 'errors', { id: 'database', width: right }),
    ];
  }
  const bottom = clamp(Math.round(height * 0.3), 6, 14);
  const errors = clamp(Math.round(height * 0.28), 5, 16);
  const bots = clamp(wanted, 7, height - bottom - errors);
  return [
    row(columns, bots, 'bots'),
    row(columns, height - bots - bottom, 'errors'),
    row(columns, bottom, 'resources', { id: 'database', width: Math.floor(columns / 2) }),
  ];
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
