/** What a list is looked through for, in words for its border. */
import { measure, truncate } from '../../text/width.ts';
import type { Scope } from '../panel.ts';

/** The filter and the search, also while they are typed: `&mem>200 /tg`. Empty when there is neither. */
export function lookedFor({ ui, list, isFocused }: Pick<Scope, 'ui' | 'list' | 'isFocused'>): string {
  const typing = isFocused ? ui.typing : null;
  const filter = typing?.kind === 'filter' ? `&${typing.text}▏` : list.filter && `&${list.filter}`;
  const search = typing?.kind === 'search' ? `/${typing.text}▏` : list.search && `/${list.search}`;
  return [filter, search].filter(Boolean).join(' ');
}

/**
 * What of it all fits into the border of a list. What is looked for is never out of sight; of the order and what the
 * title says the title stays.
 */
export function borderTexts(
  width: number,
  title: string,
  looked: string,
  order = '',
): { title: string; right: string } {
  // Corners, lines, and a blank on either side of both.
  const room = width - 9;
  const whole = [looked, order].filter(Boolean).join(' · ');
  const right = measure(title) + measure(whole) <= room ? whole : truncate(looked, Math.max(8, width - 14));
  return { title: right ? truncate(title, Math.max(4, room - measure(right))) : title, right };
}
