import { expect, test } from 'vitest';
import { waitTrees } from '../../src/panels/database/view.ts';
import { databasePanel } from '../../src/panels/database.ts';
import { POSTGRES_OFF } from '../../src/sources/postgres/source.ts';
import { REDIS_OFF } from '../../src/sources/redis/source.ts';
import type { Reading } from '../../src/sources/source.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { NOON } from '../helpers/bots.ts';
import {
  drawn,
  fresh,
  LOCKED,
  makeHistory,
  makePostgres,
  makeRedis,
  makeScope,
  makeSession,
  makeTable,
} from './database/worlds.ts';

const history = makeHistory();
const panel = databasePanel(() => history);
const locked = makeScope(fresh(makePostgres({ sessions: LOCKED })), fresh(makeRedis()));
const keyOf = (pid: number): string => `session ${pid} 2026-01-15 11:00:00+00`;
const SIZES = [
  [38, 8],
  [78, 8],
  [58, 18],
  [98, 28],
  [198, 56],
] as const;

test.each(
  SIZES,
)('at %ix%i it says how full, how long, who is blocked, which table, and what Redis does', (width, height) => {
  const lines = drawn(panel, locked, width, height);
  expect(lines.every((line) => [...line].length <= width)).toBe(true);
  const text = lines.join('\n');
  for (const said of [
    '20%',
    '6m40',
    '2 blocked',
    'nightly-report',
    'dialog_messages',
    '24k',
    '40%',
    'Redis 7.0.15',
    '12M/24M',
    '92%',
  ]) {
    expect(text).toContain(said);
  }
});

test('at 98x28 it is this', () => {
  expect(drawn(panel, locked, 98, 28).join('\n')).toMatchInlineSnapshot(`
    "╭─ Database · chatai · 2 blocked ────────────────────────────────────────────────────────────────╮
    │connections  ███▎──────────── 20%  20 of 100  idle in tx 1  active 2  idle 17                   │
    │transactions 42/s                  ▇▆▆▅▄█▇▇▆▆▅▄█▇▇▆▆▅▄█▇▇▆▆▅▄█▇▇▆▆▅▄█▇▇▆▆▅▄█▇▇▆▆▅▄█▇▇▆▆▅▄█▇▇▆▆▅▄│
    │cache hit    99%                   █████████████████████████████████████████████████████████████│
    │longest      query 6m40 nightly-report (10)  transaction 6m40 nightly-report (10)               │
    │Blocked 2 ──────────────────────────────────────────────────────────────────────────────────────│
    │▸nightly-report  holds up 2  active 6m40  10  SELECT pg_sleep(600)                              │
    │ └ bot_worker_1  waits 1m30  11  UPDATE bot_instances SET a = 1                                 │
    │   └ bot_worker_7  waits 5s  12  UPDATE bot_instances SET a = 2                                 │
    │Longest ────────────────────────────────────────────────────────────────────────────────────────│
    │ nothing else runs                                                                              │
    │databases    chatai 18.7 MB                                                                     │
    │ TABLE                                            DEAD DEAD% LIVE SIZE VACUUM ANALYZE      OWNER│
    │ dialog_messages                                   24k   40%  36k 9.0M  never      1m     chatai│
    │ users                                            1.2k   23% 4.0k 1.0M     1h      1m     chatai│
    │ dialogs                                             0    0% 9.0k 1.0M     1h      1m     chatai│
    │                                                                                                │
    │                                                                                                │
    │                                                                                                │
    │                                                                                                │
    │Redis 7.0.15 ───────────────────────────────────────────────────────────────────────────────────│
    │memory       ████████──────── 12M/24M  clients 7  4.0k keys                                     │
    │commands     130/s                 ▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄█▇▆▅▄│
    │hits         92%                   ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇│
    │lost         evicted 0  rejected 0  saved 1m ago  10 changes since                              │
    │Slow log ───────────────────────────────────────────────────────────────────────────────────────│
    │  12 ms   30s ago  KEYS queue:*                                                                 │
    ╰────────────────────────────────────────────────────────────────────────────────────────────────╯"
  `);
});

