import type { buildSnapshot } from '../../src/commands/snapshot-document.ts';
import { defaults } from '../../src/config/schema.ts';
import type { GuardSnapshot } from '../../src/sources/guard/snapshot.ts';
import type { HostSnapshot } from '../../src/sources/host/snapshot.ts';
import type { Snapshots } from '../../src/sources/kinds.ts';
import type { LogsSnapshot } from '../../src/sources/logs/snapshot.ts';
import type { Bot, BotExit, Pm2Snapshot, Pm2Status } from '../../src/sources/pm2/snapshot.ts';
import type { PostgresSnapshot } from '../../src/sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../../src/sources/redis/snapshot.ts';
import type { Kind, Reading } from '../../src/sources/source.ts';
import { createErrorHistory, type ErrorsView } from '../../src/state/errors.ts';
import type { Entry } from '../../src/state/store.ts';
import fc from '../helpers/fast-check.ts';
import { count, instant, NOW, orNaN, orNull, percent, pid, reading } from './snapshot-arbitraries.ts';
import { guardOf } from './snapshot-guards.ts';
import { someServers } from './snapshot-servers.ts';

/** Worlds at random: every state of a reading, every number that may be unknown unknown at times. */

const exit: fc.Arbitrary<BotExit> = fc.record({
  at: instant,
  code: orNull(fc.integer({ min: -1, max: 255 })),
  signal: orNull(fc.constantFrom('SIGKILL', 'SIGINT')),
  cause: fc.constantFrom('crash', 'asked', 'reload', 'memory', 'watch', 'cron'),
  by: orNull(fc.string()),
  ranMs: orNull(fc.nat()),
  restartedAt: orNull(instant),
  memory: orNull(fc.record({ usedBytes: count, limitBytes: count })),
});

const deploy = fc.record({
  at: instant,
  fromVersion: orNull(fc.string()),
  toVersion: orNull(fc.string()),
  fromCommit: fc.constant(null),
  toCommit: fc.constant(null),
});

const bot = (home: string): fc.Arbitrary<Bot> =>
  fc.record({
    home: fc.constant(home),
    id: fc.oneof(fc.nat(), fc.constant('_old_3')),
    name: fc.string(),
    namespace: fc.string(),
    status: fc.constantFrom<Pm2Status>(
      'online',
      'launching',
      'stopping',
      'stopped',
      'errored',
      'waiting restart',
      'one-launch-status',
    ),
    pid: orNull(pid),
    uniqueId: fc.string(),
    restarts: fc.nat(),
    unstableRestarts: fc.nat(),
    startedAt: orNull(instant),
    createdAt: orNull(instant),
    mode: fc.constantFrom('fork' as const, 'cluster' as const),
    instance: orNull(fc.nat()),
    instances: orNull(fc.nat()),
    exitCode: orNull(fc.integer({ min: -1, max: 255 })),
    autorestart: fc.boolean(),
    watch: fc.boolean(),
    cron: orNull(fc.string()),
    maxMemoryBytes: orNull(count),
    restartDelayMs: fc.nat(),
    backoffMs: orNull(fc.nat()),
    minUptimeMs: fc.nat(),
    maxUnstable: fc.nat(),
    killTimeoutMs: orNull(fc.nat()),
    waitsReady: fc.boolean(),
    listenTimeoutMs: orNull(fc.nat()),
    isModule: fc.boolean(),
    script: fc.constant('/srv/bot.js'),
    cwd: fc.constant('/srv'),
    interpreter: fc.constant('node'),
    nodeVersion: orNull(fc.string()),
    version: orNull(fc.string()),
    username: orNull(fc.string()),
    outLogPath: orNull(fc.string()),
    errLogPath: orNull(fc.string()),
    combinedLogPath: orNull(fc.string()),
    envNames: fc.array(fc.string(), { maxLength: 3 }),
    metrics: fc.constant([]),
    customActions: fc.array(fc.string(), { maxLength: 2 }),
    code: orNull(
      fc.record({
        version: orNull(fc.string()),
        commit: orNull(fc.constant('0123456789012345678901234567890123456789')),
        branch: orNull(fc.string()),
        deploys: fc.array(deploy, { maxLength: 2 }),
      }),
    ),
    quiet: orNull(fc.record({ since: instant, usualGapMs: fc.nat() })),
    lastingState: orNull(fc.record({ name: fc.constantFrom('stopped', 'traced', 'uninterruptible'), since: instant })),
    stoppingSince: orNull(instant),
    exits: fc.array(exit, { maxLength: 6 }).map((exits) => exits.sort((a, b) => a.at - b.at)),
  });

