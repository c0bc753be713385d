/** One source read by the real poller into the real store, as the monitor does it. */

import type { Snapshots } from '../../src/sources/kinds.ts';
import { createPoller } from '../../src/sources/poller.ts';
import { type Kind, type Reading, type Source, systemClock } from '../../src/sources/source.ts';
import { createStore } from '../../src/state/store.ts';
import { until } from './pm2-daemon.ts';

export interface Watching<K extends Kind> {
  reading(): Reading<Snapshots[K]>;
  /** Waits until the reading is as wanted, and gives it with how long that took, ms. */
  sees(
    what: string,
    isWanted: (reading: Reading<Snapshots[K]>) => boolean,
    withinMs: number,
  ): Promise<{ reading: Reading<Snapshots[K]>; tookMs: number }>;
  stop(): Promise<void>;
}

export function watchSource<K extends Kind>(source: Source<K>): Watching<K> {
  const store = createStore();
  store.declare(source, Date.now());
  const poller = createPoller({
    sources: [source as unknown as Source],
    sink: store,
    clock: systemClock,
    intervalMs: 1_000,
  });
  poller.start();
  const reading = (): Reading<Snapshots[K]> => {
    const [entry] = store.of(source.kind);
    if (!entry) throw new Error('nothing was declared');
    return entry.reading;
  };
  return {
    reading,
    async sees(what, isWanted, withinMs) {
      const from = performance.now();
      await until(what, () => isWanted(reading()), withinMs);
      return { reading: reading(), tookMs: performance.now() - from };
    },
    stop: () => poller.stop(),
  };
}
