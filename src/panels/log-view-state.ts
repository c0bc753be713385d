/** What the person sees of one log, and how keys and pages change it. Pure; what must be read is said by `wants`. */
import type { LogLine, LogPage } from '../sources/logs/pager.ts';

export interface LogViewState {
  readonly path: string;
  readonly title: string;
  /** The part of the file that is held, in its order. */
  readonly lines: readonly LogLine[];
  /** The places of the file between which `lines` lie; null before the first page. */
  readonly from: number | null;
  readonly to: number;
  readonly isStart: boolean;
  readonly isEnd: boolean;
  /** The index in `lines` of the first line shown; while following it is the last page. */
  readonly top: number;
  /** The newest lines are shown as they come. Paused: what comes is counted and kept in the file. */
  readonly isFollowing: boolean;
  /** Bytes written since the pause. */
  readonly isBehind: boolean;
  readonly search: string;
  /** The text being typed into the search; null when none is. */
  readonly typing: string | null;
  /** The offset of the line the search stands at; null without one. */
  readonly match: number | null;
  /** What is to be read next; null when nothing is. The driver reads it and answers with `page-read` or `failed`. */
  readonly wants: LogWant | null;
  /** Why the file cannot be read; null when it can. */
  readonly error: string | null;
  /** A word about what just happened: `no more matches`. */
  readonly remark: string;
}

export type LogWant =
  | { readonly kind: 'end' }
  | { readonly kind: 'start' }
  | { readonly kind: 'back'; readonly before: number; readonly isSearch: boolean }
  | { readonly kind: 'forward'; readonly from: number; readonly isSearch: boolean };

/** `page` is the number of lines that are visible. */
export type LogViewEvent =
  | { readonly type: 'moved'; readonly by: number; readonly page: number }
  | { readonly type: 'paged'; readonly by: 1 | -1; readonly page: number }
  | { readonly type: 'jumped'; readonly to: 'first' | 'last'; readonly page: number }
  | { readonly type: 'follow-turned'; readonly page: number }
  | { readonly type: 'search-opened' }
  | { readonly type: 'search-typed'; readonly text: string }
  | { readonly type: 'search-ended'; readonly isKept: boolean; readonly page: number }
  | { readonly type: 'match-asked'; readonly by: 1 | -1; readonly page: number }
  | { readonly type: 'grown'; readonly page: number }
  | { readonly type: 'page-read'; readonly want: LogWant; readonly read: LogPage; readonly page: number }
  | { readonly type: 'failed'; readonly message: string };

/** Lines held at once; what lies far from the window is read again when it is wanted. */
const MAX_LINES = 4_000;
/** Lines asked for at once. */
export const LOG_PAGE_LINES = 500;

export function openLogView(path: string, title: string): LogViewState {
  return {
    path,
    title,
    lines: [],
    from: null,
    to: 0,
    isStart: false,
    isEnd: false,
    top: 0,
    isFollowing: true,
    isBehind: false,
    search: '',
    typing: null,
    match: null,
    wants: { kind: 'end' },
    error: null,
    remark: '',
  };
}

export function reduceLogView(state: LogViewState, event: LogViewEvent): LogViewState {
  switch (event.type) {
    case 'moved':
      return scrollBy(state, event.by, event.page);
    case 'paged':
      return scrollBy(state, event.by * Math.max(1, event.page - 1), event.page);
    case 'jumped':
      if (event.to === 'last') return follow(state, event.page);
      if (state.isStart) return { ...state, top: 0, isFollowing: false };
      return { ...state, isFollowing: false, wants: { kind: 'start' } };
    case 'follow-turned':
      return state.isFollowing ? { ...state, isFollowing: false } : follow(state, event.page);
    case 'search-opened':
      return { ...state, typing: state.search };
    case 'search-typed':
      return state.typing === null ? state : { ...state, typing: event.text };
    case 'search-ended': {
      if (state.typing === null) return state;
      if (!event.isKept) return { ...state, typing: null };
      const next = { ...state, search: state.typing, typing: null, match: null };
      return next.search === '' ? next : findFrom(next, -1, event.page, true);
    }
    case 'match-asked':
      return state.search === ''
        ? { ...state, remark: 'nothing to search for: / begins' }
        : findFrom(state, event.by, event.page, false);
    case 'grown':
      if (state.wants || state.from === null) return state;
      if (!state.isFollowing) return state.isBehind ? state : { ...state, isBehind: true };
      return { ...state, wants: { kind: 'forward', from: state.to, isSearch: false } };
    case 'page-read':
      return takePage(state, event.want, event.read, event.page);
    case 'failed':
      return { ...state, wants: null, error: event.message };
    default:
      return event satisfies never;
  }
}

function lastTop(lines: readonly LogLine[], page: number): number {
  return Math.max(0, lines.length - page);
}