test('on a phone it is this', () => {
  expect(drawn(panel, locked, 38, 8).join('\n')).toMatchInlineSnapshot(`
    "╭─ Database · chatai · 2 blocked ────╮
    │PG 18.4 █▎──── 20% 20/100  active 2 │
    │query 6m40  open tx 6m40  42 tx/s   │
    │▸nightly-report  holds up 2  10     │
    │ └ bot_worker_1  waits 1m30  11  +1 │
    │ dialog_messages      24k   40% 9.0M│
    │Redis 7.0.15 12M/24M  hit 92%       │
    ╰────────────────────────────────────╯"
  `);
});

test('a blocker stands above those that wait for it, and what waits for them below', () => {
  expect(
    waitTrees(LOCKED)
      .flat()
      .map(({ pid, depth, waiting }) => [pid, depth, waiting]),
  ).toEqual([
    [10, 0, 2],
    [11, 1, 1],
    [12, 2, 0],
  ]);
});

test('the longest name that a program can give itself leaves room for what its session does', () => {
  const application = 'a'.repeat(63);
  const sessions = [
    makeSession({ pid: 21, application, state: 'idle in transaction' }),
    makeSession({ pid: 22, application, blockedBy: [21], waitMs: 9_000 }),
    makeSession({ pid: 23, application }),
  ];
  for (const columns of [40, 80]) {
    const text = drawn(panel, makeScope(fresh(makePostgres({ sessions })), fresh(makeRedis())), columns, 30).join('\n');
    for (const part of ['…  holds up 1', '…  waits 9s', '…  active']) expect(text).toContain(part);
  }
});

test('a ring of waiters, a blocker out of sight and a prepared transaction each have their place, once', () => {
  const ring = [makeSession({ pid: 1, blockedBy: [2], waitMs: 9 }), makeSession({ pid: 2, blockedBy: [1], waitMs: 5 })];
  expect(
    waitTrees(ring)
      .flat()
      .map(({ pid, depth }) => [pid, depth]),
  ).toEqual([
    [1, 0],
    [2, 1],
  ]);
  const hidden = [
    makeSession({ pid: 3, blockedBy: [77], waitMs: 9 }),
    makeSession({ pid: 4, blockedBy: [0], waitMs: 5 }),
  ];
  expect(
    waitTrees(hidden)
      .flat()
      .map(({ pid, session }) => [pid, session === null]),
  ).toEqual([
    [77, true],
    [3, false],
    [0, true],
    [4, false],
  ]);
  const scope = makeScope(fresh(makePostgres({ sessions: hidden })), fresh(makeRedis()));
  expect(drawn(panel, scope, 98, 28).join('\n')).toContain('a prepared transaction  holds up 1');
});

test('the cursor goes through who waits, then what takes long, then the tables, and misses what is over at once', () => {
  const sessions = [
    ...LOCKED,
    makeSession({ pid: 20, transactionMs: 400 }),
    makeSession({ pid: 21, transactionMs: 90_000, state: 'idle in transaction' }),
  ];
  const scope = makeScope(fresh(makePostgres({ sessions })), fresh(makeRedis()));
  const keys = panel.keys(scope);
  expect(keys.slice(0, 5)).toEqual([...[10, 11, 12, 21].map(keyOf), 'oid-dialog_messages']);
  expect(drawn(panel, scope, 98, 28).join('\n')).toMatch(/worker_20 /);
  for (const [index, key] of keys.entries()) {
    const name = index < 4 ? String(sessions.find(({ pid }) => keyOf(pid) === key)?.application) : key.slice(4);
    const at = makeScope(fresh(makePostgres({ sessions })), fresh(makeRedis()), { key, index });
    for (const [width, height] of SIZES)
      expect(drawn(panel, at, width, height).find((line) => line.includes('▸'))).toContain(name.slice(0, 10));
  }
});

