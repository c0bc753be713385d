/** Short names of PM2 homes. */
import { measure, truncate } from '../text/width.ts';

/** The room that a column has for them. What is longer is cut there. */
export const HOME_TAG_WIDTH = 8;

/** Where a name may be cut without breaking a word. */
const BOUNDARY = /[-_.@+]/;

/** Of the homes that were asked for last: they change with the configuration only. */
let known: { readonly homes: readonly string[]; readonly tags: ReadonlyMap<string, string> } = {
  homes: [],
  tags: new Map(),
};

/** What tells this home from the others that are watched, in little room; a home that is not watched has its own name. */
export function homeTag(home: string, watched: readonly { readonly id: string }[]): string {
  if (watched.length < 2) return ownName(home);
  const isSame = known.homes.length === watched.length && watched.every(({ id }, at) => homeOf(id) === known.homes[at]);
  if (!isSame) {
    const homes = watched.map(({ id }) => homeOf(id) ?? '');
    known = { homes, tags: homeTags(homes) };
  }
  return known.tags.get(home) ?? ownName(home);
}

const PREFIX = 'pm2:';

/** With several homes the id of a source names its home. */
export function homeOf(id: string): string | null {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
}

/**
 * A tag for each home, no two of which look alike in `HOME_TAG_WIDTH` columns: `anna` for /home/anna/.pm2, else the
 * last folder's name. Of those that would look alike it is the part that differs: `alpha` and `beta` for /srv/bots-alpha
 * and /srv/bots-beta. It depends on the homes alone, not on their order.
 */
export function homeTags(homes: readonly string[]): ReadonlyMap<string, string> {
  const tags = new Map(homes.toSorted().map((home) => [home, ownName(home)]));
  for (const alikeOf of [beginningAlike, lookingAlike]) {
    for (const alike of alikeOf(tags)) {
      const found = toldApart(folders(alike));
      if (found !== null) for (const [at, home] of alike.entries()) tags.set(home, found[at] as string);
    }
  }
  // What is left has no short part that differs, or has become another's name.
  for (const alike of lookingAlike(tags)) {
    for (const [at, home] of alike.entries()) {
      let number = at + 1;
      const numbered = () => `${truncate(ownName(home), HOME_TAG_WIDTH - 1 - String(number).length)}#${number}`;
      const others = new Set([...tags].filter(([of]) => of !== home).map(([, tag]) => looks(tag)));
      while (others.has(numbered())) number += 1;
      tags.set(home, numbered());
    }
  }
  return tags;
}

/** The names as short as they must be; null where nothing short tells them apart. */
function toldApart(names: readonly string[]): readonly string[] | null {
  if (isUnique(names) && names.every(isWhole)) return names;
  return [words(names), names.map(ends)].find(isUnique) ?? null;
}

/** `anna` for /home/anna/.pm2, else the last folder's name. */
export function ownName(home: string): string {
  const parts = partsOf(home);
  return parts.at(-1) ?? home;
}

/** Without `.pm2`, which most homes end with. */
function partsOf(home: string): readonly string[] {
  const parts = home.split('/').filter(Boolean);
  return parts.length > 1 && parts.at(-1) === '.pm2' ? parts.slice(0, -1) : parts;
}

const looks = (tag: string): string => truncate(tag, HOME_TAG_WIDTH);
const isWhole = (tag: string): boolean => measure(tag) <= HOME_TAG_WIDTH;
const isUnique = (names: readonly string[]): boolean => new Set(names.map(looks)).size === names.length;

/** The homes whose tags have their first word in common, in groups; only where one of them must be cut. */
function beginningAlike(tags: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const groups = Map.groupBy(tags, ([, tag]) => tag.split(BOUNDARY, 1)[0]);
  return [...groups.values()]
    .filter((group) => group.length > 1 && !group.every(([, tag]) => isWhole(tag)))
    .map((group) => group.map(([home]) => home));
}

/** The homes whose tags look alike, in groups. */
function lookingAlike(tags: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const groups = Map.groupBy(tags.keys(), (home) => looks(tags.get(home) as string));
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** The last folder of each in which they are not all the same. */
function folders(homes: readonly string[]): readonly string[] {
  const paths = homes.map((home) => partsOf(home).toReversed());
  const depth = Math.max(...paths.map(({ length }) => length));
  for (let at = 0; at < depth; at++) {
    const names = paths.map((path) => path[at] ?? '/');
    if (new Set(names).size > 1) return names;
  }
  return homes;
}

/** Without the words that all begin and end with. */
function words(names: readonly string[]): readonly string[] {
  const [first = ''] = names;
  let from = 0;
  let to = 0;
  for (let at = 1; at < first.length; at++) {
    if (names.every((name) => name.startsWith(first.slice(0, at))) && BOUNDARY.test(first[at - 1] ?? '')) from = at;
    if (names.every((name) => name.endsWith(first.slice(-at))) && BOUNDARY.test(first.at(-at) ?? '')) to = at;
  }
  const cut = names.map((name) => name.slice(from, name.length - to));
  return cut.every((name) => name.length > 0) ? cut : names;
}

/** Its beginning and its end: of a row of names the end is what differs. */
function ends(name: string): string {
  if (isWhole(name)) return name;
  const tail = [...name].slice(-4).join('');
  return `${truncate(name, HOME_TAG_WIDTH - measure(tail))}${tail}`;
}
