import type { DaemonProcess, HomeGuard, Orphan } from '../../src/sources/guard/snapshot.ts';
import { NOON } from './bots.ts';

/** The daemon of the snapshots in bots.ts, as /proc shows it. */
export function makeDaemonProcess(over: Partial<DaemonProcess> = {}): DaemonProcess {
  const startedAt = NOON - 86_400_000;
  return { pid: 900, startTicks: 1_000, startedAt, version: '7.0.4', user: 'ops', isHalted: false, ...over };
}

export function makeOrphan(over: Partial<Orphan> = {}): Orphan {
  return {
    home: '/home/ops/.pm2',
    pid: 4_300,
    startTicks: 500,
    startedAt: NOON - 90_000_000,
    id: 3,
    name: 'poller-bot',
    namespace: 'default',
    user: 'ops',
    cwd: '/srv/bots',
    outLogPath: '/home/ops/.pm2/logs/poller-bot-out.log',
    errLogPath: '/home/ops/.pm2/logs/poller-bot-error.log',
    seenAt: NOON - 600_000,
    command: 'python3 /srv/bots/poller.py',
    cpuPercent: 1.5,
    memoryBytes: 48e6,
    processes: 1,
    ...over,
  };
}

/** A home whose daemon runs, with what a test cares about put over it. */
export function makeHomeGuard(over: Partial<HomeGuard> = {}): HomeGuard {
  return {
    home: '/home/ops/.pm2',
    access: 'open',
    owner: 'ops',
    hasSocket: true,
    pidFile: 900,
    daemons: [makeDaemonProcess()],
    orphans: [],
    dumpCopies: null,
    ...over,
  };
}
