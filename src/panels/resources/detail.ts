/** One resource on the whole screen: its facts, and its course over a chosen range. */
import type { HostSnapshot } from '../../sources/host/snapshot.ts';
import { COARSE_STEP_MS, FINE_STEP_MS, type HostHistory, type HostSeriesName } from '../../state/host-history.ts';
import { bytesLong, percent, rate, UNKNOWN } from '../../text/format.ts';
import { drawChart, drawTimeAxis } from '../../ui/chart.ts';
import { chart, figuresOf } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { RANGES } from '../../ui/state.ts';
import type { Theme } from '../../ui/theme.ts';
import type { ResourceRow } from './rows.ts';
import type { ResourcesView } from './view.ts';

export type Range = (typeof RANGES)[number];

export interface DetailLook {
  readonly theme: Theme;
  readonly history: HostHistory;
  /** The key of a row; the first when it is null or no longer there. */
  readonly key: string | null;
  readonly range: Range;
}

interface Curve {
  readonly title: string;
  readonly series: HostSeriesName;
  readonly format: (value: number) => string;
  readonly range?: { readonly min?: number; readonly max?: number };
}

const share = { format: percent, range: { min: 0, max: 100 } };
/** Shares that are small on a healthy machine: the scale grows with them. */
const smallShare = { format: percent, range: { min: 0, max: 10 } };
const traffic = { format: rate, range: { min: 0 } };
const CPU: Curve = { title: 'busy, all cores', series: 'cpuPercent', ...share };
const IOWAIT: Curve = { title: 'iowait', series: 'iowaitPercent', ...smallShare };
const STEAL: Curve = { title: 'stolen by the hypervisor', series: 'stealPercent', ...smallShare };
const LOAD: Curve = {
  title: 'load, 1 minute',
  series: 'load1',
  format: (value) => value.toFixed(1),
  range: { min: 0 },
};
const MEMORY: Curve = {
  title: 'memory in use (without what can be given back)',
  series: 'memoryUsedPercent',
  ...share,
};
const SWAP: Curve = { title: 'swap in use', series: 'swapUsedPercent', ...share };
const READ: Curve = { title: 'read from disks', series: 'diskReadBytesPerSecond', ...traffic };
const WRITTEN: Curve = { title: 'written to disks', series: 'diskWriteBytesPerSecond', ...traffic };
const RECEIVED: Curve = { title: 'received', series: 'netRxBytesPerSecond', ...traffic };
const SENT: Curve = { title: 'sent', series: 'netTxBytesPerSecond', ...traffic };
const BUSY: Curve = { title: 'busiest disk', series: 'diskBusyPercent', ...smallShare };
const PRESSURE: readonly Curve[] = [
  { title: 'some task waited for a cpu', series: 'cpuPressurePercent', ...smallShare },
  { title: 'some task waited for memory', series: 'memoryPressurePercent', ...smallShare },
  { title: 'some task waited for a disk', series: 'ioPressurePercent', ...smallShare },
];

/** The curves by the row's key, the one asked for first. */
const CURVES: Readonly<Record<string, readonly Curve[]>> = {
  cpu: [CPU, IOWAIT, STEAL],
  load: [LOAD, CPU],
  memory: [MEMORY, SWAP],
  limit: [MEMORY],
  oom: [MEMORY, SWAP],
  swap: [SWAP, MEMORY],
  pressure: PRESSURE,
  'disk-io': [READ, WRITTEN, BUSY],
  disk: [READ, WRITTEN, BUSY],
  net: [RECEIVED, SENT],
};

/** Below this a chart is no more than a line. */
const LEAST_ROWS = 6;
/** A chart is never stretched from fewer samples than this. */
const LEAST_SAMPLES = 20;

