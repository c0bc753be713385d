/** How many people use bots right now, where the database keeps their dialogs. */
import type { PostgresConnection } from '../sources/postgres/client.ts';
import type { ActionDeps } from './action.ts';
import type { BotTarget } from './target.ts';

export interface BotUsers {
  readonly users: number;
  readonly dialogs: number;
}

/** The columns that the count needs. */
const COLUMNS = `SELECT count(*) AS n FROM (VALUES ('bot_instances', 'id'), ('bot_instances', 'name'), ('dialogs', 'bot_id'),
  ('dialogs', 'user_id'), ('dialogs', 'updated_at')) AS wanted (t, c)
  JOIN pg_attribute ON attrelid = to_regclass(t) AND attname = c AND NOT attisdropped
    AND has_column_privilege(attrelid, attnum, 'SELECT')`;
const COLUMNS_NEEDED = 5;
/** A table of years without an index is not worth a second of a server in trouble. */
const LIMITS = 'BEGIN READ ONLY; SET LOCAL statement_timeout = 800; SET LOCAL lock_timeout = 200';

/**
 * The users with a dialog that changed in the last hour. Bots are found by their name in `bot_instances`, or as
 * `bot_worker_ID`. Null where there is no such database or table, where we may not read it, or where it knows none of them. Rejects when it cannot be read.
 */
export async function countUsers(targets: readonly BotTarget[], deps: ActionDeps): Promise<BotUsers | null> {
  const names = [...new Set(targets.map(({ name }) => name))].filter((name) => /^[\w .:@/-]{1,200}$/.test(name));
  if (names.length === 0) return null;
  const connection: PostgresConnection = await deps.postgres('postgres');
  try {
    const found = await connection.query(`${LIMITS}; ${COLUMNS}; COMMIT`);
    if (numberIn(found, 'n') !== COLUMNS_NEEDED) return null;
    const list = names.map((name) => `'${name}'`).join(', ');
    const counted =
      await connection.query(`${LIMITS}; SELECT count(DISTINCT b.id) AS bots, count(DISTINCT d.user_id) AS users, count(d.user_id) AS dialogs
      FROM bot_instances b LEFT JOIN dialogs d ON d.bot_id = b.id AND d.updated_at >= now() - interval '1 hour'
      WHERE (b.name IN (${list}) OR 'bot_worker_' || b.id IN (${list})); COMMIT`);
    const users = numberIn(counted, 'users');
    const dialogs = numberIn(counted, 'dialogs');
    // Of bots that the database does not know it says nothing, which is not none.
    const isKnown = (numberIn(counted, 'bots') ?? 0) > 0;
    return users === null || dialogs === null || !isKnown ? null : { users, dialogs };
  } finally {
    connection.close();
  }
}

/** The column of the one row that has it. */
function numberIn(answers: Awaited<ReturnType<PostgresConnection['query']>>, column: string): number | null {
  const value = answers.flat().find((row) => row[column] != null)?.[column];
  return value == null || !/^\d{1,15}$/.test(value) ? null : Number(value);
}
