/** One PostgreSQL as a source: one kept connection, one read-only transaction a reading, and never a setting left behind. */
import { isOverWithin } from '../deadline.ts';
import { type Clock, type Source, SourceError, SourceOff } from '../source.ts';
import type { PostgresConnection, Row } from './client.ts';
import type { FoundAddress } from './dsn.ts';
import {
  type Counters,
  hitPercent,
  parseDatabase,
  parseOverview,
  parseServer,
  parseSession,
  parseTable,
  ratesBetween,
} from './parse.ts';
import { DATABASE_SIZES, estimatedTableSizes, OVERVIEW, SERVER, SESSIONS, tableSizes } from './queries.ts';
import type { PostgresDatabase, PostgresRights, PostgresServer, PostgresSnapshot, PostgresTable } from './snapshot.ts';

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

/** Said where nothing is configured and no socket is found. */
export const POSTGRES_OFF = 'PostgreSQL: not configured. DATABASE_URL or --database-url names one';

const CADENCE_MS = 2_000;
const TABLES_EVERY_MS = 30_000;
/** A reading that follows the one before so soon was asked for by an action. */
const OUT_OF_TURN_MS = 1_300;
const DATABASES_EVERY_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2_500;
/** The server's limit of a statement, and ours of its answer: with the cadence a freeze is told within three seconds. */
const STATEMENT_MS = 800;
const ANSWER_MS = 900;
/** Sizes look at many files; they may take longer, and are left out when they take more. */
const SLOW_STATEMENT_MS = 1_500;
const SLOW_ANSWER_MS = 2_000;
const LOCK_MS = 200;
/** A connection that has not answered for so long is given up. A frozen server may have kept us a seat until then. */
const GIVE_UP_MS = 15_000;
/** How far back the cache's share is counted, readings. */
const HIT_READINGS = 6;

