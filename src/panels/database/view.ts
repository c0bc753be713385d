/** What the database panel shows: which tables in what order, who waits for whom, and what is wrong. Pure. */

import { tableName } from '../../actions/target.ts';
import {
  blockedSessions,
  type PostgresSession,
  type PostgresSnapshot,
  type PostgresTable,
} from '../../sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../../sources/redis/snapshot.ts';
import { type Reading, valueOf } from '../../sources/source.ts';
import { SERVER_WORDS } from '../../state/server-trouble.ts';
import type { Entry } from '../../state/store.ts';
import { ago } from '../../text/format.ts';
import type { ListState } from '../../ui/state.ts';

/** One server's reading with what stands in its place while there is none. */
export interface ServerView<S> {
  readonly state: Reading<S>['state'];
  readonly snapshot: S | null;
  /** Stale: how old and why. Down or off: why. Empty while all is well. */
  readonly remark: string;
  readonly hint: string;
}

/** A session in the tree of who waits for whom; the first of a tree waits for nobody. */
export interface WaitLine {
  readonly session: PostgresSession | null;
  /** Of the blocker; 0 is a prepared transaction. */
  readonly pid: number;
  readonly depth: number;
  /** How many wait for it, directly or behind another. */
  readonly waiting: number;
}

export interface DatabaseView {
  readonly postgres: ServerView<PostgresSnapshot>;
  readonly redis: ServerView<RedisSnapshot>;
  readonly tables: readonly PostgresTable[];
  /** Of what the cursor goes through: sessions that stay long enough to be aimed at, then the tables. */
  readonly keys: readonly string[];
  /** Before the filter. */
  readonly totalTables: number;
  readonly waits: readonly WaitLine[];
  /** What runs or is held open, the oldest first; without those among the waits. */
  readonly longest: readonly PostgresSession[];
}

/** What is younger comes and goes between two readings: the cursor would jump with it, ms. */
const AIMABLE_MS = 1_000;

/** The key of a session: its identity. */
export function sessionKey({ pid, backendStart }: Pick<PostgresSession, 'pid' | 'backendStart'>): string {
  return `session ${pid} ${backendStart}`;
}

export const isSessionKey = (key: string | null): boolean => key?.startsWith('session ') === true;

/** By what the program calls itself, else the role. */
export function who(session: PostgresSession): string {
  return session.application || session.user || session.backendType || 'unknown';
}

/** A blocker that is none of the sessions we see; 0 is a prepared transaction. */
export function unseen(pid: number): string {
  return pid === 0 ? 'a prepared transaction' : `backend ${pid}, not visible`;
}

/** How long it has been at it: its transaction, else its query. */
function heldMs({ transactionMs, queryMs }: PostgresSession): number {
  return transactionMs ?? queryMs ?? 0;
}

/** What the tables can be sorted by, in the order of `o`. */
export const TABLE_SORTS = ['dead', 'size', 'name', 'vacuum'] as const;

export function selectDatabase(
  postgres: Entry<'postgres'> | null,
  redis: Entry<'redis'> | null,
  list: Pick<ListState, 'sort' | 'isInverted' | 'filter'>,
  now: number,
): DatabaseView {
  const pg = serverView(postgres?.reading ?? null, 'no PostgreSQL is watched', now);
  const tables = pg.snapshot?.tables ?? [];
  const shown = sortTables(filterTables(tables, list.filter), TABLE_SORTS[list.sort] ?? 'dead');
  if (list.isInverted) shown.reverse();
  const sessions = pg.snapshot?.sessions ?? [];
  const words = wordsOf(list.filter);
  const waits = waitTrees(sessions)
    .filter((tree) => words.length === 0 || tree.some(({ session }) => session && isSessionOf(session, words)))
    .flat();
  const isInTree = new Set(waits.map(({ pid }) => pid));
  const longest = sessions
    .filter(
      (session) =>
        !isInTree.has(session.pid) &&
        session.blockedBy.length === 0 &&
        session.backendType === 'client backend' &&
        session.state !== 'idle' &&
        isSessionOf(session, words),
    )
    .toSorted((a, b) => heldMs(b) - heldMs(a));
  const aimable = longest.filter((session) => heldMs(session) >= AIMABLE_MS);
  return {
    postgres: pg,
    redis: serverView(redis?.reading ?? null, 'no Redis is watched', now),
    tables: shown,
    keys: [
      ...waits.flatMap(({ session }) => (session === null ? [] : sessionKey(session))),
      ...aimable.map(sessionKey),
      ...shown.map(({ oid }) => oid),
    ],
    totalTables: tables.length,
    waits,
    longest,
  };
}

