import { expect, test } from 'vitest';
import type { ActionDeps } from '../../src/actions/action.ts';
import { cancelQuery, terminate } from '../../src/actions/end-session.ts';
import {
  auditTarget,
  type SessionTarget,
  sessionTarget,
  targetAnswers,
  targetKey,
  targetLine,
} from '../../src/actions/target.ts';
import { SourceError, systemClock } from '../../src/sources/source.ts';
import { makePostgres, makeSession } from '../panels/database/worlds.ts';

const SHELL = { pm2Home: '/home/ops/.pm2', user: 'ops' };
const signal = new AbortController().signal;
const RUNS = { state: 'active', backend_type: 'client backend', query: 'SELECT 1' };
const ROW = { pid: '10', backend_start: '2026-01-15 11:00:00+00', query_start: '2026-01-15 11:59:58+00', ...RUNS };

function target(over: Parameters<typeof makeSession>[0] = { pid: 10 }, holdsUp = 0): SessionTarget {
  return sessionTarget('postgres', makePostgres(), makeSession({ application: 'nightly-report', ...over }), holdsUp);
}

/** A server that tells of the session in these rows, one after the other, and then that there is none. */
function answering(...rows: readonly (typeof ROW | null)[]): { deps: ActionDeps; sent: string[] } {
  const sent: string[] = [];
  const left = [...rows];
  const deps: ActionDeps = {
    clock: systemClock,
    pm2: () => {
      throw new Error('there is no PM2 here');
    },
    sleep: () => Promise.resolve(),
    evidence: { save: () => Promise.resolve({ state: 'none', reason: 'this test keeps none' }) },
    postgres: async () => ({
      isOpen: true,
      async query(sql) {
        sent.push(sql);
        if (!sql.startsWith('BEGIN')) return [[{ told: 't' }]];
        const row = left.shift() ?? null;
        return [[], [], row === null ? [] : [row], []];
      },
      cancel: async () => {},
      close() {},
    }),
  };
  return { deps, sent };
}

test('the command finds the session by pid and start, and a statement by its start too', () => {
  expect(terminate.command([target()], SHELL)).toBe(
    "psql -h db.example -p 5432 -U botop -d chatai -c 'SELECT pg_terminate_backend(pid) AS told FROM pg_stat_activity" +
      " WHERE pid = 10 AND backend_start = '\\''2026-01-15 11:00:00+00'\\'''",
  );
  expect(cancelQuery.command([target()], SHELL)).toContain(
    "query_start = '\\''2026-01-15 11:59:58+00'\\'' AND state = '\\''active'\\''",
  );
  const forged = target({ pid: 10, backendStart: "x' OR true --" });
  expect(() => terminate.command([forged], SHELL)).toThrow('sent back');
  const styled = target({ pid: 10, backendStart: '11/22/2026 08:53:46.123456 UTC' });
  expect(terminate.command([styled], SHELL)).toContain("'\\''11/22/2026 08:53:46.123456 UTC'\\''");
  expect(terminate.command([target({ pid: 10, backendStart: '' })], SHELL)).toContain('backend_start = NULL');
});

test('a cancel asks for y, and a terminate for the pid, which alone tells sessions of one program apart', () => {
  expect([cancelQuery.risk([target()]), terminate.risk([target()])]).toEqual(['R1', 'R2']);
  expect(targetAnswers(target())).toEqual(['10']);
  expect(targetLine(target())).toBe('nightly-report (10)  active 2s  chatai in chatai');
  expect(targetKey(target())).not.toBe(targetKey(target({ pid: 10, backendStart: '2026-01-15 11:00:01+00' })));
  expect(auditTarget(target({ pid: 10, query: 'SELECT 7' }))).toEqual({
    kind: 'session',
    host: 'db.example',
    port: 5432,
    database: 'chatai',
    role: 'botop',
    name: 'nightly-report (10)',
    pid: 10,
    backendStart: '2026-01-15 11:00:00+00',
    user: 'chatai',
    query: 'SELECT 7',
  });
});

test('it is refused where it would do nothing or the right is missing, with the reason', () => {
  expect([cancelQuery.unavailable(target()), terminate.unavailable(target())]).toEqual([null, null]);
  const idle = target({ pid: 10, state: 'idle in transaction' });
  expect(cancelQuery.unavailable(idle)).toBe('it runs no statement; K ends its session with its transaction');
  expect(terminate.unavailable(idle)).toBeNull();
  const foreign = target({ pid: 10, maySignal: false });
  for (const action of [cancelQuery, terminate])
    expect(action.unavailable(foreign)).toBe(
      'role botop may not end what chatai runs: pg_signal_backend would allow it',
    );
  const worker = target({ pid: 10, backendType: 'autovacuum worker' });
  expect(cancelQuery.unavailable(worker)).toBeNull();
  expect(terminate.unavailable(worker)).toBe('it is the server’s autovacuum worker');
  const unseen = target({ pid: 10, backendType: '', state: '', backendStart: '', maySignal: true });
  for (const action of [cancelQuery, terminate])
    expect(action.unavailable(unseen)).toBe('role botop does not see what it is: pg_monitor would allow it');
  expect(target({ pid: 10, backendType: 'autovacuum worker', application: '', user: '' }).name).toBe(
    'autovacuum worker (10)',
  );
  expect(cancelQuery.unavailable(target({ pid: 10, backendType: 'walsender' }))).toBe('it is the server’s walsender');
});