export function drawResourcesDetail(cells: Cells, view: ResourcesView, look: DetailLook): void {
  const { theme, key, range } = look;
  const { width, height } = cells;
  const row = view.rows.find((candidate) => candidate.key === key) ?? view.rows[0];
  const title = `${row?.label.trim() ?? 'Resources'} · last ${range}${view.state === 'stale' ? ` · ${view.remark}` : ''}`;
  const style = theme.borderFocused;
  cells.box(0, 0, width, height, {
    title,
    right: width < 60 ? '[ ]' : '[ ] range · Esc back',
    style,
    titleStyle: theme.accent,
    rightStyle: theme.muted,
  });
  if (!row || !view.snapshot) {
    cells.text(2, 1, view.state === 'waiting' ? 'reading the host…' : view.remark, theme.muted, width - 4);
    return;
  }
  let y = 1;
  for (const fact of factsOf(row, view.snapshot)) {
    if (y >= height - 1) return;
    cells.text(2, y++, fact, theme.text, width - 4);
  }
  const curves = CURVES[row.key] ?? CURVES[row.key.split(':')[0] as string] ?? [CPU];
  const room = height - 1 - y;
  const shown = curves.slice(0, Math.max(1, Math.min(curves.length, Math.floor(room / LEAST_ROWS))));
  const each = Math.floor(room / shown.length);
  for (const [i, curve] of shown.entries()) drawCurve(cells, curve, look, y + i * each, each);
  if (view.state === 'stale') for (let line = 1; line < height - 1; line++) cells.tint(1, line, width - 2, theme.dim);
}

/** A curve with its figures above it and its time axis below. */
function drawCurve(cells: Cells, curve: Curve, { theme, history, range }: DetailLook, y: number, height: number): void {
  const room = cells.width - 4;
  const { values, stepMs } = samplesOf(history, curve.series, range);
  const titled = cells.text(2, y, curve.title, theme.title, room);
  const figures = figuresOf(values).map(([label, value]) => ({
    text: `${label} ${value === null ? UNKNOWN : curve.format(value)}`,
    style: label === 'now' ? theme.strong : theme.muted,
  }));
  const isBeside = titled + figures.reduce((sum, { text }) => sum + 2 + text.length, 0) <= room;
  let x = isBeside ? 2 + titled + 2 : 2;
  let line = isBeside ? y : y + 1;
  for (const { text, style } of figures) x += cells.text(x, line, text, style, cells.width - 2 - x) + 2;
  line++;
  if (values.every(Number.isNaN)) {
    if (line < y + height) cells.text(2, line, 'nothing known of this in the range', theme.muted, room);
    return;
  }
  const lines = chart(values, room, Math.max(1, y + height - line - 2), curve.format, curve.range);
  const scale = drawChart(cells, lines, { x: 2, y: line, width: room }, theme);
  const place = { x: 2 + scale, y: line + lines.length, width: room - scale };
  drawTimeAxis(cells, place, values.length * stepMs, theme);
}

/** What there is of the range: a sample a second up to ten minutes, means of ten seconds beyond. */
function samplesOf(history: HostHistory, series: HostSeriesName, range: Range): { values: number[]; stepMs: number } {
  const { fine, coarse } = history.tracks[series];
  if (range === '1h') return { values: withRoom(coarse.tail(360)), stepMs: COARSE_STEP_MS };
  return { values: withRoom(fine.tail(range === '1m' ? 60 : 600)), stepMs: FINE_STEP_MS };
}

/** At least so many, unknown ones before the first: three samples over a whole screen would look like an hour's course. */
function withRoom(values: readonly number[]): number[] {
  return [...Array.from({ length: Math.max(0, LEAST_SAMPLES - values.length) }, () => Number.NaN), ...values];
}

/** What else is known of it, a line each. */
function factsOf(row: ResourceRow, host: HostSnapshot): string[] {
  const disk = host.disks.find(({ mount }) => row.key === `disk:${mount}`);
  if (disk?.problem !== undefined) return [`${disk.mount} on ${disk.device} (${disk.type}): ${disk.problem}`];
  if (disk) {
    const inodes = disk.inodesUsedPercent === null ? '' : `, inodes ${percent(disk.inodesUsedPercent)}`;
    return [
      `${disk.mount} on ${disk.device} (${disk.type})`,
      `${bytesLong(disk.usedBytes)} of ${bytesLong(disk.sizeBytes)} used, ${bytesLong(disk.availableBytes)} free, ${percent(disk.usedPercent)} full${inodes}`,
    ];
  }
  const { memory } = host;
  if (row.key === 'memory') {
    return [
      `${bytesLong(memory.totalBytes)} in all, ${bytesLong(memory.availableBytes)} can be given out without swapping`,
    ];
  }
  return row.notes[0] === undefined ? [] : [`${row.label.trim()}  ${row.notes[0]}`];
}