export function postgresSource({
  found,
  clock,
  id = 'postgres',
  offReason = POSTGRES_OFF,
  mayLoad = () => Promise.resolve(),
}: PostgresSourceOptions): Source<'postgres'> {
  let poke: () => void = () => {};
  let connection: PostgresConnection | null = null;
  /** An answer that did not come in time and is still awaited: nothing else is sent meanwhile. */
  let overdue: { readonly since: number; readonly ended: Promise<void> } | null = null;
  let known: { server: PostgresServer; rights: PostgresRights } | null = null;
  let counters: readonly Counters[] = [];
  let databases: readonly PostgresDatabase[] | null = null;
  let tables: readonly PostgresTable[] | null = null;
  let isEstimate = false;
  let tablesReadAt: number | null = null;
  let tablesMono = Number.NEGATIVE_INFINITY;
  let databasesMono = Number.NEGATIVE_INFINITY;
  let readMono = Number.NEGATIVE_INFINITY;
  /** From its first answer on it is one that is watched, named or not. */
  let wasRead = false;
  let isClosed = false;

  function drop(): void {
    connection?.close();
    connection = null;
    overdue = null;
    counters = [];
    known = null;
  }

  async function connect({ address }: FoundAddress): Promise<PostgresConnection> {
    if (connection?.isOpen) return connection;
    drop();
    await mayLoad();
    const { openPostgres } = await import('./client.ts');
    const opened = await openPostgres(address, {
      applicationName: 'botop',
      timeoutMs: CONNECT_TIMEOUT_MS,
      onLost: () => poke(),
    });
    if (isClosed) {
      opened.close();
      throw new SourceError('failed', 'closed');
    }
    connection = opened;
    tablesMono = Number.NEGATIVE_INFINITY;
    databasesMono = Number.NEGATIVE_INFINITY;
    return opened;
  }

  /** The rows of each statement, read in a transaction of their own that can write nothing. */
  async function read(
    at: PostgresConnection,
    statements: readonly string[],
    limits: { readonly statementMs: number; readonly answerMs: number; readonly lockMs?: number },
    signal: AbortSignal,
  ): Promise<readonly (readonly Row[])[]> {
    const { statementMs, answerMs, lockMs } = limits;
    const settings = [
      `SET LOCAL statement_timeout = ${statementMs}`,
      ...(lockMs === undefined ? [] : [`SET LOCAL lock_timeout = ${lockMs}`]),
    ];
    const sentAt = clock.monotonic();
    const answer = at.query(['BEGIN READ ONLY', ...settings, ...statements, 'COMMIT'].join('; '));
    const ended = answer.then(
      () => {},
      async () => {
        // A transaction in which a statement failed is left open by the server.
        if (at.isOpen) await at.query('ROLLBACK').catch(() => {});
      },
    );
    if (!(await isOverWithin(ended, answerMs, signal))) {
      overdue = { since: sentAt, ended };
      void ended.then(() => {
        if (overdue?.ended === ended) overdue = null;
        poke();
      });
      throw frozen(sentAt);
    }
    return (await answer).slice(1 + settings.length, 1 + settings.length + statements.length);
  }

  function frozen(since: number): SourceError {
    const seconds = ((clock.monotonic() - since) / 1000).toFixed(1);
    return new SourceError('frozen', `PostgreSQL has not answered for ${seconds} s`, {
      hint: 'the server is stopped, swapping or starved; the connection is kept',
    });
  }

  async function readSlowly(at: PostgresConnection, problems: string[], signal: AbortSignal): Promise<void> {
    const limits = { statementMs: SLOW_STATEMENT_MS, answerMs: SLOW_ANSWER_MS, lockMs: LOCK_MS };
    const now = clock.monotonic();
    const version = known?.server.versionNumber ?? 0;
    // Asked out of turn: something was changed, and the tables may be what.
    const isOutOfTurn = now - readMono < OUT_OF_TURN_MS;
    readMono = now;
    if (isOutOfTurn || now - tablesMono >= TABLES_EVERY_MS) {
      tablesMono = now;
      const exact = await orNull(read(at, [tableSizes(version), SERVER], limits, signal));
      const rows = exact ?? (await orNull(read(at, [estimatedTableSizes(version), SERVER], limits, signal)));
      isEstimate = exact === null;
      if (rows?.[0] && rows[1]?.[0]) {
        tables = rows[0].map(parseTable);
        tablesReadAt = clock.now();
        known = parseServer(rows[1][0]);
      } else problems.push('the sizes of tables could not be read in time');
    }
    if (now - databasesMono >= DATABASES_EVERY_MS) {
      databasesMono = now;
      const rows = await orNull(read(at, [DATABASE_SIZES], limits, signal));
      if (rows?.[0]) databases = rows[0].map(parseDatabase);
      else problems.push('the sizes of databases could not be read in time');
    }
  }

  async function observe(place: FoundAddress, signal: AbortSignal): Promise<PostgresSnapshot> {
    if (overdue !== null && connection?.isOpen) {
      if (clock.monotonic() - overdue.since < GIVE_UP_MS) throw frozen(overdue.since);
      drop();
    }
    const at = await connect(place);
    const limits = { statementMs: STATEMENT_MS, answerMs: ANSWER_MS };
    const isFirst = known === null;
    const wanted = isFirst ? [OVERVIEW, SESSIONS, SERVER] : [OVERVIEW, SESSIONS];
    const [overviewRows, sessionRows, serverRows] = await read(at, wanted, limits, signal);
    const overviewRow = overviewRows?.[0];
    if (overviewRow === undefined || sessionRows === undefined) {
      throw new SourceError('protocol', 'PostgreSQL left a statement unanswered');
    }
    if (serverRows?.[0]) known = parseServer(serverRows[0]);
    if (known === null) throw new SourceError('protocol', 'PostgreSQL did not say who it is');
    const overview = parseOverview(overviewRow);
    const rates = ratesBetween(counters.at(-1) ?? null, overview.counters);
    const cacheHitPercent = hitPercent(counters[0] ?? null, overview.counters);
    counters = [...counters, overview.counters].slice(-HIT_READINGS);
    const problems: string[] = [];
    await readSlowly(at, problems, signal);
    const { label, host, port, user, database } = place.address;
    return {
      address: label,
      login: { host, port, user, database },
      ...known,
      connections: overview.connections,
      sessions: sessionRows.map(parseSession),
      ...rates,
      cacheHitPercent,
      databases,
      tables,
      isEstimate,
      tablesReadAt,
      problems,
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
        // A statement that failed leaves the connection as good as it was; a lost one is made anew by the next reading.
        if (!connection?.isOpen) drop();
        // Somebody's server, found by its socket, that has no place for us is none of our business until it is named.
        const isOurs = found.isConfigured || wasRead || !(error instanceof SourceError) || error.code !== 'denied';
        if (isOurs) throw error;
        throw new SourceOff(
          `PostgreSQL at ${found.address.label}: ${error.message}. DATABASE_URL or --database-url names a role`,
        );
      }
    },
    watch(onChange) {
      poke = onChange;
      return () => {
        poke = () => {};
      };
    },
    close() {
      isClosed = true;
      poke = () => {};
      drop();
    },
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