test('the question says what is undone, who goes on, and what it runs', () => {
  const said = terminate.consequences([target({ pid: 10, transactionMs: 400_000, query: 'UPDATE t' }, 2)], 0);
  expect(said).toEqual([
    'its connection ends with an error (57P01), and what its transaction did in 6m40 is undone',
    '2 sessions that wait for it can go on',
    'most programs connect again; one that does not must be restarted',
    'it runs: UPDATE t',
  ]);
  expect(cancelQuery.consequences([target({ pid: 10, query: 'x'.repeat(390) })], 0).at(-1)?.length).toBeLessThan(220);
});

test('a session that ended, another one of its pid, and for a cancel another statement are not what was pointed at', async () => {
  const other = { ...ROW, backend_start: '2026-01-15 12:00:00+00' };
  const next = { ...ROW, query_start: '2026-01-15 11:59:59+00' };
  const resolved = async (action: typeof terminate, row: typeof ROW | null) =>
    (await action.resolve([target()], answering(row).deps, signal))[0];
  expect(await resolved(terminate, ROW)).toMatchObject({ state: 'same', target: { pid: 10 } });
  expect(await resolved(terminate, null)).toEqual({ state: 'gone', reason: 'nightly-report (10) has ended' });
  expect(await resolved(terminate, other)).toEqual({ state: 'other', reason: 'pid 10 is another session now' });
  expect(await resolved(terminate, next)).toMatchObject({ state: 'same' });
  expect(await resolved(cancelQuery, next)).toEqual({
    state: 'other',
    reason: 'nightly-report (10): that statement has ended',
  });
});

test('a server that cannot be reached leaves the target unread, with the reason', async () => {
  const deps: ActionDeps = {
    ...answering().deps,
    postgres: () => Promise.reject(new SourceError('denied', 'all connection slots are taken')),
  };
  expect(await terminate.resolve([target()], deps, signal)).toEqual([
    { state: 'unread', reason: 'nightly-report (10) could not be read again: all connection slots are taken' },
  ]);
});

test('where no connection is to be had, it goes over the one that reading keeps, and leaves that open', async () => {
  const { deps, sent } = answering(ROW);
  const kept = await deps.postgres('postgres');
  let closed = 0;
  const full: ActionDeps = {
    ...deps,
    postgres: () => Promise.reject(new SourceError('denied', 'all connection slots are taken')),
    postgresSeat: () => ({ ...kept, close: () => (closed += 1) }),
  };
  expect(await terminate.resolve([target()], full, signal)).toMatchObject([{ state: 'same' }]);
  expect(await terminate.run(target(), full, signal)).toEqual({ state: 'done', message: '' });
  expect(sent.at(-1)).toContain('pg_terminate_backend');
  expect(closed).toBe(2);
});

test('under the open question it is looked at over the connection that reading keeps alone, without one not at all', async () => {
  const { deps } = answering(ROW, { ...ROW, state: 'idle', xact_s: null } as never, null);
  const kept = await deps.postgres('postgres');
  const none: ActionDeps = { ...deps, postgres: () => Promise.reject(new Error('no connection is made for a glance')) };
  const seated: ActionDeps = { ...none, postgresSeat: () => kept };
  expect(await terminate.glance?.([target()], none, signal)).toEqual([]);
  const inTransaction = target({ pid: 10, transactionMs: 5_000 });
  expect(await terminate.glance?.([target({ pid: 10, transactionMs: null })], seated, signal)).toMatchObject([
    { state: 'same', target: { pid: 10 } },
  ]);
  expect(await terminate.glance?.([inTransaction], seated, signal)).toMatchObject([
    { state: 'same', note: 'its transaction has ended by itself' },
  ]);
  expect(await terminate.glance?.([inTransaction], seated, signal)).toEqual([
    { state: 'gone', reason: 'nightly-report (10) has ended' },
  ]);
});

test('several sessions are read again over one connection, and of those that could not be it says why', async () => {
  const { deps } = answering(ROW, null, ROW);
  let opened = 0;
  let asked = 0;
  const counted: ActionDeps = {
    ...deps,
    async postgres(sourceId) {
      opened += 1;
      const kept = await deps.postgres(sourceId);
      return { ...kept, query: (sql) => ((asked += 1) > 2 ? Promise.reject(new Error('lost')) : kept.query(sql)) };
    },
  };
  const [one, other, third] = [10, 11, 12].map((pid) => target({ pid }));
  const targets = [one, other, third] as SessionTarget[];
  expect((await terminate.resolve(targets, counted, signal)).map(({ state }) => state)).toEqual([
    'same',
    'gone',
    'unread',
  ]);
  expect(opened).toBe(1);
});

test('it is over when the server says so, and what goes on is told, as no worse than before', async () => {
  const verdict = (action: typeof terminate, rows: (typeof ROW | null)[], deps = answering(...rows).deps) =>
    action.verify(target(), deps, signal, () => {});
  expect(await verdict(terminate, [ROW, ROW, null])).toMatchObject({ state: 'good' });
  expect(await verdict(cancelQuery, [ROW, { ...ROW, state: 'idle' }])).toMatchObject({ state: 'good' });
  let now = 0;
  const late = {
    ...answering(...Array.from({ length: 60 }, () => ROW)).deps,
    clock: { ...systemClock, monotonic: () => (now += 1_000) },
  };
  expect(await verdict(cancelQuery, [], late)).toMatchObject({
    state: 'bad',
    isWorse: false,
    checks: [{ text: 'it goes on: the server ends it at its next safe place, K ends its session' }],
  });
});
