/** The sessions of the database panel: who waits for whom, and what takes long. Rows that the cursor goes through. */
import { ageOf, type PostgresSession } from '../../sources/postgres/snapshot.ts';
import { duration } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { scrollTo } from '../../ui/reduce.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { StyleId } from '../../ui/screen/style.ts';
import type { Role } from '../../ui/theme.ts';
import { type Area, type Part, putParts, putTitle } from './parts.ts';
import type { DatabaseLook } from './postgres.ts';
import { severityOfSession, severityOfWait } from './thresholds.ts';
import { type DatabaseView, sessionKey, unseen, type WaitLine, who } from './view.ts';

type Roles = Readonly<Record<Role, StyleId>>;

/** From this width on names stand in a column of their own. */
const ALIGNED = 100;
const NAME_MOST = 20;
const NAME_LEAST = 12;

/** `idle in tx`: PostgreSQL's word, shorter where it is long. */
export function stateWord({ state }: PostgresSession): string {
  return state.replace('idle in transaction', 'idle in tx');
}

/** A name has up to 63 columns, and what the session does must be seen as well. */
const NAME_SHARE = 0.4;

function shortName(session: PostgresSession, width: number): string {
  return truncate(who(session), Math.max(NAME_LEAST, Math.floor(width * NAME_SHARE)));
}

/** Blockers, and below each those that wait for it. Without a row to spare: without a title. */
export function drawWaits(cells: Cells, view: DatabaseView, look: DatabaseLook, area: Area): void {
  const { waits } = view;
  const isTitled = area.height > waits.length;
  const waiting = waits.filter(({ session }) => (session?.blockedBy.length ?? 0) > 0).length;
  if (isTitled) putTitle(cells, area, `Blocked ${waiting}`, '', look.theme);
  const keys = waits.map(({ session }) => session && sessionKey(session));
  drawRows(cells, keys, 0, look, below(area, isTitled), (i, at, roles) => {
    drawWait(cells, waits[i] as WaitLine, look, at, roles);
  });
}

/** What runs or is held open, the oldest first. */
export function drawLongest(cells: Cells, view: DatabaseView, look: DatabaseLook, area: Area): void {
  const { theme, limits } = look;
  const { longest } = view;
  const isTitled = area.height > 1;
  if (isTitled) putTitle(cells, area, 'Longest', longest.length > area.height - 1 ? `${longest.length}` : '', theme);
  if (longest.length === 0) {
    const nothing = view.waits.length > 0 ? 'nothing else runs' : 'nothing runs';
    cells.text(area.x + 1, area.y + (isTitled ? 1 : 0), nothing, theme.muted, area.width - 1);
  }
  const widest = Math.max(...longest.map((session) => measure(who(session))));
  const name = area.width < ALIGNED ? 0 : Math.min(NAME_MOST, widest);
  drawRows(cells, longest.map(sessionKey), view.waits.length, look, below(area, isTitled), (i, at, roles) => {
    const session = longest[i] as PostgresSession;
    const isActive = session.state === 'active';
    putSession(cells, session, at, roles, [
      [duration(session.transactionMs ?? session.queryMs).padStart(5), roles[severityOfSession(session, limits)]],
      [name === 0 ? shortName(session, at.width) : padded(who(session), name), roles.strong],
      [stateWord(session).padEnd(name === 0 ? 0 : 10), isActive ? roles.text : roles.warn],
      [session.wait.startsWith('Client:') ? '' : session.wait, roles.muted],
    ]);
  });
}

function below({ x, y, width, height }: Area, isTitled: boolean): Area {
  return isTitled ? { x, y: y + 1, width, height: height - 1 } : { x, y, width, height };
}

/**
 * As many rows as fit, that of the cursor among them; how many follow stands at the end of the last. `before`: rows of
 * the list that stand above these.
 */
function drawRows(
  cells: Cells,
  keys: readonly (string | null)[],
  before: number,
  { theme, isFocused, cursor, top: first }: DatabaseLook,
  { x, y, width, height }: Area,
  draw: (index: number, at: Omit<Area, 'height'>, roles: Roles) => void,
): void {
  const chosen = cursor === null ? -1 : keys.indexOf(cursor);
  const top = scrollTo(first - before, Math.max(0, chosen), height, keys.length);
  for (let i = top; i < Math.min(keys.length, top + height); i++) {
    const line = y + i - top;
    const isCursor = i === chosen;
    const roles = isCursor && isFocused ? theme.selected : theme;
    if (isCursor && isFocused) cells.fill(x, line, width, 1, ' ', roles.text);
    if (isCursor) cells.text(x, line, isFocused ? '▸' : '·', roles.accent, 1);
    const hidden = i === top + height - 1 ? keys.length - top - height : 0;
    const end = hidden > 0 ? `+${hidden} ` : '';
    const room = width - 1 - measure(end);
    draw(i, { x: x + 1, y: line, width: room }, roles);
    if (end !== '') cells.text(x + 1 + room, line, end, roles.warn);
  }
}

function drawWait(
  cells: Cells,
  { session, pid, depth, waiting }: WaitLine,
  { limits }: DatabaseLook,
  { x, y, width }: Omit<Area, 'height'>,
  roles: Roles,
): void {
  const indent = depth === 0 ? '' : `${'  '.repeat(Math.min(depth, 4) - 1)}└ `;
  const at = cells.text(x, y, indent, roles.muted, width);
  const place = { x: x + at, y, width: width - at };
  if (session === null) {
    putParts(cells, place.x, y, place.width, [
      [unseen(pid), roles.strong],
      [`holds up ${waiting}`, roles.warn],
    ]);
    return;
  }
  const isWaiting = session.blockedBy.length > 0;
  putSession(
    cells,
    session,
    place,
    roles,
    isWaiting
      ? [
          [shortName(session, width), roles.strong],
          [`waits ${duration(session.waitMs)}`, roles[severityOfWait(session.waitMs, limits)]],
          [session.lock?.relation ? `on ${session.lock.relation}` : '', roles.text],
        ]
      : [
          [shortName(session, width), roles.strong],
          [`holds up ${waiting}`, roles.bad],
          [`${stateWord(session)} ${duration(ageOf(session))}`, roles[severityOfSession(session, limits)]],
        ],
  );
}

/** The parts, the pid, and as much of the statement as there is room for. */
function putSession(
  cells: Cells,
  session: PostgresSession,
  { x, y, width }: Omit<Area, 'height'>,
  roles: Roles,
  parts: readonly Part[],
): void {
  const used = putParts(cells, x, y, width, [...parts, [String(session.pid), roles.muted]]);
  const rest = width - used - 2;
  if (rest >= 8) cells.text(x + used + 2, y, truncate(session.query, rest), roles.muted, rest);
}

function padded(text: string, columns: number): string {
  const short = truncate(text, columns);
  return short + ' '.repeat(Math.max(0, columns - measure(short)));
}
