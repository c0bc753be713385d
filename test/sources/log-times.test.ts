import { expect, test } from 'vitest';
import { createLogTimes, writtenAt } from '../../src/sources/log-times.ts';

const pairs = [
  { outLogPath: '/a.out', errLogPath: '/a.err' },
  { outLogPath: '/b.log', errLogPath: '/b.log' },
  { outLogPath: null, errLogPath: null },
];
const fresh = () => new Float64Array(pairs.length).fill(Number.NaN);

test('a bot wrote when the newer of its files was written', () => {
  const times = createLogTimes();
  const column = fresh();
  times.show(pairs, column);
  times.note('/a.out', 1_000);
  times.note('/a.err', 3_000);
  times.note('/a.out', 2_000);
  times.note('/b.log', 5_000);
  expect([...column]).toEqual([3_000, 5_000, Number.NaN]);
});

test('a file that was emptied or is gone says nothing any more, the other one does', () => {
  const times = createLogTimes();
  const column = fresh();
  times.show(pairs, column);
  times.note('/a.out', 1_000);
  times.note('/a.err', 3_000);
  times.note('/a.err', Number.NaN);
  expect(column[0]).toBe(1_000);
});

test('what is known is shown at once in a new column, and the old one is left alone', () => {
  const times = createLogTimes();
  const old = fresh();
  const hide = times.show(pairs, old);
  times.note('/b.log', 1_000);
  hide();
  times.follow('/b.log');
  times.note('/b.log', 2_000);
  const column = fresh();
  times.show(pairs, column);
  expect(old[1]).toBe(1_000);
  expect(column[1]).toBe(2_000);
});

test('one file of two bots is a time of both', () => {
  const times = createLogTimes();
  const column = new Float64Array(2);
  const shared = { outLogPath: '/shared.log', errLogPath: null };
  times.show([shared, shared], column);
  times.note('/shared.log', 7_000);
  expect([...column]).toEqual([7_000, 7_000]);
});

test('who follows which file is told, and that it changed', () => {
  const times = createLogTimes();
  times.follow('/a.out');
  const before = times.version;
  times.follow('/a.out');
  expect(times.version).toBe(before);
  times.unfollow('/a.out');
  expect(times.version).not.toBe(before);
  expect(times.isFollowed('/a.out')).toBe(false);
});

test('an empty file was never written to', () => {
  const stats = { size: 0, mtimeMs: 1_000, isFile: () => true };
  expect(writtenAt(stats)).toBeNaN();
  expect(writtenAt({ ...stats, size: 1 })).toBe(1_000);
  expect(writtenAt({ ...stats, size: 1, isFile: () => false })).toBeNaN();
  expect(writtenAt(null)).toBeNaN();
});
