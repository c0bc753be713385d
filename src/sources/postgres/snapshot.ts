/** What is known of one PostgreSQL after a reading. Texts are cleaned and redacted; no SQL literal of a password stays. */

/** The server and our login there, as the server itself says it. */
export interface PostgresServer {
  /** `18.4`, without the packager's words. */
  readonly version: string;
  /** `180004`. */
  readonly versionNumber: number;
  /** Epoch ms; another value means another server process. */
  readonly startedAt: number;
  readonly isInRecovery: boolean;
  readonly database: string;
  readonly user: string;
  /** Our own backend. */
  readonly pid: number;
}

/** What this login may see. */
export interface PostgresRights {
  readonly isSuperuser: boolean;
  /** False: states, queries and waits of other roles' sessions are hidden from us. */
  readonly canMonitor: boolean;
  /** May cancel and terminate other roles' backends. */
  readonly canSignal: boolean;
  /** The statement that would let us see, for a superuser to run; null when nothing is hidden. */
  readonly grant: string | null;
}

/** Client backends only: workers and senders have slots of their own. */
export interface PostgresConnections {
  readonly used: number;
  readonly max: number;
  /** Kept for superusers and, from 16 on, for pg_use_reserved_connections. */
  readonly reserved: number;
  /** Of max − reserved: what ordinary roles can have. May exceed 100 while superusers use theirs. */
  readonly usedPercent: number;
  /** By PostgreSQL's word; `hidden` where we may not see it. */
  readonly byState: Readonly<Record<string, number>>;
}

/** Connections of one program under one role. */
export interface PostgresHolder {
  /** What the program calls itself; empty where it does not, or we may not see it. */
  readonly application: string;
  readonly user: string;
  readonly count: number;
  /** Of them, those that do nothing and hold no transaction. */
  readonly idle: number;
}

/** One backend that does something, waits for something or holds something. */
export interface PostgresSession {
  /** Its identity is the pid together with `backendStart`, the server's own text, compared as text. */
  readonly pid: number;
  readonly backendStart: string;
  readonly backendType: string;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  /** Empty for a unix socket. */
  readonly client: string;
  /** `active`, `idle in transaction`, …; empty for a background process. */
  readonly state: string;
  /** `Lock:transactionid`; empty when it waits for nothing. */
  readonly wait: string;
  /** When its query began, the server's own text; empty before the first. */
  readonly queryStart: string;
  /** Since its query began; of one that is idle in a transaction that is its last query. Null unknown. */
  readonly queryMs: number | null;
  readonly transactionMs: number | null;
  /** Since it is in this state. */
  readonly stateMs: number | null;
  /** On one line, redacted, cut at 400 characters. */
  readonly query: string;
  /** The same with its line ends, as much of it as the server keeps. */
  readonly statement: string;
  /** The server, or we, kept its beginning only. */
  readonly isStatementCut: boolean;
  /** Pids it waits for; 0 stands for a prepared transaction. */
  readonly blockedBy: readonly number[];
  /** How long it has waited for its lock; null when it waits for none, or none is known. */
  readonly waitMs: number | null;
  /** What it waits to lock; null when it waits for none. */
  readonly lock: PostgresLock | null;
  /** Whether this login may cancel and terminate it; the server alone protects its superusers. */
  readonly maySignal: boolean;
}

/** A lock that is waited for. */
export interface PostgresLock {
  /** `AccessExclusiveLock`. */
  readonly mode: string;
  /** The table, or that of the row, as the server quotes it; null where there is none or it is in another database. */
  readonly relation: string | null;
}

export interface PostgresDatabase {
  readonly name: string;
  /** Null when we may not know it. */
  readonly sizeBytes: number | null;
}

export interface PostgresTable {
  /** With schema and name its identity. */
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** With indexes and TOAST; an estimate where `isEstimate`. */
  readonly totalBytes: number | null;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly deadPercent: number;
  /** By hand or by autovacuum, epoch ms; null never (or the statistics were reset). */
  readonly lastVacuumAt: number | null;
  readonly lastAnalyzeAt: number | null;
  readonly owner: string;
  /** Whether this login's VACUUM would do anything. */
  readonly mayVacuum: boolean;
}

