/**
 * What can be seen of PM2 homes from outside, whether or not a daemon answers in them: who serves them, what outlived a
 * daemon, and what `pm2` on the command line would be. Nothing here is asked of a daemon.
 */
export interface GuardSnapshot {
  readonly homes: readonly HomeGuard[];
  /** The `pm2` that a person would run here; null where none is on PATH. */
  readonly cli: Pm2Cli | null;
}

export interface HomeGuard {
  /** Absolute. */
  readonly home: string;
  /** Whether we may look into it. */
  readonly access: 'open' | 'absent' | 'closed';
  /** Whose it is; null where that cannot be seen. */
  readonly owner: string | null;
  /** Whether `rpc.sock` is there; null where we may not look. */
  readonly hasSocket: boolean | null;
  /** What `pm2.pid` says; null without one. */
  readonly pidFile: number | null;
  /** The processes that say of themselves to be this home's daemon, oldest first. More than one is a fault. */
  readonly daemons: readonly DaemonProcess[];
  /** Bots of this home that no daemon of it looks after, oldest first. */
  readonly orphans: readonly Orphan[];
  /** Copies kept of `dump.pm2`; null where none are kept. */
  readonly dumpCopies: DumpCopies | null;
}

/** A PM2 daemon as /proc shows it. */
export interface DaemonProcess {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
  /** Epoch ms; null where /proc does not tell. */
  readonly startedAt: number | null;
  /** As its title says; null where it has none. */
  readonly version: string | null;
  readonly user: string;
  /** Stopped by a signal (SIGSTOP, SIGTSTP) or by a debugger: it does nothing until SIGCONT. */
  readonly isHalted: boolean;
}

/**
 * A bot that runs although the daemon that started it is gone. It goes on polling its chat service: a `resurrect` would
 * start a second one beside it, and Telegram answers both with 409. Its identity is pid and `startTicks`.
 */
export interface Orphan {
  readonly home: string;
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
  /** Epoch ms; null where /proc does not tell. */
  readonly startedAt: number | null;
  /** The pm_id it had. */
  readonly id: number;
  readonly name: string;
  /** Null where its environment is not ours to read. */
  readonly namespace: string | null;
  readonly user: string;
  /** Its folder; null where that cannot be seen. */
  readonly cwd: string | null;
  /** Where its daemon wrote what it said; null where its environment does not tell. */
  readonly outLogPath: string | null;
  readonly errLogPath: string | null;
  /** Epoch ms when it was first seen without a daemon: it was left at this time, or before we looked. */
  readonly seenAt: number;
  /** Its command line, cleaned, redacted and cut. */
  readonly command: string;
  /** Of one core, of its whole tree, since the look before; NaN at the first one. */
  readonly cpuPercent: number;
  /** Resident, of its whole tree. */
  readonly memoryBytes: number;
  readonly processes: number;
}

export interface Pm2Cli {
  readonly path: string;
  readonly version: string;
}

export interface DumpCopies {
  /** Where they are; null when they cannot be kept. */
  readonly folder: string | null;
  readonly count: number;
  /** Epoch ms of the newest; null without one. */
  readonly newestAt: number | null;
  /** Why none can be kept: a sentence without a full stop; null when all is well. */
  readonly problem: string | null;
}
