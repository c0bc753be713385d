/** The help's box: in two columns where there is room, so that all of it fits a classic screen. */
import { rate } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import type { Binding } from '../keys/binding.ts';
import type { Cells } from '../screen/cells.ts';
import type { Sheet } from '../screen/sheet.ts';
import type { UiState } from '../state.ts';
import type { Viewer } from '../viewer.ts';
import { BOX, centred } from './box.ts';
import { type HelpLine, heightOf, helpColumn, helpColumns, helpSections, keyWidth } from './help-lines.ts';

export interface HelpOptions {
  readonly keymap: readonly Binding[];
  readonly ui: UiState;
  /** The keys of what has the body; null when nothing has. */
  readonly viewer: Viewer['keymap'] | null;
  readonly columns: number;
  readonly rows: number;
  /** The first line shown. */
  readonly top: number;
  /** Written to this terminal; asked each time it is drawn. */
  bytesPerSecond(): number;
}

/** From this width on there are two columns. */
const TWO_COLUMNS = 80;
const ONE_WIDTH = 72;
const TWO_WIDTH = 100;
const GAP = 2;
/** Borders and the last line. */
const FRAME_ROWS = 3;

export function helpSheet({ keymap, ui, viewer, columns, rows, top, bytesPerSecond }: HelpOptions): Sheet {
  const isWide = columns >= TWO_COLUMNS;
  const width = Math.min(columns, isWide ? TWO_WIDTH : ONE_WIDTH);
  const sections = helpSections(keymap, ui, viewer);
  // Borders and padding.
  const inner = width - 4;
  const columnWidth = isWide ? Math.floor((inner - GAP) / 2) : inner;
  const parts: readonly [HelpLine[], HelpLine[]] = isWide
    ? helpColumns(sections, columnWidth)
    : [helpColumn(sections, columnWidth), []];
  const height = heightOf(parts);
  const room = Math.max(1, Math.min(height, rows - FRAME_ROWS));
  const from = Math.max(0, Math.min(top, height - room));
  const more = height - room - from;
  const keys = keyWidth(sections);
  return {
    rect: centred(columns, rows, width, room + FRAME_ROWS),
    draw(cells) {
      cells.clear(BOX.back);
      cells.box(0, 0, cells.width, cells.height, { style: BOX.border });
      parts.forEach((lines, index) => {
        const x = 2 + index * (columnWidth + GAP);
        lines.slice(from, from + room).forEach((line, y) => {
          drawLine(cells, x, 1 + y, line, keys, columnWidth);
        });
      });
      const last = more > 0 ? `${more} more below: j ↓  ·  Esc closes` : 'Esc closes';
      const used = cells.text(2, cells.height - 2, truncate(last, inner), BOX.faint);
      const traffic = `${rate(bytesPerSecond())} to this terminal`;
      if (measure(traffic) <= inner - used - GAP)
        cells.text(2 + inner - measure(traffic), cells.height - 2, traffic, BOX.faint);
    },
  };
}

function drawLine(cells: Cells, x: number, y: number, line: HelpLine, keys: number, width: number): void {
  if (line.kind === 'title') {
    cells.text(x, y, line.shown, BOX.title, width);
    return;
  }
  const used = cells.text(x, y, line.shown.padEnd(keys), BOX.key, width);
  cells.text(x + used, y, truncate(line.help, width - used), BOX.text, width - used);
}
