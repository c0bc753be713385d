import { expect, test } from 'vitest';
import type { Run } from '../../bench/measure.ts';
import { formatSkipped, formatTable, quantile } from '../../bench/report.ts';

const run = (cpuSecondsPerMinute: number, rest: Partial<Run> = {}): Run => ({
  firstDataMs: [100, 300],
  cpuSecondsPerMinute,
  daemonSecondsPerMinute: 1,
  rssBytes: 50e6,
  pssBytes: null,
  bytesPerMinute: 30_000,
  keyMs: [1, 2, 3, 4],
  overlayMs: [],
  rssGrowthBytes: 0,
  keysUnanswered: 0,
  ...rest,
});

test('a quantile is a value that was measured, by nearest rank', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([4, 3, 2, 1], 0.5)).toBe(2);
  expect(
    quantile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.95,
    ),
  ).toBe(95);
  expect(quantile([7], 0)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test('the table shows medians with their spread, and ours as a share of each peer’s', () => {
  const table = formatTable([
    { name: 'ours', runs: [run(0.2), run(0.4), run(0.3)] },
    { name: 'theirs', runs: [run(3)] },
  ]);
  expect(table.split('\n')[0]).toBe('|  | ours | theirs | ours / theirs |');
  expect(table).toContain('| CPU, s/min | 0.30 (0.20–0.40) | 3.00 | 0.10 |');
  expect(table).toContain('| key → last byte p95, ms | 4.0 (1.0–4.0) | 4.0 (1.0–4.0) | 1.00 |');
});

test('what could not be read is no number', () => {
  expect(formatTable([{ name: 'ours', runs: [run(1)] }])).toContain('| PSS, MB | – |');
});

test('keys without an answer and rows left out are said', () => {
  const table = formatTable([{ name: 'ours', runs: [run(1, { keysUnanswered: 4 })] }]);
  expect(table).toContain('ours: 4 of 8 key presses changed nothing on the screen.');
  expect(formatSkipped([{ name: 'htop', why: 'htop is not installed' }])).toBe(
    'htop: skipped, htop is not installed.\n',
  );
});
