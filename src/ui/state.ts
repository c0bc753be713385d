/** What the person is doing: the state and the one function that changes it. Pure; knows nothing of the world. */
import type { ViewName } from '../config/command-line.ts';
import { ORPHANS_KEY } from '../state/daemon-guard.ts';
import type { Prompt } from './acting/prompt.ts';
import type { Strip } from './acting/strip.ts';
import type { Palette } from './palette.ts';

export type ViewId = ViewName;
export type PanelId = 'bots' | 'errors' | 'resources' | 'database';

/**
 * Where the cursor of a list is. A null key means: on the row at `index`, whichever it is; an index below zero, that
 * there is none, in a picture nobody steers.
 */
export interface ListState {
  readonly key: string | null;
  readonly index: number;
  /** The first row shown. */
  readonly top: number;
  readonly sort: number;
  readonly isInverted: boolean;
  readonly filter: string;
  /** What `/` looks for; empty when nothing is. */
  readonly search: string;
  /** Keys of what is selected, whether it is shown now or not. */
  readonly selected: ReadonlySet<string>;
  readonly isGrouped: boolean;
  /** What was chosen of its columns, by id; the others are there as far as there is room. */
  readonly columns: Readonly<Record<string, 'on' | 'off'>>;
  /** Keys of the groups that show themselves and not their rows. */
  readonly folded: ReadonlySet<string>;
}

/** A small list above the screen that something is chosen from. */
export type MenuId = 'sort' | 'columns';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  /** Before the label: what is on, what is not, an arrow. One column, or none. */
  readonly mark: string;
  /** After it, dimmed. */
  readonly note: string;
}

export interface MenuState {
  readonly kind: 'menu';
  readonly menu: MenuId;
  readonly index: number;
}

export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'prompt'; readonly prompt: Prompt }
  | { readonly kind: 'palette'; readonly palette: Palette }
  | MenuState;

/** A line that stands for a while: what was copied, why a key did nothing. */
export interface Notice {
  readonly text: string;
  readonly severity: 'plain' | 'warn';
  /** Monotonic ms. */
  readonly until: number;
}

/** A detail that has the body. `top` is the first of its rows that is shown. */
export interface Detail {
  readonly panel: PanelId;
  readonly key: string | null;
  readonly top: number;
}

/** A filter or a search while it is typed; it acts already. */
export interface Typing {
  readonly kind: 'filter' | 'search';
  readonly text: string;
  /** What there was before, for Esc. */
  readonly before: string;
  /** The row the cursor was on. */
  readonly origin: string | null;
  /** The groups that were folded. */
  readonly folded: ReadonlySet<string>;
}

export interface UiState {
  readonly view: ViewId;
  readonly focus: PanelId;
  readonly lists: Readonly<Record<PanelId, ListState>>;
  /** The panel whose detail fills the screen, and of which row. */
  readonly detail: Detail | null;
  /** A viewer has the body: the logs, of one bot or all. */
  readonly isViewing: boolean;
  /** The detail's range, an index into RANGES or BOT_RANGES. */
  readonly range: number;
  /** What is being typed into the focused list; null when nothing is. */
  readonly typing: Typing | null;
  readonly isPaused: boolean;
  readonly overlay: Overlay | null;
  readonly strip: Strip | null;
  readonly notice: Notice | null;
  /** Locked: no action starts. `relockAt` is monotonic ms, null when it stays as it is. */
  readonly lock: { readonly isLocked: boolean; readonly relockAt: number | null };
}

/** How long W opens the lock for, ms. */
export const UNLOCK_MS = 10 * 60_000;
/** How long a notice stands, ms. */
export const NOTICE_MS = 6_000;
export const RANGES = ['1m', '10m', '1h'] as const;
/** Of the detail of a bot. */
export const BOT_RANGES = [...RANGES, 'all'] as const;

