/** Numbers as pictures: bars of eighths, meters, and asciichart's line for a detail view. */
import { plot } from 'asciichart';
import type { Cells } from './screen/cells.ts';
import type { StyleId } from './screen/style.ts';
import { scaleOf } from './ticks.ts';

/** What a sparkline reads: a ring, or anything like one. */
export interface Samples {
  readonly length: number;
  /** The sample at `index`, 0 being the oldest; NaN where unknown. */
  at(index: number): number | undefined;
}

export interface SparklineOptions {
  /** The value of an empty column; 0 unless said. */
  readonly min?: number;
  /** The value of a full column; the largest sample shown unless said. */
  readonly max?: number;
  /** A scale never finer than this, so that noise near zero does not fill the graph. */
  readonly atLeast?: number;
  readonly style?: StyleId;
  readonly styleFor?: (value: number) => StyleId;
  /** The style of the dots that mark unknown samples; without it they are blank. */
  readonly gapStyle?: StyleId;
  /** The sample of the right-most column; the last one unless said. */
  readonly end?: number;
}

const BLOCKS = [0x20, 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588] as const;
/** Left-aligned eighths, for what grows to the right. */
const LEFT_BLOCKS = [0x20, 0x258f, 0x258e, 0x258d, 0x258c, 0x258b, 0x258a, 0x2589, 0x2588] as const;
const GAP = 0xb7;
const TRACK = 0x2500;
const FULL = 0x2588;

/** How many eighths of `span` the value fills. What is above nothing shows, what is nothing does not. */
function eighths(value: number, span: number, cells: number): number {
  if (!(span > 0) || !(value > 0)) return 0;
  return Math.max(1, Math.min(8 * cells, Math.round((value / span) * 8 * cells)));
}

/** A row of columns, one a sample, the newest at the right. Unknown samples are gaps, never zero. */
export function sparkline(
  cells: Cells,
  x: number,
  y: number,
  width: number,
  samples: Samples,
  options: SparklineOptions = {},
): void {
  area(cells, x, y, width, 1, samples, options);
}

function highest(samples: Samples, from: number, to: number): number {
  let found = Number.NEGATIVE_INFINITY;
  for (let i = from; i < Math.min(to, samples.length); i++) {
    const value = samples.at(i) ?? Number.NaN;
    if (value > found) found = value;
  }
  return found;
}

/** A sparkline several rows high, over the rectangle; of one row it is a sparkline. */
export function area(
  cells: Cells,
  x: number,
  y: number,
  width: number,
  height: number,
  samples: Samples,
  options: SparklineOptions = {},
): void {
  if (!cells.hasGraphs) {
    if (height > 1) cells.text(x, y, 'no graph over a slow line', options.gapStyle ?? 0, width);
    return;
  }
  const { min = 0, style = 0, styleFor, gapStyle, atLeast = 0, end = samples.length } = options;
  const first = end - width;
  const max = options.max ?? Math.max(min + atLeast, highest(samples, Math.max(0, first), end));
  for (let column = Math.max(0, -first); column < width; column++) {
    const value = samples.at(first + column);
    if (value === undefined || first + column >= samples.length) continue;
    if (Number.isNaN(value)) {
      if (gapStyle !== undefined) cells.set(x + column, y + height - 1, GAP, gapStyle);
      continue;
    }
    const filled = eighths(value - min, max - min, height);
    const look = styleFor ? styleFor(value) : style;
    for (let row = 0; row * 8 < filled; row++) {
      cells.set(x + column, y + height - 1 - row, BLOCKS[Math.min(8, filled - 8 * row)] as number, look);
    }
  }
}

/**
 * A horizontal bar of `percent` (0–100) over a thin track. An unknown share is the track alone, in dots. A little is
 * never nothing, and less than all never fills it.
 */
export function meter(
  cells: Cells,
  x: number,
  y: number,
  width: number,
  percent: number | null,
  style: StyleId,
  trackStyle: StyleId = style,
): void {
  if (percent === null || Number.isNaN(percent)) {
    for (let i = 0; i < width; i++) cells.set(x + i, y, GAP, trackStyle);
    return;
  }
  let filled = eighths(percent, 100, width);
  if (percent < 100) filled = Math.min(filled, 8 * width - 1);
  for (let i = 0; i < width; i++) {
    const rest = filled - 8 * i;
    if (rest >= 8) cells.set(x + i, y, FULL, style);
    else if (rest > 0) cells.set(x + i, y, LEFT_BLOCKS[rest] as number, style);
    else cells.set(x + i, y, TRACK, trackStyle);
  }
}

/** One column that fills upwards, for a row of cores. NaN is a dot. */
export function bar(
  cells: Cells,
  x: number,
  y: number,
  percent: number,
  style: StyleId,
  gapStyle: StyleId = style,
): void {
  if (Number.isNaN(percent)) cells.set(x, y, GAP, gapStyle);
  // The lowest block stands for an idle core: a blank would look like one that is missing.
  else cells.set(x, y, BLOCKS[Math.max(1, eighths(percent, 100, 1))] as number, style);
}

