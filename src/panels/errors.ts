/** The errors panel: the groups of the last hour, and below them the newest events of all logs. */
import type { Thresholds } from '../config/schema.ts';
import type { LogsSnapshot } from '../sources/logs/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import type { Baseline } from '../state/errors/baseline.ts';
import type { ErrorsView } from '../state/errors.ts';
import type { Entry } from '../state/store.ts';
import { ago, count as formatCount } from '../text/format.ts';
import { truncate } from '../text/width.ts';
import { wrap } from '../text/wrap.ts';
import type { PanelWord } from '../ui/keys/binding.ts';
import { borderTexts, lookedFor } from '../ui/lists/looked-for.ts';
import type { Panel, Scope, Size } from '../ui/panel.ts';
import { cursorIndex } from '../ui/reduce.ts';
import type { Cells } from '../ui/screen/cells.ts';
import type { Role } from '../ui/theme.ts';
import { createViewMemo } from '../ui/view-memo.ts';
import type { ViewerSubject } from '../ui/viewer.ts';
import { createAroundCache } from './errors/around.ts';
import { drawErrorDetail } from './errors/detail.ts';
import { codeWidthOf, drawEvents, drawGroupRow, fitErrorColumns, levelRole } from './errors/draw.ts';
import { droppedRemark, emptyErrors, unreadReason, unreadRemark } from './errors/empty.ts';
import { rowMessages } from './errors/messages.ts';
import { tellErrors } from './errors/tell.ts';
import {
  ERROR_SORTS,
  type ErrorRow,
  type ErrorRows,
  newestEvents,
  parseErrorFilter,
  selectGroups,
} from './errors/view.ts';
import { isTrouble, type Severity, severityOf, worst } from './severity.ts';

/** What the panel needs of the world. */
export interface ErrorsWorld {
  readonly now: number;
  /** Null where no log is followed. */
  readonly logs: Entry<'logs'> | null;
  readonly errors: ErrorsView;
  readonly entries: readonly Entry[];
  readonly thresholds: Pick<Thresholds, 'errors'>;
}

export interface ErrorsScope extends Pick<Scope, 'ui' | 'list' | 'theme' | 'isFocused'> {
  readonly world: ErrorsWorld;
}

/** The panel's methods as `Panel` has them, on what it needs of the scope. */
export interface ErrorsPanel extends Pick<Panel, 'title' | 'sorts'> {
  readonly id: 'errors';
  page(size: Size, scope: ErrorsScope): number;
  keys(scope: ErrorsScope): readonly string[];
  draw(cells: Cells, scope: ErrorsScope): void;
  drawDetail(cells: Cells, scope: ErrorsScope, key: string | null): void;
  drawSummary(cells: Cells, scope: ErrorsScope): void;
  textOf(scope: ErrorsScope, key: string): string;
  tell(scope: ErrorsScope, key: string | null, what: PanelWord): string;
  subject(scope: ErrorsScope, key: string | null): ViewerSubject | null;
}

/** The border above and below. */
const CHROME_ROWS = 2;
/** Fewer rows of the newest events, the line above them included, say nothing. */
const EVENTS_LEAST = 4;
/** From this many rows on there are events however many groups there are. */
const TALL = 18;
/**
 * Home has the events only from this width on. Each new one moves all of them, which over half of a terminal's width is
 * written anew: at 120x40 with a hundred bots that was more than all the rest of the screen.
 */
const HOME_EVENTS_WIDTH = 90;
const MINUTE_MS = 60_000;

/** What the panel may do beyond drawing. */
export interface ErrorsPanelOptions {
  /** A detail has come to know more. */
  readonly onChange?: () => void;
  readonly setBaseline?: (baseline: Baseline) => void;
}