test('of a session its whole statement is copied, and it is no table for v', () => {
  const statement = `SELECT 1\n  FROM t -- ${'x'.repeat(500)}`;
  const sessions = [makeSession({ pid: 5, statement })];
  const scope = makeScope(fresh(makePostgres({ sessions })), fresh(makeRedis()));
  expect(panel.copyText?.(scope, keyOf(5))).toBe(statement);
  expect(panel.textOf?.(scope, keyOf(5))).toContain('worker_5');
});

test('the detail of a session says what it does, waits for and holds up, and all of its statement', () => {
  const long = `UPDATE bot_instances\n  SET a = ${'1 + '.repeat(60)}2\n  WHERE id = 'last words'`;
  const lock = { mode: 'ShareLock', relation: 'bot_instances' };
  const [holder, waiter, last] = LOCKED;
  const sessions = [holder, { ...waiter, wait: 'Lock:transactionid', lock, statement: long }, last] as typeof LOCKED;
  const scope = makeScope(fresh(makePostgres({ sessions })), fresh(makeRedis()));
  for (const [width, height] of [
    [80, 21],
    [200, 57],
  ] as const) {
    const cells = new Cells(width, height);
    panel.drawDetail(cells, scope, keyOf(11));
    const text = cells
      .plain()
      .map((line) => line.slice(1, -1).trim())
      .join(' ')
      .replace(/ +/g, ' ');
    for (const said of [
      'Session 11',
      'bot_worker_1, pid 11, role chatai in chatai, from 10.0.0.7',
      'for another transaction to end, which changed the same row; wants ShareLock, for a row of bot_instances',
      'behind nightly-report, pid 10, active 6m40',
      'holds 1 bot_worker_7, pid 12, waits 5s',
      "WHERE id = 'last words'",
    ]) {
      expect(text).toContain(said);
    }
  }
});

test('a statement longer than a phone is scrolled to its last word', () => {
  const statement = `SELECT ${Array.from({ length: 120 }, (_, i) => `column_${i}`).join(', ')} FROM the_end`;
  const scope = makeScope(fresh(makePostgres({ sessions: [makeSession({ pid: 5, statement })] })), fresh(makeRedis()));
  const at = (top: number): string => {
    const cells = new Cells(40, 17);
    const ui = { ...scope.ui, detail: { panel: 'database', key: keyOf(5), top } } as const;
    panel.drawDetail(cells, { ...scope, ui }, keyOf(5));
    return cells.plain().join('\n');
  };
  expect(at(0)).toContain('worker_5, pid 5');
  expect(at(0)).not.toContain('the_end');
  expect(at(0)).toMatch(/\d+ below: j/);
  expect(at(400)).toContain('FROM the_end');
});

test('a session that has ended meanwhile says so in its detail', () => {
  const cells = new Cells(80, 21);
  panel.drawDetail(cells, locked, keyOf(4711));
  expect(cells.plain().join('\n')).toContain('has ended: Esc goes back');
});

test('a filter finds sessions by program, role, pid and statement, and keeps whole trees of waits', () => {
  const sessions = [...LOCKED, makeSession({ pid: 30, query: 'SELECT secret_sauce' })];
  const keys = (filter: string): readonly string[] =>
    panel.keys(makeScope(fresh(makePostgres({ sessions })), fresh(makeRedis()), { filter }));
  expect(keys('worker_7')).toEqual([10, 11, 12].map(keyOf));
  expect(keys('sauce')).toEqual([keyOf(30)]);
});

test('what is not configured says what would', () => {
  const scope = makeScope({ state: 'off', reason: POSTGRES_OFF }, { state: 'off', reason: REDIS_OFF });
  const text = drawn(panel, scope, 78, 8).join('\n');
  expect(text).toContain('PostgreSQL: not configured. DATABASE_URL or --database-url names one');
  expect(text).toContain('Redis: not configured. REDIS_URL or --redis-url names one');
  expect(panel.keys(scope)).toEqual([]);
  const cells = new Cells(60, 12);
  panel.drawDetail(cells, scope, null);
  const detail = cells.plain().join(' ').replace(/[ │]+/g, ' ');
  expect(detail).toContain(
    ' PostgreSQL: not configured. DATABASE_URL or --database-url names one Redis: not configured.',
  );
});

