import { expect, test } from 'vitest';
import { codeOf } from '../../../src/sources/logs/codes.ts';
import { LogEvents } from '../../../src/sources/logs/events.ts';
import { explainCode, type OwnCode } from '../../../src/state/errors/explain.ts';
import { serverNamed } from '../../../src/state/errors/server-named.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';

const plain = {
  at: 0,
  isStamped: true,
  level: 'error',
  bot: 'a',
  path: '/a.log',
  fileId: '1:2',
  offset: 0,
  stream: 'err',
  component: '',
  detail: '',
  code: null,
  retryAfterSeconds: null,
} as const;

test.each([
  ['ETELEGRAM: 404 Not Found', 'TG404'],
  ['TelegramError: 502: Bad Gateway', 'TG502'],
  ['UnhandledPromiseRejectionWarning: boom', 'ERR_UNHANDLED_REJECTION'],
  ["Error: Cannot find module 'x' { code: 'MODULE_NOT_FOUND' }", 'MODULE_NOT_FOUND'],
  ['listen EADDRINUSE: address already in use :::3000', 'EADDRINUSE'],
  ['ERROR:  23505: duplicate key value violates unique constraint "x"', '23505'],
  ['duplicate key value violates unique constraint "dialogs_pkey"', '23505'],
  ['sorry, too many clients already', '53300'],
  ['canceling statement due to statement timeout', '57014'],
  ['password authentication failed for user "shop"', '28P01'],
  ['relation "dialogs" does not exist at character 15', '42P01'],
  ['deadlock detected', '40P01'],
  ["ReplyError: OOM command not allowed when used memory > 'maxmemory'.", 'MAXMEMORY'],
  ['ReplyError: LOADING Redis is loading the dataset in memory', 'LOADING'],
  ['NOREPLICAS Not enough good replicas to write.', 'NOREPLICAS'],
  ['API004: quota exceeded', 'API004'],
])('%s is %s, and is explained', (text, code) => {
  expect(codeOf(text)?.code).toBe(code);
  const explanation = explainCode(code);
  expect(explanation?.means).toMatch(/\.$/);
  expect(explanation?.act).toMatch(/\.$/);
});

test.each([
  'user 404 logged in',
  'the relation does not hold',
  'LOADING the next page',
  'a deadlock was avoided',
])('%s has no code', (text) => {
  expect(codeOf(text)).toBeNull();
});

test('every code the runbooks name is explained, an SQLSTATE at least by its class', () => {
  for (const code of [
    'TG400',
    'TG401',
    'TG403',
    'TG404',
    'TG409',
    'TG429',
    'TG500',
    'TG502',
    'TG504',
    'HTTP418',
    'OOM',
  ]) {
    expect(explainCode(code), code).not.toBeNull();
  }
  for (const family of ['DB', 'API', 'APP']) {
    for (let i = 1; i <= 4; i += 1) expect(explainCode(`${family}00${i}`), `${family}00${i}`).not.toBeNull();
  }
  expect(explainCode('53400')?.means).toContain('resource');
  expect(explainCode('NO_SUCH_CODE')).toBeNull();
});

test('a code of the configuration names and explains what its pattern matches, and wins over ours', () => {
  const own: OwnCode[] = [
    { code: 'SHOP7', means: 'The shop is closed.', act: 'Wait.', test: (text) => /shop is closed/.test(text) },
    { code: 'TG409', means: 'Ours.', act: 'Call Anna.', test: null },
  ];
  const ring = new LogEvents();
  const history = createErrorHistory({ codes: own });
  ring.push({ ...plain, message: 'sorry, the shop is closed' });
  ring.push({ ...plain, message: 'polling', code: 'TG409' });
  history.pull(ring, 1_000);
  const groups = history.groups.map(({ code, explanation }) => [code, explanation?.means]);
  expect(groups).toEqual([
    ['SHOP7', 'The shop is closed.'],
    ['TG409', 'Ours.'],
  ]);
});

test('a refused connection that names a server is explained by that server, not by files and ports', () => {
  const socket = 'connect ENOENT /run/postgresql/.s.PGSQL.5432';
  expect(explainCode('ENOENT', [], socket)?.means).toContain('where PostgreSQL should');
  expect(explainCode('ECONNREFUSED', [], 'connect ECONNREFUSED 10.0.0.7:6379')?.act).toContain('Start Redis');
  expect(explainCode('ENOENT', [], "open 'postgres.json'")?.means).toContain('file');
  expect(explainCode('ECONNREFUSED', [], 'connect ECONNREFUSED 10.0.0.7:8080')?.means).toContain('Nothing listens');
});

test('refused connections to two servers at one address are two errors, each explained by its own', () => {
  const ring = new LogEvents();
  const history = createErrorHistory();
  for (const port of [5432, 6379, 8080, 5432]) {
    ring.push({ ...plain, code: 'ECONNREFUSED', message: `connect ECONNREFUSED 127.0.0.1:${port}` });
  }
  history.pull(ring, 1_000);
  expect(history.groups.map(({ totalCount, explanation }) => [totalCount, explanation?.means.slice(0, 40)])).toEqual([
    [2, 'Nothing takes connections where PostgreS'],
    [1, 'Nothing takes connections where Redis sh'],
    [1, expect.stringContaining('Nothing listens')],
  ]);
});

test('an error names the server it speaks of by its code, else by its words', () => {
  expect(serverNamed('53300', 'sorry, too many clients already')).toBe('postgres');
  expect(serverNamed('DB003', 'pool exhausted')).toBe('postgres');
  expect(serverNamed('MISCONF', 'RDB snapshots')).toBe('redis');
  expect(serverNamed('TG409', 'Conflict: terminated by other getUpdates request')).toBeNull();
  expect(serverNamed('EPIPE', 'write EPIPE')).toBeNull();
});
