/**
 * Every statement that is read with, named by what it answers. They are run inside `BEGIN READ ONLY` as text, since a
 * prepared statement would stay behind in other people's connections when a pooler stands between.
 */

/** A statement with the first server version it serves (`server_version_num`). */
interface Query {
  readonly since: number;
  readonly sql: string;
}

/** The newest form of a statement that a server of this version understands. */
function forVersion(forms: readonly [Query, ...Query[]], versionNumber: number): string {
  const found = forms.filter(({ since }) => versionNumber >= since).toSorted((a, b) => b.since - a.since)[0];
  return (found ?? forms[0]).sql;
}

/**
 * Who we are, what this login may see, and how many connections there can be; asked again now and then, since a GRANT
 * needs no new login.
 */
export const SERVER = `select current_setting('server_version_num') as version_num, current_setting('server_version') as version,
 extract(epoch from pg_postmaster_start_time()) as started, pg_is_in_recovery() as in_recovery,
 current_database() as database, current_user as role, pg_backend_pid() as pid,
 (select rolsuper from pg_roles where rolname = current_user) as is_super,
 pg_has_role(current_user, 'pg_monitor', 'USAGE') as can_monitor,
 pg_has_role(current_user, 'pg_signal_backend', 'USAGE') as can_signal,
 case when not pg_has_role(current_user, 'pg_signal_backend', 'USAGE') then (select json_agg(rolname) from (
  select rolname from pg_roles where rolcanlogin and pg_has_role(oid, 'USAGE') limit 200) r) end as own_roles,
 format('GRANT pg_monitor TO %I;', current_user) as grant_text,
 pg_size_bytes(current_setting('track_activity_query_size')) as statement_bytes,
 current_setting('max_connections') as max,
 current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved`;

/** Beyond so many rows the server adds up: less is sent then, and until there it is dearer than the rows themselves. */
export const MANY_ROWS = 100;

const ACTIVITY = (count: string): string =>
  `select backend_type, state, wait_event_type = 'Lock' as waits, datid is not null and usesysid is not null as has_role,
 pid = pg_backend_pid() as is_own, ${count} as n from pg_stat_get_activity(null)`;

/** Sessions and processes by what they do, asked every two seconds; a row stands for `n` of them. */
export const activity = (count: number): string =>
  count > MANY_ROWS ? `${ACTIVITY('count(*)')} group by 1, 2, 3, 4, 5` : ACTIVITY('1');

const COUNTERS = ['xact_commit', 'xact_rollback', 'blocks_hit', 'blocks_fetched', 'deadlocks'];

/** Whose counters they are: behind a pooler or a proxy another server may answer over the connection that stands. */
const WHOSE =
  'extract(epoch from clock_timestamp()) as at, extract(epoch from pg_postmaster_start_time()) as started, pg_is_in_recovery() as in_recovery';

/** The counters of the databases, by the functions behind the view; a row stands for `n` of them. */
export const counters = (count: number): string =>
  count > MANY_ROWS
    ? `select ${COUNTERS.map((name) => `sum(pg_stat_get_db_${name}(oid)) as ${name}`).join(', ')}, ${WHOSE}, count(*) as n from pg_database`
    : `select ${COUNTERS.map((name) => `pg_stat_get_db_${name}(oid) as ${name}`).join(', ')}, ${WHOSE}, 1 as n from pg_database`;

/** Who has the connections, asked where they run out. Without pg_monitor the type of other roles' sessions is null. */
export const HOLDERS = `select application_name, pg_get_userbyid(usesysid) as usename, count(*) as n, count(*) filter (where state = 'idle') as idle
 from pg_stat_get_activity(null) where coalesce(backend_type, 'client backend') = 'client backend' and datid is not null and usesysid is not null
 group by 1, 2 order by 3 desc, 1, 2 limit 8`;

/** So much of a statement is read, characters; the server keeps 1,023 bytes unless it was told otherwise. */
export const STATEMENT_LENGTH = 4000;

const SESSION = `a.pid, a.backend_start, a.backend_type, pg_get_userbyid(nullif(a.usesysid, 0)) as usename,
 (select datname from pg_database d where d.oid = a.datid) as datname, a.application_name, host(a.client_addr) as client, a.state,
 concat_ws(':', a.wait_event_type, a.wait_event) as wait, a.query_start,
 extract(epoch from clock_timestamp() - a.query_start) as query_s, extract(epoch from clock_timestamp() - a.xact_start) as xact_s,
 extract(epoch from clock_timestamp() - a.state_change) as state_s, left(a.query, ${STATEMENT_LENGTH}) as query`;

/** Sessions that do something; enough while nothing waits for a lock. */
export const SESSIONS = `select ${SESSION} from pg_stat_get_activity(null) a
 where a.pid <> pg_backend_pid() and a.backend_type = 'client backend' and a.state <> 'idle'
 order by least(a.xact_start, a.query_start) nulls last limit 100`;

/**
 * The same with those that others wait for, idle ones too: an advisory lock is held by a session that does nothing. What
 * waits is asked once for whom, and for what: who waits for the end of the transaction that has a row holds the lock of
 * that row's place, which tells the table. Planning this takes longer than all else that is asked together.
 */
