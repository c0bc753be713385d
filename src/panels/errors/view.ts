/** Which groups and events are shown, in what order: from what is known to rows. */
import type { LogEvent, LogLevel } from '../../sources/logs/snapshot.ts';
import type { ErrorGroup, ErrorsView } from '../../state/errors.ts';
import type { ListState } from '../../ui/state.ts';

export interface ErrorRow {
  readonly key: string;
  readonly group: ErrorGroup;
  /** Occurrences in the last hour. */
  readonly count: number;
  /** Absent from what was before the baseline; known ones never are. */
  readonly isNew: boolean;
  readonly isKnown: boolean;
  readonly isHidden: boolean;
}

export interface ErrorRows {
  readonly rows: readonly ErrorRow[];
  readonly keys: readonly string[];
  /** Groups before the filter. */
  readonly total: number;
  /** Of them, those that a mark hides: `is:hidden` shows them. */
  readonly hidden: number;
}

/** What the list can be sorted by, in the order of `o`. */
export const ERROR_SORTS = ['gravity', 'count', 'last', 'first'] as const;

const GRAVITY: Readonly<Record<LogLevel, number>> = { fatal: 0, error: 1, warn: 2 };

/** A filter as it is typed, understood. */
export interface ErrorFilter {
  /** Words that must all be there, lower case. */
  readonly words: readonly string[];
  /** Words that must not. */
  readonly not: readonly string[];
  /** The mildest level shown; null shows all. */
  readonly level: LogLevel | null;
  readonly bots: readonly string[];
  /** What was said of them must be one of these; empty: anything but hidden. */
  readonly is: readonly ErrorStanding[];
}

export type ErrorStanding = 'new' | 'known' | 'hidden';
const STANDINGS: readonly ErrorStanding[] = ['new', 'known', 'hidden'];

/**
 * Words that all must match; `-word` must not; `level:error` shows errors and worse; `bot:name` those of bots whose
 * name holds it; `is:new`, `is:known`, `is:hidden` by what was said of them. Anything else that has a colon is a word.
 */
export function parseErrorFilter(text: string): ErrorFilter {
  const words: string[] = [];
  const not: string[] = [];
  const bots: string[] = [];
  const is: ErrorStanding[] = [];
  let level: LogLevel | null = null;
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const [, name, value = ''] = /^(level|bot|is):(.*)$/.exec(word) ?? [];
    if (name === 'level')
      level = (Object.keys(GRAVITY) as LogLevel[]).find((each) => value && each.startsWith(value)) ?? level;
    else if (name === 'bot') bots.push(value);
    else if (name === 'is') is.push(...STANDINGS.filter((each) => value && each.startsWith(value)));
    else if (word.length > 1 && word.startsWith('-')) not.push(word.slice(1));
    else words.push(word);
  }
  return { words, not, level, bots, is };
}

export function matchesEvent(event: LogEvent, filter: ErrorFilter): boolean {
  if (!isGrave(event.level, filter)) return false;
  const bot = event.bot.toLowerCase();
  if (!filter.bots.every((each) => bot.includes(each))) return false;
  if (filter.words.length === 0 && filter.not.length === 0) return true;
  const text = `${event.level} ${event.code ?? ''} ${bot} ${event.component} ${event.message}`.toLowerCase();
  return filter.words.every((word) => text.includes(word)) && !filter.not.some((word) => text.includes(word));
}

function matchesGroup(group: ErrorGroup, filter: ErrorFilter): boolean {
  if (!isGrave(group.level, filter)) return false;
  const bots = [...group.bots.keys()].join(' ').toLowerCase();
  if (!filter.bots.every((each) => bots.includes(each))) return false;
  if (filter.words.length === 0 && filter.not.length === 0) return true;
  const text = `${group.level} ${group.code ?? ''} ${bots} ${group.last.component} ${group.last.message}`.toLowerCase();
  return filter.words.every((word) => text.includes(word)) && !filter.not.some((word) => text.includes(word));
}

function isGrave(level: LogLevel, filter: ErrorFilter): boolean {
  return filter.level === null || GRAVITY[level] <= GRAVITY[filter.level];
}

