/** The tables by dead rows: the list of the database panel, whose row under the cursor is what `v` is aimed at. */
import { tableName } from '../../actions/target.ts';
import type { PostgresTable } from '../../sources/postgres/snapshot.ts';
import { ago, bytes, count, percent } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { cursorIndex, scrollTo } from '../../ui/reduce.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Role } from '../../ui/theme.ts';
import type { Area } from './parts.ts';
import type { DatabaseLook } from './postgres.ts';
import { type DatabaseLimits, severityOfTable } from './thresholds.ts';
import type { DatabaseView } from './view.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  /** Where there is no room for all, those of a lower rank stay. */
  readonly rank: number;
  text(table: PostgresTable, now: number): string;
  role(table: PostgresTable, limits: DatabaseLimits): Role;
}

/** After the name, in the order shown. */
const COLUMNS: readonly Column[] = [
  { title: 'DEAD', width: 4, rank: 0, text: ({ deadRows }) => count(deadRows), role: severityOfTable },
  { title: 'DEAD%', width: 5, rank: 1, text: ({ deadPercent }) => percent(deadPercent), role: severityOfTable },
  { title: 'LIVE', width: 4, rank: 4, text: ({ liveRows }) => count(liveRows), role: () => 'text' },
  { title: 'SIZE', width: 4, rank: 2, text: ({ totalBytes }) => bytes(totalBytes), role: () => 'text' },
  {
    title: 'VACUUM',
    width: 6,
    rank: 3,
    text: ({ lastVacuumAt }, now) => (lastVacuumAt === null ? 'never' : ago(now - lastVacuumAt)),
    role: () => 'muted',
  },
  {
    title: 'ANALYZE',
    width: 7,
    rank: 5,
    text: ({ lastAnalyzeAt }, now) => (lastAnalyzeAt === null ? 'never' : ago(now - lastAnalyzeAt)),
    role: () => 'muted',
  },
  { title: 'OWNER', width: 10, rank: 6, text: ({ owner }) => owner, role: () => 'muted' },
];

const NAME_LEAST = 14;
const NAME_GOOD = 24;
const NAME_MOST = 48;

/** Draws the rows that fit, the one of the cursor among them, below the names of the columns where a row can be spared. */
export function drawTables(cells: Cells, view: DatabaseView, look: DatabaseLook, area: Area): void {
  const { theme } = look;
  const { x, width } = area;
  if (view.tables.length === 0) {
    const lines = wrap(emptyText(view), width).slice(0, area.height);
    lines.forEach((line, at) => cells.text(x, area.y + at, line, theme.muted, width));
    return;
  }
  const { columns, name } = fit(width);
  const isTitled = area.height >= 4;
  if (isTitled) {
    cells.text(x + 1, area.y, 'TABLE', theme.muted, name);
    let at = x + 1 + name;
    for (const column of columns) {
      at += column.width + 1;
      cells.text(at - column.title.length, area.y, column.title, theme.muted);
    }
  }
  const first = area.y + (isTitled ? 1 : 0);
  const rows = area.height - (isTitled ? 1 : 0);
  const cursor = view.tables.findIndex(({ oid }) => oid === look.cursor);
  const before = view.keys.length - view.tables.length;
  const top = scrollTo(look.top - before, Math.max(0, cursor), rows, view.tables.length);
  view.tables.slice(top, top + rows).forEach((table, i) => {
    const y = first + i;
    const isCursor = top + i === cursor;
    const roles = isCursor && look.isFocused ? theme.selected : theme;
    if (isCursor && look.isFocused) cells.fill(x, y, width, 1, ' ', roles.text);
    if (isCursor) cells.text(x, y, look.isFocused ? '▸' : '·', roles.accent, 1);
    cells.text(x + 1, y, truncate(shortName(table), name), roles.strong, name);
    let at = x + 1 + name;
    for (const column of columns) {
      at += column.width + 1;
      const text = truncate(column.text(table, look.now), column.width);
      cells.text(at - measure(text), y, text, roles[column.role(table, look.limits)]);
    }
  });
}

/** Without the schema that nobody names. */
function shortName(table: PostgresTable): string {
  const name = tableName(table);
  return table.schema === 'public' ? name.slice('public.'.length) : name;
}

function emptyText({ totalTables, postgres }: DatabaseView): string {
  if (totalTables > 0) return `No table matches: ${totalTables} hidden. Esc clears the filter.`;
  return postgres.snapshot?.tables ? 'This database has no tables.' : 'The tables are not read yet.';
}

function fit(width: number): { columns: readonly Column[]; name: number } {
  const chosen = new Set<Column>();
  let used = 1;
  for (const column of COLUMNS.toSorted((a, b) => a.rank - b.rank)) {
    const least = column.rank > 3 ? NAME_GOOD : NAME_LEAST;
    if (used + column.width + 1 + least > width) break;
    chosen.add(column);
    used += column.width + 1;
  }
  return { columns: COLUMNS.filter((column) => chosen.has(column)), name: Math.min(NAME_MOST, width - used) };
}

/** The key of the row the cursor is on; null in an empty list. */
export function cursorOf(list: Parameters<typeof cursorIndex>[0], keys: readonly string[]): string | null {
  return keys[cursorIndex(list, keys)] ?? null;
}
