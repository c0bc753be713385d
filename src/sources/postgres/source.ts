/** One PostgreSQL as a source: one kept connection, one read-only transaction a reading, and never a setting left behind. */
import { keptConnection } from '../kept-connection.ts';
import { type Clock, type Source, SourceError, SourceOff } from '../source.ts';
import { FIND_INSTANCES, instancesStatement, parseInstances, parseInstancesTable } from './bot-instances.ts';
import type { PostgresConnection, Row } from './client.ts';
import type { FoundAddress } from './dsn.ts';
import {
  type Counters,
  hitPercent,
  type KnownServer,
  parseDatabase,
  parseHolder,
  parseOverview,
  parseServer,
  parseSession,
  parseTable,
  ratesBetween,
} from './parse.ts';
import {
  activity,
  counters as countersOf,
  DATABASE_SIZES,
  estimatedTableSizes,
  HOLDERS,
  SERVER,
  SESSIONS,
  SESSIONS_WITH_LOCKS,
  tableSizes,
} from './queries.ts';
import { type ReadingConnection, type ReadingLimits, readingConnection } from './reading-connection.ts';
import type { PostgresDatabase, PostgresSnapshot, PostgresTable } from './snapshot.ts';

export interface PostgresSourceOptions {
  /** See `findPostgres`; null when there is no sign of a server. */
  readonly found: FoundAddress | null;
  readonly clock: Clock;
  readonly id?: string;
  /** What is said while there is nothing to watch. */
  readonly offReason?: string;
  /** Resolves when the driver may be loaded, which blocks the program for 20 ms. At once unless said. */
  readonly mayLoad?: () => Promise<void>;
}

export interface PostgresSource extends Source<'postgres'> {
  /**
   * The connection that reading keeps, for a statement of a moment where no other is to be had; null while there is none.
   * Closing it does nothing.
   */
  seat(): PostgresConnection | null;
}

/** Said where nothing is configured and no socket is found. */
export const POSTGRES_OFF = 'PostgreSQL: not configured. DATABASE_URL or --database-url names one';

const CADENCE_MS = 2_000;
const TABLES_EVERY_MS = 30_000;
/** A reading that follows the one before so soon was asked for by an action. */
const OUT_OF_TURN_MS = 1_300;
const DATABASES_EVERY_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2_500;
/** The server's limits, and ours of the answer: with the cadence a freeze is told within three seconds. */
interface Limits extends ReadingLimits {
  readonly answerMs: number;
}

/** What takes no time worth speaking of, and could only wait for a lock. */
const FAST: Limits = { lockMs: 800, answerMs: 900 };
/** What grows with what waits, and with all locks there are. */
const WITH_LOCKS: Limits = { statementMs: 800, answerMs: 900 };
/** Sizes look at many files; they may take longer, and are left out when they take more. */
const SLOW: Limits = { statementMs: 1_500, lockMs: 200, answerMs: 2_000 };
/** How far back the cache's share is counted, readings. */
const HIT_READINGS = 6;
const MANY = { activity: Number.POSITIVE_INFINITY, counters: Number.POSITIVE_INFINITY };
/** From this share of the connections on it is asked who has them, percent. */
const HOLDERS_FROM = 70;
/** Who asks for more gets the rest with it. */
const RANKS = { none: 0, busy: 1, waiting: 2 };

