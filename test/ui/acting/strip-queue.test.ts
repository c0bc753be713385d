import { expect, test } from 'vitest';
import type { Strip } from '../../../src/ui/acting/strip.ts';
import {
  DWELL_MS,
  dropShownStrip,
  lookAtStrips,
  PASSING_MS,
  putStrip,
  type StripQueue,
  watchedStrips,
} from '../../../src/ui/acting/strip-queue.ts';

const strip = (title: string, severity: Strip['severity']): Strip => ({
  severity,
  isOver: severity !== 'watching',
  isPassing: severity === 'good',
  title,
  shortTitle: title,
  checks: [],
  end: null,
  shortEnd: null,
  more: null,
});

const put = (queue: StripQueue, title: string, severity: Strip['severity'], id = title) =>
  putStrip(queue, id, title, strip(title, severity));

/** What is shown, as `title +1 more`, and the queue after it. */
function look(queue: StripQueue, at: number): { readonly queue: StripQueue; readonly text: string | null } {
  const { queue: next, shown } = lookAtStrips(queue, at);
  return { queue: next, text: shown && [shown.title, shown.more?.text].filter(Boolean).join(' ') };
}

test('the newest is shown, with how many others there are', () => {
  const queue = ['a', 'b', 'c'].reduce((all, title) => put(all, title, 'watching'), [] as StripQueue);
  expect(look(queue, 0).text).toBe('c +2 more');
  expect(watchedStrips(queue)).toEqual(['a', 'b', 'c']);
});

test('each end is shown for a while, one after the other, whatever else happens', () => {
  let queue = ['a', 'b', 'c'].reduce((all, title) => put(all, title, 'watching'), [] as StripQueue);
  queue = put(put(queue, 'a', 'good'), 'b', 'bad');
  let seen = look(queue, 0);
  expect(seen.text).toBe('a +2 more');
  seen = look(put(seen.queue, 'c', 'good'), DWELL_MS - 1);
  expect(seen.text).toBe('a +2 more');
  seen = look(seen.queue, DWELL_MS);
  expect(seen.text).toBe('b +2 more');
  seen = look(seen.queue, 2 * DWELL_MS);
  expect(seen.text).toBe('c +2 more');
});

test('a good end leaves by itself, a bad one only with Esc', () => {
  let seen = look(put(put([], 'a', 'bad'), 'b', 'good'), 0);
  seen = look(seen.queue, DWELL_MS);
  expect(seen.text).toBe('b +1 more');
  seen = look(seen.queue, DWELL_MS + PASSING_MS);
  expect(seen.text).toBe('a');
  seen = look(seen.queue, 1_000_000);
  expect(seen.text).toBe('a');
  expect(look(dropShownStrip(seen.queue, 1_000_000), 1_000_000).text).toBeNull();
});

test('Esc takes the one that is shown, and none that is still watched', () => {
  const queue = put(put([], 'a', 'bad'), 'b', 'watching');
  const seen = look(queue, 0);
  expect(seen.text).toBe('a +1 more');
  const left = dropShownStrip(seen.queue, 1);
  expect(look(left, 1).text).toBe('b');
  expect(dropShownStrip(left, 1)).toBe(left);
});

test('another attempt at the same takes the place of the end before it', () => {
  const queue = putStrip(put([], 'a', 'bad'), 'second', 'a', strip('a', 'watching'));
  expect(look(queue, 0).text).toBe('a');
  expect(queue).toHaveLength(1);
});
