/**
 * What one reading of a PM2 daemon says.
 *
 * What changes rarely (`bots`, from the daemon's list) keeps its identity between lists; what changes each second
 * (CPU, memory, log age, from /proc and the file system) stands in columns of numbers beside it, one cell a bot in
 * the order of `bots`. A thousand bots then cost a tick no allocation.
 */
export interface Pm2Snapshot {
  /** The PM2 home, absolute. */
  readonly home: string;
  readonly daemon: Pm2Daemon;
  /** Epoch ms of the daemon's last answer to a list. */
  readonly listedAt: number;
  readonly bots: readonly Bot[];
  /** CPU of the bot's process tree in percent of one core; NaN unknown. */
  readonly cpuPercent: Float64Array;
  /** Resident memory of the process tree; NaN unknown. */
  readonly memoryBytes: Float64Array;
  /** Processes in the tree, 0 when the bot does not run. */
  readonly processes: Float64Array;
  /** Threads of the process tree; NaN unknown. Looked at in turns: up to a minute old with a thousand bots. */
  readonly threads: Float64Array;
  /**
   * Open files of that process of the tree that is nearest to its limit, and the limit; NaN unknown. The system counts
   * them for each process, so a sum over the tree would say nothing. Looked at in turns, as the threads.
   */
  readonly openFiles: Float64Array;
  readonly openFilesLimit: Float64Array;
  /** Epoch ms of the newest write to the bot's logs; NaN unknown (no file, or unreadable). */
  readonly lastLogAt: Float64Array;
  /** What `pm2 save` wrote; null when there is no readable dump. */
  readonly dump: Pm2Dump | null;
  /** Whether PM2's own log could be read back, so that exits from before our start are known. */
  readonly isLogRead: boolean;
  /** Other daemons on this machine that nobody asked us to watch. */
  readonly others: readonly OtherDaemon[];
}

export interface Pm2Daemon {
  /** NaN when it answers but cannot be found in /proc. */
  readonly pid: number;
  readonly version: string;
  /** Epoch ms; null where /proc does not tell. */
  readonly startedAt: number | null;
  /** How often the daemon was found replaced (other pid) since we watch. */
  readonly replacements: number;
  /** Pid of the one before; null where there was none. */
  readonly replacedPid: number | null;
  /** PM2's own log: `pm2.log` of the home, or what the daemon's `PM2_LOG_FILE_PATH` names. Absolute. */
  readonly logPath: string;
}

/** PM2's words, as the daemon writes them; `unknown` stands for one that we do not know. */
export type Pm2Status =
  | 'online'
  | 'launching'
  | 'stopping'
  | 'stopped'
  | 'errored'
  | 'waiting restart'
  | 'one-launch-status'
  | 'unknown';

export interface Bot {
  readonly home: string;
  /** pm_id: an integer, or `_old_N` while a cluster reloads. */
  readonly id: number | string;
  readonly name: string;
  readonly namespace: string;
  readonly status: Pm2Status;
  /** Null unless a process is meant to be running. */
  readonly pid: number | null;
  /** PM2's `unique_id`: kept across restarts, new when the bot is deleted and added again. */
  readonly uniqueId: string;
  /** PM2's restart_time: restarts of every cause since it was added or reset. */
  readonly restarts: number;
  readonly unstableRestarts: number;
  /** Epoch ms of the last start; null when it never ran. */
  readonly startedAt: number | null;
  readonly createdAt: number | null;
  readonly mode: 'fork' | 'cluster';
  readonly instance: number | null;
  /** How many instances were asked for; null where PM2 does not tell. */
  readonly instances: number | null;
  readonly exitCode: number | null;
  readonly autorestart: boolean;
  readonly watch: boolean;
  readonly cron: string | null;
  /** `max_memory_restart`; null without one. */
  readonly maxMemoryBytes: number | null;
  /** ms PM2 waits before the next try, in `waiting restart`; see `nextStartAt` for when that is. */
  readonly restartDelayMs: number;
  /** `exp_backoff_restart_delay`: the first of delays that grow by half each time, up to 15 s; null without one. */
  readonly backoffMs: number | null;
  /** An exit sooner than this after the start is unstable to PM2, and after so many of them it gives up. */
  readonly minUptimeMs: number;
  readonly maxUnstable: number;
  /** `kill_timeout`: how long a stop waits before SIGKILL; null is PM2's own 1,600 ms. */
  readonly killTimeoutMs: number | null;
  /** `wait_ready` and `listen_timeout`: a start waits for the bot's word that it is ready, so long. */
  readonly waitsReady: boolean;
  readonly listenTimeoutMs: number | null;
  /** A PM2 module (pm2-logrotate…), not a bot. */
  readonly isModule: boolean;
  readonly script: string;
  readonly cwd: string;
  readonly interpreter: string;
  /** The interpreter's version where PM2 tells (node only). */
  readonly nodeVersion: string | null;
  /** The package's own version where it has one. */
  readonly version: string | null;
  readonly username: string | null;
  readonly outLogPath: string | null;
  readonly errLogPath: string | null;
  /** `log_file`: a third file that PM2 writes both into. */
  readonly combinedLogPath: string | null;
  /** Names of the bot's own environment variables, sorted; their values never enter. */
  readonly envNames: readonly string[];
  /** What the bot publishes through axm_monitor. */
  readonly metrics: readonly BotMetric[];
  /** Names of the actions that it offers to `pm2 trigger`, without PM2's own. */
  readonly customActions: readonly string[];
  /** What lies where it runs from, which need not be what runs: see `runningCode`. Null where nothing can be told. */
  readonly code: BotCode | null;
  /**
   * Set while it runs and has not written to its logs for at least a minute, and twice as long as is usual of it; null
   * while it writes as usual, and where too little is known of it to call anything usual.
   */
  readonly quiet: BotQuiet | null;
  /**
   * Set while its process (not what that started) stays in a state in which others are for moments; null while it sleeps
   * and wakes, and where that cannot be seen.
   */
  readonly lastingState: BotLastingState | null;
  /** Epoch ms when PM2 was last told to stop it, by its log; null where that does not say. Says something of a bot that is stopping. */
  readonly stoppingSince: number | null;
  /** Exits of the last hour, oldest first, at most 64: from PM2's log and from what we saw ourselves. */
  readonly exits: readonly BotExit[];
}

