/** What a list is looked through for, in words for its border. */
import type { Scope } from '../panel.ts';

/** The filter and the search, also while they are typed: `&mem>200 /tg`. Empty when there is neither. */
export function lookedFor({ ui, list, isFocused }: Pick<Scope, 'ui' | 'list' | 'isFocused'>): string {
  const typing = isFocused ? ui.typing : null;
  const filter = typing?.kind === 'filter' ? `&${typing.text}▏` : list.filter && `&${list.filter}`;
  const search = typing?.kind === 'search' ? `/${typing.text}▏` : list.search && `/${list.search}`;
  return [filter, search].filter(Boolean).join(' ');
}
