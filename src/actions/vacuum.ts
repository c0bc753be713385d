/** VACUUM (ANALYZE) of one table, over a connection of its own. Rows are not touched; only room is given back. */
import type { Notice, PostgresConnection } from '../sources/postgres/client.ts';
import { type ReadTable, readTable, readTableName } from '../sources/postgres/read-table.ts';
import type { PostgresTable } from '../sources/postgres/snapshot.ts';
import { bytesLong, count } from '../text/format.ts';
import type { Action, ActionDeps, Check, Resolved, RunResult, Verdict } from './action.ts';
import { errorText } from './error-text.ts';
import { psqlCommand, quoteIdentifier } from './psql.ts';
import { type TableTarget, tableName } from './target.ts';

/** A large table takes hours; botop's end cancels it, time does not. */
const RUN_TIMEOUT_MS = 24 * 3_600_000;
const LOCK_TIMEOUT = '5s';
/** Before 15 what a session counted is told by a process of its own, half a second late. */
const VERIFY_MS = 10_000;
const POLL_MS = 500;
/** With more than this share of the dead rows left, something still sees them. */
const LEFT_SHARE = 0.2;

export const vacuum: Action<TableTarget> = {
  id: 'vacuum',
  key: 'v',
  label: 'vacuum',
  targetKind: 'table',
  runTimeoutMs: RUN_TIMEOUT_MS,
  endsWithMonitor: true,
  risk: (targets) => (targets.length > 1 ? 'R2' : 'R1'),
  unavailable,
  command(targets) {
    const [first] = targets;
    if (first === undefined) return '';
    const statements = targets.map(
      ({ table }) => `VACUUM (ANALYZE) ${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`,
    );
    return psqlCommand(first.login, statements);
  },
  consequences,
  resolve,
  glance,
  run,
  verify,
};

function unavailable({ table, login, isInRecovery }: TableTarget): string | null {
  if (isInRecovery) return 'this server is a standby, where nothing can be vacuumed';
  if (!table.mayVacuum) return `role ${login.user} does not own it: only its owner ${table.owner} may`;
  return null;
}

function consequences(targets: readonly TableTarget[]): readonly string[] {
  const dead = targets.reduce((sum, { table }) => sum + table.deadRows, 0);
  const size = targets.reduce((sum, { table }) => sum + (table.totalBytes ?? 0), 0);
  return [
    `the room of ${count(dead)} dead rows can be used again; the ${bytesLong(size)} on disk hardly shrink`,
    'reading and writing go on meanwhile; ALTER TABLE, index builds and other vacuums of it wait',
    `it waits ${LOCK_TIMEOUT.replace('s', ' s')} for its lock at most, runs without a limit, and is cancelled when botop ends`,
  ];
}

async function connect(target: TableTarget, deps: ActionDeps, notices: Notice[] = []): Promise<PostgresConnection> {
  return deps.postgres(target.sourceId, (notice) => notices.push(notice));
}

async function read(target: TableTarget, deps: ActionDeps): Promise<ReadTable | null> {
  const connection = await connect(target, deps);
  try {
    return await readTable(connection, target.table.oid, target.versionNumber);
  } finally {
    connection.close();
  }
}

async function resolve(targets: readonly TableTarget[], deps: ActionDeps): Promise<readonly Resolved<TableTarget>[]> {
  const found: Resolved<TableTarget>[] = [];
  for (const target of targets) {
    try {
      found.push(identify(target, (await read(target, deps))?.table ?? null));
    } catch (error) {
      found.push({ state: 'unread', reason: `${target.name} could not be read again: ${errorText(error)}` });
    }
  }
  return found;
}

/** By its name alone, over the connection that reading keeps: what else is read of a table may wait for a lock. */
async function glance(targets: readonly TableTarget[], deps: ActionDeps): Promise<readonly Resolved<TableTarget>[]> {
  const seat = deps.postgresSeat?.(targets[0]?.sourceId ?? '') ?? null;
  if (seat === null) return [];
  return Promise.all(
    targets.map(async (target) => identify(target, await readTableName(seat, target.table.oid, target.table))),
  );
}

