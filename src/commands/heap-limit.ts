/**
 * Whether V8's heap is as good as full. At its limit V8 ends the process without running any JavaScript again: the
 * terminal would stay as it is, with V8's own report across it. So the end is made before, while it can be.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bytes } from '../text/format.ts';

/** Of the limit, in use after a collection. What is left is enough to end in order. */
const FULL = 0.85;
/** A collection of all stops the program: what is not collectable yet is not looked at again for so long, ms. */
const COLLECT_EVERY_MS = 10_000;
/** Of the limit: from here on it is looked at each time, since what grows quickly would be at the limit before. */
const BRIM = 0.93;

/**
 * V8's limit counts its young space with it, three MiB as the launcher starts us, and what is old never fills its pages
 * quite: by so much earlier the end comes. Of a limit of 48 MiB that is a twelfth.
 */
const NEVER_FILLED_BYTES = 4 * 2 ** 20;

export interface Heap {
  statistics(): { readonly used_heap_size: number; readonly heap_size_limit: number };
  /** Collects all garbage. */
  collect(): void;
}

const ownHeap: Heap = {
  statistics: getHeapStatistics,
  collect() {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  },
};

/** Gives a check, cheap enough for every reading: what to say when it is full, else null. `now` is monotonic ms. */
export function heapLimit(now: () => number, heap: Heap = ownHeap): () => string | null {
  let collectedAt = Number.NEGATIVE_INFINITY;
  const share = (): number => {
    const { used_heap_size: used, heap_size_limit: limit } = heap.statistics();
    return used / (limit - NEVER_FILLED_BYTES);
  };
  return () => {
    const used = share();
    if (used <= FULL || (used <= BRIM && now() - collectedAt < COLLECT_EVERY_MS)) return null;
    // Much of it may be garbage that nobody has come to collect.
    heap.collect();
    collectedAt = now();
    if (share() <= FULL) return null;
    const limit = bytes(heap.statistics().heap_size_limit);
    return `ended before its memory limit of ${limit} was reached. NODE_OPTIONS=--max-old-space-size=MEGABYTES sets another`;
  };
}
