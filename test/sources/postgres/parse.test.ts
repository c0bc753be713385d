import { expect, test } from 'vitest';
import type { Row } from '../../../src/sources/postgres/client.ts';
import {
  cleanStatement,
  hitPercent,
  oneLine,
  parseOverview,
  parseSession,
  parseTable,
  ratesBetween,
} from '../../../src/sources/postgres/parse.ts';

const counters = { at: 100, transactions: 1000, hit: 900, read: 100, deadlocks: 2 };

test('rates are of the time between two readings, by the server’s clock', () => {
  const later = { ...counters, at: 102, transactions: 1030, deadlocks: 3 };
  expect(ratesBetween(counters, later)).toEqual({ transactionsPerSecond: 15, newDeadlocks: 1 });
  expect(ratesBetween(null, later)).toEqual({ transactionsPerSecond: null, newDeadlocks: null });
});

test('counters that were reset tell nothing, rather than a negative rate', () => {
  expect(ratesBetween(counters, { ...counters, at: 102, transactions: 3 }).transactionsPerSecond).toBeNull();
  expect(hitPercent(counters, { ...counters, hit: 0, read: 0 })).toBeNull();
});

test('a cache that nobody asked has no share, not one of zero', () => {
  expect(hitPercent(counters, counters)).toBeNull();
  expect(hitPercent(counters, { ...counters, hit: 975, read: 125 })).toBe(75);
});

const client = (state: string | null, over: Row = {}): Row => ({
  backend_type: 'client backend',
  state,
  waits: 'f',
  has_role: 't',
  is_own: 'f',
  n: '1',
  ...over,
});

test('sessions are counted by state, others that do something as busy, and whoever waits as waiting', () => {
  const rows = [
    client('active', { is_own: 't' }),
    client('active', { waits: 't' }),
    client('idle in transaction'),
    client('idle', { n: '3' }),
    client(null),
    // Of another role, without pg_monitor: a session, and a background process.
    client(null, { backend_type: null }),
    client(null, { backend_type: null, has_role: 'f' }),
    client(null, { backend_type: 'autovacuum worker', waits: 't' }),
  ];
  const seen = parseOverview(rows, [{ at: '7', n: '2' }], { max: 100, reserved: 3 });
  expect(seen.connections.byState).toEqual({
    active: 2,
    'idle in transaction': 1,
    idle: 3,
    starting: 1,
    hidden: 1,
  });
  expect(seen).toMatchObject({ busy: 2, waiting: 2, sizes: { activity: 10, counters: 2 } });
  expect(seen.connections.used).toBe(8);
});

test('the counters of all databases are added up', () => {
  const of = (n: number): Row => ({
    xact_commit: `${n}`,
    xact_rollback: '1',
    blocks_hit: '30',
    blocks_fetched: '40',
    deadlocks: '0',
    at: '7.5',
    n: '1',
  });
  expect(parseOverview([], [of(1), of(2)], { max: 100, reserved: 3 }).counters).toEqual({
    at: 7.5,
    transactions: 5,
    hit: 60,
    read: 20,
    deadlocks: 0,
  });
});

test('connections are judged by what ordinary roles can have', () => {
  const rows = [client('active', { n: '50' }), client('idle', { n: '40' })];
  const { connections } = parseOverview(rows, [], { max: 100, reserved: 3 });
  expect(connections).toMatchObject({ used: 90, max: 100, reserved: 3, byState: { active: 50, idle: 40 } });
  expect(connections.usedPercent).toBeCloseTo((100 * 90) / 97);
});

test('a statement is redacted whole before it is cut, across its lines too, which stay as they stood', () => {
  const long = `SELECT 1 ${'-'.repeat(380)} PASSWORD 'geheim and much more of it'`;
  const role = cleanStatement("ALTER ROLE x\n\tPASSWORD 'geheim'");
  expect(role).toBe("ALTER ROLE x\nPASSWORD '[redacted]'");
  expect(oneLine(role)).toBe("ALTER ROLE x PASSWORD '[redacted]'");
  expect(cleanStatement("SET  password =\n        'geheim'")).not.toContain('geheim');
  expect(cleanStatement("ALTER ROLE x PASSWORD 'ge\n  heim'")).toBe("ALTER ROLE x PASSWORD '[redacted]'");
  expect(oneLine(cleanStatement(long))).not.toContain('geheim');
  expect(oneLine(cleanStatement(long)).length).toBeLessThanOrEqual(400);
});

