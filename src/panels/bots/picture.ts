/** The picture of the bots panel: drawn whole, or where only the cursor has moved, in the two rows that this changes. */
import type { Scope } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { type BotsWindow, drawBots, drawMove, windowOf } from './draw.ts';
import type { BotsView } from './view.ts';

export interface BotsPicture {
  draw(cells: Cells, scope: Scope, view: BotsView): void;
  /** See `Amend`. */
  amend(cells: Cells, scope: Scope, view: BotsView): readonly number[] | null;
}

/** What was drawn last, and where. A view is of one world, one order and one filter. */
interface Drawn {
  readonly cells: Cells;
  readonly view: BotsView;
  readonly window: BotsWindow;
  /** All else that a line may look different for. */
  readonly look: readonly unknown[];
}

export function botsPicture(): BotsPicture {
  let drawn: Drawn | null = null;
  return {
    draw(cells, scope, view) {
      drawn = null;
      const window = windowOf(cells, scope, view);
      drawBots(cells, scope, view, window);
      drawn = { cells, view, window, look: lookOf(scope) };
    },
    amend(cells, scope, view) {
      const was = drawn;
      drawn = null;
      const window = windowOf(cells, scope, view);
      const look = lookOf(scope);
      const hasOnlyMoved =
        was?.cells === cells &&
        was.view === view &&
        was.window.top === window.top &&
        was.look.every((part, i) => part === look[i]);
      const rows = hasOnlyMoved ? drawMove(cells, scope, view, window, was.window.cursor) : null;
      if (rows !== null) drawn = { cells, view, window, look };
      return rows;
    },
  };
}

function lookOf({ theme, isFocused, ui, list }: Scope): readonly unknown[] {
  return [theme, isFocused, ui.typing, ui.detail, list.selected, list.search, list.columns];
}
