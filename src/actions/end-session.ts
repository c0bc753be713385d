/** Ending what a session of PostgreSQL does: its statement (cancel), or the session with its transaction (terminate). */
import type { PostgresConnection } from '../sources/postgres/client.ts';
import { readSession } from '../sources/postgres/read-session.ts';
import { ageOf, type PostgresSession } from '../sources/postgres/snapshot.ts';
import { duration } from '../text/format.ts';
import type { Action, ActionDeps, Check, Resolved, RunResult, Verdict } from './action.ts';
import { errorText } from './error-text.ts';
import { psqlCommand, quoteLiteral } from './psql.ts';
import type { SessionTarget } from './target.ts';

const RUN_TIMEOUT_MS = 10_000;
/** The server ends a statement where it looks for that, and a session once its transaction is undone. */
const VERIFY_MS = 10_000;
const POLL_MS = 300;
const STATEMENT_SHOWN = 200;

/** What the two differ in. */
interface Way {
  /** The server's function. */
  readonly call: 'pg_cancel_backend' | 'pg_terminate_backend';
  /** Of the session, as SQL: what must still be so for the call to be made. */
  stands(session: PostgresSession): string;
  /** Why what was read now is not what was pointed at, or null. */
  changed(before: PostgresSession, now: PostgresSession): string | null;
  /** What of the question is not so any more, or null. */
  note(before: PostgresSession, now: PostgresSession): string | null;
  /** Said when it is over. */
  readonly over: string;
  /** Said when it is not, after a while. */
  readonly goesOn: string;
}

const bySession = ({ backendStart }: PostgresSession): string => `backend_start = ${quoteLiteral(backendStart)}`;

const CANCEL: Way = {
  call: 'pg_cancel_backend',
  // A program that has gone on to its next statement loses that to nobody.
  stands: (session) =>
    `${bySession(session)} AND query_start = ${quoteLiteral(session.queryStart)} AND state = 'active'`,
  changed: (before, now) => (now.queryStart === before.queryStart ? null : 'that statement has ended'),
  note: () => null,
  over: 'the statement has ended',
  goesOn: 'it goes on: the server ends it at its next safe place, K ends its session',
};

const TERMINATE: Way = {
  call: 'pg_terminate_backend',
  stands: bySession,
  changed: () => null,
  note: (before, now) =>
    before.transactionMs !== null && now.transactionMs === null ? 'its transaction has ended by itself' : null,
  over: 'the session has ended',
  goesOn: 'it is still there: the server undoes its transaction, or waits for a disk or a network that hangs',
};

export const cancelQuery: Action<SessionTarget> = {
  ...partsOf(CANCEL),
  id: 'cancel query',
  key: 'c',
  label: 'cancel query',
  question: (whom) => `Cancel what ${whom} runs`,
  risk: (targets) => (targets.length > 1 ? 'R2' : 'R1'),
  unavailable(target) {
    const { backendType, state } = target.session;
    if (backendType === '') return unseen(target);
    if (state !== 'active') return 'it runs no statement; K ends its session with its transaction';
    if (backendType !== 'client backend' && backendType !== 'autovacuum worker')
      return `it is the server’s ${backendType}`;
    return mayNot(target);
  },
  consequences: (targets) =>
    targets.flatMap(({ session, holdsUp }) => [
      `its statement, ${duration(ageOf(session))} old, ends with an error (57014), and what its transaction did is undone`,
      ...freed(holdsUp),
      session.backendType === 'client backend'
        ? 'its program keeps the connection, and decides itself whether it tries again'
        : 'autovacuum comes back to that table by itself',
      `it runs: ${shown(session)}`,
    ]),
};

export const terminate: Action<SessionTarget> = {
  ...partsOf(TERMINATE),
  id: 'terminate backend',
  key: 'K',
  label: 'terminate',
  question: (whom) => `Terminate ${whom}`,
  risk: () => 'R2',
  unavailable(target) {
    const { backendType } = target.session;
    if (backendType === '') return unseen(target);
    return backendType === 'client backend' ? mayNot(target) : `it is the server’s ${backendType}`;
  },
  consequences: (targets) =>
    targets.flatMap(({ session, holdsUp }) => [
      session.transactionMs === null
        ? 'its connection ends with an error (57P01)'
        : `its connection ends with an error (57P01), and what its transaction did in ${duration(session.transactionMs)} is undone`,
      ...freed(holdsUp),
      'most programs connect again; one that does not must be restarted',
      `${session.state === 'active' ? 'it runs' : 'its last statement'}: ${shown(session)}`,
    ]),
};

function freed(holdsUp: number): readonly string[] {
  return holdsUp === 0
    ? []
    : [`${holdsUp === 1 ? 'one session that waits' : `${holdsUp} sessions that wait`} for it can go on`];
}

function shown({ query }: PostgresSession): string {
  return query.length > STATEMENT_SHOWN ? `${query.slice(0, STATEMENT_SHOWN).toWellFormed()}…` : query || 'nothing';
}