export function errorsPanel({ onChange = () => {}, setBaseline = () => {} }: ErrorsPanelOptions = {}): ErrorsPanel {
  const around = createAroundCache(onChange);
  // One selection serves the keys and the draw; counts change with the events and with the minute.
  const rowsOf = createViewMemo(
    ({ world: { errors, now } }: ErrorsScope) => [
      errors,
      errors.version,
      errors.marks.version,
      JSON.stringify(errors.baseline),
      Math.floor(now / MINUTE_MS),
    ],
    ({ world: { errors, now }, list }): ErrorRows => selectGroups(errors, list, now),
  );

  return {
    id: 'errors',
    title: 'Errors',
    sorts: ERROR_SORTS,
    keys: (scope) => rowsOf(scope).keys,
    page: (size, scope) => groupRowsOf(size, scope, rowsOf(scope).rows.length),
    draw: (cells, scope) => drawErrors(cells, scope, rowsOf(scope)),
    drawDetail(cells, scope, key) {
      const group = scope.world.errors.groups.find(({ fingerprint }) => fingerprint === key) ?? null;
      drawErrorDetail(cells, scope, group, { top: scope.ui.detail?.top ?? 0, around });
    },
    tell(scope, key, what) {
      return tellErrors(scope.world, rowsOf(scope), key, what, setBaseline);
    },
    textOf(scope, key) {
      const group = rowsOf(scope).rows.find((row) => row.key === key)?.group;
      return group ? `${[...group.bots.keys()].join(' ')} ${group.code ?? ''} ${group.last.message}`.toLowerCase() : '';
    },
    subject(scope, key) {
      const last = scope.world.errors.groups.find(({ fingerprint }) => fingerprint === key)?.last;
      if (!last) return null;
      const { bot, path, stream } = last;
      const zone = logsOf(scope)?.files.find((file) => file.path === path)?.zone ?? null;
      return { title: bot, isAll: false, files: [{ bot, path, stream, zone }] };
    },
    drawSummary(cells, scope) {
      drawErrorsSummary(cells, scope, rowsOf(scope));
    },
  };
}

function logsOf({ world }: ErrorsScope): LogsSnapshot | null {
  return world.logs ? valueOf(world.logs.reading) : null;
}

function drawErrors(cells: Cells, scope: ErrorsScope, view: ErrorRows): void {
  const { theme, list, isFocused, world } = scope;
  const { width, height } = cells;
  const logs = logsOf(scope);
  const sort = view.total > 0 ? `by ${ERROR_SORTS[list.sort] ?? 'gravity'}${list.isInverted ? ' ↑' : ''}` : '';
  const trouble = worst(logs !== null && unreadRemark(logs) !== '' ? 'warn' : 'text', severityOfHour(scope, logs));
  cells.box(0, 0, width, height, {
    ...borderTexts(width, titleOf(scope, logs, view), lookedFor(scope), sort),
    style: isFocused ? theme.borderFocused : theme.border,
    titleStyle: isTrouble(trouble) ? theme[trouble] : isFocused ? theme.accent : theme.title,
  });
  drawFoot(cells, scope, logs, view);
  if (view.rows.length === 0) {
    drawLines(cells, scope, emptyErrors(world.logs?.reading ?? null, list.filter, view.total, view.hidden));
    return;
  }
  const rows = groupRowsOf(cells, scope, view.rows.length);
  drawGroups(cells, scope, view, rows);
  const left = height - CHROME_ROWS - rows - 1;
  if (left < 1) return;
  const y = 1 + rows;
  cells.fill(1, y, width - 2, 1, '─', theme.border);
  cells.text(3, y, ' newest first ', theme.muted, width - 4);
  const events = newestEvents(world.errors, parseErrorFilter(list.filter), left);
  drawEvents(cells, scope, events, { x: 2, y: y + 1, width: width - 3, height: left });
}

/** How many rows the groups have: as many as there are, where that leaves enough for events; else all, or two thirds. */
function groupRowsOf({ width, height }: Size, { ui }: ErrorsScope, groups: number): number {
  const inner = Math.max(1, height - CHROME_ROWS);
  if (ui.view === 'home' && width < HOME_EVENTS_WIDTH) return inner;
  const rows = Math.min(groups, inner < TALL ? inner : Math.ceil((inner * 2) / 3));
  return inner - rows < EVENTS_LEAST ? inner : rows;
}

