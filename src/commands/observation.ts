/** The sources, the store and the histories, put together: what monitor and snapshot both stand on. */
import type { Options } from '../config/options.ts';
import type { Attention } from '../sources/attention.ts';
import type { CopiesFolder } from '../sources/guard/dump-copies.ts';
import { createProcessScan } from '../sources/guard/processes.ts';
import { guardSource } from '../sources/guard/source.ts';
import { hostSource } from '../sources/host/source.ts';
import type { Snapshots } from '../sources/kinds.ts';
import { createLogTimes } from '../sources/log-times.ts';
import type { LogsSnapshot } from '../sources/logs/snapshot.ts';
import { logsSource } from '../sources/logs/source.ts';
import { createPm2Targets } from '../sources/logs/targets.ts';
import type { AuditFolder } from '../sources/pm2/audit-trail.ts';
import { pm2Source } from '../sources/pm2/source.ts';
import { createPoller, type Poller } from '../sources/poller.ts';
import { type PostgresSource, postgresSource } from '../sources/postgres/source.ts';
import { redisSource } from '../sources/redis/source.ts';
import { type Clock, type Kind, type Source, valueOf } from '../sources/source.ts';
import { DatabaseHistory } from '../state/database-history.ts';
import { lastDeployAt } from '../state/deploys.ts';
import { baselineAfterDeploy } from '../state/errors/baseline.ts';
import type { OwnCode } from '../state/errors/explain.ts';
import { createErrorMarks, type MarksFile } from '../state/errors/marks.ts';
import { createErrorHistory, type ErrorHistory } from '../state/errors.ts';
import { FleetHistory } from '../state/fleet-history.ts';
import { HostHistory } from '../state/host-history.ts';
import { LogGrowth } from '../state/log-growth.ts';
import { createStore, type Store } from '../state/store.ts';
import { takeWorld, type World } from '../state/world.ts';
import type { News } from '../ui/repaint.ts';
import { findServers, type Servers } from './servers.ts';

export interface ObservationOptions {
  readonly options: Options;
  /** The environment of what is watched. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** What is on the screen; absent where there is none, and all bots are sampled each second. */
  readonly attention?: Attention;
  /** Where the marks of errors are kept; null keeps them for this run. */
  readonly marksFile: MarksFile | null;
  /** What errors mean, by the configuration. */
  readonly codes?: readonly OwnCode[];
  /** Where botop's own audit is, which tells who of us restarted a bot. */
  readonly auditFolder: AuditFolder;
  /** Where copies of PM2's dumps are kept; null keeps none. */
  readonly dumpCopies: (() => Promise<CopiesFolder>) | null;
}

export interface Observation {
  readonly store: Store;
  readonly poller: Poller;
  readonly servers: Servers;
  /** See `PostgresSource`. */
  readonly postgresSeat: PostgresSource['seat'];
  world(): World;
  /** What the person may say of errors: marks and baseline. */
  readonly errors: ErrorHistory;
  /** Takes in whatever was read and waits to be counted. */
  settle(): void;
  /** Calls back when there is something new to show: once a beat, and after a reading outside the beat. */
  onNews(listener: (news: News) => void): void;
}

