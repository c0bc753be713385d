/** Notices at once what changes in a PM2 home, where the system can tell; reading on the cadence finds the rest. */
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../source.ts';

export interface HomeWatch {
  /** Begins to watch. Cheap when it watches already. */
  arm(): void;
  disarm(): void;
  /** Whether all that changes is told: home and pid files are watched. */
  readonly isTelling: boolean;
  close(): void;
}

/** A log that grows by a hundred lines a second is worth four readings, not a hundred. */
const minGapMs = 250;

export interface HomeWatchEvents {
  /** A pid file or the daemon's socket came or went: what the daemon listed before is out of date. */
  readonly onListStale: () => void;
  /** PM2's own log has grown, or was replaced. */
  readonly onLog: () => void;
  /** Something changed that is worth a reading now. At most four times a second. */
  readonly onChange: () => void;
}

/** Watches a PM2 home. Never throws: one that cannot be watched is read on the cadence. */
export function watchHome(home: string, events: HomeWatchEvents): HomeWatch {
  const pids = join(home, 'pids');
  const watchers = new Map<string, FSWatcher>();
  let toldAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  function tell(): void {
    const now = systemClock.monotonic();
    // What is left out here is seen by the next reading, at most a second later.
    if (now - toldAt < minGapMs) return;
    toldAt = now;
    events.onChange();
  }

  function armFolder(folder: string, onName: (name: string | null) => void): void {
    if (isClosed || watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => onName(name));
      watcher.on('error', () => drop(folder));
      watchers.set(folder, watcher);
    } catch {
      // No such folder yet, or no watches left on this machine (ENOSPC).
    }
  }

  function drop(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function disarm(): void {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  }

  return {
    arm() {
      armFolder(home, (name) => {
        if (name === 'rpc.sock' || name === 'pm2.pid') events.onListStale();
        else if (name === 'pm2.log' || name === null) events.onLog();
        else return;
        tell();
      });
      armFolder(pids, () => {
        events.onListStale();
        tell();
      });
    },
    disarm,
    get isTelling() {
      return watchers.has(home) && watchers.has(pids);
    },
    close() {
      isClosed = true;
      disarm();
    },
  };
}
