/** What the boxes that stand above the panels have in common: their colours, and where they stand. */
import { ansi } from '../screen/color.ts';
import type { Rect } from '../screen/compose.ts';
import { style } from '../screen/style.ts';

const bg = ansi(0);

/** Of a box on black, whatever is below it. */
export const BOX = {
  back: style({ bg }),
  border: style({ fg: ansi(6), bg }),
  title: style({ fg: ansi(7), bg, bold: true }),
  key: style({ fg: ansi(14), bg }),
  text: style({ fg: ansi(7), bg }),
  /** What can be done without. */
  faint: style({ fg: ansi(8), bg }),
  chosen: style({ fg: ansi(7), bg, inverse: true }),
} as const;

/** In the middle of a screen; what is larger begins at its first cell. */
export function centred(columns: number, rows: number, width: number, height: number): Rect {
  return {
    x: Math.max(0, Math.floor((columns - width) / 2)),
    y: Math.max(0, Math.floor((rows - height) / 2)),
    width,
    height,
  };
}
