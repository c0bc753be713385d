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
  /** Of the tables, in their order. */
  readonly keys: readonly string[];
  /** Before the filter. */
  readonly totalTables: number;
  readonly waits: readonly WaitLine[];
  /** What runs or is held open, the oldest first; without those that only wait. */
  readonly longest: readonly PostgresSession[];
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
  return {
    postgres: pg,
    redis: serverView(redis?.reading ?? null, 'no Redis is watched', now),
    tables: shown,
    keys: shown.map(({ oid }) => oid),
    totalTables: tables.length,
    waits: waitTree(sessions),
    longest: sessions
      .filter(
        ({ blockedBy, backendType, state }) =>
          blockedBy.length === 0 && backendType === 'client backend' && state !== 'idle',
      )
      .toSorted((a, b) => (b.transactionMs ?? b.queryMs ?? 0) - (a.transactionMs ?? a.queryMs ?? 0)),
  };
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
        remark: `STALE ${ago(now - reading.readAt)}${why}`,
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
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return tables.filter((table) => {
    const text = `${tableName(table)} ${table.owner}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
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
export function waitTree(sessions: readonly PostgresSession[]): readonly WaitLine[] {
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
  return trees.toSorted((a, b) => b.length - a.length).flat();
}
