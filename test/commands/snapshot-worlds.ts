import fc from 'fast-check';
import type { HostSnapshot } from '../../src/sources/host/snapshot.ts';
import type { Bot, BotExit, Pm2Snapshot, Pm2Status } from '../../src/sources/pm2/snapshot.ts';
import type { Failure, Reading } from '../../src/sources/source.ts';
import type { MostSeen } from '../../src/state/fleet.ts';
import type { Entry } from '../../src/state/store.ts';

/** Worlds at random: every state of a reading, every number that may be unknown unknown at times. */

export const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

const count = fc.nat({ max: 2 ** 40 });
const pid = fc.integer({ min: 1, max: 2 ** 22 });
const instant = fc.integer({ min: NOW - 10 ** 10, max: NOW + 5_000 });
const percent = fc.double({ min: 0, max: 100, noNaN: true });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const orNaN = (value: fc.Arbitrary<number>) => fc.oneof(value, fc.constant(Number.NaN));

const exit: fc.Arbitrary<BotExit> = fc.record({
  at: instant,
  code: orNull(fc.integer({ min: -1, max: 255 })),
  signal: orNull(fc.constantFrom('SIGKILL', 'SIGINT')),
  cause: fc.constantFrom('crash', 'asked', 'memory', 'watch', 'cron'),
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
    exitCode: orNull(fc.integer({ min: -1, max: 255 })),
    autorestart: fc.boolean(),
    watch: fc.boolean(),
    cron: orNull(fc.string()),
    maxMemoryBytes: orNull(count),
    restartDelayMs: fc.nat(),
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
      }),
      listedAt: instant,
      bots: fc.constant(bots),
      cpuPercent: column(fc.double({ min: 0, max: 6400, noNaN: true })),
      memoryBytes: column(count),
      processes: column(fc.nat({ max: 50 })),
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
});

const failure: fc.Arbitrary<Failure> = fc.record(
  {
    code: fc.constantFrom('absent', 'refused', 'denied', 'frozen', 'timeout', 'protocol', 'failed'),
    message: fc.string(),
    hint: fc.string(),
  },
  { requiredKeys: ['code', 'message'] },
);

const tookMs = fc.double({ min: 0, max: 60_000, noNaN: true });

const reading = <S>(value: fc.Arbitrary<S>): fc.Arbitrary<Reading<S>> =>
  fc.oneof(
    fc.record({ state: fc.constant('waiting' as const), since: instant }),
    fc.record({ state: fc.constant('fresh' as const), value, readAt: instant, tookMs }),
    fc.record({
      state: fc.constant('stale' as const),
      value,
      readAt: instant,
      tookMs,
      error: orNull(failure),
      since: instant,
    }),
    fc.record({ state: fc.constant('down' as const), error: failure, since: instant, tookMs }),
    fc.record({ state: fc.constant('off' as const), reason: fc.string() }),
  );

/** What `buildSnapshot` is given. */
export interface SomeWorld {
  readonly now: number;
  readonly entries: readonly Entry[];
  readonly pm2: readonly Entry<'pm2'>[];
  readonly host: Entry<'host'> | null;
  readonly fleet: MostSeen;
}

export const someWorld: fc.Arbitrary<SomeWorld> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('/a/.pm2', '/b/.pm2', '/c/.pm2'), { maxLength: 3 }),
    fc.boolean(),
    fc.nat({ max: 99 }),
  )
  .chain(([homes, hasHost, mostMeantToRun]) =>
    fc
      .tuple(
        hasHost ? reading(host) : fc.constant(null),
        ...homes.map((home) => reading(pm2(home)).map((read) => ({ home, read }))),
      )
      .map(([hostReading, ...fleets]) =>
        worldOf(
          fleets.map(
            ({ home, read }): Entry<'pm2'> => ({ kind: 'pm2', id: `pm2:${home}`, cadenceMs: 1000, reading: read }),
          ),
          hostReading && { kind: 'host', id: 'host', cadenceMs: 1000, reading: hostReading },
          mostMeantToRun,
        ),
      ),
  );

export function worldOf(
  fleets: readonly Entry<'pm2'>[],
  hostEntry: Entry<'host'> | null,
  mostMeantToRun: number,
): SomeWorld {
  const entries = [...fleets, ...(hostEntry ? [hostEntry] : [])] as Entry[];
  return { now: NOW, entries, pm2: fleets, host: hostEntry, fleet: { mostMeantToRun: () => mostMeantToRun } };
}

/** One world's parts with plain values, for examples: the first of the generator with its numbers replaced. */
export const onePm2 = (bots: readonly Partial<Bot>[], rest: Partial<Pm2Snapshot> = {}): Pm2Snapshot => ({
  home: '/a/.pm2',
  daemon: { pid: 77, version: '7.0.4', startedAt: NOW - 3_600_000, replacements: 0 },
  listedAt: NOW - 500,
  bots: bots.map((given, index) => ({ ...plainBot, id: index, name: `bot-${index}`, uniqueId: `u${index}`, ...given })),
  cpuPercent: new Float64Array(bots.length).fill(Number.NaN),
  memoryBytes: new Float64Array(bots.length).fill(Number.NaN),
  processes: new Float64Array(bots.length).fill(Number.NaN),
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
  exitCode: null,
  autorestart: true,
  watch: false,
  cron: null,
  maxMemoryBytes: null,
  restartDelayMs: 0,
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
  exits: [],
};
