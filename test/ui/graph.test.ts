import { expect, test } from 'vitest';
import { percent, rate } from '../../src/text/format.ts';
import { area, bar, chart, meter, sparkline } from '../../src/ui/graph.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import fc from '../helpers/fast-check.ts';

const ring = (...values: number[]) => ({ length: values.length, at: (index: number) => values[index] });
function drawn(width: number, height: number, draw: (cells: Cells) => void): string[] {
  const cells = new Cells(width, height);
  draw(cells);
  return cells.plain();
}

test('a sparkline ends at the right with the newest, one column a sample', () => {
  const line = drawn(10, 1, (cells) => sparkline(cells, 1, 0, 8, ring(0, 25, 50, 75, 100), { max: 100 }));
  expect(line).toEqual(['     ▂▄▆█']);
  const last = drawn(3, 1, (cells) => sparkline(cells, 0, 0, 3, ring(100, 100, 0, 50, 100), { max: 100 }));
  expect(last).toEqual([' ▄█']);
});

test('an unknown sample is a gap, a little is never nothing', () => {
  const line = drawn(4, 1, (cells) =>
    sparkline(cells, 0, 0, 4, ring(0.1, Number.NaN, 0, 100), { max: 100, gapStyle: 0 }),
  );
  expect(line).toEqual(['▁· █']);
});

test('without a scale the largest sample shown fills the column, unless it is small', () => {
  expect(drawn(2, 1, (cells) => sparkline(cells, 0, 0, 2, ring(900, 5, 10)))).toEqual(['▄█']);
  expect(drawn(2, 1, (cells) => sparkline(cells, 0, 0, 2, ring(5, 10), { atLeast: 80 }))).toEqual(['▁▁']);
});

test('an area is a sparkline of several rows', () => {
  expect(drawn(4, 2, (cells) => area(cells, 0, 0, 4, 2, ring(0, 25, 75, 100), { max: 100 }))).toEqual(['  ▄█', ' ▄██']);
});

test('a meter is empty only at nothing and full only at all', () => {
  const at = (percent: number | null) => drawn(4, 1, (cells) => meter(cells, 0, 0, 4, percent, 0))[0];
  expect(at(0)).toBe('────');
  expect(at(0.01)).toBe('▏───');
  expect(at(50)).toBe('██──');
  expect(at(99.99)).toBe('███▉');
  expect(at(100)).toBe('████');
  expect(at(null)).toBe('····');
  expect(at(Number.NaN)).toBe('····');
});

test('a bar of an idle core is still there, an unknown one is a dot', () => {
  const row = drawn(4, 1, (cells) => [0, 50, 100, Number.NaN].forEach((value, x) => void bar(cells, x, 0, value, 0)));
  expect(row).toEqual(['▁▄█·']);
});

const whole = (value: number) => String(Math.round(value));

test('a chart has its scale at the left and its newest sample at the right', () => {
  expect(chart([0, 0, 10, 10, 5], 9, 3, whole)).toEqual(['10 ┤  ╭─╮', ' 5 ┤  │ ╰', ' 0 ┤──╯']);
});

test('a flat chart is a line in the middle, an unknown stretch a hole, nothing known nothing', () => {
  expect(chart([4, 4, 4, 4], 8, 3, whole)).toEqual(['6 ┤', '4 ┤─────', '2 ┤']);
  expect(chart([0, 0, Number.NaN, 0, 0], 9, 2, whole, { max: 10 })).toEqual(['10 ┤', ' 0 ┤──  ─']);
  expect(chart([Number.NaN, Number.NaN], 20, 5, whole)).toEqual([]);
  expect(chart([], 20, 5, whole)).toEqual([]);
});

test('a chart of few samples reaches from edge to edge, one of many too', () => {
  for (const count of [2, 60, 600]) {
    const samples = Array.from({ length: count }, (_, i) => i % 7);
    const lines = chart(samples, 198, 8, whole);
    expect(Math.max(...lines.map((line) => line.length))).toBe(198);
  }
});

/** The labels of a chart's axis, from the top. */
const ticksOf = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.includes('┤')).map((line) => line.slice(0, line.indexOf('┤')).trim());

test('the scale of a chart has about four round ticks, none twice', () => {
  const share = { min: 0, max: 100 };
  expect(ticksOf(chart([40, 60], 60, 12, percent, share))).toEqual(['100%', '75%', '50%', '25%', '0%']);
  expect(ticksOf(chart([40, 60], 60, 30, percent, share))).toEqual(['100%', '75%', '50%', '25%', '0%']);
  expect(ticksOf(chart([4, 9], 60, 12, percent, { min: 0, max: 10 }))).toEqual(['10%', '8%', '6%', '4%', '2%', '0%']);
  expect(ticksOf(chart([4, 12], 60, 8, percent, { min: 0, max: 10 }))).toEqual(['15%', '10%', '5%', '0%']);
  expect(ticksOf(chart([2e5, 4.9e6], 60, 4, rate, { min: 0 }))).toEqual(['5.0M/s', '2.5M/s', '0B/s']);
  expect(ticksOf(chart([0, 0], 60, 8, rate, { min: 0 }))).toEqual(['1B/s', '0B/s']);
});

test('whatever the samples, a chart keeps within its rectangle', () => {
  const value = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.constant(0), fc.double({ min: -1e300, max: 1e300 }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 700 }), fc.nat(90), fc.nat(20), (values, width, height) => {
      const lines = chart(values, width, height, (n) => n.toExponential(1));
      expect(lines.length).toBeLessThanOrEqual(Math.max(2, height));
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
    }),
    {
      examples: [
        [[5e-324], 12, 1],
        [[1e18, 1e18 - 128], 40, 5],
      ],
    },
  );
});

test('where a slow line leads to the terminal no graph is drawn, and a large one says so', () => {
  const cells = new Cells(30, 3, false);
  const samples = { length: 30, at: () => 5 };
  sparkline(cells, 0, 0, 30, samples);
  expect(cells.plain()).toEqual(['', '', '']);
  area(cells, 0, 1, 30, 2, samples);
  expect(cells.plain()).toEqual(['', 'no graph over a slow line', '']);
});
