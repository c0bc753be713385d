/** What is known, as the panels are handed it: the readings, the histories, the moment. */
import type { Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import type { FleetHistory } from './fleet-history.ts';
import type { HostHistory } from './host-history.ts';
import type { Entry, Store } from './store.ts';

export interface World {
  /** Epoch ms; stands still while paused. */
  readonly now: number;
  /** Counts the changes: equal numbers, equal world. */
  readonly version: number;
  readonly entries: readonly Entry[];
  readonly pm2: readonly Entry<'pm2'>[];
  readonly host: Entry<'host'> | null;
  readonly fleet: FleetHistory;
  readonly hostHistory: HostHistory;
}

/** The world at this moment. It shares the store's objects: see `freezeWorld` to keep one. */
export function takeWorld(
  store: Store,
  fleet: FleetHistory,
  hostHistory: HostHistory,
  now: number,
  version: number,
): World {
  const host = store.of('host')[0] ?? null;
  return { now, version, entries: store.entries(), pm2: store.of('pm2'), host, fleet, hostHistory };
}

/** A copy that later readings do not change: sources write their columns of numbers anew at each reading. */
export function freezeWorld(world: World): World {
  const freeze = (snapshot: Pm2Snapshot): Pm2Snapshot => ({
    ...snapshot,
    cpuPercent: snapshot.cpuPercent.slice(),
    memoryBytes: snapshot.memoryBytes.slice(),
    processes: snapshot.processes.slice(),
    lastLogAt: snapshot.lastLogAt.slice(),
  });
  const pm2 = world.pm2.map((entry): Entry<'pm2'> => {
    const value = valueOf(entry.reading);
    if (!value || (entry.reading.state !== 'fresh' && entry.reading.state !== 'stale')) return entry;
    return { ...entry, reading: { ...entry.reading, value: freeze(value) } };
  });
  const { host } = world;
  const cores = host && valueOf(host.reading)?.corePercent.slice();
  const frozenHost =
    host && cores && (host.reading.state === 'fresh' || host.reading.state === 'stale')
      ? { ...host, reading: { ...host.reading, value: { ...host.reading.value, corePercent: cores } } }
      : host;
  return { ...world, pm2, host: frozenHost, hostHistory: world.hostHistory.copy(), entries: [...world.entries] };
}