/** By oid, and by the name it had: an oid that now has another name is not what the person pointed at. */
function identify(target: TableTarget, table: PostgresTable | null): Resolved<TableTarget> {
  if (table === null) return { state: 'gone', reason: `${target.name} is gone` };
  if (table.schema !== target.table.schema || table.name !== target.table.name) {
    return { state: 'other', reason: `${target.name} is called ${tableName(table)} now` };
  }
  return { state: 'same', target: { ...target, table } };
}

async function run(target: TableTarget, deps: ActionDeps, signal: AbortSignal): Promise<RunResult> {
  const notices: Notice[] = [];
  const connection = await connect(target, deps, notices);
  const cancel = (): void => void connection.cancel().catch(() => connection.close());
  try {
    const now = await readTable(connection, target.table.oid, target.versionNumber);
    const found = identify(target, now?.table ?? null);
    if (now === null || found.state !== 'same')
      return { state: 'failed', message: 'reason' in found ? found.reason : '' };
    // VACUUM cannot stand in a transaction, where settings would end by themselves: they are taken back below.
    await connection.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await connection.query('SET statement_timeout = 0');
    notices.length = 0;
    signal.throwIfAborted();
    signal.addEventListener('abort', cancel, { once: true });
    await connection.query(`VACUUM (ANALYZE) ${now.quotedName}`);
    return resultOf(notices, now.table.mayVacuum);
  } catch (error) {
    const said = noticesText(notices);
    const why = signal.aborted ? `cancelled: ${errorText(error)}` : errorText(error);
    return { state: 'failed', message: said === '' ? why : `${why}; ${said}` };
  } finally {
    signal.removeEventListener('abort', cancel);
    await leave(connection);
  }
}

/**
 * VACUUM without the right answers "VACUUM" all the same, with a warning that it skipped the table. Warnings are
 * translated, so the right decides what one means: the owner can be warned of other things.
 */
function resultOf(notices: readonly Notice[], mayVacuum: boolean): RunResult {
  const said = noticesText(notices);
  const isSkipped = notices.some(
    ({ code, message }) => code === '01000' && /skipping|permission denied/i.test(message),
  );
  if (!mayVacuum || isSkipped)
    return { state: 'failed', message: said || 'the server skipped it: the right is missing' };
  return { state: 'done', message: said };
}

function noticesText(notices: readonly Notice[]): string {
  return [...new Set(notices.map(({ severity, message }) => `${severity}: ${message}`))].map(errorText).join('; ');
}

/** Behind a pooler the connection is somebody's next: it goes back as it came. */
async function leave(connection: PostgresConnection): Promise<void> {
  try {
    if (connection.isOpen) await connection.query('RESET lock_timeout; RESET statement_timeout');
  } finally {
    connection.close();
  }
}

async function verify(
  target: TableTarget,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const until = deps.clock.monotonic() + VERIFY_MS;
  report({ state: 'watching', checks: [{ text: 'dead rows', state: 'waiting' }] });
  for (;;) {
    const now = await read(target, deps);
    if (now === null) return { state: 'unknown', checks: [{ text: 'the table is gone', state: 'unknown' }] };
    const verdict = look(target, now);
    if (verdict.state !== 'watching') return verdict;
    if (deps.clock.monotonic() > until) {
      return { state: 'bad', checks: [{ text: 'the server counts no vacuum of it', state: 'bad' }], isWorse: false };
    }
    await deps.sleep(POLL_MS, signal);
  }
}

/** What the server says of it after the vacuum, compared with before. */
function look(before: TableTarget, { table }: ReadTable): Verdict {
  const { lastVacuumAt, deadRows } = before.table;
  if (table.lastVacuumAt === null || table.lastVacuumAt <= (lastVacuumAt ?? 0))
    return { state: 'watching', checks: [] };
  const checks: Check[] = [{ text: 'vacuumed', state: 'good' }];
  const text = `dead rows ${count(deadRows)} → ${count(table.deadRows)}`;
  const isCleared = table.deadRows <= Math.max(100, deadRows * LEFT_SHARE);
  if (isCleared) return { state: 'good', checks: [...checks, { text, state: 'good' }] };
  const why = 'an old transaction, a replication slot or a prepared one still sees them';
  return { state: 'bad', checks: [...checks, { text: `${text}: ${why}`, state: 'bad' }], isWorse: false };
}