const pm2 = (home: string): fc.Arbitrary<Pm2Snapshot> =>
  fc.array(bot(home), { maxLength: 5 }).chain((bots) => {
    const column = (value: fc.Arbitrary<number>) =>
      fc.array(orNaN(value), { minLength: bots.length, maxLength: bots.length }).map((all) => Float64Array.from(all));
    return fc.record({
      home: fc.constant(home),
      daemon: fc.record({
        pid,
        version: fc.constantFrom('5.4.3', '7.0.4'),
        startedAt: orNull(instant),
        replacements: fc.nat(),
        replacedPid: orNull(pid),
        logPath: fc.constant(`${home}/pm2.log`),
      }),
      listedAt: instant,
      bots: fc.constant(bots),
      cpuPercent: column(fc.double({ min: 0, max: 6400, noNaN: true })),
      memoryBytes: column(count),
      processes: column(fc.nat({ max: 50 })),
      threads: column(fc.nat({ max: 500 })),
      openFiles: column(fc.nat({ max: 500 })),
      openFilesLimit: column(count),
      lastLogAt: column(instant),
      dump: orNull(
        fc.record({
          savedAt: instant,
          bots: fc.array(fc.record({ name: fc.string(), namespace: fc.string(), isStopped: fc.boolean() })),
        }),
      ),
      isLogRead: fc.boolean(),
      others: fc.array(fc.record({ pid, user: fc.string(), home: fc.string() }), { maxLength: 2 }),
    });
  });

const host: fc.Arbitrary<HostSnapshot> = fc.record({
  hostname: fc.string(),
  platform: fc.constantFrom('linux', 'darwin'),
  system: orNull(fc.string()),
  uptimeSeconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
  cores: fc.integer({ min: 1, max: 256 }),
  cpuPercent: orNull(percent),
  corePercent: fc.array(orNaN(percent), { maxLength: 4 }).map((all) => Float64Array.from(all)),
  iowaitPercent: orNull(percent),
  stealPercent: orNull(percent),
  load: fc.tuple(percent, percent, percent),
  memory: fc.record({ totalBytes: count, availableBytes: count, usedPercent: percent }),
  swap: fc
    .tuple(count, percent)
    .map(([totalBytes, share]) => ({ totalBytes, usedBytes: Math.floor((totalBytes * share) / 100) })),
  disks: fc.array(
    fc.record({
      mount: fc.string(),
      device: fc.string(),
      type: fc.string(),
      sizeBytes: count,
      usedBytes: count,
      availableBytes: count,
      usedPercent: percent,
      inodesUsedPercent: orNull(percent),
    }),
    { maxLength: 3 },
  ),
  disksReadAt: orNull(instant),
  diskReadBytesPerSecond: orNull(percent),
  diskWriteBytesPerSecond: orNull(percent),
  diskBusyPercent: orNull(percent),
  network: fc.array(
    fc.record({ name: fc.string(), rxBytesPerSecond: orNull(percent), txBytesPerSecond: orNull(percent) }),
    { maxLength: 2 },
  ),
  pressure: orNull(fc.record({ cpuSomePercent: percent, memorySomePercent: percent, ioSomePercent: percent })),
  oomKills: orNull(fc.nat()),
  processes: fc.constant(null),
});

/** What `buildSnapshot` is given. */
export type SomeWorld = Parameters<typeof buildSnapshot>[0];

export const someWorld: fc.Arbitrary<SomeWorld> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('/a/.pm2', '/b/.pm2', '/c/.pm2'), { maxLength: 3 }),
    fc.boolean(),
    fc.nat({ max: 99 }),
    fc.oneof(fc.constant(null), fc.nat({ max: 20 }), fc.array(fc.string(), { maxLength: 3 })),
    someServers,
  )
  .chain(([homes, hasHost, mostMeantToRun, expected, servers]) =>
    fc
      .tuple(
        hasHost ? reading(host) : fc.constant(null),
        orNull(reading(guardOf(homes))),
        ...homes.map((home) => reading(pm2(home)).map((read) => ({ home, read }))),
      )
      .map(([hostReading, guard, ...fleets]) => ({
        ...worldOf({
          pm2: fleets.map(({ home, read }) => ({ id: `pm2:${home}`, reading: read })),
          guard,
          host: hostReading,
          logs: servers.logs,
          postgres: servers.postgres,
          redis: servers.redis,
          errors: servers.errors,
          mostMeantToRun,
        }),
        expected,
      })),
  );

