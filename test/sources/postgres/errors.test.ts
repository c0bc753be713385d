import { expect, test } from 'vitest';
import { parseDatabaseUrl } from '../../../src/sources/postgres/dsn.ts';
import { explainPostgres } from '../../../src/sources/postgres/errors.ts';

const where = parseDatabaseUrl('postgresql://root:geheim@db.example/chatai', {}, 'ops');
const explain = (code: string, message: string) => explainPostgres(Object.assign(new Error(message), { code }), where);

test.each([
  ['28000', 'role "root" does not exist', 'denied', /^role root does not exist$/, /names a role/],
  [
    '28000',
    'Peer authentication failed for user "bot"',
    'denied',
    /only the role named like the system user/,
    /names a role/,
  ],
  [
    '28000',
    'no pg_hba.conf entry for host "10.0.0.7", user "root", database "chatai", no encryption',
    'denied',
    /^pg_hba\.conf lets no root into chatai/,
    /sslmode=require/,
  ],
  ['28P01', 'password authentication failed for user "root"', 'denied', /password of role root is wrong/, /pgpass/],
  ['53300', 'sorry, too many clients already', 'denied', /^all connection slots are taken/, /by itself/],
  ['57P03', 'the database system is starting up', 'refused', /starting up/, /by itself/],
  ['57P01', 'terminating connection due to administrator command', 'refused', /ended our connection/, undefined],
  ['3D000', 'database "chatai" does not exist', 'absent', /^database chatai does not exist$/, /PGDATABASE/],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND db.example', 'absent', /^no such host: db\.example$/, /PGHOST/],
  [
    'ECONNREFUSED',
    'connect ECONNREFUSED 10.0.0.7:5432',
    'refused',
    /^nothing answers at db\.example:5432$/,
    /not running/,
  ],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'self-signed certificate in certificate chain',
    'denied',
    /^TLS: self-signed/,
    /sslrootcert/,
  ],
  ['', 'The server does not support SSL connections', 'denied', /offers no TLS/, /sslmode=prefer/],
  [
    '',
    'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string',
    'denied',
    /none is given/,
    /PGPASSWORD/,
  ],
  ['', 'Connection terminated unexpectedly', 'refused', /was cut/, undefined],
] as const)('%s %s', (state, message, code, said, hint) => {
  const error = explain(state, message);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(said);
  if (hint === undefined) expect(error.hint).toBeUndefined();
  else expect(error.hint).toMatch(hint);
});

test('what a server says is cleaned and redacted before it is said again', () => {
  const error = explain('XX000', "\x1b[31mbroken\x1b[0m near PASSWORD 'geheim'");
  expect(error.message).toBe("broken near PASSWORD '[redacted]'");
});
