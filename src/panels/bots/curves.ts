/** The courses of one bot over a chosen range, one under the other on one axis of time, with its restarts. */

import { SPANS, type Tracked } from '../../state/bot-tracks.ts';
import { isUnasked } from '../../state/judge.ts';
import type { World } from '../../state/world.ts';
import { bytes, count, percent, UNKNOWN } from '../../text/format.ts';
import { drawChart, drawTimeAxis } from '../../ui/chart.ts';
import { chart, figuresOf } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { BOT_RANGES } from '../../ui/state.ts';
import type { Theme } from '../../ui/theme.ts';
import type { BotRow } from './row.ts';

export type BotRange = (typeof BOT_RANGES)[number];

export interface CurvesLook {
  readonly theme: Theme;
  readonly world: World;
  readonly range: BotRange;
}

export interface CurvesPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Measure {
  readonly title: string;
  readonly tracked: Tracked;
  readonly format: (value: number) => string;
  readonly range: { readonly min: number; readonly max?: number };
}

const MEASURES: readonly Measure[] = [
  { title: 'CPU', tracked: 'cpuPercent', format: percent, range: { min: 0, max: 5 } },
  { title: 'memory', tracked: 'memoryBytes', format: bytes, range: { min: 0 } },
  {
    title: 'event loop',
    tracked: 'loopMs',
    format: (value) => `${value < 9.95 ? value.toFixed(1) : count(value)}ms`,
    range: { min: 0, max: 1 },
  },
];

/** The labels of all scales are padded to as much, so that the moments stand below each other. */
const SCALE = 6;
const AXIS = SCALE + 1;
/** Fewer samples would look like a course of their own. */
const LEAST_SAMPLES = 20;
/** Beyond so many, lines through the curves would be all there is to see. */
const LINES_MOST = 12;

interface Samples {
  readonly values: readonly number[];
  readonly spanMs: number;
}

/** Draws as many as fit; gives how many rows they took. */
export function drawBotCurves(cells: Cells, row: BotRow, look: CurvesLook, place: CurvesPlace): number {
  const { width, height } = place;
  const samples = MEASURES.map((measure) => samplesOf(row, measure.tracked, look));
  const known = MEASURES.map((measure, i) => ({ measure, samples: samples[i] as Samples })).filter(
    ({ samples: { values } }) => values.some((value) => !Number.isNaN(value)),
  );
  if (known.length === 0 || width < AXIS + 12 || height < 5) {
    cells.text(place.x, place.y, 'Nothing is known of its course yet.', look.theme.muted, width);
    return 1;
  }
  // The restarts and the axis of time.
  const room = height - 2;
  const shown = known.slice(0, Math.max(1, Math.min(known.length, Math.floor(room / 3))));
  const each = Math.min(12, Math.floor(room / shown.length));
  // Measures are looked at at different times: the longest says what the axis spans.
  const spanMs = Math.max(...shown.map(({ samples: { spanMs: span } }) => span));
  const marks = marksOf(row, look.world.now, spanMs, width - AXIS);
  shown.forEach(({ measure, samples: own }, i) => {
    drawCurve(cells, measure, { own: padTo(own, spanMs), marks }, look, {
      ...place,
      y: place.y + i * each,
      height: each,
    });
  });
  const y = place.y + shown.length * each;
  drawRestarts(cells, marks, look, { ...place, y });
  drawTimeAxis(cells, { x: place.x + AXIS, y: y + 1, width: width - AXIS }, spanMs, look.theme);
  return shown.length * each + 2;
}

/** What there is of the range, at its own grain. */
function samplesOf(row: BotRow, tracked: Tracked, { world, range }: CurvesLook): Samples {
  const series = world.fleet.of(row.key);
  if (!series) return { values: [], spanMs: 0 };
  const fine = tracked === 'cpuPercent' ? series.cpu : tracked === 'memoryBytes' ? series.memory : null;
  if (range === '1m' && fine) return withRoom(fine.tail(60), 1_000);
  const { values, stepMs } = series.curve(tracked, SPANS.find((span) => span === range) ?? '10m');
  return withRoom(range === '1m' ? values.slice(-12) : values, stepMs);
}

