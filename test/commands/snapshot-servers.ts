import { LogEvents } from '../../src/sources/logs/events.ts';
import { LogFactsRing } from '../../src/sources/logs/facts.ts';
import type { LogEvent, LogFile, LogFileState, LogsSnapshot } from '../../src/sources/logs/snapshot.ts';
import type { PostgresSession, PostgresSnapshot } from '../../src/sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../../src/sources/redis/snapshot.ts';
import { createErrorHistory, type ErrorsView } from '../../src/state/errors.ts';
import fc from '../helpers/fast-check.ts';
import { count, instant, NOW, orNaN, orNull, percent, pid, reading } from './snapshot-arbitraries.ts';

/** Logs, PostgreSQL and Redis at random. */

const ms = orNull(fc.nat({ max: 1e9 }));

const event: fc.Arbitrary<Omit<LogEvent, 'seq'>> = fc.record({
  at: instant,
  isStamped: fc.boolean(),
  level: fc.constantFrom('warn', 'error', 'fatal'),
  bot: fc.constantFrom('weather-bot', 'quiet-bot'),
  path: fc.constant('/logs/a.log'),
  fileId: fc.constant('1:2'),
  offset: fc.nat(),
  stream: fc.constantFrom('out', 'err', 'glob'),
  component: fc.string(),
  message: fc.string(),
  detail: fc.string(),
  code: orNull(fc.constantFrom('TG429', 'DB003')),
  retryAfterSeconds: orNull(fc.nat()),
});

const file: fc.Arbitrary<LogFile> = fc.record({
  path: fc.string(),
  bots: fc.array(fc.string(), { maxLength: 2 }),
  stream: fc.constantFrom('out', 'err', 'glob'),
  state: fc.constantFrom<LogFileState>(
    'waiting',
    'following',
    'same-file',
    'missing',
    'denied',
    'untrusted',
    'no-file',
    'slow',
    'failed',
  ),
  reason: fc.string(),
  sizeBytes: orNaN(count),
  offset: count,
  writtenAt: orNaN(instant),
  droppedBytes: count,
});

/** What the logs hold, and what became of it. */
export interface SomeLogs {
  readonly snapshot: LogsSnapshot;
  readonly errors: ErrorsView;
}

export function logsOf(
  files: readonly Partial<LogFile>[],
  events: readonly Partial<LogEvent>[],
  rest: Partial<LogsSnapshot> = {},
): SomeLogs {
  const ring = new LogEvents();
  for (const one of events) ring.push({ ...plainEvent, ...one });
  const errors = createErrorHistory();
  errors.pull(ring, NOW);
  const counts = { warn: 0, error: 0, fatal: 0, readBytes: 0, droppedBytes: 0, droppedLines: 0, cutLines: 0 };
  const snapshot = {
    isComplete: true,
    files: files.map((one) => ({ ...plainFile, ...one })),
    filesLeftOut: 0,
    counts,
    events: ring,
    facts: new LogFactsRing(),
    ...rest,
  };
  return { snapshot, errors };
}

const plainEvent: Omit<LogEvent, 'seq'> = {
  at: NOW - 60_000,
  isStamped: true,
  level: 'error',
  bot: 'weather-bot',
  path: '/logs/a.log',
  fileId: '1:2',
  offset: 0,
  stream: 'err',
  component: '',
  message: 'chat not found',
  detail: '',
  code: null,
  retryAfterSeconds: null,
};

const plainFile: LogFile = {
  path: '/logs/a.log',
  bots: ['weather-bot'],
  stream: 'err',
  state: 'following',
  reason: '',
  sizeBytes: 100,
  offset: 100,
  writtenAt: NOW - 60_000,
  droppedBytes: 0,
};

const someLogs: fc.Arbitrary<SomeLogs> = fc
  .record({
    files: fc.array(file, { maxLength: 4 }),
    events: fc.array(event, { maxLength: 12 }),
    isComplete: fc.boolean(),
    filesLeftOut: fc.nat({ max: 9 }),
    counts: fc.record({
      warn: count,
      error: count,
      fatal: count,
      readBytes: count,
      droppedBytes: count,
      droppedLines: count,
      cutLines: count,
    }),
  })
  .map(({ files, events, ...rest }) => logsOf(files, events, rest));

const session: fc.Arbitrary<PostgresSession> = fc.record({
  pid,
  backendStart: fc.string(),
  backendType: fc.constantFrom('client backend', 'autovacuum worker'),
  user: fc.string(),
  database: fc.string(),
  application: fc.string(),
  client: fc.string(),
  state: fc.constantFrom('active', 'idle', 'idle in transaction', ''),
  wait: fc.constantFrom('', 'Lock:transactionid'),
  queryStart: fc.string(),
  queryMs: ms,
  transactionMs: ms,
  stateMs: ms,
  query: fc.string(),
  statement: fc.string(),
  isStatementCut: fc.boolean(),
  blockedBy: fc.array(fc.oneof(pid, fc.constant(0)), { maxLength: 2 }),
  waitMs: ms,
  lock: fc.option(fc.record({ mode: fc.string(), relation: fc.option(fc.string()) })),
  maySignal: fc.boolean(),
});