export function postgresSource({
  found,
  clock,
  id = 'postgres',
  offReason = POSTGRES_OFF,
  mayLoad = () => Promise.resolve(),
}: PostgresSourceOptions): PostgresSource {
  let known: KnownServer | null = null;
  /** What the reading before found going on: what is asked along with the next one. */
  let sessionsWanted: 'none' | 'busy' | 'waiting' = 'waiting';
  let isServerWanted = false;
  let counters: readonly Counters[] = [];
  /** How many rows the reading before found; many until it is known. */
  let sizes = MANY;
  let instances: PostgresSnapshot['instances'] = null;
  let databases: readonly PostgresDatabase[] | null = null;
  let tables: readonly PostgresTable[] | null = null;
  let isEstimate = false;
  let tablesReadAt: number | null = null;
  let tablesMono = Number.NEGATIVE_INFINITY;
  let databasesMono = Number.NEGATIVE_INFINITY;
  let readMono = Number.NEGATIVE_INFINITY;
  /** Why what is read rarely could not be, until it is read again; by what it is. */
  const notRead = new Map<'tables' | 'databases' | 'bot_instances', string>();
  /** From its first answer on it is one that is watched, named or not. */
  let wasRead = false;

  const kept = keptConnection<ReadingConnection>({
    clock,
    name: 'PostgreSQL',
    frozenHint: 'the server is stopped, swapping or starved; the connection is kept',
    async open(onLost) {
      if (found === null) throw new SourceOff(offReason);
      await mayLoad();
      const { openPostgres } = await import('./client.ts');
      const login = { applicationName: 'botop', timeoutMs: CONNECT_TIMEOUT_MS, onLost };
      return readingConnection(await openPostgres(found.address, login));
    },
    onDrop() {
      counters = [];
      known = null;
      sessionsWanted = 'waiting';
      sizes = MANY;
      tablesMono = Number.NEGATIVE_INFINITY;
      databasesMono = Number.NEGATIVE_INFINITY;
      notRead.clear();
    },
  });

  function read(
    at: ReadingConnection,
    statements: readonly string[],
    limits: Limits,
    signal: AbortSignal,
  ): Promise<readonly (readonly Row[])[]> {
    return kept.answered(at.read(statements, limits), limits.answerMs, signal);
  }

  /** What the server has said of itself. */
  function learn(at: ReadingConnection, row: Row): void {
    known = parseServer(row);
    at.answeredBy(known.server.pid);
  }

  async function readSlowly(at: ReadingConnection, signal: AbortSignal): Promise<void> {
    const now = clock.monotonic();
    const version = known?.server.versionNumber ?? 0;
    // Asked out of turn: something was changed, and the tables may be what.
    const isOutOfTurn = now - readMono < OUT_OF_TURN_MS;
    readMono = now;
    if (isOutOfTurn || now - tablesMono >= TABLES_EVERY_MS) {
      tablesMono = now;
      const exact = await orNull(read(at, [tableSizes(version), SERVER], SLOW, signal));
      const rows = exact ?? (await orNull(read(at, [estimatedTableSizes(version), SERVER], SLOW, signal)));
      isEstimate = exact === null;
      if (rows?.[0] && rows[1]?.[0]) {
        tables = rows[0].map(parseTable);
        tablesReadAt = clock.now();
        learn(at, rows[1][0]);
        notRead.delete('tables');
      } else notRead.set('tables', 'the sizes of tables could not be read in time');
    }
    if (now - databasesMono >= DATABASES_EVERY_MS) {
      databasesMono = now;
      const rows = await orNull(read(at, [DATABASE_SIZES], SLOW, signal));
      notRead.delete('databases');
      if (rows?.[0]) databases = rows[0].map(parseDatabase);
      else notRead.set('databases', 'the sizes of databases could not be read in time');
      await readInstancesOf(at, signal);
    }
  }

  /** In the cadence of the databases: the fleet's own table of its bots, where there is one. */
  async function readInstancesOf(at: ReadingConnection, signal: AbortSignal): Promise<void> {
    const found = await orNull(read(at, [FIND_INSTANCES], SLOW, signal));
    const table = found?.[0] ? parseInstancesTable(found[0]) : null;
    const statement = table && instancesStatement(table);
    const rows = statement ? await orNull(read(at, [statement], SLOW, signal)) : null;
    notRead.delete('bot_instances');
    if (found === null || (statement && rows === null))
      notRead.set('bot_instances', 'bot_instances could not be read in time');
    else if (table === null) instances = null;
    else {
      const kept = parseInstances(rows?.[0] ?? []);
      instances = { table: table.quoted, mayRead: statement !== null, ...kept, readAt: clock.now() };
    }
  }

  async function observe(place: FoundAddress, signal: AbortSignal): Promise<PostgresSnapshot> {
    const at = await kept.get();
    const asksWho = known === null || isServerWanted;
    const asked = sessionsWanted;
    const fast = [activity(sizes.activity), countersOf(sizes.counters)];
    if (asked !== 'none') fast.push(asked === 'busy' ? SESSIONS : SESSIONS_WITH_LOCKS);
    const limits = asked === 'waiting' ? WITH_LOCKS : FAST;
    const rows = await read(at, asksWho ? [...fast, SERVER] : fast, limits, signal);
    const [active = [], counted = []] = rows;
    const serverRow = asksWho ? rows.at(-1)?.[0] : undefined;
    if (active.length === 0 || counted.length === 0)
      throw new SourceError('protocol', 'PostgreSQL left a statement unanswered');
    const before = known?.server.startedAt;
    if (serverRow) learn(at, serverRow);
    if (known === null) throw new SourceError('protocol', 'PostgreSQL did not say who it is');
    const overview = parseOverview(active, counted, known.slots);
    // Behind a pooler another server may have taken its place: nothing is counted across, and the next asks who it is.
    isServerWanted = before !== undefined && before !== overview.standing.startedAt;
    if (isServerWanted) counters = [];
    known = { ...known, server: { ...known.server, ...overview.standing } };
    sizes = overview.sizes;
    sessionsWanted = overview.waiting > 0 ? 'waiting' : overview.busy > 0 ? 'busy' : 'none';
    let sessionRows = asked === 'none' ? [] : (rows[2] ?? []);
    // More is going on than was asked for; what has ended meanwhile costs nothing.
    if (RANKS[sessionsWanted] > RANKS[asked]) {
      const more =
        sessionsWanted === 'waiting'
          ? read(at, [SESSIONS_WITH_LOCKS], WITH_LOCKS, signal)
          : read(at, [SESSIONS], FAST, signal);
      sessionRows = (await more)[0] ?? [];
    }
    const isFilling = overview.connections.usedPercent >= HOLDERS_FROM;
    const holders = isFilling ? await orNull(read(at, [HOLDERS], FAST, signal)) : null;
    const rates = ratesBetween(counters.at(-1) ?? null, overview.counters);
    const cacheHitPercent = hitPercent(counters[0] ?? null, overview.counters);
    counters = [...counters, overview.counters].slice(-HIT_READINGS);
    await readSlowly(at, signal);
    const { label, host, port, user, database } = place.address;
    const { terms } = known;
    return {
      address: label,
      login: { host, port, user, database },
      server: known.server,
      rights: known.rights,
      connections: overview.connections,
      holders: holders?.[0]?.map(parseHolder) ?? null,
      sessions: sessionRows.map((row) => parseSession(row, terms)),
      ...rates,
      cacheHitPercent,
      databases,
      tables,
      isEstimate,
      tablesReadAt,
      instances,
      problems: [...notRead.values()],
    };
  }

  return {
    kind: 'postgres',
    id,
    cadenceMs: CADENCE_MS,
    timeoutMs: 9_000,
    async read(signal) {
      if (found === null) throw new SourceOff(offReason);
      try {
        const snapshot = await observe(found, signal);
        wasRead = true;
        return snapshot;
      } catch (error) {
        kept.dropIfLost();
        // Somebody's server, found by its socket, that has no place for us is none of our business until it is named.
        const isOurs = found.isConfigured || wasRead || !(error instanceof SourceError) || error.code !== 'denied';
        if (isOurs) throw error;
        throw new SourceOff(
          `PostgreSQL at ${found.address.label}: ${error.message}. DATABASE_URL or --database-url names a role`,
        );
      }
    },
    watch: (poke) => kept.watch(poke),
    seat() {
      const at = kept.standing();
      return at && { isOpen: true, query: (sql) => at.query(sql), cancel: () => at.cancel(), close() {} };
    },
    close: () => kept.close(),
  };
}

/** Null where the server refused or ran out of time; a lost or silent connection is thrown on. */
async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof SourceError && (error.code === 'refused' || error.code === 'frozen')) throw error;
    return null;
  }
}