export interface BotMetric {
  readonly name: string;
  /** The stable identity of PM2's own metrics, `internal/v8/heap/usage`; empty for the bot's own. */
  readonly type: string;
  /** What PM2's own metric is, by its `type`; null for the bot's own. */
  readonly kind: MetricKind | null;
  readonly value: number;
  readonly unit: string;
  /**
   * To be shown and not judged: PM2 reports far too few requests, latencies below zero, and the heap in percent of what
   * V8 has taken so far, where 80 % is usual.
   */
  readonly isRough: boolean;
}

/** PM2's own metrics. Heap in MiB (`percent` of it), latencies in ms. */
export type MetricKind =
  | 'heap-used'
  | 'heap-total'
  | 'heap-percent'
  | 'loop-latency'
  | 'loop-latency-p95'
  | 'handles'
  | 'requests'
  | 'http-per-minute'
  | 'http-latency'
  | 'http-latency-p95'
  | 'network-in'
  | 'network-out';

/** The code in a bot's folder, looked at each minute. */
export interface BotCode {
  /** Of its package; null without one. */
  readonly version: string | null;
  /** HEAD of its git repository, 40 or 64 hex digits; null without one, or when it may not be read. */
  readonly commit: string | null;
  readonly branch: string | null;
  /** Of the last 24 hours, oldest first, at most 16; also from before our start where git kept a reflog. */
  readonly deploys: readonly Deploy[];
}

/** A change of the package's version or of HEAD. Null where a side is not known or did not exist. */
export interface Deploy {
  /** Epoch ms. */
  readonly at: number;
  readonly fromVersion: string | null;
  readonly toVersion: string | null;
  readonly fromCommit: string | null;
  readonly toCommit: string | null;
}

/**
 * `stopped` by a signal (SIGSTOP, SIGTSTP), `traced` by a debugger, `uninterruptible` in the kernel, which waits for a
 * device, or `running`: its main thread ran at every look for most of a minute. The first three cannot go on.
 */
export interface BotLastingState {
  readonly name: 'stopped' | 'traced' | 'uninterruptible' | 'running';
  /** Epoch ms since when it was seen so each time: it was so then, or before we looked. */
  readonly since: number;
}

/** A silence, and what it is measured by. */
export interface BotQuiet {
  /** Epoch ms of its last write, or of its start where that is later. */
  readonly since: number;
  /** The longest time between two writes in the hour before, ms. */
  readonly usualGapMs: number;
}

/** One end of one process of a bot, with the evidence for why. */
export interface BotExit {
  /** Epoch ms. */
  readonly at: number;
  readonly code: number | null;
  readonly signal: string | null;
  /**
   * - `crash`: nobody asked for it.
   * - `asked`: a person (or a program) had it stopped, restarted or deleted through PM2.
   * - `reload`: a new worker of the cluster has taken its place.
   * - `memory`: PM2 restarted it for exceeding max_memory_restart.
   * - `watch`, `cron`: PM2 restarted it for a changed file, or by its schedule.
   */
  readonly cause: ExitCause;
  /** Who asked for it, where somebody did with botop (of this user, on this machine): `anna@203.0.113.7`. */
  readonly by: string | null;
  /** How long the process had run, in ms; null where its start is not known. PM2 stamps its log in whole seconds. */
  readonly ranMs: number | null;
  /** Epoch ms when PM2 started the bot again after this exit; null when it has not, or that is not known. */
  readonly restartedAt: number | null;
  /** With cause `memory`: what PM2 measured and what it allows, in bytes; null where it does not say. */
  readonly memory: { readonly usedBytes: number; readonly limitBytes: number } | null;
}

export type ExitCause = 'crash' | 'asked' | 'reload' | 'memory' | 'watch' | 'cron';

export interface Pm2Dump {
  /** Epoch ms of the file. */
  readonly savedAt: number;
  /** Name and namespace of each process that `pm2 resurrect` would start, and whether it was saved as stopped. */
  readonly bots: readonly { readonly name: string; readonly namespace: string; readonly isStopped: boolean }[];
}

/** A PM2 daemon found in /proc that is not watched. */
export interface OtherDaemon {
  readonly pid: number;
  readonly user: string;
  readonly home: string;
}