/** The session of a key; null for another row, or when it has gone. */
export function sessionOfKey({ postgres }: DatabaseView, key: string | null): PostgresSession | null {
  return postgres.snapshot?.sessions.find((session) => sessionKey(session) === key) ?? null;
}

function serverView<S>(reading: Reading<S> | null, absent: string, now: number): ServerView<S> {
  if (reading === null) return { state: 'off', snapshot: null, remark: absent, hint: '' };
  const snapshot = valueOf(reading);
  switch (reading.state) {
    case 'waiting':
      return { state: 'waiting', snapshot, remark: 'asking…', hint: '' };
    case 'fresh':
      return { state: 'fresh', snapshot, remark: '', hint: '' };
    case 'stale': {
      const why = reading.error === null ? '' : `: ${reading.error.message}`;
      return {
        state: 'stale',
        snapshot,
        remark: `${reading.error ? SERVER_WORDS[reading.error.code] : 'STALE'} ${ago(now - reading.readAt)}${why}`,
        hint: reading.error?.hint ?? '',
      };
    }
    case 'down':
      return { state: 'down', snapshot, remark: reading.error.message, hint: reading.error.hint ?? '' };
    case 'off':
      return { state: 'off', snapshot, remark: reading.reason, hint: '' };
    default:
      return reading satisfies never;
  }
}

function filterTables(tables: readonly PostgresTable[], filter: string): PostgresTable[] {
  const words = wordsOf(filter);
  return tables.filter((table) => {
    const text = `${tableName(table)} ${table.owner}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function wordsOf(filter: string): readonly string[] {
  return filter.toLowerCase().split(/\s+/).filter(Boolean);
}

/** What a session is found by, lower case. */
export function sessionText({ pid, application, user, database, client, state, query }: PostgresSession): string {
  return `${pid} ${application} ${user} ${database} ${client} ${state} ${query}`.toLowerCase();
}

function isSessionOf(session: PostgresSession, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = sessionText(session);
  return words.every((word) => text.includes(word));
}

function sortTables(tables: PostgresTable[], sort: (typeof TABLE_SORTS)[number]): PostgresTable[] {
  const byName = (a: PostgresTable, b: PostgresTable): number => (tableName(a) < tableName(b) ? -1 : 1);
  switch (sort) {
    case 'dead':
      return tables.sort((a, b) => b.deadRows - a.deadRows || byName(a, b));
    case 'size':
      return tables.sort((a, b) => (b.totalBytes ?? -1) - (a.totalBytes ?? -1) || byName(a, b));
    case 'name':
      return tables.sort(byName);
    case 'vacuum':
      // Never vacuumed comes first.
      return tables.sort((a, b) => (a.lastVacuumAt ?? 0) - (b.lastVacuumAt ?? 0) || byName(a, b));
    default:
      return sort satisfies never;
  }
}

/**
 * Blockers with those that wait below them, the one that holds up most first. One that waits for several stands below
 * the first of them. A ring (a deadlock until the server breaks it) begins at whoever waits longest.
 */
export function waitTrees(sessions: readonly PostgresSession[]): readonly (readonly WaitLine[])[] {
  const waiting = blockedSessions(sessions);
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const below = new Map<number, PostgresSession[]>();
  for (const session of waiting) {
    const blocker = session.blockedBy[0] as number;
    below.set(blocker, [...(below.get(blocker) ?? []), session]);
  }
  const isWaiting = new Set(waiting.map(({ pid }) => pid));
  const seen = new Set<number>();
  const branch = (pid: number, depth: number): WaitLine[] => {
    if (seen.has(pid)) return [];
    seen.add(pid);
    const under = (below.get(pid) ?? []).flatMap((session) => branch(session.pid, depth + 1));
    return [{ session: byPid.get(pid) ?? null, pid, depth, waiting: under.length }, ...under];
  };
  const roots = [...below.keys()].filter((pid) => !isWaiting.has(pid));
  const trees = roots.map((pid) => branch(pid, 0));
  for (const { pid } of waiting) if (!seen.has(pid)) trees.push(branch(pid, 0));
  return trees.toSorted((a, b) => b.length - a.length);
}

/** Those that wait for the session of this pid, directly or behind another. */
export function subtreeOf(waits: readonly WaitLine[], pid: number): readonly WaitLine[] {
  const at = waits.findIndex((line) => line.pid === pid);
  return at < 0 ? [] : waits.slice(at + 1, at + 1 + (waits[at] as WaitLine).waiting);
}
