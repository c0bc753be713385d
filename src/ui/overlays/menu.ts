/** The menu's box, in the middle of the screen, with a window around the chosen line. */
import { measure, truncate } from '../../text/width.ts';
import { scrollTo } from '../reduce.ts';
import type { Sheet } from '../screen/sheet.ts';
import type { MenuItem, MenuState } from '../state.ts';
import { BOX, centred } from './box.ts';

export interface MenuOptions {
  readonly overlay: MenuState;
  readonly items: readonly MenuItem[];
  readonly columns: number;
  readonly rows: number;
}

const WIDTH_LEAST = 62;
/** Borders and the last line. */
const FRAME_ROWS = 3;

const TITLES: Readonly<Record<MenuState['menu'], string>> = { sort: 'Sort by', columns: 'Columns' };
const HINTS: Readonly<Record<MenuState['menu'], string>> = {
  sort: 'Enter sorts · O turns it round · Esc closes',
  columns: 'Space: always, never, by width · Backspace: as at first',
};
const SHORT_HINTS: Readonly<Record<MenuState['menu'], string>> = {
  sort: 'Enter sorts · O turns round',
  columns: 'Space changes · Esc closes',
};

export function menuSheet({ overlay, items, columns, rows }: MenuOptions): Sheet {
  const { menu, index } = overlay;
  // A mark before each label, two blanks between it and its note, and the border.
  const widest = Math.max(...items.map(({ label, note }) => measure(label) + measure(note) + 8));
  const width = Math.min(columns, Math.max(WIDTH_LEAST, widest));
  const room = Math.max(1, Math.min(items.length, rows - FRAME_ROWS - 2));
  const from = scrollTo(Math.max(0, index - Math.floor(room / 2)), index, room, items.length);
  const inner = width - 4;
  return {
    rect: centred(columns, rows, width, room + FRAME_ROWS),
    draw(cells) {
      cells.clear(BOX.back);
      const place = items.length > room ? `${index + 1} of ${items.length}` : '';
      const titles = { title: TITLES[menu], titleStyle: BOX.title, right: place, rightStyle: BOX.faint };
      cells.box(0, 0, cells.width, cells.height, { style: BOX.border, ...titles });
      for (let line = 0; line < room; line++) {
        const item = items[from + line];
        if (!item) break;
        const isChosen = from + line === index;
        const y = 1 + line;
        if (isChosen) cells.fill(1, y, cells.width - 2, 1, ' ', BOX.chosen);
        cells.text(2, y, item.mark, isChosen ? BOX.chosen : BOX.title, 1);
        // A note that would leave the label no room is left out.
        const note = measure(item.label) + measure(item.note) + 4 <= inner ? item.note : '';
        cells.text(4, y, truncate(item.label, inner - 2), isChosen ? BOX.chosen : BOX.text, inner - 2);
        cells.text(2 + inner - measure(note), y, note, isChosen ? BOX.chosen : BOX.faint);
      }
      const hint = measure(HINTS[menu]) <= inner ? HINTS[menu] : SHORT_HINTS[menu];
      cells.text(2, cells.height - 2, truncate(hint, inner), BOX.faint);
    },
  };
}
