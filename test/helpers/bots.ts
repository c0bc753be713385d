import type { Bot, BotExit, Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';

/** Noon of a day, UTC: the moment the tests live in. */
export const NOON = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A healthy bot that has run for an hour, with what a test cares about put over it. */
export function makeBot(over: Partial<Bot> = {}): Bot {
  const name = over.name ?? 'weather-bot';
  return {
    home: '/home/ops/.pm2',
    id: 0,
    name,
    namespace: 'default',
    status: 'online',
    pid: 4211,
    uniqueId: `unique-${name}-${over.id ?? 0}`,
    restarts: 0,
    unstableRestarts: 0,
    startedAt: NOON - 3_600_000,
    createdAt: NOON - 7_200_000,
    mode: 'fork',
    instance: null,
    instances: 1,
    exitCode: null,
    autorestart: true,
    watch: false,
    cron: null,
    maxMemoryBytes: null,
    restartDelayMs: 0,
    backoffMs: null,
    minUptimeMs: 1_000,
    maxUnstable: 16,
    killTimeoutMs: null,
    waitsReady: false,
    listenTimeoutMs: null,
    isModule: false,
    script: '/srv/bots/weather.js',
    cwd: '/srv/bots',
    interpreter: 'node',
    nodeVersion: '24.0.0',
    version: '1.2.3',
    username: 'ops',
    outLogPath: '/home/ops/.pm2/logs/weather-out.log',
    errLogPath: '/home/ops/.pm2/logs/weather-error.log',
    combinedLogPath: null,
    envNames: ['TOKEN'],
    metrics: [],
    customActions: [],
    code: null,
    quiet: null,
    lastingState: null,
    stoppingSince: null,
    exits: [],
    ...over,
  };
}

/** A crash at noon, with what a test cares about put over it. */
export function makeExit(over: Partial<BotExit> = {}): BotExit {
  return {
    at: NOON,
    code: 1,
    signal: null,
    cause: 'crash',
    by: null,
    ranMs: null,
    restartedAt: null,
    memory: null,
    ...over,
  };
}

/** Crashes ending `agoMs` before noon, `everyMs` apart. */
export function makeCrashes(count: number, everyMs: number, agoMs = 0): BotExit[] {
  return Array.from({ length: count }, (_, i) =>
    makeExit({ at: NOON - agoMs - (count - 1 - i) * everyMs, signal: 'SIGINT' }),
  );
}

/** A snapshot of these bots; CPU, memory and log age are the same for all unless given. */
export function makePm2Snapshot(bots: readonly Bot[], over: Partial<Pm2Snapshot> = {}): Pm2Snapshot {
  return {
    home: '/home/ops/.pm2',
    daemon: {
      pid: 900,
      version: '7.0.4',
      startedAt: NOON - 86_400_000,
      replacements: 0,
      replacedPid: null,
      logPath: '/home/ops/.pm2/pm2.log',
    },
    listedAt: NOON,
    bots,
    cpuPercent: Float64Array.from(bots, () => 3),
    memoryBytes: Float64Array.from(bots, () => 52e6),
    processes: Float64Array.from(bots, (bot) => (bot.pid === null ? 0 : 1)),
    threads: Float64Array.from(bots, (bot) => (bot.pid === null ? Number.NaN : 11)),
    openFiles: Float64Array.from(bots, (bot) => (bot.pid === null ? Number.NaN : 24)),
    openFilesLimit: Float64Array.from(bots, (bot) => (bot.pid === null ? Number.NaN : 1_024)),
    lastLogAt: Float64Array.from(bots, () => NOON - 2_000),
    dump: null,
    isLogRead: true,
    others: [],
    ...over,
  };
}
