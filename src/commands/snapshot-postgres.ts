import {
  blockedSessions,
  type PostgresLock,
  type PostgresSession,
  type PostgresSnapshot,
  type PostgresTable,
} from '../sources/postgres/snapshot.ts';
import { clean } from '../text/clean.ts';
import { isoTime, rounded } from './snapshot-values.ts';

export interface SessionDocument {
  readonly pid: number;
  readonly backendStart: string;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly client: string;
  readonly state: string;
  readonly wait: string;
  readonly queryMs: number | null;
  readonly transactionMs: number | null;
  readonly stateMs: number | null;
  readonly query: string;
}

export interface BlockedDocument extends SessionDocument {
  readonly blockedBy: readonly number[];
  readonly waitMs: number | null;
  readonly lock: PostgresLock | null;
}

export interface TableDocument {
  readonly schema: string;
  readonly name: string;
  readonly totalBytes: number | null;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly deadPercent: number | null;
  readonly lastVacuumAt: string | null;
  readonly lastAnalyzeAt: string | null;
  readonly owner: string;
  readonly mayVacuum: boolean;
}

/** Percentages are 0–100 with two decimals (`connections.usedPercent` may exceed 100). */
export interface PostgresDocument {
  readonly version: string;
  readonly address: string;
  readonly database: string;
  readonly user: string;
  readonly startedAt: string | null;
  readonly isInRecovery: boolean;
  readonly canMonitor: boolean;
  readonly grant: string | null;
  readonly connections: {
    readonly used: number;
    readonly max: number;
    readonly reserved: number;
    readonly usedPercent: number | null;
    readonly byState: Readonly<Record<string, number>>;
  };
  readonly longest: readonly SessionDocument[];
  readonly blocked: readonly BlockedDocument[];
  readonly cacheHitPercent: number | null;
  readonly transactionsPerSecond: number | null;
  readonly newDeadlocks: number | null;
  /** Null until read. */
  readonly databases: readonly { readonly name: string; readonly sizeBytes: number | null }[] | null;
  /** Null until read. */
  readonly tables: readonly TableDocument[] | null;
  readonly areTableSizesEstimates: boolean;
  readonly tablesReadAt: string | null;
  readonly problems: readonly string[];
}

export function postgresDocument(snapshot: PostgresSnapshot): PostgresDocument {
  const { server, rights, connections, sessions } = snapshot;
  return {
    version: server.version,
    address: snapshot.address,
    database: server.database,
    user: server.user,
    startedAt: isoTime(server.startedAt),
    isInRecovery: server.isInRecovery,
    canMonitor: rights.canMonitor,
    grant: rights.grant,
    connections: { ...connections, usedPercent: rounded(connections.usedPercent, 2) },
    longest: longestOf(sessions).map(sessionDocument),
    blocked: blockedSessions(sessions).map((session) => ({
      ...sessionDocument(session),
      blockedBy: session.blockedBy,
      waitMs: rounded(session.waitMs, 0),
      lock: session.lock,
    })),
    cacheHitPercent: rounded(snapshot.cacheHitPercent, 2),
    transactionsPerSecond: rounded(snapshot.transactionsPerSecond, 2),
    newDeadlocks: rounded(snapshot.newDeadlocks, 0),
    databases: snapshot.databases?.map(({ name, sizeBytes }) => ({ name, sizeBytes: rounded(sizeBytes, 0) })) ?? null,
    tables: snapshot.tables?.map(tableDocument) ?? null,
    areTableSizesEstimates: snapshot.isEstimate,
    tablesReadAt: isoTime(snapshot.tablesReadAt),
    problems: snapshot.problems,
  };
}

/** What runs or is held open, the oldest transaction first; a session that only waits is among the blocked. */
function longestOf(sessions: readonly PostgresSession[]): readonly PostgresSession[] {
  const age = ({ transactionMs, queryMs }: PostgresSession): number => transactionMs ?? queryMs ?? 0;
  return sessions
    .filter(
      ({ backendType, state, blockedBy }) =>
        backendType === 'client backend' && state !== 'idle' && blockedBy.length === 0,
    )
    .toSorted((a, b) => age(b) - age(a));
}

function sessionDocument(session: PostgresSession): SessionDocument {
  const { pid, backendStart, user, database, application, client, state, wait, query } = session;
  return {
    pid,
    backendStart,
    user,
    database,
    application,
    client,
    state,
    wait,
    queryMs: rounded(session.queryMs, 0),
    transactionMs: rounded(session.transactionMs, 0),
    stateMs: rounded(session.stateMs, 0),
    query,
  };
}

function tableDocument(table: PostgresTable): TableDocument {
  return {
    // They come as they are, being what VACUUM is aimed at.
    schema: clean(table.schema),
    name: clean(table.name),
    totalBytes: rounded(table.totalBytes, 0),
    liveRows: table.liveRows,
    deadRows: table.deadRows,
    deadPercent: rounded(table.deadPercent, 2),
    lastVacuumAt: isoTime(table.lastVacuumAt),
    lastAnalyzeAt: isoTime(table.lastAnalyzeAt),
    owner: table.owner,
    mayVacuum: table.mayVacuum,
  };
}
