/** The part of the logs that is held, and what is shown of it. Pure. */
import type { MergedLine, MergeStep, Places } from '../../sources/logs/merge.ts';

export interface LogWindow {
  readonly lines: readonly MergedLine[];
  /** The places between which the lines lie. */
  readonly from: Places;
  readonly to: Places;
  /** Nothing is before it, or behind it, as far as is known. */
  readonly isStart: boolean;
  readonly isEnd: boolean;
  /** The first line shown, as an index; the drawing moves it so that the cursor is visible. */
  readonly top: number;
  /** The index of the line the cursor is on. */
  readonly cursor: number;
}

/** Held at once; what lies far away is read again when it is wanted. */
const MAX_LINES = 6_000;
const MAX_CHARACTERS = 3_000_000;

export function emptyWindow(places: Places): LogWindow {
  return { lines: [], from: places, to: places, isStart: false, isEnd: false, top: 0, cursor: 0 };
}

/** Tells a line from every other, also after it was read again. */
export function lineKey({ log, place }: MergedLine): string {
  return `${log}:${place}`;
}

/** Takes in lines that lie before; the window and the cursor stay on their lines. */
export function prepend(window: LogWindow, step: MergeStep, page: number): LogWindow {
  const added = step.lines.length;
  const lines = added === 0 ? window.lines : [...step.lines, ...window.lines];
  const grown = {
    ...window,
    lines,
    from: step.places,
    isStart: step.isOver,
    top: window.top + added,
    cursor: lines.length === added ? Math.max(0, added - 1) : window.cursor + added,
  };
  return dropEnd(grown, Math.max(grown.cursor, grown.top + page) + page);
}

/** Takes in lines that lie behind. While following the cursor goes along. */
export function append(window: LogWindow, step: MergeStep, page: number, isFollowing: boolean): LogWindow {
  const lines = step.lines.length === 0 ? window.lines : [...window.lines, ...step.lines];
  const grown = {
    ...window,
    lines,
    to: step.places,
    isEnd: step.isOver,
    ...(isFollowing ? { cursor: Math.max(0, lines.length - 1), top: Math.max(0, lines.length - page) } : {}),
  };
  return dropStart(grown, Math.min(grown.cursor, grown.top) - page);
}

/** How many lines from the start are too many, of those before `most`. */
function overhead(lines: readonly MergedLine[], fromEnd: boolean): number {
  let characters = 0;
  for (let kept = 0; kept < lines.length; kept += 1) {
    characters += (lines[fromEnd ? lines.length - 1 - kept : kept] as MergedLine).text.length;
    if (kept >= MAX_LINES || characters > MAX_CHARACTERS) return lines.length - kept;
  }
  return 0;
}

function dropStart(window: LogWindow, most: number): LogWindow {
  const cut = Math.min(overhead(window.lines, true), Math.max(0, most));
  if (cut <= 0) return window;
  const from = [...window.from];
  for (const line of window.lines.slice(0, cut)) from[line.log] = line.end;
  return {
    ...window,
    lines: window.lines.slice(cut),
    from,
    isStart: false,
    top: Math.max(0, window.top - cut),
    cursor: Math.max(0, window.cursor - cut),
  };
}

function dropEnd(window: LogWindow, least: number): LogWindow {
  const kept = Math.max(window.lines.length - overhead(window.lines, false), least);
  if (kept >= window.lines.length) return window;
  const to = [...window.to];
  for (let i = window.lines.length - 1; i >= kept; i -= 1) {
    const line = window.lines[i] as MergedLine;
    to[line.log] = line.place;
  }
  return { ...window, lines: window.lines.slice(0, kept), to, isEnd: false };
}

/** The places just before the line at an index: from there forwards it is the first. */
export function placesBefore(window: LogWindow, index: number): Places {
  const places = [...window.from];
  for (const line of window.lines.slice(0, index)) places[line.log] = line.end;
  return places;
}

/** The cursor moved by so many lines. */
export function moveCursor(window: LogWindow, by: number): LogWindow {
  const cursor = Math.max(0, Math.min(window.cursor + by, window.lines.length - 1));
  return cursor === window.cursor ? window : { ...window, cursor };
}

/** The cursor on a line, which stands in the middle of the page where it was not visible. */
export function showLine(window: LogWindow, index: number, page: number): LogWindow {
  const isVisible = index >= window.top && index < window.top + page;
  const top = isVisible ? window.top : Math.max(0, index - Math.floor(page / 2));
  return { ...window, cursor: index, top };
}

/** Logs that have come to be readable stand at their beginning. */
export function admitLogs(window: LogWindow, logs: readonly number[]): LogWindow {
  if (logs.length === 0) return window;
  const begun = (places: Places): Places => places.map((place, i) => (logs.includes(i) ? 0 : place));
  return { ...window, from: begun(window.from), to: begun(window.to) };
}