export function createObservation({
  options,
  env,
  clock,
  attention,
  codes = [],
  ...kept
}: ObservationOptions): Observation {
  const { pm2Homes, intervalMs, logs, expected, thresholds } = options;
  const servers = findServers(options, env);
  const store = createStore();
  const botsFirst = afterBots(store);
  const pm2Targets = createPm2Targets();
  const logTimes = createLogTimes();
  const processes = createProcessScan(pm2Homes);
  const postgres = postgresSource({ clock, ...servers.postgres, mayLoad: () => botsFirst });
  const sources: Source[] = [
    hostSource({ clock, areProcessesSeen: () => attention?.areProcessesSeen ?? false }),
    ...pm2Homes.map((home, i) =>
      pm2Source({
        home,
        id: pm2Homes.length === 1 ? 'pm2' : `pm2:${home}`,
        clock,
        isPrimary: i === 0,
        watchedHomes: pm2Homes,
        // The demo is a machine of its own: what else runs on this one is none of it.
        knownOthers: options.command === 'demo' ? () => [] : processes.others,
        logTimes,
        ...(attention && { attention }),
        auditFolder: kept.auditFolder,
      }),
    ),
    guardSource({
      homes: pm2Homes,
      processes,
      clock,
      path: env['PATH'],
      copiesFolder: kept.dumpCopies,
      mayBegin: () => botsFirst,
    }),
    logsSource({
      clock,
      globs: logs,
      journal: { units: options.journal },
      times: logTimes,
      targets() {
        const readings = store.of('pm2').map(({ reading }) => reading);
        if (readings.some(({ state }) => state === 'waiting')) return null;
        return pm2Targets(readings.flatMap((reading) => valueOf(reading) ?? []));
      },
      offReason: () =>
        store.of('pm2').every(({ reading }) => reading.state === 'off')
          ? 'no logs to read: there is no PM2 here, and no --logs'
          : null,
    }),
    postgres,
    redisSource({ clock, ...servers.redis, mayLoad: () => botsFirst }),
  ];
  for (const source of sources) store.declare(source, clock.now());

  const marks = createErrorMarks(kept.marksFile);
  void marks.load();
  /** The last start of any bot of that name. */
  const botStartedAt = (name: string): number | null => {
    const starts = store
      .of('pm2')
      .flatMap(({ reading }) => valueOf(reading)?.bots ?? [])
      .map((bot) => (bot.name === name ? bot.startedAt : null))
      .filter((at) => at !== null);
    return starts.length === 0 ? null : Math.max(...starts);
  };
  const histories = {
    fleet: new FleetHistory(),
    hostHistory: new HostHistory(),
    errors: createErrorHistory({ marks, startedAt: clock.now(), botStartedAt, codes }),
    database: new DatabaseHistory(),
    logGrowth: new LogGrowth(),
  };
  const listeners = new Set<(news: News) => void>();
  let changed = new Set<Kind>();
  let hasLogs = false;
  /** Epoch ms of the newest deploy that was seen; those before the start were read back with everything else. */
  let deployedAt = clock.now();
  let lastLogs: LogsSnapshot | null = null;
  /** Whether events of the last reading are still to be grouped, at the next turn. */
  let isPulling = false;
  let version = 0;
  store.subscribe((id) => {
    version++;
    const entry = store.entries().find((known) => known.id === id);
    if (entry) changed.add(entry.kind);
    // A repeated failure changes the entry too; only a new reading is a sample.
    if (entry?.reading.state === 'fresh') remember(entry.kind, entry.reading.value, entry.reading.readAt);
  });

  /** Bots are sampled once a beat instead, all homes together. */
  function remember(kind: Kind, value: Snapshots[Kind], at: number): void {
    // The store holds the value under the kind of its source: see `Store.of`.
    if (kind === 'pm2') noteDeploys(value as Snapshots['pm2']);
    else if (kind === 'host') histories.hostHistory.push(value as Snapshots['host'], at);
    else if (kind === 'logs') pullErrors(value as Snapshots['logs']);
    else if (kind === 'postgres') histories.database.pushPostgres(value as Snapshots['postgres'], at);
    else if (kind === 'redis') histories.database.pushRedis(value as Snapshots['redis'], at);
  }

  /** Each deploy counts once: a person may say otherwise afterwards. */
  function noteDeploys({ bots }: Snapshots['pm2']): void {
    const at = lastDeployAt(bots);
    if (!(at > deployedAt)) return;
    deployedAt = at;
    histories.errors.setBaseline(baselineAfterDeploy(histories.errors.baseline, at));
  }

  function pullErrors(logs: LogsSnapshot): void {
    lastLogs = logs;
    histories.logGrowth.push(logs.files, clock.now());
    histories.errors.count(logs.facts, clock.now());
    // A reading that comes while the events of the last are still being grouped is taken in by what goes on already.
    if (!isPulling) pullMore();
  }

  /** In pieces: a flood must not keep keys waiting, and an event of many groups takes longer than one of few. */
  function pullMore(): void {
    const events = lastLogs?.events;
    const end = clock.monotonic() + PULL_MS;
    do isPulling = events !== undefined && histories.errors.pull(events, clock.now(), EVENTS_AT_ONCE);
    while (isPulling && clock.monotonic() < end);
    if (isPulling) setImmediate(pullMore);
  }

  function sampleFleet(): void {
    const snapshots = store.of('pm2').flatMap(({ reading }) => (reading.state === 'fresh' ? [reading.value] : []));
    if (snapshots.length > 0) histories.fleet.push(snapshots, clock.now());
  }

  function tell(isBeat: boolean): void {
    // A log that grows is read at once, lest lines be lost, and shown with everything else.
    if (!isBeat && hasLogs && changed.size === 1 && changed.has('logs')) return;
    hasLogs ||= changed.has('logs');
    const kinds = changed;
    changed = new Set();
    for (const listener of listeners) listener({ isBeat, kinds });
  }
  const poller = createPoller({
    sources,
    sink: store,
    clock,
    intervalMs,
    onBeat() {
      attention?.beat();
      sampleFleet();
      tell(true);
    },
    onRead: () => tell(false),
  });
  return {
    store,
    poller,
    servers,
    postgresSeat: () => postgres.seat(),
    errors: histories.errors,
    settle() {
      if (lastLogs) histories.errors.pull(lastLogs.events, clock.now());
    },
    world: () =>
      takeWorld(store, { ...histories, ...(attention && { attention }), expected, thresholds }, clock.now(), version),
    onNews: (listener) => void listeners.add(listener),
  };
}

/** The file of the marks in the state folder. */
export const MARKS_FILE = { name: 'errors.json', maxBytes: 8 * 1024 * 1024 };

/** Events are grouped for so long at once, ms, and so many between two looks at the clock. */
const PULL_MS = 5;
const EVENTS_AT_ONCE = 50;

/** So long the drivers of the databases wait for the bots, ms. */
const BOTS_FIRST_MS = 300;

/** Resolves when PM2 has answered or failed and that is painted: loading a driver keeps everything else waiting. */
function afterBots(store: Store): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      unsubscribe();
      clearTimeout(timer);
      setImmediate(resolve);
    };
    const timer = setTimeout(finish, BOTS_FIRST_MS).unref();
    const unsubscribe = store.subscribe(() => {
      if (store.of('pm2').every(({ reading }) => reading.state !== 'waiting')) finish();
    });
  });
}
