import { expect, test } from 'vitest';
import type { ActionDeps } from '../../src/actions/action.ts';
import {
  auditTarget,
  type TableTarget,
  tableTarget,
  targetAnswers,
  targetKey,
  targetLine,
} from '../../src/actions/target.ts';
import { vacuum } from '../../src/actions/vacuum.ts';
import type { Notice, PostgresConnection } from '../../src/sources/postgres/client.ts';
import { SourceError, systemClock } from '../../src/sources/source.ts';
import { NOON } from '../helpers/bots.ts';
import { makePostgres, makeTable } from '../panels/database/worlds.ts';

const SHELL = { pm2Home: '/home/ops/.pm2', user: 'ops' };
const signal = new AbortController().signal;

function target(over: Parameters<typeof makeTable>[0] = { name: 'letters' }): TableTarget {
  return tableTarget('postgres', makePostgres(), makeTable({ oid: '4711', deadRows: 1200, ...over }));
}

/** A server that has the table and answers VACUUM with these notices. */
function answering(mayVacuum: boolean, notices: readonly Notice[]): { deps: ActionDeps; sent: string[] } {
  const sent: string[] = [];
  const row = {
    relid: '4711',
    schemaname: 'public',
    relname: 'letters',
    quoted: 'public.letters',
    live: '1',
    dead: '9',
  };
  const deps: ActionDeps = {
    clock: systemClock,
    pm2: () => {
      throw new Error('there is no PM2 here');
    },
    sleep: () => Promise.resolve(),
    evidence: { save: () => Promise.resolve({ state: 'none', reason: 'this test keeps none' }) },
    postgres: async (_, onNotice): Promise<PostgresConnection> => ({
      isOpen: true,
      async query(sql) {
        sent.push(sql);
        if (sql.startsWith('VACUUM')) for (const notice of notices) onNotice?.(notice);
        return sql.startsWith('BEGIN') ? [[], [], [], [{ ...row, may_vacuum: mayVacuum ? 't' : 'f' }], []] : [[]];
      },
      cancel: async () => {},
      close() {},
    }),
  };
  return { deps, sent };
}

test('the command is psql’s, its name quoted for SQL and the statement for the shell', () => {
  expect(vacuum.command([target()], SHELL)).toBe(
    `psql -h db.example -p 5432 -U botop -d chatai -c 'VACUUM (ANALYZE) "public"."letters"'`,
  );
  const odd = target({ name: `it's "odd"; DROP TABLE x` });
  expect(vacuum.command([odd], SHELL)).toBe(
    `psql -h db.example -p 5432 -U botop -d chatai -c 'VACUUM (ANALYZE) "public"."it'\\''s ""odd""; DROP TABLE x"'`,
  );
});

test('a name with control characters is written by their numbers: none reaches a terminal', () => {
  const command = vacuum.command([target({ name: 'a\x1b[31m\nb' })], SHELL);
  expect(command).toContain('U&"a\\+00001b[31m\\+00000ab"');
  expect(command).not.toMatch(/[\x00-\x1f]/);
});

test('one table is R1 and several are R2', () => {
  expect(vacuum.risk([target()])).toBe('R1');
  expect(vacuum.risk([target(), target({ name: 'others', oid: '4712' })])).toBe('R2');
});

test('it is refused where it would do nothing, with the reason', () => {
  expect(vacuum.unavailable(target())).toBeNull();
  expect(vacuum.unavailable(target({ name: 'letters', mayVacuum: false }))).toBe(
    'role botop does not own it: only its owner chatai may',
  );
  expect(vacuum.unavailable({ ...target(), isInRecovery: true })).toMatch(/standby/);
});

test.each([
  ['18', 'permission denied to vacuum "letters", skipping it'],
  ['15', 'skipping "letters" --- only table or database owner can vacuum it'],
  ['German', 'keine Berechtigung, um »letters« zu vacuumen, wird übersprungen'],
])('a yes with a warning that it was skipped is a no (%s)', async (_, message) => {
  const { deps } = answering(false, [{ severity: 'WARNING', code: '01000', message }]);
  expect(await vacuum.run(target(), deps, signal)).toEqual({ state: 'failed', message: `WARNING: ${message}` });
});

test('the owner’s other warnings are told, and it is done', async () => {
  const notice = {
    severity: 'WARNING',
    code: '01000',
    message: 'cutoff for removing and freezing tuples is far in the past',
  };
  const { deps } = answering(true, [notice]);
  expect(await vacuum.run(target(), deps, signal)).toEqual({ state: 'done', message: `WARNING: ${notice.message}` });
});

test('settings are of its own connection and taken back, and the name is the server’s own quoting', async () => {
  const { deps, sent } = answering(true, []);
  await vacuum.run(target(), deps, signal);
  expect(sent.slice(1)).toEqual([
    "SET lock_timeout = '5s'",
    'SET statement_timeout = 0',
    'VACUUM (ANALYZE) public.letters',
    'RESET lock_timeout; RESET statement_timeout',
  ]);
});

test('a server that cannot be reached leaves the target unread, with the reason', async () => {
  const deps: ActionDeps = {
    ...answering(true, []).deps,
    postgres: () => Promise.reject(new SourceError('denied', 'all connection slots are taken')),
  };
  expect(await vacuum.resolve([target()], deps, signal)).toEqual([
    { state: 'unread', reason: 'public.letters could not be read again: all connection slots are taken' },
  ]);
});

test('the same table is the same target whatever is known of it, and says what it is', () => {
  expect(targetKey(target())).toBe(targetKey(target({ name: 'letters', deadRows: 1 })));
  expect(targetKey(target())).not.toBe(targetKey(target({ name: 'letters', oid: '4712' })));
  expect(targetLine(target())).toBe('public.letters  1.2k dead rows  1.00 MB  of chatai');
  expect(targetAnswers(target())).toEqual(['public.letters', '4711']);
  expect(auditTarget(target())).toEqual({
    kind: 'table',
    host: 'db.example',
    port: 5432,
    database: 'chatai',
    role: 'botop',
    oid: '4711',
    name: 'public.letters',
  });
});

test('what will happen is said with how much', () => {
  expect(vacuum.consequences([target()], NOON)[0]).toBe(
    'the room of 1.2k dead rows can be used again; the 1.00 MB on disk hardly shrink',
  );
});