function scrollBy(state: LogViewState, by: number, page: number): LogViewState {
  const bottom = lastTop(state.lines, page);
  const top = Math.max(0, Math.min(state.top + by, bottom));
  const next = { ...state, top, isFollowing: state.isFollowing && by > 0 && top === bottom, remark: '' };
  if (state.wants !== null || state.from === null) return next;
  if (by < 0 && state.top + by < page && !state.isStart) {
    return { ...next, wants: { kind: 'back', before: state.from, isSearch: false } };
  }
  if (by > 0 && state.top + by > bottom - page && !(state.isEnd && !state.isBehind)) {
    return { ...next, wants: { kind: 'forward', from: state.to, isSearch: false } };
  }
  return next;
}

function follow(state: LogViewState, page: number): LogViewState {
  const next = { ...state, isFollowing: true, isBehind: false, remark: '' };
  // What lies between is not read through: the end is read anew.
  if (state.isEnd && !state.isBehind) return { ...next, top: lastTop(state.lines, page) };
  return { ...next, wants: { kind: 'end' } };
}

function takePage(state: LogViewState, want: LogWant, read: LogPage, page: number): LogViewState {
  const base = { ...state, wants: null, error: null, remark: read.isReplaced ? 'the file was replaced' : '' };
  if (want.kind === 'end' || want.kind === 'start' || read.isReplaced || state.from === null) {
    const { lines, from, to, isStart, isEnd } = read;
    const top = want.kind === 'start' ? 0 : lastTop(lines, page);
    return { ...base, lines, from, to, isStart, isEnd, top, match: null, isBehind: false };
  }
  const next = want.kind === 'back' ? prepend(base, read, page) : append(base, read, page);
  if (!want.isSearch) return next;
  return findFrom(next, want.kind === 'back' ? -1 : 1, page, false);
}

/** What was asked for as `before` may meanwhile be held: then it is left out. */
function prepend(state: LogViewState, read: LogPage, page: number): LogViewState {
  if (read.to !== state.from) return state;
  const joined = [...read.lines, ...state.lines];
  const lines = joined.slice(0, Math.max(MAX_LINES, read.lines.length + state.top + 2 * page));
  const isCut = lines.length < joined.length;
  return {
    ...state,
    lines,
    from: read.from,
    to: isCut ? (joined[lines.length] as LogLine).offset : state.to,
    isStart: read.isStart,
    isEnd: isCut ? false : state.isEnd,
    top: Math.max(0, state.top + read.lines.length),
  };
}

function append(state: LogViewState, read: LogPage, page: number): LogViewState {
  if (read.from !== state.to) return state;
  const joined = [...state.lines, ...read.lines];
  const over = Math.max(0, joined.length - MAX_LINES);
  const cut = state.isFollowing ? over : Math.min(over, Math.max(0, state.top - 2 * page));
  const lines = cut > 0 ? joined.slice(cut) : joined;
  const top = state.isFollowing ? lastTop(lines, page) : Math.max(0, state.top - cut);
  const from = lines[0]?.offset ?? read.from;
  const isStart = state.isStart && cut === 0;
  // More has come than one page: it goes on.
  const wants: LogWant | null =
    state.isFollowing && !read.isEnd ? { kind: 'forward', from: read.to, isSearch: false } : null;
  return { ...state, lines, from, to: read.to, isStart, isEnd: read.isEnd, isBehind: false, top, wants };
}

/** The next line that holds the search, from the last match or the window; asks for more of the file where none is. */
function findFrom(state: LogViewState, by: 1 | -1, page: number, isFirst: boolean): LogViewState {
  const needle = state.search.toLowerCase();
  const known = state.match === null ? -1 : state.lines.findIndex(({ offset }) => offset === state.match);
  const bottom = Math.min(state.lines.length - 1, state.top + page - 1);
  let at = known >= 0 ? known + by : by < 0 ? bottom : state.top;
  if (isFirst) at = bottom;
  for (; at >= 0 && at < state.lines.length; at += by) {
    const line = state.lines[at] as LogLine;
    if (line.text.toLowerCase().includes(needle)) return showMatch(state, at, page);
  }
  if (state.from === null) return state;
  // The edge of what is held stands in for the match, so that the search goes on from there.
  const edge = by < 0 ? state.lines[0] : state.lines.at(-1);
  const next = { ...state, match: edge?.offset ?? state.match, isFollowing: false };
  if (by < 0 && !state.isStart) {
    return { ...next, wants: { kind: 'back', before: state.from, isSearch: true }, remark: 'searching…' };
  }
  if (by > 0 && !state.isEnd) {
    return { ...next, wants: { kind: 'forward', from: state.to, isSearch: true }, remark: 'searching…' };
  }
  return { ...state, wants: null, remark: by < 0 ? 'no match before this' : 'no match after this' };
}

function showMatch(state: LogViewState, at: number, page: number): LogViewState {
  const isVisible = at >= state.top && at < state.top + page;
  const top = isVisible ? state.top : Math.max(0, Math.min(at - Math.floor(page / 2), lastTop(state.lines, page)));
  const match = (state.lines[at] as LogLine).offset;
  return { ...state, top, match, isFollowing: false, wants: null, remark: '' };
}
