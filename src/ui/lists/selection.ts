/** Selecting rows: by what they are, so that it outlives every order, filter and list. Pure. */
import type { ListState } from '../state.ts';

const NONE: ReadonlySet<string> = new Set();

/** Selects these; when all of them are already, lets them go. */
export function turnSelected(list: ListState, keys: readonly string[]): ListState {
  if (keys.length === 0) return list;
  const selected = new Set(list.selected);
  if (keys.every((key) => selected.has(key))) for (const key of keys) selected.delete(key);
  else for (const key of keys) selected.add(key);
  return { ...list, selected };
}

/** Selects all that is shown beside what is selected; when all of that is already, nothing stays selected. */
export function turnAll(list: ListState, shown: readonly string[]): ListState {
  if (shown.every((key) => list.selected.has(key))) return clearSelected(list);
  return { ...list, selected: new Set([...list.selected, ...shown]) };
}

export function clearSelected(list: ListState): ListState {
  return list.selected.size === 0 ? list : { ...list, selected: NONE };
}