export const SESSIONS_WITH_LOCKS = `with a as materialized (select * from pg_stat_get_activity(null) where pid <> pg_backend_pid()),
 w as materialized (select pid, pg_blocking_pids(pid) as blockers from a where wait_event_type = 'Lock' limit 200),
 l as materialized (select pid, min(waitstart) as since, max(mode) filter (where not granted) as mode,
  max(relation) filter (where database = (select oid from pg_database where datname = current_database())) as relation
  from pg_locks where (not granted or locktype = 'tuple') and pid in (select pid from w) group by pid)
 select ${SESSION}, extract(epoch from clock_timestamp() - l.since) as wait_s, l.mode as lock_mode,
 l.relation::regclass::text as lock_relation, array_to_json(w.blockers) as blockers
 from a left join w using (pid) left join l using (pid)
 where (a.backend_type = 'client backend' and a.state <> 'idle') or w.pid is not null
  or a.pid in (select unnest(blockers) from w)
 order by w.pid is null, least(a.xact_start, a.query_start) nulls last limit 100`;

/** One session as it is now, without whom it waits for. */
export function sessionByPid(pid: number): string {
  if (!Number.isSafeInteger(pid)) throw new Error('a pid is a number');
  return `select ${SESSION} from pg_stat_get_activity(${pid}) a`;
}

/** What each database takes on disk; null where this login may not know. It looks at every file, so it is asked rarely. */
export const DATABASE_SIZES = `select datname, case when has_database_privilege(oid, 'CONNECT') or pg_has_role('pg_read_all_stats', 'USAGE')
 then pg_database_size(oid) end as bytes from pg_database where datallowconn and not datistemplate order by 2 desc nulls last limit 50`;

/** VACUUM is for the owner of the table or of the database; before 17 there is no right to be given. */
const OWNS = `pg_has_role(t.relowner, 'USAGE') or (select pg_has_role(datdba, 'USAGE') from pg_database where datname = current_database())`;

const MAINTAINS = `${OWNS} or has_table_privilege(t.relid, 'MAINTAIN')`;

/** It stands in a statement as it is. */
function requireOid(oid: string): void {
  if (!/^\d{1,10}$/.test(oid)) throw new Error('an oid is a number');
}

/** Of one table by its oid: what a list of tables says of it, and its name as the server quotes it. */
export function tableByOid(oid: string, versionNumber: number): string {
  requireOid(oid);
  const columns = (
    mayVacuum: string,
  ): string => `select t.*, pg_total_relation_size(t.relid) as bytes, t.n_live_tup as live, t.n_dead_tup as dead,
 extract(epoch from t.last_vacuumed) as vacuumed, extract(epoch from t.last_analyzed) as analyzed, pg_get_userbyid(t.relowner) as owner,
 (${mayVacuum}) as may_vacuum, format('%I.%I', t.schemaname, t.relname) as quoted from (
 select s.relid, s.schemaname, s.relname, s.n_live_tup, s.n_dead_tup, greatest(s.last_vacuum, s.last_autovacuum) as last_vacuumed,
  greatest(s.last_analyze, s.last_autoanalyze) as last_analyzed, c.relowner
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid where s.relid = ${oid}) t`;
  return forVersion(
    [
      { since: 0, sql: columns(OWNS) },
      { since: 170_000, sql: columns(MAINTAINS) },
    ],
    versionNumber,
  );
}

/** The names of one table by its oid, for which nothing is locked. */
export function tableNameByOid(oid: string): string {
  requireOid(oid);
  return `select n.nspname as schemaname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = ${oid}`;
}

/** Counted by the functions behind pg_stat_user_tables: the view itself joins and groups by every index. */
const tables = (
  mayVacuum: string,
  size: string,
): string => `select t.relid, n.nspname as schemaname, t.relname, ${size} as bytes, t.live, t.dead,
 extract(epoch from greatest(pg_stat_get_last_vacuum_time(t.relid), pg_stat_get_last_autovacuum_time(t.relid))) as vacuumed,
 extract(epoch from greatest(pg_stat_get_last_analyze_time(t.relid), pg_stat_get_last_autoanalyze_time(t.relid))) as analyzed,
 pg_get_userbyid(t.relowner) as owner, (${mayVacuum}) as may_vacuum from (
  select d.*, row_number() over (order by dead desc, relpages desc) as by_dead, row_number() over (order by relpages desc) as by_size from (
   select c.oid as relid, c.relname, c.relnamespace, c.relpages, c.relowner, c.reltoastrelid,
    pg_stat_get_live_tuples(c.oid) as live, pg_stat_get_dead_tuples(c.oid) as dead
   from pg_class c where c.relkind in ('r', 'm') and c.relpersistence <> 't' and c.relnamespace not in (
    select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema') or nspname ~ '^pg_toast')) d) t
 join pg_namespace n on n.oid = t.relnamespace where t.by_dead <= 60 or t.by_size <= 40
 order by t.dead desc, 4 desc nulls last, 2, 3`;

/** Waits for a table that somebody holds exclusively, so it runs under a short lock_timeout. */
const EXACT_SIZE = 'pg_total_relation_size(t.relid)';
/** Takes no lock: what the last VACUUM or ANALYZE counted, of the table and all that hangs on it. */
const ESTIMATED_SIZE = `(select sum(p.relpages)::bigint * current_setting('block_size')::int from pg_class p where p.oid in (t.relid, t.reltoastrelid)
 or p.oid in (select indexrelid from pg_index where indrelid in (t.relid, t.reltoastrelid)))`;

/** The tables with the most dead rows and the largest ones, of our database. */
export function tableSizes(versionNumber: number): string {
  return forVersion(
    [
      { since: 0, sql: tables(OWNS, EXACT_SIZE) },
      { since: 170_000, sql: tables(MAINTAINS, EXACT_SIZE) },
    ],
    versionNumber,
  );
}

/** The same while a table is locked. */
export function estimatedTableSizes(versionNumber: number): string {
  return forVersion(
    [
      { since: 0, sql: tables(OWNS, ESTIMATED_SIZE) },
      { since: 170_000, sql: tables(MAINTAINS, ESTIMATED_SIZE) },
    ],
    versionNumber,
  );
}
