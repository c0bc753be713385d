/** One session, read over any connection: what an action on it must know before and after. */
import type { PostgresConnection, Row } from './client.ts';
import { parseSession } from './parse.ts';
import { sessionByPid } from './queries.ts';
import type { PostgresSession } from './snapshot.ts';

const STATEMENT_MS = 3_000;

/** Null when there is no session of that pid any more; `maySignal` is known from before. Rejects with `SourceError`; writes nothing. */
export async function readSession(
  connection: PostgresConnection,
  pid: number,
  maySignal: boolean,
): Promise<PostgresSession | null> {
  let rows: readonly (readonly Row[])[];
  try {
    rows = await connection.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_MS}; ${sessionByPid(pid)}; COMMIT`,
    );
  } catch (error) {
    if (connection.isOpen) await connection.query('ROLLBACK').catch(() => {});
    throw error;
  }
  const row = rows[2]?.[0];
  return row === undefined
    ? null
    : parseSession(row, { canSignal: maySignal, ownRoles: new Set(), statementBytes: Number.POSITIVE_INFINITY });
}
