/** What is known, as the panels are handed it: the readings, the histories, the moment. */
import type { Thresholds } from '../config/schema.ts';
import type { Attention } from '../sources/attention.ts';
import type { Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import type { DatabaseHistory } from './database-history.ts';
import type { ErrorHistory, ErrorsView } from './errors.ts';
import type { Expected } from './fleet.ts';
import type { FleetHistory } from './fleet-history.ts';
import type { HostHistory } from './host-history.ts';
import type { LogGrowth } from './log-growth.ts';
import type { Entry, Store } from './store.ts';

export interface World {
  /** Epoch ms; stands still while paused. */
  readonly now: number;
  /** Counts the changes: equal numbers, equal readings. */
  readonly version: number;
  readonly entries: readonly Entry[];
  readonly pm2: readonly Entry<'pm2'>[];
  /** PM2 homes seen from outside: who serves them, what outlived its daemon; see daemon-guard.ts for what it means. */
  readonly guard: Entry<'guard'> | null;
  readonly host: Entry<'host'> | null;
  readonly logs: Entry<'logs'> | null;
  /** Which bots should run, where the configuration says so. */
  readonly expected: Expected | null;
  /** From which values on something is a warning, or bad. */
  readonly thresholds: Thresholds;
  readonly fleet: FleetHistory;
  readonly hostHistory: HostHistory;
  readonly errors: ErrorsView;
  readonly database: DatabaseHistory;
  /** Absent where nothing is sampled for a screen. */
  readonly logGrowth?: LogGrowth;
  /** Told which bots are drawn; absent where nothing is sampled for a screen. */
  readonly attention?: Attention;
}

export interface Histories
  extends Pick<World, 'fleet' | 'hostHistory' | 'database' | 'logGrowth' | 'expected' | 'thresholds' | 'attention'> {
  readonly errors: ErrorHistory;
}

/** The world at this moment. It shares the store's objects: see `freezeWorld` to keep one. */
export function takeWorld(store: Store, histories: Histories, now: number, version: number): World {
  const guard = store.of('guard')[0] ?? null;
  const host = store.of('host')[0] ?? null;
  const logs = store.of('logs')[0] ?? null;
  return { now, version, entries: store.entries(), pm2: store.of('pm2'), guard, host, logs, ...histories };
}

/** A copy that later readings do not change: sources write their columns of numbers anew at each reading. */
export function freezeWorld(world: World): World {
  const pm2 = world.pm2.map((entry): Entry<'pm2'> => {
    const { reading } = entry;
    if (reading.state !== 'fresh' && reading.state !== 'stale') return entry;
    return { ...entry, reading: { ...reading, value: freezeBots(reading.value) } };
  });
  const { host } = world;
  const cores = host && valueOf(host.reading)?.corePercent.slice();
  const frozenHost =
    host && cores && (host.reading.state === 'fresh' || host.reading.state === 'stale')
      ? { ...host, reading: { ...host.reading, value: { ...host.reading.value, corePercent: cores } } }
      : host;
  return {
    ...world,
    pm2,
    host: frozenHost,
    fleet: world.fleet.copy(),
    hostHistory: world.hostHistory.copy(),
    database: world.database.copy(),
    errors: 'freeze' in world.errors ? (world.errors as ErrorHistory).freeze() : world.errors,
    entries: [...world.entries],
  };
}

function freezeBots(snapshot: Pm2Snapshot): Pm2Snapshot {
  return {
    ...snapshot,
    cpuPercent: snapshot.cpuPercent.slice(),
    memoryBytes: snapshot.memoryBytes.slice(),
    processes: snapshot.processes.slice(),
    threads: snapshot.threads.slice(),
    openFiles: snapshot.openFiles.slice(),
    openFilesLimit: snapshot.openFilesLimit.slice(),
    lastLogAt: snapshot.lastLogAt.slice(),
  };
}