/** What the reducer may ask of the screen as it is at this moment. */
export interface Scene {
  /** The keys of a list's rows in the order shown. */
  keys(panel: PanelId): readonly string[];
  /** How many rows of a list are visible. */
  page(panel: PanelId): number;
  /** What can be selected in a row: itself, or all that its group holds; without a row, all that the filter shows. */
  members(panel: PanelId, key: string | null): readonly string[];
  /** The group a row stands in, itself where it is one; null for a row in none. */
  group(panel: PanelId, key: string | null): string | null;
  groups(panel: PanelId): readonly string[];
  menu(panel: PanelId, menu: MenuId): readonly MenuItem[];
  /** What of a filter is not understood; null when all of it is. */
  filterError(panel: PanelId, text: string): string | null;
  /**
   * The first row from that of `origin` on, itself too unless `isPast`, that holds the text, round the end, those in
   * folded groups as well; null when none does.
   */
  find(panel: PanelId, text: string, origin: string | null, by: 1 | -1, isPast: boolean): string | null;
  /** The groups that a row stands in, folded or not, without itself. */
  within(panel: PanelId, key: string): readonly string[];
  /** How many columns a list can be sorted by. */
  sorts(panel: PanelId): number;
  /** The panels of a view, in the order of Tab. */
  panels(view: ViewId): readonly PanelId[];
}

export type UiEvent =
  | { readonly type: 'moved'; readonly by: number }
  | { readonly type: 'paged'; readonly by: 1 | -1 }
  | { readonly type: 'jumped'; readonly to: 'first' | 'last' }
  | { readonly type: 'row-held'; readonly key: string }
  | { readonly type: 'focus-moved'; readonly by: 1 | -1 }
  | { readonly type: 'view-opened'; readonly view: ViewId }
  | { readonly type: 'detail-opened' }
  | { readonly type: 'row-opened'; readonly panel: PanelId; readonly key: string }
  | { readonly type: 'range-turned'; readonly by: 1 | -1 }
  | { readonly type: 'viewer-opened' }
  | { readonly type: 'went-back' }
  | { readonly type: 'filter-opened' }
  | { readonly type: 'search-opened' }
  | { readonly type: 'search-turned'; readonly by: 1 | -1 }
  | { readonly type: 'text-typed'; readonly key: string }
  | { readonly type: 'menu-opened'; readonly menu: MenuId }
  | { readonly type: 'menu-pressed'; readonly key: string }
  | { readonly type: 'grouping-turned' }
  | { readonly type: 'fold-turned'; readonly to: 'folded' | 'open' | 'other' }
  | { readonly type: 'folds-turned' }
  | { readonly type: 'look-restored'; readonly look: Look }
  | { readonly type: 'sort-turned' }
  | { readonly type: 'sort-inverted' }
  | { readonly type: 'selection-turned' }
  | { readonly type: 'all-turned' }
  | { readonly type: 'pause-turned' }
  | { readonly type: 'help-turned' }
  | { readonly type: 'prompt-changed'; readonly prompt: Prompt | null }
  | { readonly type: 'palette-changed'; readonly palette: Palette | null }
  | { readonly type: 'strip-changed'; readonly strip: Strip | null }
  | { readonly type: 'noticed'; readonly text: string; readonly severity: Notice['severity']; readonly at: number }
  | { readonly type: 'notice-cleared' }
  | { readonly type: 'lock-turned'; readonly at: number }
  | { readonly type: 'world-changed'; readonly at: number };

/** What of the list of bots outlives the program. */
export type Look = Pick<ListState, 'columns' | 'isGrouped'>;

/** A list as it is before anybody touches it. */
export const LIST: ListState = {
  key: null,
  index: 0,
  top: 0,
  sort: 0,
  isInverted: false,
  filter: '',
  search: '',
  selected: new Set(),
  isGrouped: false,
  columns: {},
  // A dead daemon of many bots leaves as many orphans: they begin as one line.
  folded: new Set([ORPHANS_KEY]),
};

export function initialUi(view: ViewId): UiState {
  return {
    view,
    focus: view === 'home' || view === 'logs' ? 'bots' : view,
    lists: { bots: LIST, errors: LIST, resources: LIST, database: LIST },
    detail: null,
    isViewing: view === 'logs',
    range: 0,
    typing: null,
    isPaused: false,
    overlay: null,
    strip: null,
    notice: null,
    lock: { isLocked: false, relockAt: null },
  };
}
