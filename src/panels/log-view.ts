/** One log on the whole screen. Drawing only: `log-view-state.ts` is what it draws. */
import type { LineLevel } from '../sources/logs/level.ts';
import type { LogLine } from '../sources/logs/pager.ts';
import { bytesLong } from '../text/format.ts';
import { measure, truncate } from '../text/width.ts';
import { wrap } from '../text/wrap.ts';
import type { Cells } from '../ui/screen/cells.ts';
import type { Role, Theme } from '../ui/theme.ts';
import type { LogViewState } from './log-view-state.ts';

/** The border above and below. */
const CHROME_ROWS = 2;

/** How many lines are visible in a zone of this height: the `page` of the view's events. */
export function logViewPage(height: number): number {
  return Math.max(1, height - CHROME_ROWS);
}

const ROLES: Readonly<Record<LineLevel, Role>> = {
  debug: 'muted',
  info: 'text',
  warn: 'warn',
  error: 'bad',
  fatal: 'bad',
};

export function drawLogView(cells: Cells, state: LogViewState, theme: Theme): void {
  const { width, height } = cells;
  cells.clear();
  const mode = modeOf(state);
  cells.box(0, 0, width, height, {
    title: truncate(`${state.title} · ${state.path}`, Math.max(8, width - mode.length - 9)),
    right: mode,
    style: theme.borderFocused,
    titleStyle: theme.accent,
    rightStyle: state.isFollowing ? theme.good : theme.warn,
  });
  drawFoot(cells, state, theme);
  if (state.lines.length === 0) {
    const text = state.error ?? (state.from === null ? 'Reading the log…' : 'The log is empty.');
    const role = state.error === null ? 'muted' : 'bad';
    wrap(text, width - 4)
      .slice(0, height - 2)
      .forEach((line, i) => cells.text(2, 1 + i, line, theme[role], width - 4));
    return;
  }
  const page = logViewPage(height);
  const needle = (state.typing ?? state.search).toLowerCase();
  for (let row = 0; row < page; row += 1) {
    const line = state.lines[state.top + row];
    if (!line) break;
    drawLine(cells, line, { y: 1 + row, theme, needle, isMatch: line.offset === state.match });
  }
}

interface LineLook {
  readonly y: number;
  readonly theme: Theme;
  readonly needle: string;
  readonly isMatch: boolean;
}

function drawLine(cells: Cells, line: LogLine, { y, theme, needle, isMatch }: LineLook): void {
  const room = cells.width - 3;
  const role = line.level === null ? 'text' : ROLES[line.level];
  if (isMatch) cells.text(1, y, '▸', theme.accent, 1);
  cells.text(2, y, truncate(line.text, room), theme[role], room);
  if (needle === '') return;
  const text = line.text.toLowerCase();
  // Of texts whose length changes with their case (ß, İ) the places would be wrong.
  if (text.length !== line.text.length) return;
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
    const x = measure(line.text.slice(0, at));
    if (x >= room) return;
    const columns = measure(line.text.slice(at, at + needle.length));
    cells.tint(2 + x, y, Math.min(columns, room - x), theme.selected.accent);
  }
}

function modeOf(state: LogViewState): string {
  if (state.isFollowing) return 'following';
  return state.isBehind ? 'paused · more has come' : 'paused';
}

/** In the lower border: the search, else what was said last; at the right the place in the file. */
function drawFoot(cells: Cells, state: LogViewState, theme: Theme): void {
  const y = cells.height - 1;
  const left =
    state.typing !== null
      ? `/${state.typing}▏`
      : [state.search === '' ? '' : `/${state.search}`, state.error ?? state.remark].filter(Boolean).join(' · ');
  if (left) cells.text(2, y, ` ${truncate(left, cells.width - 26)} `, theme.accent, cells.width - 22);
  if (state.from === null || cells.width < 40) return;
  const first = state.lines[state.top]?.offset ?? state.from;
  const place = ` ${bytesLong(first)} of ${bytesLong(state.to)}${state.isEnd ? '' : '+'} `;
  cells.text(cells.width - 2 - place.length, y, place, theme.muted, place.length);
}
