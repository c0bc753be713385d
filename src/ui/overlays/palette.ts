/** The palette's box: what is typed, and the choices that match it. */
import { measure, truncate, truncateStart } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { type Choice, found, foundOptions, type Palette } from '../palette.ts';
import type { Cells } from '../screen/cells.ts';
import { ansi } from '../screen/color.ts';
import type { Sheet } from '../screen/sheet.ts';
import { type StyleId, style } from '../screen/style.ts';
import { BOX } from './box.ts';

export interface PaletteOptions {
  readonly palette: Palette;
  readonly columns: number;
  readonly rows: number;
}

const MAX_WIDTH = 96;
const MAX_ROWS = 18;
const MAX_TITLE_ROWS = 3;
/** Below this a margin, and a column for what an action is aimed at, cost more than they show. */
const NARROW = 60;
const LABEL_WIDTH = 25;
const TAG_WIDTH = 4;
const KEY_WIDTH = 7;

const bg = ansi(0);
const TITLE = style({ fg: ansi(15), bg, bold: true });
const WARN = style({ fg: ansi(3), bg });
const AT_OFF = style({ fg: ansi(8), bg, inverse: true });
const TAGS: Readonly<Record<string, StyleId>> = {
  R1: style({ fg: ansi(3), bg }),
  R2: style({ fg: ansi(5), bg }),
  R3: style({ fg: ansi(1), bg }),
};

export function paletteSheet({ palette, columns, rows }: PaletteOptions): Sheet {
  const width = columns < NARROW ? columns : Math.min(columns - 4, MAX_WIDTH);
  const { wanted, index } = palette;
  const lines = wanted === null ? found(palette) : foundOptions(palette);
  const titles = wanted === null ? [] : wrap(wanted.title, width - 4).slice(0, MAX_TITLE_ROWS);
  const title = titles.length;
  // Borders, what is typed, and the last line.
  const frame = 4 + title;
  // Where anything may be typed there is nothing to list, and a list that matches nothing says so.
  const wantedRows = lines.length === 0 ? (wanted === null ? 1 : 0) : lines.length;
  // The footer says what its keys do; a box that is as wide as the screen leaves nothing of it beside itself.
  const most = width < columns ? rows - 1 : rows;
  const room = Math.max(0, Math.min(MAX_ROWS, most - frame, wantedRows));
  const top = Math.max(0, Math.min(index - Math.floor(room / 2), lines.length - room));
  return {
    rect: {
      x: Math.max(0, Math.floor((columns - width) / 2)),
      y: Math.max(0, Math.min(2, most - room - frame)),
      width,
      height: room + frame,
    },
    draw(cells) {
      const inner = cells.width - 4;
      cells.clear(BOX.back);
      cells.box(0, 0, cells.width, cells.height, { style: BOX.border });
      titles.forEach((text, at) => cells.text(2, 1 + at, truncate(text, inner), TITLE));
      const y = 1 + title;
      const mark = cells.text(2, y, wanted === null ? ': ' : '> ', BOX.key);
      const typed = cells.text(
        2 + mark,
        y,
        truncateStart(palette.text, inner - 3, ''),
        wanted?.isInitial ? BOX.chosen : TITLE,
      );
      cells.text(2 + mark + typed, y, '▏', BOX.key);
      if (lines.length === 0 && wanted === null) cells.text(2, y + 1, 'nothing is called that', BOX.faint);
      lines.slice(top, top + room).forEach((line, at) => {
        const isAt = top + at === index;
        if (typeof line === 'string') cells.text(2, y + 1 + at, pad(line, inner), isAt ? BOX.chosen : BOX.text);
        else drawChoice(cells, y + 1 + at, line, isAt, columns >= NARROW);
      });
      const below = Math.max(0, lines.length - top - room);
      drawFoot(cells, palette, below, columns < NARROW ? lines[index] : undefined);
    },
  };
}

/** `r    restart   R1   weather-bot`; what can do nothing here is grey, and says why in its last column. */
function drawChoice(cells: Cells, y: number, choice: Choice, isAt: boolean, isWide: boolean): void {
  const { key, label, tag, about, barred } = choice;
  const inner = cells.width - 4;
  const isOff = barred !== null;
  const lookOf = (own: StyleId): StyleId => (isAt ? (isOff ? AT_OFF : BOX.chosen) : isOff ? BOX.faint : own);
  const labelWidth = isWide ? LABEL_WIDTH : inner - KEY_WIDTH - TAG_WIDTH;
  let x = 2;
  x += cells.text(x, y, pad(key, KEY_WIDTH), lookOf(BOX.key));
  x += cells.text(x, y, pad(label, labelWidth), lookOf(BOX.text));
  x += cells.text(x, y, pad(tag, TAG_WIDTH), lookOf(TAGS[tag] ?? BOX.faint));
  const room = cells.width - 2 - x;
  if (room > 0) cells.text(x, y, pad(barred ?? about, room), lookOf(BOX.text));
}

function drawFoot(cells: Cells, { wanted }: Palette, below: number, phoneLine: Choice | string | undefined): void {
  const y = cells.height - 2;
  const inner = cells.width - 4;
  const problem = wanted?.problem ?? '';
  // On a phone the reason has no column: it is said of the row under the cursor.
  const barred = typeof phoneLine === 'object' ? (phoneLine.barred ?? '') : '';
  const warning = problem === '' ? barred : problem;
  if (warning !== '') {
    cells.text(2, y, truncate(warning, inner), WARN);
    return;
  }
  const counted = below > 0 ? `${below} more ↓ · ` : '';
  cells.text(
    2,
    y,
    truncate(`${counted}${wanted === null ? 'Enter picks' : 'Enter goes on'} · Esc closes`, inner),
    BOX.faint,
  );
}

function pad(text: string, width: number): string {
  const cut = truncate(text, Math.max(1, width - 1));
  return cut + ' '.repeat(Math.max(0, width - measure(cut)));
}
