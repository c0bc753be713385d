import type { Skipped } from './contenders.ts';
import type { Run } from './measure.ts';

/** All runs of one contender. */
export interface Row {
  readonly name: string;
  readonly runs: readonly Run[];
}

/** The value below which the given share of the values lies, by nearest rank; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}

interface Measure {
  readonly title: string;
  readonly digits: number;
  /** One number a sample; the median and the spread are over all of them. */
  readonly samples: (runs: readonly Run[]) => readonly number[];
  /** Which value of the samples stands for them; the median unless said. */
  readonly share?: number;
}

const MB = 1e6;

const measures: readonly Measure[] = [
  { title: 'exec → first data, ms', digits: 0, samples: (runs) => runs.flatMap((run) => run.firstDataMs) },
  { title: 'CPU, s/min', digits: 2, samples: (runs) => runs.map((run) => run.cpuSecondsPerMinute) },
  { title: 'RSS, MB', digits: 1, samples: (runs) => runs.map((run) => run.rssBytes / MB) },
  { title: 'PSS, MB', digits: 1, samples: (runs) => runs.map((run) => (run.pssBytes ?? Number.NaN) / MB) },
  { title: 'kB/min written', digits: 1, samples: (runs) => runs.map((run) => run.bytesPerMinute / 1000) },
  { title: 'key → last byte p50, ms', digits: 1, samples: (runs) => runs.flatMap((run) => run.keyMs) },
  { title: 'key → last byte p95, ms', digits: 1, share: 0.95, samples: (runs) => runs.flatMap((run) => run.keyMs) },
  { title: 'overlay → last byte p50, ms', digits: 1, samples: (runs) => runs.flatMap((run) => run.overlayMs) },
  {
    title: 'overlay → last byte p95, ms',
    digits: 1,
    share: 0.95,
    samples: (runs) => runs.flatMap((run) => run.overlayMs),
  },
  { title: 'RSS growth in the window, MB', digits: 1, samples: (runs) => runs.map((run) => run.rssGrowthBytes / MB) },
  {
    title: 'CPU of the PM2 daemon, s/min',
    digits: 2,
    samples: (runs) => runs.map((run) => run.daemonSecondsPerMinute),
  },
];

/**
 * The table: one row a measure, one column a contender with the median and in brackets the smallest and largest
 * sample, then the ratios of the first contender's value to each of the others'.
 */
export function formatTable(rows: readonly Row[]): string {
  const [ours, ...peers] = rows;
  if (!ours) return 'nothing was measured\n';
  const head = ['', ...rows.map((row) => row.name), ...peers.map((peer) => `${ours.name} / ${peer.name}`)];
  const body = measures.map((measure) => {
    const value = (row: Row) => quantile(measure.samples(row.runs), measure.share ?? 0.5);
    return [
      measure.title,
      ...rows.map((row) => withSpread(measure, value(row), measure.samples(row.runs))),
      ...peers.map((peer) => number(value(ours) / value(peer), 2)),
    ];
  });
  const unanswered = rows.filter((row) => row.runs.some((run) => run.keysUnanswered > 0));
  const notes = unanswered.map((row) => {
    const count = row.runs.reduce((sum, run) => sum + run.keysUnanswered, 0);
    const pressed = row.runs.reduce(
      (sum, run) => sum + run.keysUnanswered + run.keyMs.length + run.overlayMs.length,
      0,
    );
    return `${row.name}: ${count} of ${pressed} key presses changed nothing on the screen.\n`;
  });
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [
    line(head),
    line(head.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...body.map(line),
    ...(notes.length > 0 ? ['\n', ...notes] : []),
  ].join('');
}

export function formatSkipped(skipped: readonly Skipped[]): string {
  return skipped.map(({ name, why }) => `${name}: skipped, ${why}.\n`).join('');
}

function withSpread({ digits }: Measure, value: number, samples: readonly number[]): string {
  if (Number.isNaN(value)) return '–';
  if (samples.length < 2) return number(value, digits);
  return `${number(value, digits)} (${number(quantile(samples, 0), digits)}–${number(quantile(samples, 1), digits)})`;
}

const number = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