interface Parts {
  readonly pm2?: readonly { readonly id: string; readonly reading: Reading<Pm2Snapshot> }[];
  readonly guard?: Reading<GuardSnapshot> | null;
  readonly host?: Reading<HostSnapshot> | null;
  readonly logs?: Reading<LogsSnapshot> | null;
  readonly postgres?: Reading<PostgresSnapshot> | null;
  readonly redis?: Reading<RedisSnapshot> | null;
  readonly errors?: ErrorsView;
  readonly mostMeantToRun?: number;
}

/** A world of these sources; what is left out is not watched. */
export function worldOf({
  pm2: fleets = [],
  errors = createErrorHistory(),
  mostMeantToRun = 0,
  ...rest
}: Parts): SomeWorld {
  const entry = <K extends Kind>(kind: K, id: string, given: Reading<Snapshots[K]>): Entry<K> => ({
    kind,
    id,
    cadenceMs: 1000,
    reading: given,
  });
  const pm2Entries = fleets.map((fleet) => entry('pm2', fleet.id, fleet.reading));
  const hostEntry = rest.host ? entry('host', 'host', rest.host) : null;
  const guardEntry = rest.guard ? entry('guard', 'guard', rest.guard) : null;
  const logsEntry = rest.logs ? entry('logs', 'logs', rest.logs) : null;
  const postgresEntry = rest.postgres ? entry('postgres', 'postgres', rest.postgres) : null;
  const redisEntry = rest.redis ? entry('redis', 'redis', rest.redis) : null;
  const entries = [...pm2Entries, guardEntry, hostEntry, logsEntry, postgresEntry, redisEntry].filter(
    (one) => one !== null,
  );
  return {
    now: NOW,
    entries: entries as Entry[],
    pm2: pm2Entries,
    guard: guardEntry,
    host: hostEntry,
    logs: logsEntry,
    errors,
    expected: null,
    thresholds: defaults.thresholds,
    fleet: { mostMeantToRun: () => mostMeantToRun },
  };
}

/** One world's parts with plain values, for examples: the first of the generator with its numbers replaced. */
export const onePm2 = (bots: readonly Partial<Bot>[], rest: Partial<Pm2Snapshot> = {}): Pm2Snapshot => ({
  home: '/a/.pm2',
  daemon: {
    pid: 77,
    version: '7.0.4',
    startedAt: NOW - 3_600_000,
    replacements: 0,
    replacedPid: null,
    logPath: '/home/ops/.pm2/pm2.log',
  },
  listedAt: NOW - 500,
  bots: bots.map((given, index) => ({ ...plainBot, id: index, name: `bot-${index}`, uniqueId: `u${index}`, ...given })),
  cpuPercent: new Float64Array(bots.length).fill(Number.NaN),
  memoryBytes: new Float64Array(bots.length).fill(Number.NaN),
  processes: new Float64Array(bots.length).fill(Number.NaN),
  threads: new Float64Array(bots.length).fill(Number.NaN),
  openFiles: new Float64Array(bots.length).fill(Number.NaN),
  openFilesLimit: new Float64Array(bots.length).fill(Number.NaN),
  lastLogAt: new Float64Array(bots.length).fill(Number.NaN),
  dump: null,
  isLogRead: true,
  others: [],
  ...rest,
});

const plainBot: Bot = {
  home: '/a/.pm2',
  id: 0,
  name: 'bot',
  namespace: 'default',
  status: 'online',
  pid: 4211,
  uniqueId: 'u',
  restarts: 0,
  unstableRestarts: 0,
  startedAt: NOW - 60_000,
  createdAt: NOW - 60_000,
  mode: 'fork',
  instance: null,
  instances: null,
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
  script: '/srv/bot.js',
  cwd: '/srv',
  interpreter: 'node',
  nodeVersion: '24.21.0',
  version: null,
  username: null,
  outLogPath: null,
  errLogPath: null,
  combinedLogPath: null,
  envNames: ['BOT_TOKEN'],
  metrics: [],
  customActions: [],
  code: null,
  quiet: null,
  lastingState: null,
  stoppingSince: null,
  exits: [],
};
