/** From the server's text to the snapshot's values. Pure. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import type { Row } from './client.ts';
import { STATEMENT_LENGTH } from './queries.ts';
import type {
  PostgresConnections,
  PostgresDatabase,
  PostgresHolder,
  PostgresRights,
  PostgresServer,
  PostgresSession,
  PostgresTable,
} from './snapshot.ts';

const QUERY_LENGTH = 400;
const NAME_LENGTH = 200;

/** Sums over all databases at a moment of the server's clock. */
export interface Counters {
  /** Epoch seconds. */
  readonly at: number;
  readonly transactions: number;
  readonly hit: number;
  readonly read: number;
  readonly deadlocks: number;
}

/** How many connections there can be, and how many of those are kept for superusers. */
export type Slots = Pick<PostgresConnections, 'max' | 'reserved'>;

/** What tells, of a session, whether we may end it and whether its statement is whole. */
export interface SessionTerms {
  readonly canSignal: boolean;
  /** The roles whose sessions are ours to end without that. */
  readonly ownRoles: ReadonlySet<string>;
  /** So much of a statement the server keeps, with a byte for its end. */
  readonly statementBytes: number;
}

/** What the server says of itself and of us. */
export interface KnownServer {
  readonly server: PostgresServer;
  readonly rights: PostgresRights;
  readonly slots: Slots;
  readonly terms: SessionTerms;
}

export function parseServer(row: Row): KnownServer {
  const canMonitor = isTrue(row['can_monitor']);
  return {
    server: {
      version: /^\d+(?:\.\d+)*\w*/.exec(row['version'] ?? '')?.[0] ?? 'unknown',
      versionNumber: numberOf(row['version_num']),
      ...standing(row),
      database: nameOf(row['database']),
      user: nameOf(row['role']),
      pid: numberOf(row['pid']),
    },
    rights: {
      isSuperuser: isTrue(row['is_super']),
      canMonitor,
      canSignal: isTrue(row['can_signal']),
      grant: canMonitor ? null : nameOf(row['grant_text']),
    },
    slots: { max: numberOf(row['max']), reserved: numberOf(row['reserved']) },
    terms: {
      canSignal: isTrue(row['can_signal']),
      ownRoles: new Set((JSON.parse(row['own_roles'] ?? '[]') as string[]).map(nameOf)),
      statementBytes: row['statement_bytes'] == null ? Number.POSITIVE_INFINITY : numberOf(row['statement_bytes']),
    },
  };
}

/** Which server process it is, and whether it is a standby. */
function standing(row: Row): Pick<PostgresServer, 'startedAt' | 'isInRecovery'> {
  return { startedAt: Math.round(numberOf(row['started']) * 1000), isInRecovery: isTrue(row['in_recovery']) };
}

export interface Overview {
  readonly connections: PostgresConnections;
  readonly counters: Counters;
  /** Of the server that has just answered. */
  readonly standing: Pick<PostgresServer, 'startedAt' | 'isInRecovery'>;
  /** Other sessions that do something. */
  readonly busy: number;
  /** Processes that wait for a lock. */
  readonly waiting: number;
  /** How many rows there are to be had: see `MANY_ROWS`. */
  readonly sizes: { readonly activity: number; readonly counters: number };
}

export function parseOverview(activity: readonly Row[], counted: readonly Row[], { max, reserved }: Slots): Overview {
  const byState: Record<string, number> = {};
  const sizes = { activity: 0, counters: 0 };
  let used = 0;
  let busy = 0;
  let waiting = 0;
  for (const row of activity) {
    const n = numberOf(row['n']);
    const type = row['backend_type'] ?? null;
    sizes.activity += n;
    if (isTrue(row['waits'])) waiting += n;
    // Without pg_monitor the type of other roles' sessions is null; then whoever is in a database under a role counts,
    // which autovacuum is not.
    if (type === null ? !isTrue(row['has_role']) : type !== 'client backend') continue;
    const state = type === null ? 'hidden' : clean(row['state'] ?? 'starting');
    byState[state] = (byState[state] ?? 0) + n;
    used += n;
    if (type !== null && row['state'] != null && state !== 'idle' && !isTrue(row['is_own'])) busy += n;
  }
  const sum = { transactions: 0, hit: 0, fetched: 0, deadlocks: 0 };
  for (const row of counted) {
    sizes.counters += numberOf(row['n']);
    sum.transactions += numberOf(row['xact_commit']) + numberOf(row['xact_rollback']);
    sum.hit += numberOf(row['blocks_hit']);
    sum.fetched += numberOf(row['blocks_fetched']);
    sum.deadlocks += numberOf(row['deadlocks']);
  }
  const { transactions, hit, fetched, deadlocks } = sum;
  return {
    connections: { used, max, reserved, usedPercent: (100 * used) / Math.max(1, max - reserved), byState },
    counters: { at: numberOf(counted[0]?.['at']), transactions, hit, read: fetched - hit, deadlocks },
    standing: standing(counted[0] ?? {}),
    busy,
    waiting,
    sizes,
  };
}

/** The longest character of UTF-8, of which the server leaves none in halves. */
const CHARACTER_BYTES = 4;
/** A list of a thousand numbers may be one word: no more of it goes. */
const WORD_LENGTH = 64;