test('the lines of a statement stand in as far as they did among themselves, without blank ones', () => {
  const sql = `SELECT 1,\n\n      2 -- two\r\n        AND\x1b[31m red\n      FROM t   `;
  expect(cleanStatement(sql)).toBe('SELECT 1,\n2 -- two\n  AND red\nFROM t');
});

const TERMS = { canSignal: false, ownRoles: new Set(['bots']), statementBytes: 1_024 };

test('what it waits to lock, whether this login may end it, and whether its statement was cut are told', () => {
  const row = { pid: '7', query: 'SELECT 1', lock_mode: 'ShareLock', lock_relation: 'users', usename: 'anna' };
  expect(parseSession(row, TERMS)).toMatchObject({
    lock: { mode: 'ShareLock', relation: 'users' },
    maySignal: false,
    isStatementCut: false,
  });
  expect(parseSession({ pid: '7', usename: 'bots' }, TERMS)).toMatchObject({ lock: null, maySignal: true });
  expect(parseSession(row, { ...TERMS, canSignal: true }).maySignal).toBe(true);
  // A character of three bytes may have had no room before the end.
  for (const [bytes, isCut] of [
    [1_019, false],
    [1_020, true],
    [1_023, true],
  ] as const)
    expect(parseSession({ pid: '7', query: 'x'.repeat(bytes) }, TERMS).isStatementCut).toBe(isCut);
  expect(parseSession({ pid: '7', query: 'я'.repeat(511) }, TERMS).isStatementCut).toBe(true);
});

test('where a statement is cut its last word goes, as half a secret is not known for one', () => {
  const address = " CONNECTION 'postgres://rep:geheim";
  const row = (query: string): Row => ({ pid: '7', query });
  const padded = `CREATE SUBSCRIPTION ${'s '.repeat(496)}`.slice(0, 1_023 - address.length) + address;
  const { statement, query } = parseSession(row(padded), TERMS);
  expect(statement.endsWith('CONNECTION')).toBe(true);
  expect(query).not.toContain('geheim');
  expect(parseSession(row('SELECT 1, 2'), TERMS).statement).toBe('SELECT 1, 2');
  expect(parseSession(row('7'.repeat(1_023)), TERMS).statement).toBe('7'.repeat(1_023 - 64));
});

test('a session keeps its start as the server’s own text, and each blocker once', () => {
  const session = parseSession(
    {
      pid: '7',
      backend_start: '2026-01-15 12:00:00.123456+00',
      backend_type: 'client backend',
      usename: 'bot\x1b[31m',
      datname: 'chatai',
      application_name: 'bot',
      client: null,
      state: 'active',
      wait: 'Lock:tuple',
      query_s: '1.5',
      xact_s: null,
      state_s: '0.25',
      wait_s: '1.25',
      query: 'SELECT 1',
      blockers: '[5,5,0]',
    },
    TERMS,
  );
  expect(session).toMatchObject({
    backendStart: '2026-01-15 12:00:00.123456+00',
    user: 'bot',
    client: '',
    queryMs: 1500,
    transactionMs: null,
    stateMs: 250,
    waitMs: 1250,
    blockedBy: [5, 0],
  });
});

test('a table that was never vacuumed has no time of it, and one without rows no dead share', () => {
  const table = parseTable({
    relid: '5',
    schemaname: 's',
    relname: 't',
    bytes: null,
    live: '0',
    dead: '0',
    vacuumed: null,
    may_vacuum: 'f',
  });
  expect(table).toMatchObject({ totalBytes: null, deadPercent: 0, lastVacuumAt: null, mayVacuum: false });
});