/** A row of the table `bot_instances`, in the words of whoever keeps it. Texts are cleaned and redacted. */
export interface BotInstance {
  readonly id: string;
  readonly name: string | null;
  /** What PM2 calls it, where the table says that. */
  readonly processName: string | null;
  /** By the runbooks online, offline, error, starting or archived. */
  readonly status: string;
  /** Epoch ms. */
  readonly lastRestartAt: number | null;
  readonly updatedAt: number | null;
}

/** How a person would log in to the same, without the password. */
export interface PostgresLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface PostgresSnapshot {
  /** `db.example:5432/chatai`. */
  readonly address: string;
  readonly login: PostgresLogin;
  readonly server: PostgresServer;
  readonly rights: PostgresRights;
  readonly connections: PostgresConnections;
  /** Who has most of the connections, the first first; null while there are enough of them. */
  readonly holders: readonly PostgresHolder[] | null;
  /** The longest first; never idle ones, unless somebody waits for them. At most 100. */
  readonly sessions: readonly PostgresSession[];
  /** Commits and rollbacks of all databases since the reading before; null with the first. */
  readonly transactionsPerSecond: number | null;
  /** Of the blocks asked for in the last ten seconds or so; null when none were. */
  readonly cacheHitPercent: number | null;
  /** Since the reading before; null with the first. */
  readonly newDeadlocks: number | null;
  /** Largest first; null until read. Read every minute. */
  readonly databases: readonly PostgresDatabase[] | null;
  /** Of our database: those with the most dead rows and the largest, most dead rows first. Null until read; every 30 s. */
  readonly tables: readonly PostgresTable[] | null;
  /** Whether `totalBytes` of the tables are estimates, since a table was locked. */
  readonly isEstimate: boolean;
  /** Epoch ms of the tables; null until read. */
  readonly tablesReadAt: number | null;
  /** What our database says of the bots; null where it has no such table, or until it is read. Read every minute. */
  readonly instances: {
    /** As the server quotes it, `public.bot_instances`. */
    readonly table: string;
    /** Whether this login may read it; without that there are no rows. */
    readonly mayRead: boolean;
    /** By id, at most 2,000. */
    readonly rows: readonly BotInstance[];
    readonly isCut: boolean;
    /** Epoch ms. */
    readonly readAt: number;
  } | null;
  /** What could not be read when it was last asked though the server answers, a sentence each. */
  readonly problems: readonly string[];
}

/** The longest running query, its age in ms; null when none runs. Idle sessions never count. */
export function longestQuery(sessions: readonly PostgresSession[]): PostgresSession | null {
  return oldest(
    sessions.filter(({ state, backendType }) => state === 'active' && isClient(backendType)),
    ({ queryMs }) => queryMs,
  );
}

/** The oldest open transaction, whatever it does now. */
export function longestTransaction(sessions: readonly PostgresSession[]): PostgresSession | null {
  return oldest(
    sessions.filter(({ backendType }) => isClient(backendType)),
    ({ transactionMs }) => transactionMs,
  );
}

function isClient(backendType: string): boolean {
  return backendType === 'client backend';
}

function oldest(
  sessions: readonly PostgresSession[],
  ageOf: (session: PostgresSession) => number | null,
): PostgresSession | null {
  let found: PostgresSession | null = null;
  let most = -1;
  for (const session of sessions) {
    const age = ageOf(session) ?? -1;
    if (age > most) [found, most] = [session, age];
  }
  return found;
}

/** Those that wait for a lock, the longest first. */
export function blockedSessions(sessions: readonly PostgresSession[]): readonly PostgresSession[] {
  return sessions
    .filter(({ blockedBy }) => blockedBy.length > 0)
    .toSorted((a, b) => (b.waitMs ?? 0) - (a.waitMs ?? 0) || a.pid - b.pid);
}

/** How old what a session does now is: an active one by its query, one idle in a transaction by its state. */
export function ageOf(session: PostgresSession): number | null {
  return session.state === 'active' ? session.queryMs : session.stateMs;
}