/** Without a right even to see it nothing of it is known that would tell it from the next of its pid. */
function unseen({ login }: SessionTarget): string {
  return `role ${login.user} does not see what it is: pg_monitor would allow it`;
}

function mayNot({ session, login }: SessionTarget): string | null {
  if (session.maySignal) return null;
  return `role ${login.user} may not end what ${session.user || 'others'} runs: pg_signal_backend would allow it`;
}

function partsOf(
  way: Way,
): Pick<Action<SessionTarget>, 'targetKind' | 'runTimeoutMs' | 'command' | 'resolve' | 'glance' | 'run' | 'verify'> {
  return {
    targetKind: 'session',
    runTimeoutMs: RUN_TIMEOUT_MS,
    command(targets) {
      const [first] = targets;
      return first === undefined
        ? ''
        : psqlCommand(
            first.login,
            targets.map((target) => callOf(way, target, 'pg_stat_activity')),
          );
    },
    resolve: (targets, deps) => lookAgain(way, targets, deps),
    async glance(targets, deps) {
      const seat = deps.postgresSeat?.(targets[0]?.sourceId ?? '') ?? null;
      return seat === null ? [] : Promise.all(targets.map((target) => looked(way, target, seat)));
    },
    run: (target, deps) => call(way, target, deps),
    verify: (target, deps, signal, report) => watch(way, target, deps, signal, report),
  };
}

/** One statement that finds and ends it: a pid that is somebody else's by then is left alone. */
function callOf({ call: name, stands }: Way, { pid, session }: SessionTarget, of: string): string {
  return `SELECT ${name}(pid) AS told FROM ${of} WHERE pid = ${pid} AND ${stands(session)}`;
}

/** Over a connection of its own, else the one that reading keeps: where none is left, sessions must be ended most. */
async function over<T>(
  { sourceId }: SessionTarget,
  deps: ActionDeps,
  use: (at: PostgresConnection) => Promise<T>,
): Promise<T> {
  const connection = await deps.postgres(sourceId).catch((error: unknown) => {
    const seat = deps.postgresSeat?.(sourceId) ?? null;
    if (seat === null) throw error;
    return seat;
  });
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

/** All over one connection: where they run out, each of them is one that others wait for. */
async function lookAgain(
  way: Way,
  targets: readonly SessionTarget[],
  deps: ActionDeps,
): Promise<readonly Resolved<SessionTarget>[]> {
  const found: Resolved<SessionTarget>[] = [];
  const [first] = targets;
  if (first === undefined) return found;
  try {
    await over(first, deps, async (at) => {
      for (const target of targets) found.push(await looked(way, target, at));
    });
  } catch (error) {
    for (const { name } of targets.slice(found.length))
      found.push({ state: 'unread', reason: `${name} could not be read again: ${errorText(error)}` });
  }
  return found;
}

async function looked(way: Way, target: SessionTarget, at: PostgresConnection): Promise<Resolved<SessionTarget>> {
  const session = await readSession(at, target.pid, target.session.maySignal);
  if (session === null) return { state: 'gone', reason: `${target.name} has ended` };
  if (session.backendStart !== target.session.backendStart)
    return { state: 'other', reason: `pid ${target.pid} is another session now` };
  const reason = way.changed(target.session, session);
  if (reason !== null) return { state: 'other', reason: `${target.name}: ${reason}` };
  const again = { ...target, session: { ...session, blockedBy: target.session.blockedBy } };
  const note = way.note(target.session, session);
  return { state: 'same', target: again, ...(note === null ? {} : { note }) };
}

async function call(way: Way, target: SessionTarget, deps: ActionDeps): Promise<RunResult> {
  try {
    const [rows] = await over(target, deps, (connection) =>
      connection.query(callOf(way, target, `pg_stat_get_activity(${target.pid})`)),
    );
    const told = rows?.[0]?.['told'];
    if (told === 't') return { state: 'done', message: '' };
    return {
      state: 'failed',
      message: told === undefined ? 'it has ended by itself' : 'the server could not signal it',
    };
  } catch (error) {
    return { state: 'failed', message: errorText(error) };
  }
}

async function watch(
  way: Way,
  target: SessionTarget,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const verdict = (state: Check['state'], text: string): Verdict => ({
    state: state === 'waiting' ? 'watching' : state,
    checks: [{ text, state }],
    isWorse: false,
  });
  report(verdict('waiting', way.over));
  const until = deps.clock.monotonic() + VERIFY_MS;
  return over(target, deps, async (connection) => {
    for (;;) {
      const now = await readSession(connection, target.pid, target.session.maySignal);
      if (now === null || isOver(way, target.session, now)) return verdict('good', way.over);
      if (deps.clock.monotonic() > until) return verdict('bad', way.goesOn);
      await deps.sleep(POLL_MS, signal);
    }
  });
}

function isOver(way: Way, before: PostgresSession, now: PostgresSession): boolean {
  if (now.backendStart !== before.backendStart) return true;
  return way === CANCEL && (now.queryStart !== before.queryStart || now.state !== 'active');
}
