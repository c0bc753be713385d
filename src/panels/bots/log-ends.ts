/** The last lines of a bot's logs, as the log view shows them. */
import type { LogLine } from '../../sources/logs/line-reader.ts';
import { clockTime, offsetAt } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';
import type { PeekFile } from '../../ui/viewer.ts';
import { LEVELS, lineLook } from '../logs/line-look.ts';

const TIME_COLUMNS = 8;
/** In less room the line is worth more than its time. */
const TIMES_LEAST = 56;
/** From this width on the logs stand beside each other. */
const BESIDE = 150;

/** The frames of a trace, and blank lines: what failed stands before them, and has to fit. */
const IS_FRAME = /^(?:\s+at \S.*|\s*)$/;

/** After so long without an error its log is no longer what is asked for first, ms. */
const LONG_AGO_MS = 10 * 60_000;

/** The log that is shown where there is room for one: that of the errors, unless the other went on long without it. */
export function mostTelling(files: readonly PeekFile[]): readonly PeekFile[] {
  const lastAt = ({ lines }: PeekFile): number => lines.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const newest = Math.max(...files.map(lastAt));
  const first = errorsFirst(files).find((file) => lastAt(file) >= newest - LONG_AGO_MS);
  return first === undefined ? files.slice(0, 1) : [first];
}

function errorsFirst(files: readonly PeekFile[]): readonly PeekFile[] {
  return files.toSorted((a, b) => Number(b.label === 'error') - Number(a.label === 'error'));
}

/** Draws the ends of the logs into that many rows, that of the errors first; gives how many it took. */
export function drawLogEnds(cells: Cells, theme: Theme, y: number, logs: readonly PeekFile[], rows: number): number {
  const files = errorsFirst(logs);
  if (files.length === 0) {
    cells.text(1, y, 'PM2 names no log of it.', theme.muted, cells.width - 2);
    return 1;
  }
  if (cells.width >= BESIDE && files.length > 1) {
    const width = Math.floor((cells.width - 1) / files.length);
    const used = files.map((file, i) => drawEnd(cells, theme, file, { x: 1 + i * width, y, width: width - 1, rows }));
    return Math.max(...used);
  }
  let used = 0;
  files.forEach((file, i) => {
    const own = Math.floor((rows - used) / (files.length - i));
    used += drawEnd(cells, theme, file, { x: 1, y: y + used, width: cells.width - 2, rows: Math.max(2, own) });
  });
  return used;
}

interface EndPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly rows: number;
}

function drawEnd(cells: Cells, theme: Theme, file: PeekFile, { x, y, width, rows }: EndPlace): number {
  const used = cells.text(x, y, `${file.label} log`, theme.title, width);
  if (file.state !== 'read' || file.lines.length === 0) {
    const text = file.state === 'reading' ? 'reading…' : file.state === 'unreadable' ? file.error : 'empty';
    const role = file.state === 'unreadable' ? theme.bad : theme.muted;
    cells.text(x + used + 2, y, truncate(text, width - used - 2), role);
    return 1;
  }
  const told = file.lines.filter(({ text }) => !IS_FRAME.test(text));
  const shown = fromHead(told.slice(-Math.max(1, rows - 1)));
  const shift = width < TIMES_LEAST ? 0 : TIME_COLUMNS + 1;
  shown.forEach((line, i) => {
    const at = y + 1 + i;
    if (shift > 0 && line.isTimed && !line.isPart)
      cells.text(x, at, clockTime(line.at, offsetAt(line.at)), theme.muted, TIME_COLUMNS);
    const { text, fields } = lineLook(line);
    const whole = truncate(`${text}${fields}`, width - shift);
    const role = theme[line.isPart ? 'muted' : line.level === null ? 'text' : LEVELS[line.level][1]];
    const end = x + shift + cells.text(x + shift, at, whole.slice(0, text.length), role, width - shift);
    cells.text(end, at, whole.slice(text.length), theme.muted);
  });
  return 1 + shown.length;
}

/** A trace whose first line is above says nothing, where another begins below. */
function fromHead(lines: readonly LogLine[]): readonly LogLine[] {
  const head = lines.findIndex(({ isPart }) => !isPart);
  return head > 0 ? lines.slice(head) : lines;
}
