/** The layout of the database panel: which sections stand where, by the room there is. */
import { truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { borderTexts } from '../../ui/lists/looked-for.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawCurves } from './detail.ts';
import { type Area, remarkOf, type Section, stack } from './parts.ts';
import { type DatabaseLook, drawDatabases, drawHead, drawHolders, headRows, noticesOf } from './postgres.ts';
import { drawRedis, drawSlowlog, redisRows } from './redis.ts';
import { drawLongest, drawWaits } from './sessions.ts';
import { drawTables } from './tables.ts';
import { type DatabaseView, sessionKey } from './view.ts';

/** From this width on Redis stands beside PostgreSQL, and sessions below both. */
const TWO_COLUMNS = 116;
/** Fewer rows than this within the border are few. */
const LOW = 12;
/** From this height on whatever runs is listed, not only what waits. */
const ROOMY = 20;
/** So many rows left below the tables are enough for the courses of the last ten minutes. */
const CURVES_LEAST = 8;
/** Of Redis' figures, without its slow log. */
const SERVER_ROWS = 5;

/** Draws the panel with its border, and at the right of it what is looked for and the order. */
export function drawDatabase(cells: Cells, view: DatabaseView, look: DatabaseLook, looked = '', order = ''): void {
  const { theme, isFocused } = look;
  const { width, height } = cells;
  const isStale = view.postgres.state === 'stale' || view.redis.state === 'stale';
  cells.box(0, 0, width, height, {
    ...borderTexts(width, titleOf(view), looked, order),
    style: isFocused ? theme.borderFocused : theme.border,
    titleStyle: isStale ? theme.warn : isFocused ? theme.accent : theme.title,
    rightStyle: theme.muted,
  });
  const area: Area = { x: 1, y: 1, width: width - 2, height: height - 2 };
  if (area.width < 10 || area.height < 1) return;
  if (area.width >= TWO_COLUMNS && area.height >= ROOMY) return drawWide(cells, view, look, area);
  const sections = [
    ...headSections(cells, view, look, area.width, area.height < LOW),
    ...sessionSections(cells, view, look, area.height >= ROOMY),
    ...(area.height >= ROOMY ? databaseSections(cells, view, look) : []),
    tableSection(cells, view, look),
    ...redisSections(cells, view, look, area.width),
  ];
  stack(fitRedis(sections, area.height), area);
}

/** Both servers side by side, the sessions with their statements across, the tables beside Redis' slow log. */
function drawWide(cells: Cells, view: DatabaseView, look: DatabaseLook, area: Area): void {
  const left = Math.round(area.width * 0.54);
  const columnOf = (at: Area, isLeft: boolean): Area =>
    isLeft ? { ...at, width: left } : { ...at, x: at.x + left + 2, width: at.width - left - 2 };
  const redis = view.redis.snapshot;
  const ours = [...headSections(cells, view, look, left, false), ...databaseSections(cells, view, look)];
  const theirs = redisSections(cells, view, look, area.width - left - 2, SERVER_ROWS);
  const servers: Section = {
    least: 2,
    want: Math.max(...[ours, theirs].map((sections) => sections.reduce((sum, { want }) => sum + want, 0))),
    draw(at) {
      stack(ours, columnOf(at, true));
      stack(theirs, columnOf(at, false));
    },
  };
  const rest: Section = {
    least: 4,
    want: 8,
    isGreedy: true,
    draw(at) {
      stack([tableSection(cells, view, look)], columnOf(at, true));
      if (redis !== null) drawSlowlog(cells, redis, look, columnOf(at, false));
    },
  };
  stack([servers, ...sessionSections(cells, view, look, true), rest], area);
}

/** In a low panel Redis keeps its row before the tables get a second. */
function fitRedis(sections: readonly Section[], height: number): readonly Section[] {
  if (height >= LOW) return sections;
  return sections.map((section) => (section.isGreedy ? { ...section, least: 1, want: 1 } : section));
}

function headSections(cells: Cells, view: DatabaseView, look: DatabaseLook, width: number, isLow: boolean): Section[] {
  const { postgres } = view;
  const { snapshot: pg, state } = postgres;
  const { theme } = look;
  const lines: [string, number][] = [];
  if (pg === null) {
    const style = state === 'down' ? theme.bad : theme.muted;
    const text = remarkOf('PostgreSQL', postgres.remark);
    lines.push(...wrap(text, width).map((line): [string, number] => [line, style]));
    if (postgres.hint !== '')
      lines.push(...wrap(postgres.hint, width).map((line): [string, number] => [line, theme.muted]));
    return [textSection(cells, lines)];
  }
  if (state === 'stale') lines.push([`PostgreSQL ${postgres.remark}`, theme.warn]);
  const notices = noticesOf(pg).flatMap((notice) => wrap(notice, width));
  return [
    ...(lines.length > 0 ? [textSection(cells, lines)] : []),
    {
      least: 2,
      want: headRows(width, isLow),
      draw: (area) => {
        drawHead(cells, pg, look, area);
        dimIf(state === 'stale', cells, look, area);
      },
    },
    ...(pg.holders === null || pg.holders.length === 0
      ? []
      : [
          {
            least: 1,
            want: 1,
            draw: (area: Area) => {
              drawHolders(cells, pg.holders ?? [], look, area);
              dimIf(state === 'stale', cells, look, area);
            },
          },
        ]),
    ...(notices.length > 0
      ? [
          textSection(
            cells,
            notices.map((line): [string, number] => [line, theme.warn]),
            1,
          ),
        ]
      : []),
  ];
}

function textSection(
  cells: Cells,
  lines: readonly (readonly [string, number])[],
  least = Math.min(2, lines.length),
): Section {
  return {
    least,
    want: lines.length,
    draw({ x, y, width, height }) {
      lines.slice(0, height).forEach(([text, style], i) => cells.text(x, y + i, truncate(text, width), style, width));
    },
  };
}

function sessionSections(cells: Cells, view: DatabaseView, look: DatabaseLook, isRoomy: boolean): Section[] {
  const { snapshot: pg, state } = view.postgres;
  if (pg === null) return [];
  const dimmed = (draw: (area: Area) => void) => (area: Area) => {
    draw(area);
    dimIf(state === 'stale', cells, look, area);
  };
  const sections: Section[] = [];
  if (view.waits.length > 0) {
    const want = isRoomy ? Math.min(view.waits.length, 8) + 1 : Math.min(view.waits.length, 3);
    sections.push({ least: 1, want, draw: dimmed((area) => drawWaits(cells, view, look, area)) });
  }
  const { cursor } = look;
  const isInLongest = view.longest.some((session) => sessionKey(session) === cursor);
  if (isRoomy) {
    const want = Math.min(Math.max(1, view.longest.length), 8) + 1;
    sections.push({ least: 2, want, draw: dimmed((area) => drawLongest(cells, view, look, area)) });
  } else if (isInLongest) {
    // There is no room for them but while the cursor goes through them.
    sections.push({ least: 1, want: 1, draw: dimmed((area) => drawLongest(cells, view, look, area)) });
  }
  return sections;
}

function databaseSections(cells: Cells, view: DatabaseView, look: DatabaseLook): Section[] {
  const { snapshot: pg, state } = view.postgres;
  if (pg === null) return [];
  const draw = (area: Area): void => {
    drawDatabases(cells, pg, look, area);
    dimIf(state === 'stale', cells, look, area);
  };
  return [{ least: 1, want: 1, draw }];
}

function tableSection(cells: Cells, view: DatabaseView, look: DatabaseLook): Section {
  const { snapshot, state } = view.postgres;
  if (snapshot === null) return { least: 0, want: 0, draw: () => {} };
  return {
    least: 2,
    want: Math.min(view.tables.length + 1, 8),
    isGreedy: true,
    draw: (area) => {
      // Four rows, so that the columns have their names however few tables there are.
      const rows = Math.min(area.height, Math.max(4, view.tables.length + 1));
      const rest = area.height - rows - 1;
      const hasCurves = rest >= CURVES_LEAST;
      drawTables(cells, view, look, hasCurves ? { ...area, height: rows } : area);
      if (hasCurves) drawCurves(cells, view, look, '10m', { ...area, y: area.y + rows + 1, height: rest });
      dimIf(state === 'stale', cells, look, area);
    },
  };
}

function redisSections(
  cells: Cells,
  view: DatabaseView,
  look: DatabaseLook,
  width: number,
  most = Number.POSITIVE_INFINITY,
): Section[] {
  const { redis } = view;
  const { snapshot, state } = redis;
  if (snapshot === null) {
    const { theme } = look;
    const text = remarkOf('Redis', redis.remark);
    const lines = wrap(text, width).map((line): [string, number] => [line, state === 'down' ? theme.bad : theme.muted]);
    if (redis.hint !== '') lines.push(...wrap(redis.hint, width).map((line): [string, number] => [line, theme.muted]));
    return [textSection(cells, lines, 1)];
  }
  return [
    ...(state === 'stale' ? [textSection(cells, [[`Redis ${redis.remark}`, look.theme.warn]])] : []),
    {
      least: 1,
      want: Math.min(most, redisRows(snapshot, width)),
      draw: (area) => {
        drawRedis(cells, snapshot, look, area);
        dimIf(state === 'stale', cells, look, area);
      },
    },
  ];
}

/** What was true a while ago is told apart from what is true now by its whole look. */
function dimIf(isStale: boolean, cells: Cells, { theme }: DatabaseLook, { x, y, width, height }: Area): void {
  if (isStale) for (let line = 0; line < height; line++) cells.tint(x, y + line, width, theme.dim);
}

/** `Database · chatai · standby · 2 blocked`. */
function titleOf(view: DatabaseView): string {
  const { snapshot } = view.postgres;
  const parts = ['Database'];
  if (snapshot !== null) parts.push(snapshot.server.database);
  const blocked = view.waits.filter(({ session }) => (session?.blockedBy.length ?? 0) > 0).length;
  if (snapshot?.server.isInRecovery) parts.push('standby');
  if (blocked > 0) parts.push(`${blocked} blocked`);
  return parts.join(' · ');
}
