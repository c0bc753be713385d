import { expect, test } from 'vitest';
import { heapLimit } from '../../src/commands/heap-limit.ts';

/** What can be filled of 104 MB. */
const LIMIT = 100e6;

function heapOf(live: number) {
  const heap = {
    live,
    garbage: 0,
    collections: 0,
    statistics: () => ({ used_heap_size: heap.live + heap.garbage, heap_size_limit: LIMIT + 4 * 2 ** 20 }),
    collect() {
      heap.collections += 1;
      heap.garbage = 0;
    },
  };
  return heap;
}

test('a heap full of garbage is collected, and not more than every ten seconds', () => {
  const heap = heapOf(40e6);
  let now = 0;
  const trouble = heapLimit(() => now, heap);
  expect(trouble()).toBeNull();
  expect(heap.collections).toBe(0);
  for (; now < 30_000; now += 1_000) {
    heap.garbage = 50e6;
    expect(trouble()).toBeNull();
  }
  expect(heap.collections).toBe(3);
});

test('one that is full of what is needed is told with its limit and with what sets another', () => {
  expect(heapLimit(() => 0, heapOf(86e6))()).toBe(
    'ended before its memory limit of 104M was reached. NODE_OPTIONS=--max-old-space-size=MEGABYTES sets another',
  );
});

test('one that fills up soon after a collection is told before the ten seconds are over', () => {
  const heap = heapOf(60e6);
  let now = 0;
  const trouble = heapLimit(() => now, heap);
  heap.garbage = 30e6;
  expect(trouble()).toBeNull();
  for (now = 1_000; heap.live <= 93e6; now += 1_000) {
    expect(trouble()).toBeNull();
    heap.live += 5e6;
  }
  expect(now).toBeLessThan(10_000);
  expect(trouble()).toMatch(/^ended before its memory limit/);
});
