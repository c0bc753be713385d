/** Databases as a reading could find them, with what a test cares about put over it. */
import { defaults } from '../../../src/config/schema.ts';
import type { PostgresSession, PostgresSnapshot, PostgresTable } from '../../../src/sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../../../src/sources/redis/snapshot.ts';
import type { Reading } from '../../../src/sources/source.ts';
import { DatabaseHistory } from '../../../src/state/database-history.ts';
import type { World } from '../../../src/state/world.ts';
import type { Panel, Scope } from '../../../src/ui/panel.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { initialUi, LIST, type ListState } from '../../../src/ui/state.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { NOON } from '../../helpers/bots.ts';

export function makeSession(over: Partial<PostgresSession> & { readonly pid: number }): PostgresSession {
  return {
    backendStart: '2026-01-15 11:00:00+00',
    backendType: 'client backend',
    user: 'chatai',
    database: 'chatai',
    application: `worker_${over.pid}`,
    client: '10.0.0.7',
    state: 'active',
    wait: '',
    queryStart: '2026-01-15 11:59:58+00',
    queryMs: 2_000,
    transactionMs: 2_000,
    stateMs: 2_000,
    query: 'SELECT 1',
    statement: over.query ?? 'SELECT 1',
    isStatementCut: false,
    blockedBy: [],
    waitMs: null,
    lock: null,
    maySignal: true,
    ...over,
  };
}

export function makeTable(over: Partial<PostgresTable> & { readonly name: string }): PostgresTable {
  const { deadRows = 0, liveRows = 1000 } = over;
  return {
    oid: `oid-${over.name}`,
    schema: 'public',
    totalBytes: 1_000_000,
    liveRows,
    deadRows,
    deadPercent: (100 * deadRows) / (liveRows + deadRows),
    lastVacuumAt: NOON - 3_600_000,
    lastAnalyzeAt: NOON - 60_000,
    owner: 'chatai',
    mayVacuum: true,
    ...over,
  };
}

export function makePostgres(over: Partial<PostgresSnapshot> = {}): PostgresSnapshot {
  return {
    address: 'db.example:5432/chatai',
    login: { host: 'db.example', port: 5432, user: 'botop', database: 'chatai' },
    server: {
      version: '18.4',
      versionNumber: 180_004,
      startedAt: NOON - 86_400_000,
      isInRecovery: false,
      database: 'chatai',
      user: 'botop',
      pid: 99,
    },
    rights: { isSuperuser: false, canMonitor: true, canSignal: false, grant: null },
    connections: {
      used: 20,
      max: 103,
      reserved: 3,
      usedPercent: 20,
      byState: { active: 2, idle: 17, 'idle in transaction': 1 },
    },
    holders: null,
    sessions: [],
    transactionsPerSecond: 42,
    cacheHitPercent: 99.4,
    newDeadlocks: 0,
    databases: [{ name: 'chatai', sizeBytes: 18_700_000 }],
    tables: [
      makeTable({
        name: 'dialog_messages',
        deadRows: 24_000,
        liveRows: 36_000,
        totalBytes: 9_000_000,
        lastVacuumAt: null,
      }),
      makeTable({ name: 'users', deadRows: 1_200, liveRows: 4_000, mayVacuum: false }),
      makeTable({ name: 'dialogs', liveRows: 9_000 }),
    ],
    isEstimate: false,
    instances: null,
    tablesReadAt: NOON,
    problems: [],
    ...over,
  };
}

export function makeRedis(over: Partial<RedisSnapshot> = {}): RedisSnapshot {
  return {
    address: 'cache.example:6379',
    product: 'redis',
    version: '7.0.15',
    startedAt: NOON - 86_400_000,
    role: 'master',
    isMasterLinkUp: null,
    replicas: 0,
    usedMemoryBytes: 12_000_000,
    residentMemoryBytes: 20_000_000,
    peakMemoryBytes: 15_000_000,
    maxMemoryBytes: 24_000_000,
    maxMemoryPolicy: 'allkeys-lru',
    fragmentationRatio: 1.2,
    connectedClients: 7,
    blockedClients: 0,
    maxClients: 10_000,
    opsPerSecond: 130,
    hitPercent: 92,
    evictedKeys: 0,
    expiredKeys: 5,
    rejectedConnections: 0,
    newEvictedKeys: 0,
    newRejectedConnections: 0,
    persistence: {
      isLoading: false,
      isLastSaveOk: true,
      lastSaveAt: NOON - 60_000,
      isSaving: false,
      changesSinceSave: 10,
      isAppendOnly: false,
      isLastAppendOk: true,
    },
    keyspaces: [{ index: 0, keys: 4040, expires: 4000 }],
    slowlog: [{ id: 1, at: NOON - 30_000, tookMs: 12, command: 'KEYS queue:*', client: '10.0.0.7:4' }],
    problems: [],
    ...over,
  };
}

/** The lock of the demo: one holds, one waits for it, one waits for that one. */
export const LOCKED: readonly PostgresSession[] = [
  makeSession({
    pid: 10,
    application: 'nightly-report',
    transactionMs: 400_000,
    queryMs: 400_000,
    query: 'SELECT pg_sleep(600)',
  }),
  makeSession({
    pid: 11,
    application: 'bot_worker_1',
    blockedBy: [10],
    waitMs: 90_000,
    query: 'UPDATE bot_instances SET a = 1',
  }),
  makeSession({
    pid: 12,
    application: 'bot_worker_7',
    blockedBy: [11],
    waitMs: 5_000,
    query: 'UPDATE bot_instances SET a = 2',
  }),
];

export const fresh = <S>(value: S): Reading<S> => ({ state: 'fresh', value, readAt: NOON, tookMs: 2 });

export function makeScope(
  postgres: Reading<PostgresSnapshot>,
  redis: Reading<RedisSnapshot>,
  list: Partial<ListState> = {},
): Scope {
  const entries = [
    { kind: 'postgres', id: 'postgres', cadenceMs: 2_000, reading: postgres },
    { kind: 'redis', id: 'redis', cadenceMs: 2_000, reading: redis },
  ] as const;
  return {
    world: { now: NOON, version: 1, entries, thresholds: defaults.thresholds } as unknown as World,
    ui: initialUi('home'),
    list: { ...LIST, ...list },
    theme: createTheme('none'),
    isFocused: true,
  };
}

/** Two minutes of readings, a little different each time. */
export function makeHistory(): DatabaseHistory {
  const history = new DatabaseHistory();
  for (let i = 60; i >= 0; i--) {
    const at = NOON - i * 2_000;
    history.pushPostgres(makePostgres({ transactionsPerSecond: 30 + (i % 7) * 4 }), at);
    history.pushRedis(makeRedis({ opsPerSecond: 100 + (i % 5) * 20 }), at);
  }
  return history;
}

export function drawn(panel: Panel, scope: Scope, width: number, height: number): string[] {
  const cells = new Cells(width, height);
  panel.draw(cells, scope);
  return cells.plain();
}
