/** Groups of a list that show themselves alone, or their rows too. Pure. */
import type { ListState } from '../state.ts';

/** The group is folded or opened; folded, it takes the cursor from its rows. */
export function turnFold(list: ListState, key: string, to: 'folded' | 'open' | 'other'): ListState {
  const isFolded = list.folded.has(key);
  if ((to === 'folded' && isFolded) || (to === 'open' && !isFolded)) return { ...list, key };
  const folded = new Set(list.folded);
  if (isFolded) folded.delete(key);
  else folded.add(key);
  return { ...list, folded, key };
}

/** All groups are folded, or opened when they all are. */
export function turnAllFolds(list: ListState, groups: readonly string[], cursorGroup: string | null): ListState {
  if (groups.length === 0) return list;
  const isAllFolded = groups.every((key) => list.folded.has(key));
  const folded = new Set(list.folded);
  for (const key of groups) {
    if (isAllFolded) folded.delete(key);
    else folded.add(key);
  }
  return { ...list, folded, key: cursorGroup ?? list.key };
}

/** The groups that stay folded when those are opened. */
export function openTo(folded: ReadonlySet<string>, groups: readonly string[]): ReadonlySet<string> {
  if (!groups.some((group) => folded.has(group))) return folded;
  return new Set([...folded].filter((group) => !groups.includes(group)));
}