/** Beyond these the arithmetic below loses its meaning; no measure comes near. */
const LARGEST = 1e18;
const SMALLEST = 1e-12;
/** Values this close are one: the scale between them could not be written. */
const SAME_SHARE = 1e-9;

/**
 * A line chart with its scale at the left, at most `width` by `height`, from edge to edge, the newest at the right.
 * Samples are averaged where there are more than columns, and repeated where there are fewer; unknown ones leave
 * their columns empty. The axis is `┤` at its ticks, about four, and `│` between. No lines when nothing is known.
 */
export function chart(
  samples: readonly number[],
  width: number,
  height: number,
  format: (value: number) => string,
  range: { readonly min?: number; readonly max?: number } = {},
): string[] {
  const values: number[] = [];
  for (const value of samples)
    values.push(Math.abs(value) < SMALLEST ? 0 : Math.max(-LARGEST, Math.min(LARGEST, value)));
  const known = values.filter(isKnown);
  if (known.length === 0 || width < 1 || height < 1) return [];
  let low = range.min ?? Number.POSITIVE_INFINITY;
  let high = range.max ?? Number.NEGATIVE_INFINITY;
  for (const value of shrink(known, 512)) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const rows = Math.max(1, height - 1);
  const wanted = rows <= 2 ? rows : Math.min(4, Math.ceil(rows / 2));
  const [from, to] = spread(low, high);
  const { min, max, ticks } = scaleOf(from, to, wanted, rows, format);
  const labels = new Map(ticks.map(({ value, label }) => [Math.round(((max - value) / (max - min)) * rows), label]));
  const labelWidth = Math.max(...[...labels.values()].map((label) => [...label].length));
  const columns = width - labelWidth - 2;
  if (columns < 2) return [];
  const points = values.length > columns + 1 ? shrink(values, columns + 1) : stretch(values, columns + 1);
  // In units of rows, so that the library's own rounding draws exactly the rows there are.
  const inRows = fillGaps(points).map((value) => ((Math.min(max, Math.max(min, value)) - min) / (max - min)) * rows);
  const drawn = plot(inRows, { min: 0, max: rows, height: rows, offset: 2, format: () => ' ' }).split('\n');
  return Array.from({ length: rows + 1 }, (_, row) => {
    const body = [...(drawn[row] ?? '')].slice(1);
    const line = body.slice(1).map((glyph, i) => (isGap(points, i) ? ' ' : glyph));
    const label = labels.get(row);
    return `${(label ?? '').padStart(labelWidth)} ${label === undefined ? '│' : '┤'}${line.join('')}`.trimEnd();
  });
}

/** A flat line has no range, and a scale divides by it. */
function spread(low: number, high: number): [number, number] {
  if (high - low > SAME_SHARE * Math.max(Math.abs(high), Math.abs(low))) return [low, high];
  return low === 0 ? [0, 1] : [low - Math.abs(low) / 2, low + Math.abs(low) / 2];
}

/** A column of the line joins two points; it is drawn when both are known. */
function isGap(points: readonly number[], column: number): boolean {
  return !Number.isFinite(points[column]) || !Number.isFinite(points[column + 1] ?? points[column]);
}

/** Each sample as often as it takes to make `count` of them: steps, since what lies between two is not known. */
function stretch(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)] as number);
}

/** The means of `count` equal stretches; of each the known samples only. Fewer samples stay as they are. */
function shrink(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  const means: number[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    const end = Math.floor(((i + 1) * values.length) / count);
    let sum = 0;
    let known = 0;
    for (; at < end; at++) {
      const value = values[at] as number;
      if (!Number.isFinite(value)) continue;
      sum += value;
      known++;
    }
    means.push(known === 0 ? Number.NaN : sum / known);
  }
  return means;
}

const isKnown = (value: number): boolean => Number.isFinite(value);

/** Each unknown value as the one before it, so that a line can be drawn whose gaps are then taken out. */
function fillGaps(values: readonly number[]): number[] {
  let last = values.find(Number.isFinite) as number;
  return values.map((value) => {
    if (Number.isFinite(value)) last = value;
    return last;
  });
}

/** What is said of a curve: its last value, null where that is unknown, and least, mean and most of those that are known. */
export function figuresOf(values: readonly number[]): readonly (readonly [string, number | null])[] {
  const known = values.filter((value) => !Number.isNaN(value));
  const last = values.at(-1);
  if (known.length === 0) return [['now', null]];
  const sum = known.reduce((total, value) => total + value, 0);
  return [
    ['now', last === undefined || Number.isNaN(last) ? null : last],
    ['min', known.reduce((a, b) => Math.min(a, b))],
    ['avg', sum / known.length],
    ['max', known.reduce((a, b) => Math.max(a, b))],
  ];
}
