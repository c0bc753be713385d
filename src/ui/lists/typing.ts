/** Typing a filter or a search into the focused list: both act with every letter. Pure. */

import { typedBy } from '../keys/keys.ts';
import type { ListState, Scene, Typing, UiState } from '../state.ts';
import { openTo } from './folding.ts';

export function openTyping(state: UiState, kind: Typing['kind'], scene: Scene): UiState {
  const list = state.lists[state.focus];
  const text = kind === 'filter' ? list.filter : '';
  const before = kind === 'filter' ? list.filter : list.search;
  const at = scene.keys(state.focus)[Math.max(0, list.index)] ?? null;
  const origin = list.key ?? (kind === 'search' ? at : null);
  return { ...state, typing: { kind, text, before, origin, folded: list.folded } };
}

export function typeKey(state: UiState, key: string, scene: Scene): UiState {
  const { typing } = state;
  if (!typing) return state;
  if (key === 'enter') {
    // What is not understood is not kept: it would look like a filter and be none.
    if (typing.kind === 'filter' && scene.filterError(state.focus, typing.text) !== null) return state;
    return { ...state, typing: null };
  }
  if (key === 'esc') return put({ ...state, typing: null }, typing, typing.before, scene, true);
  let { text } = typing;
  if (key === 'backspace') text = [...text].slice(0, -1).join('');
  else if (key === 'ctrl+u') text = '';
  else text += typedBy(key);
  if (text === typing.text) return state;
  return put({ ...state, typing: { ...typing, text } }, typing, text, scene, false);
}

function put(
  state: UiState,
  { kind, origin, folded }: Typing,
  text: string,
  scene: Scene,
  isDropped: boolean,
): UiState {
  // The cursor goes to the first row of what is found; it would be lost among rows that are gone.
  if (kind === 'filter') {
    return withFocused(state, (list) => ({ ...list, filter: text, key: isDropped ? origin : null, index: 0, top: 0 }));
  }
  const found = isDropped || text === '' ? null : scene.find(state.focus, text, origin, 1, false);
  // What an earlier letter had opened closes again.
  return withFocused(state, (list) => ({
    ...list,
    search: text,
    key: found ?? origin,
    folded: found === null ? folded : openTo(folded, scene.within(state.focus, found)),
  }));
}

/** Goes to the next row that holds what is searched for, round the end. */
export function turnSearch(state: UiState, by: 1 | -1, scene: Scene): UiState {
  const list = state.lists[state.focus];
  const keys = scene.keys(state.focus);
  if (list.search === '' || keys.length === 0) return state;
  const origin = list.key ?? keys[Math.max(0, list.index)] ?? null;
  const found = scene.find(state.focus, list.search, origin, by, true);
  if (found === null) return state;
  const groups = scene.within(state.focus, found);
  return withFocused(state, (known) => ({ ...known, key: found, folded: openTo(known.folded, groups) }));
}

function withFocused(state: UiState, change: (list: ListState) => ListState): UiState {
  return { ...state, lists: { ...state.lists, [state.focus]: change(state.lists[state.focus]) } };
}