const table = fc.record({
  oid: fc.nat().map(String),
  schema: fc.string(),
  name: fc.string({ unit: 'binary' }),
  totalBytes: orNull(count),
  liveRows: count,
  deadRows: count,
  deadPercent: percent,
  lastVacuumAt: orNull(instant),
  lastAnalyzeAt: orNull(instant),
  owner: fc.string(),
  mayVacuum: fc.boolean(),
});

export const postgres: fc.Arbitrary<PostgresSnapshot> = fc.record({
  address: fc.string(),
  login: fc.record({ host: fc.string(), port: fc.nat(), user: fc.string(), database: fc.string() }),
  server: fc.record({
    version: fc.constantFrom('14.18', '18.4'),
    versionNumber: fc.nat(),
    startedAt: orNaN(instant),
    isInRecovery: fc.boolean(),
    database: fc.string(),
    user: fc.string(),
    pid,
  }),
  rights: fc.record({
    isSuperuser: fc.boolean(),
    canMonitor: fc.boolean(),
    canSignal: fc.boolean(),
    grant: orNull(fc.string()),
  }),
  connections: fc.record({
    used: fc.nat(),
    max: fc.nat(),
    reserved: fc.nat(),
    usedPercent: fc.double({ min: 0, max: 1000, noNaN: true }),
    byState: fc.dictionary(fc.constantFrom('active', 'idle', 'hidden'), fc.nat()),
  }),
  holders: orNull(
    fc.array(fc.record({ application: fc.string(), user: fc.string(), count, idle: count }), { maxLength: 2 }),
  ),
  sessions: fc.array(session, { maxLength: 5 }),
  transactionsPerSecond: orNull(percent),
  cacheHitPercent: orNull(percent),
  newDeadlocks: orNull(fc.nat()),
  databases: orNull(fc.array(fc.record({ name: fc.string(), sizeBytes: orNull(count) }), { maxLength: 2 })),
  tables: orNull(fc.array(table, { maxLength: 3 })),
  isEstimate: fc.boolean(),
  instances: fc.constant(null),
  tablesReadAt: orNull(instant),
  problems: fc.array(fc.string(), { maxLength: 2 }),
});

const flag = orNull(fc.boolean());

const redis: fc.Arbitrary<RedisSnapshot> = fc.record({
  address: fc.string(),
  product: fc.constantFrom('redis', 'valkey'),
  version: fc.string(),
  startedAt: instant,
  role: fc.constantFrom('master', 'slave'),
  isMasterLinkUp: flag,
  replicas: fc.nat(),
  usedMemoryBytes: count,
  residentMemoryBytes: count,
  peakMemoryBytes: count,
  maxMemoryBytes: orNull(count),
  maxMemoryPolicy: fc.string(),
  fragmentationRatio: orNull(orNaN(percent)),
  connectedClients: fc.nat(),
  blockedClients: fc.nat(),
  maxClients: orNull(fc.nat()),
  opsPerSecond: fc.nat(),
  hitPercent: orNull(percent),
  evictedKeys: count,
  expiredKeys: count,
  rejectedConnections: count,
  newEvictedKeys: orNull(count),
  newRejectedConnections: orNull(count),
  persistence: fc.record({
    isLoading: fc.boolean(),
    isLastSaveOk: flag,
    lastSaveAt: orNull(instant),
    isSaving: fc.boolean(),
    changesSinceSave: orNull(count),
    isAppendOnly: fc.boolean(),
    isLastAppendOk: flag,
  }),
  keyspaces: fc.array(fc.record({ index: fc.nat({ max: 15 }), keys: count, expires: count }), { maxLength: 2 }),
  slowlog: orNull(
    fc.array(
      fc.record({
        id: count,
        at: instant,
        tookMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
        command: fc.string(),
        client: fc.string(),
      }),
      { maxLength: 3 },
    ),
  ),
  problems: fc.array(fc.string(), { maxLength: 1 }),
});

/** Each of the three in any state, or not watched at all; the errors are of the logs' events. */
export const someServers = fc
  .record({ logs: someLogs, postgres: orNull(reading(postgres)), redis: orNull(reading(redis)) })
  .chain((servers) =>
    orNull(reading(fc.constant(servers.logs.snapshot))).map((logs) => ({
      ...servers,
      logs,
      errors: servers.logs.errors,
    })),
  );
