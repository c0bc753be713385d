/** A small list above the screen that something is chosen from: an order, the columns. Pure. */
import type { ListState, MenuId, MenuItem, MenuState, Scene, UiState } from '../state.ts';

export function openMenu(state: UiState, menu: MenuId): UiState {
  const index = menu === 'sort' ? state.lists[state.focus].sort : 0;
  return { ...state, overlay: { kind: 'menu', menu, index } };
}

const STEPS: Readonly<Record<string, number>> = {
  j: 1,
  down: 1,
  k: -1,
  up: -1,
  pageDown: 8,
  pageUp: -8,
  g: Number.NEGATIVE_INFINITY,
  home: Number.NEGATIVE_INFINITY,
  G: Number.POSITIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
};

/** What a key does while the menu stands. */
export function pressMenu(state: UiState, key: string, scene: Scene): UiState {
  const { overlay } = state;
  if (overlay?.kind !== 'menu') return state;
  const items = scene.menu(state.focus, overlay.menu);
  const by = STEPS[key];
  if (by !== undefined) {
    const index = Math.max(0, Math.min(overlay.index + by, items.length - 1));
    return { ...state, overlay: { ...overlay, index } };
  }
  if (key === 'esc' || key === 'q') return { ...state, overlay: null };
  return overlay.menu === 'sort' ? pressSort(state, overlay, key, items) : pressColumns(state, overlay, key, items);
}

function pressSort(state: UiState, overlay: MenuState, key: string, items: readonly MenuItem[]): UiState {
  // The key that opened it goes on to the next, so that it can be pressed until it is right.
  if (key === 'o') return { ...state, overlay: { ...overlay, index: (overlay.index + 1) % Math.max(1, items.length) } };
  if (key === 'O')
    return withFocused({ ...state, overlay: { ...overlay } }, (list) => ({ ...list, isInverted: !list.isInverted }));
  if (key !== 'enter' && key !== 'space') return state;
  return withFocused({ ...state, overlay: null }, (list) => ({
    ...list,
    sort: overlay.index,
    isInverted: list.sort === overlay.index ? list.isInverted : false,
  }));
}

function pressColumns(state: UiState, overlay: MenuState, key: string, items: readonly MenuItem[]): UiState {
  if (key === 'enter' || key === 'C') return { ...state, overlay: null };
  if (key === 'backspace')
    return withFocused({ ...state, overlay: { ...overlay } }, (list) => ({ ...list, columns: {} }));
  const item = items[overlay.index];
  if (key !== 'space' || !item) return state;
  return withFocused({ ...state, overlay: { ...overlay } }, (list) => {
    const { [item.id]: known, ...rest } = list.columns;
    if (known === 'off') return { ...list, columns: rest };
    return { ...list, columns: { ...rest, [item.id]: known === 'on' ? 'off' : 'on' } };
  });
}

function withFocused(state: UiState, change: (list: ListState) => ListState): UiState {
  return { ...state, lists: { ...state.lists, [state.focus]: change(state.lists[state.focus]) } };
}
