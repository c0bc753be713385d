/** The picture of the bots panel: drawn whole, or where only the cursor has moved, in the two rows that this changes. */
import type { Scope } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { ListState, UiState } from '../../ui/state.ts';
import { drawBots, drawMove, windowOf } from './draw.ts';
import type { BotsView } from './view.ts';

export interface BotsPicture {
  draw(cells: Cells, scope: Scope, view: BotsView): void;
  /** See `Amend`. */
  amend(cells: Cells, scope: Scope, view: BotsView): readonly number[] | null;
}

/** What was drawn last. A view is of one world, one order and one filter. */
interface Drawn extends Pick<Scope, 'theme' | 'isFocused'> {
  readonly cells: Cells;
  readonly view: BotsView;
  readonly ui: Pick<UiState, 'typing' | 'detail'>;
  readonly list: ListState;
  readonly top: number;
  readonly cursor: number;
}

export function botsPicture(): BotsPicture {
  let drawn: Drawn | null = null;

  function drawnNow(cells: Cells, scope: Scope, view: BotsView): Drawn {
    const { theme, isFocused, list } = scope;
    const { typing, detail } = scope.ui;
    const { top, cursor } = windowOf(cells, scope, view);
    return { cells, view, theme, isFocused, list, ui: { typing, detail }, top, cursor };
  }

  return {
    draw(cells, scope, view) {
      drawn = null;
      drawBots(cells, scope, view);
      drawn = drawnNow(cells, scope, view);
    },
    amend(cells, scope, view) {
      const was = drawn;
      drawn = null;
      const is = drawnNow(cells, scope, view);
      if (was === null || !hasOnlyMoved(was, is)) return null;
      const rows = drawMove(cells, scope, view, was.cursor);
      if (rows !== null) drawn = is;
      return rows;
    },
  };
}

function hasOnlyMoved(was: Drawn, is: Drawn): boolean {
  return (
    was.cells === is.cells &&
    was.view === is.view &&
    was.theme === is.theme &&
    was.isFocused === is.isFocused &&
    was.ui.typing === is.ui.typing &&
    was.ui.detail === is.ui.detail &&
    was.list.selected === is.list.selected &&
    was.list.search === is.list.search &&
    was.list.columns === is.list.columns &&
    was.top === is.top
  );
}
