/** The sources, the store and the histories, put together: what monitor and snapshot both stand on. */
import { hostSource } from '../sources/host/source.ts';
import { pm2Source } from '../sources/pm2/source.ts';
import { createPoller, type Poller } from '../sources/poller.ts';
import { type Clock, type Source, valueOf } from '../sources/source.ts';
import { FleetHistory } from '../state/fleet-history.ts';
import { HostHistory } from '../state/host-history.ts';
import { createStore, type Store } from '../state/store.ts';
import { takeWorld, type World } from '../state/world.ts';

export interface ObservationOptions {
  /** Absolute; the first is the one whose source also looks for other daemons. */
  readonly pm2Homes: readonly string[];
  readonly intervalMs: number;
  readonly clock: Clock;
}

export interface Observation {
  readonly store: Store;
  readonly poller: Poller;
  world(): World;
  /** Calls back when there is something new to show: once a beat, and after each reading outside the beat. */
  onNews(listener: () => void): void;
}

export function createObservation({ pm2Homes, intervalMs, clock }: ObservationOptions): Observation {
  const sources: Source[] = [
    hostSource({ clock }),
    ...pm2Homes.map((home, i) =>
      pm2Source({
        home,
        id: pm2Homes.length === 1 ? 'pm2' : `pm2:${home}`,
        clock,
        isPrimary: i === 0,
        watchedHomes: pm2Homes,
      }),
    ),
  ];
  const store = createStore();
  const fleet = new FleetHistory();
  const hostHistory = new HostHistory();
  const listeners = new Set<() => void>();
  let version = 0;
  for (const source of sources) store.declare(source, clock.now());
  store.subscribe((id) => {
    version++;
    const entry = store.entries().find((known) => known.id === id);
    // A repeated failure changes the entry too; only a new reading is a sample.
    if (entry?.reading.state !== 'fresh') return;
    if (entry.kind === 'host') {
      const host = store.of('host')[0];
      const value = host ? valueOf(host.reading) : null;
      if (value) hostHistory.push(value, entry.reading.readAt);
    }
  });
  const sampleFleet = (): void => {
    const snapshots = store.of('pm2').flatMap(({ reading }) => (reading.state === 'fresh' ? [reading.value] : []));
    if (snapshots.length > 0) fleet.push(snapshots);
  };
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const poller = createPoller({
    sources,
    sink: store,
    clock,
    intervalMs,
    onBeat() {
      sampleFleet();
      tell();
    },
    onRead: () => tell(),
  });
  return {
    store,
    poller,
    world: () => takeWorld(store, fleet, hostHistory, clock.now(), version),
    onNews: (listener) => void listeners.add(listener),
  };
}
