/** One table, read over any connection: what an action on it must know before and after. */
import type { PostgresConnection, Row } from './client.ts';
import { parseTable } from './parse.ts';
import { tableByOid, tableNameByOid } from './queries.ts';
import type { PostgresTable } from './snapshot.ts';

const STATEMENT_MS = 3_000;

/** A table as it is now, with its full name as the server quotes it. */
export interface ReadTable {
  readonly table: PostgresTable;
  /** `public."Mixed Case"`: may stand in a statement as it is. */
  readonly quotedName: string;
}

/** Null when there is no table of that oid any more. Rejects with `SourceError`; writes nothing. */
export async function readTable(
  connection: PostgresConnection,
  oid: string,
  versionNumber: number,
): Promise<ReadTable | null> {
  const settings = `SET LOCAL statement_timeout = ${STATEMENT_MS}; SET LOCAL lock_timeout = ${STATEMENT_MS}`;
  let rows: readonly (readonly Row[])[];
  try {
    rows = await connection.query(`BEGIN READ ONLY; ${settings}; ${tableByOid(oid, versionNumber)}; COMMIT`);
  } catch (error) {
    if (connection.isOpen) await connection.query('ROLLBACK');
    throw error;
  }
  const row = rows[3]?.[0];
  return row === undefined ? null : { table: parseTable(row), quotedName: row['quoted'] ?? '' };
}

/** What is known of a table, under the name it has now; null when there is none of that oid any more. Takes no lock. */
export async function readTableName(
  connection: PostgresConnection,
  oid: string,
  known: PostgresTable,
): Promise<PostgresTable | null> {
  const settings = `SET LOCAL statement_timeout = ${STATEMENT_MS}`;
  const rows = await connection.query(`BEGIN READ ONLY; ${settings}; ${tableNameByOid(oid)}; COMMIT`);
  const row = rows[2]?.[0];
  return row === undefined ? null : { ...known, schema: row['schemaname'] ?? '', name: row['relname'] ?? '' };
}