test('what never answered says why and what to do', () => {
  const down: Reading<never> = {
    state: 'down',
    error: { code: 'denied', message: 'role root does not exist', hint: 'DATABASE_URL or PGUSER names a role' },
    since: NOON,
    tookMs: 3,
  };
  const text = drawn(panel, makeScope(down, down), 78, 8).join('\n');
  expect(text).toContain('PostgreSQL: role root does not exist');
  expect(text).toContain('DATABASE_URL or PGUSER names a role');
  expect(text).toContain('Redis: role root does not exist');
});

test('what stopped answering keeps its last values, dimmed, with their age and the reason', () => {
  const stale = <S>(value: S, message: string): Reading<S> => ({
    state: 'stale',
    value,
    readAt: NOON - 12_000,
    tookMs: 2,
    since: NOON,
    error: { code: 'frozen', message },
  });
  const scope = makeScope(stale(makePostgres(), 'PostgreSQL has not answered for 2.9 s'), fresh(makeRedis()));
  const cells = new Cells(78, 18);
  panel.draw(cells, scope);
  const lines = cells.plain();
  expect(lines.join('\n')).toContain('NO ANSWER 12s: PostgreSQL has not answered for 2.9 s');
  const row = lines.findIndex((line) => line.includes('dialog_messages'));
  expect(row).toBeGreaterThan(0);
  const freshCells = new Cells(78, 18);
  panel.draw(freshCells, makeScope(fresh(makePostgres()), fresh(makeRedis())));
  const freshRow = freshCells.plain().findIndex((line) => line.includes('users'));
  const staleRow = lines.findIndex((line) => line.includes('users'));
  expect(cells.styles[staleRow * 78 + 3]).not.toBe(freshCells.styles[freshRow * 78 + 3]);
});

test('what this login may not see is said with the statement that would show it', () => {
  const rights = { isSuperuser: false, canMonitor: false, canSignal: false, grant: 'GRANT pg_monitor TO botop;' };
  const scope = makeScope(fresh(makePostgres({ rights })), fresh(makeRedis()));
  expect(drawn(panel, scope, 98, 28).join('\n')).toContain('y copies: GRANT pg_monitor TO botop;');
  expect(panel.copyText?.(scope, null)).toBe('GRANT pg_monitor TO botop;');
  expect(panel.copyText?.(locked, null)).toBeNull();
});

test.each(SIZES)('at %ix%i who has the connections is said where they run out', (width, height) => {
  const holders = [
    { application: 'mailer', user: 'chatai', count: 61, idle: 58 },
    { application: '', user: 'reports', count: 9, idle: 0 },
  ];
  const full = { used: 91, max: 103, reserved: 3, usedPercent: 91, byState: { idle: 80, active: 11 } };
  const scope = makeScope(fresh(makePostgres({ connections: full, holders })), fresh(makeRedis()));
  expect(drawn(panel, scope, width, height).join('\n')).toMatch(/held by +mailer 61 \(58 idle\)/);
});

test('a slow command that comes again and again is one row with how often, and hides no other', () => {
  const command = (id: number, text: string, tookMs: number) => ({
    id,
    at: NOON - id * 1_000,
    tookMs,
    command: text,
    client: '',
  });
  const slowlog = [
    command(1, 'KEYS a*', 5),
    command(2, 'KEYS a*', 31),
    command(3, 'EVAL x', 60),
    command(4, 'KEYS a*', 4),
  ];
  const scope = makeScope(fresh(makePostgres()), fresh(makeRedis({ slowlog })));
  const text = drawn(panel, scope, 120, 38).join('\n');
  expect(text).toMatch(/31 ms +1s ago +×3 +KEYS a\*/);
  expect(text).toMatch(/60 ms +3s ago +EVAL x/);
  expect(text.match(/KEYS/g)).toHaveLength(1);
});