/** The groups of the hour before `now`, filtered and sorted. */
export function selectGroups(view: ErrorsView, list: ListState, now: number): ErrorRows {
  const filter = parseErrorFilter(list.filter);
  const rows: ErrorRow[] = [];
  let total = 0;
  let hidden = 0;
  for (const group of view.groups) {
    const count = group.rate.sum(now);
    if (count === 0) continue;
    total += 1;
    const mark = view.marks.of(group.fingerprint);
    const isHidden = mark?.isHidden === true;
    if (isHidden) hidden += 1;
    if (!matchesGroup(group, filter)) continue;
    const row = {
      key: group.fingerprint,
      group,
      count,
      isNew: view.isNew(group),
      isKnown: mark?.isKnown === true,
      isHidden,
    };
    if (stands(row, filter)) rows.push(row);
  }
  rows.sort(orderBy(ERROR_SORTS[list.sort] ?? 'gravity', isTelling(view, now), now));
  if (list.isInverted) rows.reverse();
  return { rows, keys: rows.map(({ key }) => key), total, hidden };
}

/** Hidden ones are shown only when they are asked for. */
function stands({ isNew, isKnown, isHidden }: ErrorRow, { is }: ErrorFilter): boolean {
  if (is.length === 0) return !isHidden;
  const standing: Readonly<Record<ErrorStanding, boolean>> = { new: isNew, known: isKnown, hidden: isHidden };
  return is.some((each) => standing[each]) && (!isHidden || is.includes('hidden'));
}

/** So soon after the start what comes seldom is as new as what is new: it must not hide what comes all the time, ms. */
const EARLY_MS = 2 * 60_000;

/** Whether NEW says enough to stand first. */
const isTelling = ({ baseline, startedAt }: ErrorsView, now: number): boolean =>
  baseline.kind !== 'start' || now - startedAt >= EARLY_MS;

/** What was not seen for so long is over: however often it came, what goes on now is looked for first, ms. */
const OVER_MS = 30_000;

/**
 * What is new, then what goes on, then what is over; a flood of 429 is logged as warnings, and nothing else tells of it.
 * A new error stays above what goes on all the time: a bot that is dead logs no more.
 */
const RANKS = {
  new: { current: { error: 0, warn: 1 }, over: { error: 2, warn: 5 } },
  old: { current: { error: 3, warn: 4 }, over: { error: 6, warn: 7 } },
} as const;

type Compare = (a: ErrorRow, b: ErrorRow) => number;

/** The gravest (of what is new, then of what goes on), the most frequent or the latest first; equal ones keep an order of their own, so that none flickers. */
function orderBy(sort: (typeof ERROR_SORTS)[number], isNewFirst: boolean, now: number): Compare {
  const rankOf = (row: ErrorRow): number => {
    const kind = row.group.level === 'warn' ? 'warn' : 'error';
    const isOver = now - row.group.lastAt >= OVER_MS;
    return RANKS[isNewFirst && row.isNew ? 'new' : 'old'][isOver ? 'over' : 'current'][kind];
  };
  const byKey: Compare = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  const byCount: Compare = (a, b) => b.count - a.count || byKey(a, b);
  switch (sort) {
    case 'gravity':
      return (a, b) => rankOf(a) - rankOf(b) || GRAVITY[a.group.level] - GRAVITY[b.group.level] || byCount(a, b);
    case 'count':
      return byCount;
    case 'last':
      return (a, b) => b.group.lastAt - a.group.lastAt || byKey(a, b);
    case 'first':
      return (a, b) => b.group.firstAt - a.group.firstAt || byKey(a, b);
    default:
      return sort satisfies never;
  }
}

/** The newest events that match, newest first, at most `count`. */
export function newestEvents(view: ErrorsView, filter: ErrorFilter, count: number): readonly LogEvent[] {
  const found: LogEvent[] = [];
  if (count <= 0) return found;
  view.newest((event) => {
    if (matchesEvent(event, filter)) found.push(event);
    return found.length < count;
  });
  return found;
}

/** The sixty minutes as so many columns, the newest at the right. */
export function rateColumns(group: ErrorGroup, columns: number, now: number): number[] {
  const values = Array.from({ length: columns }, () => 0);
  for (let minute = 0; minute < 60; minute += 1) {
    const column = Math.floor((minute * columns) / 60);
    values[column] = (values[column] as number) + group.rate.at(minute, now);
  }
  return values;
}
