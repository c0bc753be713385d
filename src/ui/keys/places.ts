/** Where keys mean something, and what is said of one that means nothing where it was pressed. */
import { views } from '../../config/command-line.ts';
import { initialUi, type ListState, type PanelId, type UiState } from '../state.ts';
import type { Binding } from './binding.ts';

/** The panels in which a key means something, by how they stand there. */
export interface Places {
  readonly atHome: readonly PanelId[];
  readonly inViews: readonly PanelId[];
  readonly inDetails: readonly PanelId[];
  /** What must have been done to the list before. */
  readonly after: 'search' | 'grouping' | null;
}

export const PANELS: readonly PanelId[] = ['bots', 'errors', 'resources', 'database'];

/** What a list must be for some keys to mean something in it. */
const LISTS: readonly (readonly [after: Places['after'], list: Partial<ListState>])[] = [
  [null, {}],
  ['search', { search: 'x' }],
  ['grouping', { isGrouped: true }],
];

/** Found out by asking the key in every place there is; null for one that means something everywhere. */
export function placesOf({ where }: Binding): Places | null {
  if (!where) return null;
  for (const [after, list] of LISTS) {
    const first = initialUi('home');
    const lists = Object.fromEntries(PANELS.map((panel) => [panel, { ...first.lists[panel], ...list }]));
    const home: UiState = { ...first, lists: lists as UiState['lists'] };
    const isThere = (place: (panel: PanelId) => UiState) => PANELS.filter((panel) => where(place(panel)));
    const places: Places = {
      atHome: isThere((focus) => ({ ...home, focus })),
      inViews: isThere((panel) => ({ ...home, view: panel, focus: panel })),
      inDetails: isThere((panel) => ({ ...home, focus: panel, detail: { panel, key: null, top: 0 } })),
      after,
    };
    if (places.atHome.length + places.inViews.length + places.inDetails.length > 0) return places;
  }
  throw new Error('a key means nothing anywhere');
}

/** Keys that are pressed to no purpose, or by a terminal: nothing is said of them. */
const isSilent = (key: string): boolean => key.length > 1 && !['tab', 'shift+tab', 'space'].includes(key);

/** What to say of a key that means nothing here; null where nothing is to be said. */
export function elsewhere(keymap: readonly Binding[], key: string, ui: UiState): string | null {
  if (isSilent(key)) return null;
  const bindings = keymap.filter(({ keys }) => keys.includes(key));
  if (bindings.length === 0) return `${key}: no key here. ? shows those there are.`;
  const said = bindings.map((binding) => placeWords(binding, ui)).filter((words) => words !== null);
  return said.length === 0 ? null : `${bindings[0]?.shown} ${said.join('; ')}.`;
}

/** `known: only in errors (3)`; null for what means something everywhere. */
function placeWords(binding: Binding, ui: UiState): string | null {
  const { label } = binding;
  if (ui.isViewing) return `${label}: not in a log (Esc)`;
  const places = placesOf(binding);
  if (!places) return null;
  const { atHome, inViews, inDetails, after } = places;
  if (ui.detail && atHome.includes(ui.detail.panel)) return `${label}: in the list (Esc)`;
  if (atHome.length === 0) {
    const isHere = inDetails.includes(ui.focus);
    return isHere ? `${label}: in a detail (Enter)` : `${label}: only in details of ${named(inDetails)}`;
  }
  if (after && atHome.includes(ui.focus)) {
    return after === 'search' ? `${label}: after a search (/)` : `${label}: of groups (t)`;
  }
  return inViews.length === 0 ? `${label}: only at home (1)` : `${label}: only in ${named(atHome)}`;
}

/** `bots (2), errors (3)`. */
function named(panels: readonly PanelId[]): string {
  return panels.map((panel) => `${panel} (${views.find(({ name }) => name === panel)?.key})`).join(', ');
}
