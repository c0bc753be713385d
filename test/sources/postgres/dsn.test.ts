import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AddressError, findPostgres, parseDatabaseUrl } from '../../../src/sources/postgres/dsn.ts';
import { findPassword } from '../../../src/sources/postgres/pgpass.ts';

const parse = (url: string, env: Record<string, string> = {}) => parseDatabaseUrl(url, env, 'ops');

test.each([
  ['postgresql://bot:pw@db.example:6432/chatai', 'db.example', 6432, 'bot', 'pw', 'chatai'],
  ['postgres://bot@db.example/chatai', 'db.example', 5432, 'bot', null, 'chatai'],
  ['postgresql+asyncpg://bot:pw@db.example/chatai', 'db.example', 5432, 'bot', 'pw', 'chatai'],
  ['postgresql://bot:p%40ss%2Fw@db.example/chatai', 'db.example', 5432, 'bot', 'p@ss/w', 'chatai'],
  ['postgresql://bot:p@ss@db.example/chatai', 'db.example', 5432, 'bot', 'p@ss', 'chatai'],
  ['postgresql://bot:100%sure@db.example/chatai', 'db.example', 5432, 'bot', '100%sure', 'chatai'],
  ['postgresql://[::1]:6432/chatai', '::1', 6432, 'ops', null, 'chatai'],
  ['postgresql://bot@/chatai?host=/run/pg&port=6432', '/run/pg', 6432, 'bot', null, 'chatai'],
  ['postgresql://bot@%2Frun%2Fpg/chatai', '/run/pg', 5432, 'bot', null, 'chatai'],
  ['postgresql://db.example?user=bot&password=a+b&dbname=x', 'db.example', 5432, 'bot', 'a b', 'x'],
])('%s', (url, host, port, user, password, database) => {
  expect(parse(url)).toMatchObject({ host, port, user, password, database });
});

test('what the URL leaves out comes from libpq’s variables, the database at last from the role', () => {
  const env = { PGHOST: 'other', PGPORT: '7000', PGUSER: 'anna', PGPASSWORD: 'pw', PGSSLMODE: 'verify-full' };
  expect(parse('postgresql:///', env)).toMatchObject({
    host: 'other',
    port: 7000,
    user: 'anna',
    password: 'pw',
    database: 'anna',
    sslMode: 'verify-full',
  });
});

test('sslmode is libpq’s: prefer unless said, and asyncpg’s ssl means the same', () => {
  expect(parse('postgresql://db/x').sslMode).toBe('prefer');
  expect(parse('postgresql://db/x?sslmode=verify-ca').sslMode).toBe('verify-ca');
  expect(parse('postgresql+asyncpg://db/x?ssl=require').sslMode).toBe('require');
  expect(() => parse('postgresql://db/x?sslmode=yes')).toThrow(
    'sslmode of the database address is none of disable, allow',
  );
});

test('what may be shown has neither role nor password', () => {
  expect(parse('postgresql://bot:geheim@db.example/chatai').label).toBe('db.example:5432/chatai');
  expect(parse('postgresql://bot:geheim@[::1]/chatai').label).toBe('[::1]:5432/chatai');
});

test.each([
  'mysql://bot:geheim@db/x',
  'bot:geheim@db',
  'postgresql://bot:geheim@db:70000/x',
  'postgresql://bot:geheim@a,b/x',
])('an address that cannot be understood is refused without quoting it: %s', (url) => {
  expect(() => parse(url)).toThrow(AddressError);
  expect(() => parse(url)).not.toThrow(/geheim/);
});

test('without any sign of a server there is none; a socket is one; a variable of libpq is a configured one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-dsn-'));
  const find = (env: Record<string, string>) =>
    findPostgres({ url: null, env, systemUser: 'ops', socketFolders: [join(folder, 'none'), folder] });
  const listener = createServer();
  try {
    expect(find({})).toBeNull();
    expect(find({ PGHOST: 'db' })).toMatchObject({ isConfigured: true, address: { host: 'db', user: 'ops' } });
    await new Promise<void>((resolve) => listener.listen(join(folder, '.s.PGSQL.5432'), resolve));
    expect(find({})).toMatchObject({ isConfigured: false, address: { host: folder, user: 'ops', database: 'ops' } });
  } finally {
    listener.close();
    rmSync(folder, { recursive: true });
  }
});

test('the password file is libpq’s: the first line that fits, a socket is localhost, a backslash takes what follows', () => {
  const text = '# mine\nother:*:*:*:no\nlocalhost:5432:*:bot:so\\:cket\ndb:*:chatai:bot:yes\n*:*:*:*:last\n';
  const login = { host: 'db', port: 5432, database: 'chatai', user: 'bot' };
  expect(findPassword(text, login)).toBe('yes');
  expect(findPassword(text, { ...login, host: '/run/pg' })).toBe('so:cket');
  expect(findPassword(text, { ...login, user: 'anna' })).toBe('last');
  expect(findPassword('db:5432:chatai\n', login)).toBeNull();
});

test('a password file that others may read is left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-pgpass-'));
  try {
    const file = join(folder, 'pgpass');
    writeFileSync(file, '*:*:*:*:secret\n', { mode: 0o600 });
    expect(parse('postgresql://db/x', { PGPASSFILE: file }).password).toBe('secret');
    chmodSync(file, 0o644);
    expect(parse('postgresql://db/x', { PGPASSFILE: file }).password).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
