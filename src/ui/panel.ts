/** The contract of a panel: an object that is handed to the shell, which knows none of them by name. */
import type { Target } from '../actions/target.ts';
import type { World } from '../state/world.ts';
import type { PanelWord } from './keys/binding.ts';
import type { Cells } from './screen/cells.ts';
import type { ListState, MenuId, MenuItem, PanelId, UiState } from './state.ts';
import type { Theme } from './theme.ts';
import type { PeekFile, ViewerSubject } from './viewer.ts';

/** What a panel draws from. */
export interface Scope {
  readonly world: World;
  readonly ui: UiState;
  readonly list: ListState;
  readonly theme: Theme;
  readonly isFocused: boolean;
  /** The ends of the logs of what the detail is about, or of what is previewed; empty elsewhere. */
  readonly logs?: readonly PeekFile[];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Panel {
  readonly id: PanelId;
  readonly title: string;
  /** The keys of its rows in the order shown; none for a panel that is no list. */
  keys(scope: Scope): readonly string[];
  /** The names of what its rows can be sorted by, in the order of `o`. */
  readonly sorts: readonly string[];
  /** How many rows are visible in a zone of this size. */
  page(size: Size, scope: Scope): number;
  /** Into blank cells, as what else draws here. */
  draw(cells: Cells, scope: Scope): void;
  /** See `Amend`; without it the panel is always drawn whole. */
  amend?(cells: Cells, scope: Scope): readonly number[] | null;
  /** The whole body, about the row of that key. */
  drawDetail(cells: Cells, scope: Scope, key: string | null): void;
  /** One line, for screens that have no room for the panel. */
  drawSummary?(cells: Cells, scope: Scope): void;
  /** Whether its detail shows the ends of the logs of its row. */
  readonly hasLogs?: true;
  /** The logs whose ends stand beside the list, where it leaves room for them in a zone of this size. */
  preview?(size: Size, scope: Scope, key: string | null): ViewerSubject | null;
  /** The logs of a row, for `l`. */
  subject?(scope: Scope, key: string | null): ViewerSubject | null;
  /** What `y` copies here before any target's command: a remedy that the panel names. */
  copyText?(scope: Scope, key: string | null): string | null;
  /** What `/` looks in, of a row, lower case. Without it nothing is found. */
  textOf?(scope: Scope, key: string): string;
  /** The keys of all rows in the order shown, those in folded groups too; without it `keys`. */
  searched?(scope: Scope): readonly string[];
  /** See `Scene.within`. */
  within?(scope: Scope, key: string): readonly string[];
  /** What of a filter is not understood; without it everything is. */
  filterError?(text: string): string | null;
  /** Groups of rows: see `Scene`. */
  group?(scope: Scope, key: string | null): string | null;
  groups?(scope: Scope): readonly string[];
  menu?(scope: Scope, menu: MenuId): readonly MenuItem[];
  /** What can be selected in a row: see `Scene.members`. Without it nothing can. */
  members?(scope: Scope, key: string | null): readonly string[];
  /** Does what was said of the row of that key, and answers with a sentence. */
  tell?(scope: Scope, key: string | null, what: PanelWord): string;
  /**
   * What kind of thing `targets` gives for that key, where there are rows of several kinds; null where it gives several.
   * Asked at each paint.
   */
  kindOf?(scope: Scope, key: string): Target['kind'] | null;
  /** Whether something of what `targets` gives for that key is not freshly read, so that most actions on it are refused. */
  isUnread?(scope: Scope, key: string): boolean;
  /** What an action would be aimed at: what is selected, else the row of the key. */
  targets?(scope: Scope, key: string | null): readonly Target[];
}
