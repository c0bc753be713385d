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
  const binding = keymap.find(({ keys }) => keys.includes(key));
  if (!binding) return `${key}: no key here. ? shows those there are.`;
  const name = `${binding.shown} ${binding.label}`;
  if (ui.isViewing) return `${name}: not in a log (Esc).`;
  const places = placesOf(binding);
  if (!places) return null;
  const { atHome, inViews, inDetails, after } = places;
  if (ui.detail && atHome.includes(ui.detail.panel)) return `${name}: in the list (Esc).`;
  if (atHome.length === 0) {
    const isHere = inDetails.includes(ui.focus);
    return isHere ? `${name}: in a detail (Enter).` : `${name}: only in details of ${named(inDetails)}.`;
  }
  if (after && atHome.includes(ui.focus)) {
    return after === 'search' ? `${name}: after a search (/).` : `${name}: of groups (t).`;
  }
  return inViews.length === 0 ? `${name}: only at home (1).` : `${name}: only in ${named(atHome)}.`;
}

/** `bots (2), errors (3)`. */
function named(panels: readonly PanelId[]): string {
  return panels.map((panel) => `${panel} (${views.find(({ name }) => name === panel)?.key})`).join(', ');
}