test('where both servers stand side by side, what is wrong with them takes the room of no figure', () => {
  const rights = { isSuperuser: false, canMonitor: false, canSignal: false, grant: 'GRANT pg_monitor TO botop;' };
  const error = { code: 'frozen', message: 'it has not answered for 9 s' } as const;
  const redis = { state: 'stale', value: makeRedis(), readAt: NOON - 9_000, tookMs: 2, since: NOON, error } as const;
  const scope = makeScope(fresh(makePostgres({ sessions: LOCKED, rights })), redis);
  const text = drawn(panel, scope, 120, 38).join('\n');
  for (const said of [
    'transactions 42/s',
    'cache hit',
    'GRANT pg_monitor TO botop;',
    'chatai 18.7 MB',
    '9 s',
    'evicted 0',
  ])
    expect(text).toContain(said);
});

test('the table under the cursor is what an action is aimed at, whatever the order', () => {
  const scope = makeScope(fresh(makePostgres()), fresh(makeRedis()), { sort: 2 });
  expect(panel.keys(scope)).toEqual(['oid-dialog_messages', 'oid-dialogs', 'oid-users']);
  expect(panel.targets?.(scope, 'oid-dialogs')).toMatchObject([
    {
      kind: 'table',
      sourceId: 'postgres',
      name: 'public.dialogs',
      login: { user: 'botop', database: 'chatai' },
    },
  ]);
  expect(panel.targets?.(scope, null)).toEqual([]);
});

test('a filter hides the other tables and says so when none is left', () => {
  const filtered = makeScope(fresh(makePostgres()), fresh(makeRedis()), { filter: 'dialog mess' });
  expect(panel.keys(filtered)).toEqual(['oid-dialog_messages']);
  const none = makeScope(fresh(makePostgres()), fresh(makeRedis()), { filter: 'nothing' });
  expect(drawn(panel, none, 98, 28).join('\n')).toContain('No table matches: 3 hidden. Esc clears the filter.');
});

test('of more tables than rows the one under the cursor is among those shown', () => {
  const tables = Array.from({ length: 40 }, (_, i) =>
    makeTable({ name: `t${String(i).padStart(2, '0')}`, deadRows: 4000 - i }),
  );
  for (const index of [0, 20, 39]) {
    const name = `t${String(index).padStart(2, '0')}`;
    const scope = makeScope(fresh(makePostgres({ tables })), fresh(makeRedis()), { key: `oid-${name}`, index });
    for (const [width, height] of SIZES) expect(drawn(panel, scope, width, height).join('\n')).toContain(`▸${name}`);
  }
});

test('hostile names change nothing but their own cells', () => {
  const tables = [
    makeTable({ name: '\x1b[31mred\x1b]0;owned\x07', deadRows: 9 }),
    makeTable({ name: 'x'.repeat(300) }),
  ];
  const text = drawn(panel, makeScope(fresh(makePostgres({ tables })), fresh(makeRedis())), 98, 28).join('\n');
  expect(text).not.toContain('\x1b');
  expect(text).toContain('red');
  expect(text).not.toContain('owned');
});

test.each([
  [{ persistence: { ...makeRedis().persistence, isLastSaveOk: false } }, 'SAVE FAILED'],
  [{ isMasterLinkUp: false, role: 'slave' }, 'MASTER DOWN'],
  [{ newRejectedConnections: 3, rejectedConnections: 3 }, 'REJECTING'],
])('a fault of Redis is in capitals at every size: %#', (over, word) => {
  for (const [width, height] of SIZES) {
    const scope = makeScope(fresh(makePostgres()), fresh(makeRedis(over)));
    expect(drawn(panel, scope, width, height).join('\n')).toContain(word);
  }
});

test('the detail tells the table’s facts and the course of both servers', () => {
  for (const [width, height] of [
    [40, 17],
    [80, 21],
    [200, 57],
  ] as const) {
    const cells = new Cells(width, height);
    panel.drawDetail(cells, locked, 'oid-users');
    const text = cells.plain().join('\n');
    expect(text).toContain('public.users');
    expect(text).toContain('connections');
    expect(text).toContain('┤');
  }
});