export function parseSession(row: Row, { canSignal, ownRoles, statementBytes }: SessionTerms): PostgresSession {
  const text = row['query'] ?? '';
  const isStatementCut =
    text.length >= STATEMENT_LENGTH || Buffer.byteLength(text) > statementBytes - 1 - CHARACTER_BYTES;
  const statement = cleanStatement(isStatementCut ? withoutLastWord(text) : text);
  const mode = nameOf(row['lock_mode']);
  const user = nameOf(row['usename']);
  return {
    pid: numberOf(row['pid']),
    backendStart: row['backend_start'] ?? '',
    backendType: nameOf(row['backend_type']),
    user,
    database: nameOf(row['datname']),
    application: redact(nameOf(row['application_name'])),
    client: nameOf(row['client']),
    state: nameOf(row['state']),
    wait: nameOf(row['wait']),
    queryStart: row['query_start'] ?? '',
    queryMs: milliseconds(row['query_s']),
    transactionMs: milliseconds(row['xact_s']),
    stateMs: milliseconds(row['state_s']),
    query: oneLine(statement),
    statement,
    isStatementCut,
    blockedBy: [...new Set(JSON.parse(row['blockers'] ?? '[]') as number[])],
    waitMs: milliseconds(row['wait_s']),
    lock: mode === '' ? null : { mode, relation: row['lock_relation'] == null ? null : nameOf(row['lock_relation']) },
    maySignal: canSignal || ownRoles.has(user),
  };
}

/** Where a statement is cut: half a secret has no end to be known by. */
function withoutLastWord(text: string): string {
  return text.slice(0, -WORD_LENGTH) + text.slice(-WORD_LENGTH).replace(/\S+$/, '');
}

/**
 * Without secrets and control characters, its lines kept, and how far they stand in from the least of them. It is
 * redacted as one text, since a secret may begin on one line and end on the next; a line's end is a tab meanwhile, which
 * patterns take for white space and which cleaning leaves nowhere else.
 */
export function cleanStatement(text: string): string {
  const lines = text
    .split(/\r\n?|\n/)
    .map((line) => clean(line).trimEnd())
    .filter((line) => line !== '');
  const indents = lines.map((line) => line.search(/\S/));
  const least = Math.min(...indents.slice(1));
  const words = lines.map((line) => line.trim().replace(/ {2,}/g, ' ')).join('\t');
  const kept = redact(words).split('\t');
  // A secret went over a line's end: where the lines stood is not known any more.
  if (kept.length !== lines.length) return kept.join('\n');
  const indentOf = (i: number): number => (i === 0 ? 0 : Math.min(24, (indents[i] as number) - least));
  return kept.map((line, i) => ' '.repeat(indentOf(i)) + line).join('\n');
}

/** One line of it, cut. */
export function oneLine(statement: string): string {
  const line = statement.replace(/\n */g, ' ');
  return line.length > QUERY_LENGTH ? `${line.slice(0, QUERY_LENGTH - 1).toWellFormed()}…` : line;
}

export function parseHolder(row: Row): PostgresHolder {
  return {
    application: redact(nameOf(row['application_name'])),
    user: nameOf(row['usename']),
    count: numberOf(row['n']),
    idle: numberOf(row['idle']),
  };
}

export function parseDatabase(row: Row): PostgresDatabase {
  return { name: nameOf(row['datname']), sizeBytes: row['bytes'] == null ? null : numberOf(row['bytes']) };
}

export function parseTable(row: Row): PostgresTable {
  const liveRows = numberOf(row['live']);
  const deadRows = numberOf(row['dead']);
  return {
    oid: row['relid'] ?? '',
    // As they are: they are the identity that VACUUM is aimed at; whoever shows them cleans them.
    schema: row['schemaname'] ?? '',
    name: row['relname'] ?? '',
    totalBytes: row['bytes'] == null ? null : numberOf(row['bytes']),
    liveRows,
    deadRows,
    deadPercent: liveRows + deadRows > 0 ? (100 * deadRows) / (liveRows + deadRows) : 0,
    lastVacuumAt: milliseconds(row['vacuumed']),
    lastAnalyzeAt: milliseconds(row['analyzed']),
    owner: nameOf(row['owner']),
    mayVacuum: isTrue(row['may_vacuum']),
  };
}

/** What happened between two readings; null where it cannot be told (the first one, statistics reset). */
export function ratesBetween(
  before: Counters | null,
  now: Counters,
): { readonly transactionsPerSecond: number | null; readonly newDeadlocks: number | null } {
  if (before === null || now.at <= before.at || now.transactions < before.transactions) {
    return { transactionsPerSecond: null, newDeadlocks: null };
  }
  return {
    transactionsPerSecond: (now.transactions - before.transactions) / (now.at - before.at),
    newDeadlocks: Math.max(0, now.deadlocks - before.deadlocks),
  };
}

/** The share found in shared buffers between two readings; null when nothing was asked for. */
export function hitPercent(before: Counters | null, now: Counters): number | null {
  if (before === null) return null;
  const hit = now.hit - before.hit;
  const read = now.read - before.read;
  return hit < 0 || read < 0 || hit + read === 0 ? null : (100 * hit) / (hit + read);
}

function numberOf(text: string | null | undefined): number {
  return text == null ? 0 : Number(text);
}

function milliseconds(seconds: string | null | undefined): number | null {
  return seconds == null ? null : Math.max(0, Math.round(Number(seconds) * 1000));
}

function isTrue(text: string | null | undefined): boolean {
  return text === 't';
}

function nameOf(text: string | null | undefined): string {
  return clean(text ?? '').slice(0, NAME_LENGTH);
}
