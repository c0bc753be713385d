/**
 * What a table `bot_instances` says of the bots, where our database has one: a registry that the fleet's own programs
 * keep. Of its columns those are read that are named here, never a configuration or a token.
 */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import type { Row } from './client.ts';
import type { BotInstance } from './snapshot.ts';

const TABLE = 'bot_instances';
const MAX_ROWS = 2_000;
const TEXTS = ['id', 'name', 'status', 'process_name', 'pm2_name'] as const;
const TIMES = ['last_restart', 'updated_at'] as const;
const NAME_LENGTH = 200;

/** Whether there is such a table, what it is called in SQL, which of the columns it has, and whether we may read it. */
export const FIND_INSTANCES = `select format('%I.%I', n.nspname, c.relname) as quoted, a.attname,
 has_table_privilege(c.oid, 'SELECT') or has_column_privilege(c.oid, a.attnum, 'SELECT') as may_read
 from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
 where c.oid = to_regclass('${TABLE}') and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
 and (a.attname in (${TEXTS.map((name) => `'${name}'`).join(', ')})
  or a.attname in (${TIMES.map((name) => `'${name}'`).join(', ')}) and format_type(a.atttypid, null) like 'timestamp%')`;

/** What `FIND_INSTANCES` found. */
export interface InstancesTable {
  /** As the server quotes it. */
  readonly quoted: string;
  /** Of the columns named above those that we may read. */
  readonly columns: ReadonlySet<string>;
}

/** Null where there is no such table. */
export function parseInstancesTable(rows: readonly Row[]): InstancesTable | null {
  const quoted = rows[0]?.['quoted'];
  if (quoted == null) return null;
  const columns = rows.filter((row) => row['may_read'] === 't').map((row) => row['attname'] ?? '');
  return { quoted, columns: new Set(columns) };
}

/** The statement that reads them, one row more than are kept; null where what tells them apart may not be read. */
export function instancesStatement({ quoted, columns }: InstancesTable): string | null {
  if (!columns.has('id') || !columns.has('status')) return null;
  const texts = TEXTS.filter((name) => columns.has(name)).map(
    (name) => `left(${name}::text, ${NAME_LENGTH}) as ${name}`,
  );
  const times = TIMES.filter((name) => columns.has(name)).map((name) => `extract(epoch from ${name}) as ${name}`);
  return `select ${[...texts, ...times].join(', ')} from ${quoted} order by id limit ${MAX_ROWS + 1}`;
}

/** The rows that are kept, and whether there are more. */
export function parseInstances(rows: readonly Row[]): {
  readonly rows: readonly BotInstance[];
  readonly isCut: boolean;
} {
  return { rows: rows.slice(0, MAX_ROWS).map(parseInstance), isCut: rows.length > MAX_ROWS };
}

function parseInstance(row: Row): BotInstance {
  return {
    id: textOf(row['id']) ?? '',
    name: textOf(row['name']),
    processName: textOf(row['pm2_name']) ?? textOf(row['process_name']),
    status: textOf(row['status']) ?? '',
    lastRestartAt: epochMs(row['last_restart']),
    updatedAt: epochMs(row['updated_at']),
  };
}

function textOf(text: string | null | undefined): string | null {
  return text == null || text === '' ? null : redact(clean(text));
}

function epochMs(seconds: string | null | undefined): number | null {
  const at = seconds == null ? Number.NaN : Math.round(Number(seconds) * 1_000);
  return Math.abs(at) <= 8.64e15 ? at : null;
}
