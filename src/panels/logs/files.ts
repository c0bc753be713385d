/** Every log with its size, how fast it grows, and how long its disk lasts at that. */
import { basename } from 'node:path';
import type { HostDisk } from '../../sources/host/snapshot.ts';
import { journalUnitOf, type LogFile } from '../../sources/logs/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import type { World } from '../../state/world.ts';
import { bytesLong, duration, UNKNOWN } from '../../text/format.ts';
import { measure, truncate, truncateStart } from '../../text/width.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';

export interface LogFileRow {
  readonly bot: string;
  readonly path: string;
  readonly stream: string;
  /** NaN unknown, here and below. */
  readonly sizeBytes: number;
  readonly bytesPerHour: number;
  readonly mount: string;
  /** Until the disk is full at the growth of all logs on it; Infinity when they do not grow. */
  readonly fullInMs: number;
  /** Why it is not read; empty when it is. */
  readonly reason: string;
  /** It lies on no disk of ours: a pipe, the journal. */
  readonly isElsewhere: boolean;
}

export const LOG_FILE_SORTS = ['size', 'growth', 'name'] as const;
export type LogFileSort = (typeof LOG_FILE_SORTS)[number];

export function logFileRows(world: World, sort: LogFileSort): readonly LogFileRow[] {
  const files = (world.logs && valueOf(world.logs.reading)?.files) ?? [];
  const disks = (world.host && valueOf(world.host.reading)?.disks) ?? [];
  const measured = files
    .filter(({ state, path }) => state !== 'same-file' && !(state === 'no-file' && path.startsWith('/dev/')))
    .map((file) => ({
      file,
      disk: isElsewhere(file) ? null : diskOf(disks, file.path),
      bytesPerHour: world.logGrowth?.perHour(file.path, world.now) ?? Number.NaN,
    }));
  const growthOf = new Map<HostDisk, number>();
  for (const { disk, bytesPerHour } of measured) {
    if (disk && !Number.isNaN(bytesPerHour)) growthOf.set(disk, (growthOf.get(disk) ?? 0) + bytesPerHour);
  }
  const rows = measured.map(({ file, disk, bytesPerHour }): LogFileRow => {
    const growth = disk ? growthOf.get(disk) : undefined;
    return {
      bot:
        file.bots.length > 1
          ? `${file.bots[0]} and ${file.bots.length - 1} more`
          : (file.bots[0] ?? basename(file.path)),
      path: file.path,
      stream: file.stream,
      sizeBytes: file.sizeBytes,
      bytesPerHour,
      mount: disk?.mount ?? '',
      fullInMs: disk && growth !== undefined ? (disk.availableBytes / growth) * 3_600_000 : Number.NaN,
      reason: file.reason,
      isElsewhere: isElsewhere(file),
    };
  });
  return rows.sort(orderBy(sort));
}

function isElsewhere({ state, path }: LogFile): boolean {
  return state === 'no-file' || journalUnitOf(path) !== null;
}

function orderBy(sort: LogFileSort): (a: LogFileRow, b: LogFileRow) => number {
  const known = (value: number): number => (Number.isNaN(value) ? -1 : value);
  const byPath = (a: LogFileRow, b: LogFileRow): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
  if (sort === 'name') return (a, b) => (a.bot < b.bot ? -1 : a.bot > b.bot ? 1 : byPath(a, b));
  const of = sort === 'size' ? 'sizeBytes' : 'bytesPerHour';
  return (a, b) => known(b[of]) - known(a[of]) || byPath(a, b);
}

/** The file system that a path lies on: that of the longest mount point above it. */
function diskOf(disks: readonly HostDisk[], path: string): HostDisk | null {
  let best: HostDisk | null = null;
  for (const disk of disks) {
    const isAbove = disk.mount === '/' || path === disk.mount || path.startsWith(`${disk.mount}/`);
    if (isAbove && disk.mount.length > (best?.mount.length ?? 0)) best = disk;
  }
  return best;
}

export interface LogFilesLook {
  readonly rows: readonly LogFileRow[];
  readonly cursor: number;
  readonly top: number;
  readonly sort: LogFileSort;
}