function drawGroups(cells: Cells, scope: ErrorsScope, view: ErrorRows, page: number): void {
  const { list, isFocused, theme, world } = scope;
  const width = cells.width - 2;
  const cursor = cursorIndex(list, view.keys);
  const top = Math.max(0, Math.min(list.top, view.rows.length - page));
  const shown = view.rows.slice(top, top + page);
  const isMarked = (row: ErrorRow): boolean => row.isNew || row.isKnown || row.isHidden;
  const columns = fitErrorColumns(width, codeWidthOf(shown, width), shown.some(isMarked));
  const messages = rowMessages(
    shown.map(({ group }) => group),
    columns.find(({ id }) => id === 'message')?.width ?? 0,
    columns.some(({ id }) => id === 'code'),
  );
  for (let line = 0; line < page; line += 1) {
    const row = view.rows[top + line];
    if (!row) break;
    const isCursor = top + line === cursor;
    const roles = isCursor && isFocused ? theme.selected : theme;
    const y = 1 + line;
    if (isCursor && isFocused) cells.fill(1, y, width, 1, ' ', theme.selected.text);
    if (isCursor) cells.text(1, y, isFocused ? '▸' : '·', roles.accent, 1);
    drawGroupRow(cells, row, { columns, y, roles, theme, now: world.now, message: messages[line] ?? '' });
  }
}

function drawLines(cells: Cells, { theme }: ErrorsScope, lines: readonly (readonly [Role, string])[]): void {
  const room = cells.width - 4;
  let y = 1;
  for (const [role, text] of lines) {
    for (const line of wrap(text, room)) {
      if (y >= cells.height - 1) return;
      cells.text(2, y, line, theme[role], room);
      y += 1;
    }
  }
}

/** Errors and worse of the last hour. */
function graveIn({ errors: { rates }, now }: ErrorsWorld): number {
  return rates.error.sum(now) + rates.fatal.sum(now);
}

/** Muted while the logs are unknown: no event is not no error then. */
function severityOfHour({ world }: ErrorsScope, logs: LogsSnapshot | null): Severity {
  return severityOf(logs?.isComplete ? graveIn(world) : null, world.thresholds.errors.perHour);
}

/** `Errors · 312 in 1h · 4 NEW · 2 of 18 files unread · 9 warn`. Its age stands first where it has one, and what may be cut last. */
function titleOf({ world }: ErrorsScope, logs: LogsSnapshot | null, { rows, hidden }: ErrorRows): string {
  const parts = ['Errors'];
  const { rates, groups } = world.errors;
  const reading = world.logs?.reading;
  if (reading?.state === 'stale') parts.push(`STALE ${ago(world.now - reading.readAt)}`);
  if (!logs?.isComplete || logs.files.length === 0) return parts.join(' · ');
  const grave = graveIn(world);
  if (grave > 0 || groups.length > 0) parts.push(`${formatCount(grave)} in 1h`);
  const fresh = rows.filter(({ isNew }) => isNew).length;
  if (fresh > 0) parts.push(`${fresh} NEW`);
  parts.push(unreadRemark(logs));
  const warnings = rates.warn.sum(world.now);
  if (warnings > 0) parts.push(`${formatCount(warnings)} warn`);
  if (hidden > 0) parts.push(`${hidden} hidden`);
  return parts.filter(Boolean).join(' · ');
}

/** In the lower border: what was lost, else which file is not read. Not where the empty panel says it already. */
function drawFoot(cells: Cells, { theme, world }: ErrorsScope, logs: LogsSnapshot | null, view: ErrorRows): void {
  if (!logs || cells.width < 20 || view.rows.length === 0) return;
  const text = droppedRemark(logs, world.errors.eventsMissed) || unreadReason(logs);
  if (text) cells.text(2, cells.height - 1, ` ${truncate(text, cells.width - 6)} `, theme.warn, cells.width - 4);
}

/** One line: how many, and the first group. */
function drawErrorsSummary(cells: Cells, scope: ErrorsScope, { rows, hidden }: ErrorRows): void {
  const { theme, world } = scope;
  const logs = logsOf(scope);
  const x = 1 + cells.text(1, 0, 'errors', theme.muted);
  const first: ErrorRow | undefined = rows[0];
  if (!logs || !first) {
    const [role, text] = emptyErrors(world.logs?.reading ?? null, '', hidden, hidden)[0] ?? ['muted', ''];
    cells.text(x + 1, 0, text, theme[role], cells.width - x - 2);
    return;
  }
  const used = cells.text(x + 1, 0, `${formatCount(graveIn(world))}/h`, theme[severityOfHour(scope, logs)]);
  const code = first.group.code ? `${first.group.code} ` : '';
  const text = `×${formatCount(first.count)} ${code}${first.group.last.message}`;
  cells.text(x + used + 2, 0, text, theme[levelRole(first.group.level)], cells.width - x - used - 3);
}