function withRoom(values: readonly number[], stepMs: number): Samples {
  const missing = Math.max(0, (stepMs >= 5_000 ? 12 : LEAST_SAMPLES) - values.length);
  const padded = [...Array.from({ length: missing }, () => Number.NaN), ...values];
  return { values: padded, spanMs: padded.length * stepMs };
}

/** The same over a longer time, of which nothing more is known. */
function padTo({ values, spanMs }: Samples, wantedMs: number): readonly number[] {
  const stepMs = spanMs / Math.max(1, values.length);
  const missing = spanMs > 0 ? Math.round((wantedMs - spanMs) / stepMs) : 0;
  return missing > 0 ? [...Array.from({ length: missing }, () => Number.NaN), ...values] : values;
}

/** How many exits fall into each column, how many of those nobody asked for, and how many deploys. */
interface Marks {
  readonly all: readonly number[];
  readonly unasked: readonly number[];
  readonly deploys: readonly number[];
  readonly total: number;
}

function marksOf({ bot }: BotRow, now: number, spanMs: number, columns: number): Marks {
  const all = Array.from({ length: columns }, () => 0);
  const unasked = [...all];
  const deploys = [...all];
  for (const { at } of bot.code?.deploys ?? []) {
    const column = columnOf(now - at, spanMs, columns);
    if (column !== null) deploys[column] = (deploys[column] as number) + 1;
  }
  let total = 0;
  for (const exit of bot.exits) {
    const column = columnOf(now - exit.at, spanMs, columns);
    if (column === null) continue;
    all[column] = (all[column] as number) + 1;
    if (isUnasked(exit)) unasked[column] = (unasked[column] as number) + 1;
    total++;
  }
  return { all, unasked, deploys, total };
}

function columnOf(ageMs: number, spanMs: number, columns: number): number | null {
  if (!(ageMs >= 0 && ageMs <= spanMs)) return null;
  return Math.min(columns - 1, Math.floor((1 - ageMs / spanMs) * columns));
}

function drawCurve(
  cells: Cells,
  { title, format, range }: Measure,
  { own, marks }: { readonly own: readonly number[]; readonly marks: Marks },
  { theme }: CurvesLook,
  { x, y, width, height }: CurvesPlace,
): void {
  let at = x + cells.text(x, y, title, theme.title, width) + 2;
  for (const [label, value] of figuresOf(own)) {
    const text = `${label} ${value === null ? UNKNOWN : format(value)}`;
    if (at + text.length > x + width) break;
    at += cells.text(at, y, text, label === 'now' ? theme.strong : theme.muted) + 2;
  }
  const lines = chart(own, width, height - 1, (value) => format(value).padStart(SCALE - 1), range);
  drawChart(cells, lines, { x, y: y + 1, width }, theme);
  lines.forEach((text, i) => {
    marks.all.forEach((exits, column) => {
      const isDeploy = (marks.deploys[column] as number) > 0;
      const glyph = text[AXIS + column] ?? ' ';
      if (glyph !== ' ' || !(isDeploy || (exits > 0 && marks.total <= LINES_MOST))) return;
      const style = isDeploy ? theme.accent : (marks.unasked[column] as number) > 0 ? theme.bad : theme.muted;
      cells.text(x + AXIS + column, y + 1 + i, '┊', style, 1);
    });
  });
}

const DIGITS = 9;

/** How often it ended, column by column, and where its code was changed. */
function drawRestarts(
  cells: Cells,
  { all, unasked, deploys, total }: Marks,
  { theme }: CurvesLook,
  { x, y }: CurvesPlace,
): void {
  cells.text(x, y, 'exits', theme.title, SCALE);
  cells.text(x + AXIS - 1, y, '│', theme.border, 1);
  all.forEach((exits, column) => {
    if (exits === 0) return;
    const style = (unasked[column] as number) > 0 ? theme.bad : theme.muted;
    cells.text(x + AXIS + column, y, exits === 1 ? '▲' : exits > DIGITS ? '+' : String(exits), style, 1);
  });
  deploys.forEach((count, column) => {
    if (count > 0) cells.text(x + AXIS + column, y, 'D', theme.accent, 1);
  });
  const hasDeploys = deploys.some((count) => count > 0);
  if (total === 0 && !hasDeploys) cells.text(x + AXIS + 1, y, 'none in this time', theme.muted);
}