/** Rows of the list in a body of this height: border and names of the columns are not. */
export function logFilesPage(height: number): number {
  return Math.max(1, height - 3);
}

interface Column {
  readonly name: string;
  readonly width: number;
  readonly least: number;
  readonly text: (row: LogFileRow) => string;
  readonly isNumber?: true;
}

/** The path takes what is left; `least` is the width from which on a column is there. */
const COLUMNS: readonly Column[] = [
  { name: 'bot', width: 16, least: 0, text: ({ bot }) => bot },
  { name: 'log', width: 4, least: 0, text: ({ stream }) => stream },
  {
    name: 'size',
    width: 8,
    least: 0,
    text: ({ isElsewhere, sizeBytes }) => (isElsewhere ? '' : bytesLong(sizeBytes)),
    isNumber: true,
  },
  {
    name: 'an hour',
    width: 9,
    least: 46,
    text: growthWords,
    isNumber: true,
  },
  { name: 'disk full in', width: 12, least: 64, text: fullWords, isNumber: true },
  { name: 'on', width: 8, least: 90, text: ({ mount }) => mount },
];

/** What lies on no disk has no size, and fills none. */
function growthWords({ isElsewhere, bytesPerHour }: LogFileRow): string {
  if (isElsewhere) return '';
  return Number.isNaN(bytesPerHour) ? UNKNOWN : `+${bytesLong(bytesPerHour)}`;
}

function fullWords({ isElsewhere, fullInMs }: LogFileRow): string {
  if (isElsewhere) return '';
  if (Number.isNaN(fullInMs)) return UNKNOWN;
  if (fullInMs === Number.POSITIVE_INFINITY) return 'not growing';
  return fullInMs > 1_000 * 86_400_000 ? 'years' : duration(fullInMs);
}

export function drawLogFiles(cells: Cells, { rows, cursor, top, sort }: LogFilesLook, theme: Theme): void {
  const { width, height } = cells;
  cells.clear();
  const total = rows.reduce((sum, { sizeBytes }) => sum + (Number.isNaN(sizeBytes) ? 0 : sizeBytes), 0);
  cells.box(0, 0, width, height, {
    title: `Log files · ${rows.length} · ${bytesLong(total)}`,
    right: `by ${sort}`,
    style: theme.borderFocused,
    titleStyle: theme.accent,
  });
  const columns = COLUMNS.filter(({ least }) => width >= least);
  let x = 2;
  const places = columns.map((column) => {
    const at = x;
    x += column.width + 1;
    return { ...column, x: at };
  });
  const rest = width - x - 2;
  for (const { name, x: at, width: room, isNumber } of places) {
    cells.text(isNumber ? at + room - Math.min(room, name.length) : at, 1, name, theme.muted, room);
  }
  if (rest >= 8) cells.text(x, 1, 'file', theme.muted, rest);
  if (rows.length === 0) cells.text(2, 2, 'No log is followed yet.', theme.muted, width - 4);
  rows.slice(top, top + logFilesPage(height)).forEach((row, i) => {
    const y = 2 + i;
    const isCursor = top + i === cursor;
    const roles = isCursor ? theme.selected : theme;
    if (isCursor) {
      cells.fill(1, y, width - 2, 1, ' ', roles.text);
      cells.text(1, y, '▸', roles.accent, 1);
    }
    for (const { text, x: at, width: room, isNumber, name } of places) {
      const shown = truncate(text(row), room);
      const isSoon = name === 'disk full in' && row.fullInMs < 86_400_000;
      const style = isSoon ? roles.bad : name === 'bot' ? roles.strong : roles.text;
      cells.text(isNumber ? at + room - measure(shown) : at, y, shown, style, room);
    }
    const why = row.reason === '' ? '' : `${row.reason}: `;
    const words = truncate(why + truncateStart(row.path, Math.max(8, rest - measure(why))), rest);
    if (rest >= 8) cells.text(x, y, words, why === '' ? roles.muted : roles.warn, rest);
  });
}
