/** Where a PostgreSQL is and as whom to log in: from a URL and from libpq's own variables, with libpq's meaning. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pgpassLookup } from './pgpass.ts';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** libpq's: `allow` and `prefer` try both ways, `require` looks at no certificate unless a root file is there. */
export type SslMode = (typeof SSL_MODES)[number];

/** One server and one login. Hold it, never print it: `password` is in it; `label` is what may be shown. */
export interface PostgresAddress {
  /** A name or an address; the folder of a unix socket when it begins with `/`. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Null when none was given; the server may not ask for one. */
  readonly password: string | null;
  readonly sslMode: SslMode;
  /** Files for TLS; null where none is named. `system` in the first means the certificates Node comes with. */
  readonly sslRootCert: string | null;
  readonly sslCert: string | null;
  readonly sslKey: string | null;
  /** `db.example:5432/chatai`, without user and password. */
  readonly label: string;
}

/** An address that cannot be understood. The message quotes nothing of it: a password could be anywhere in it. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Debian's, and everybody else's, servers put their sockets. */
export const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'] as const;

/** What libpq calls the variables that say where to go; with one of these set the person means a server. */
const NAMING = ['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGUSER', 'PGDATABASE', 'PGPASSWORD'] as const;

export interface FindOptions {
  /** `--database-url`, else `DATABASE_URL`; null when there is neither. */
  readonly url: string | null;
  readonly env: Environment;
  /** The system's name of who we are, libpq's default role. */
  readonly systemUser: string;
  /** Looked at where nothing is configured; `SOCKET_FOLDERS` unless said. */
  readonly socketFolders?: readonly string[];
}

/** An address, and whether somebody named it or a socket was merely found on this machine. */
export interface FoundAddress {
  readonly address: PostgresAddress;
  readonly isConfigured: boolean;
}

/** The server to watch, or null when there is no sign of one. Throws `AddressError`. */
export function findPostgres({
  url,
  env,
  systemUser,
  socketFolders = SOCKET_FOLDERS,
}: FindOptions): FoundAddress | null {
  if (url !== null && url !== '') return { address: parseDatabaseUrl(url, env, systemUser), isConfigured: true };
  if (NAMING.some((name) => env[name])) return { address: assemble({}, env, systemUser), isConfigured: true };
  const folder = socketFolders.find((candidate) => isSocket(join(candidate, '.s.PGSQL.5432')));
  if (folder === undefined) return null;
  return { address: assemble({ host: folder }, env, systemUser), isConfigured: false };
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}

/** `postgresql://`, `postgres://` and SQLAlchemy's `postgresql+asyncpg://`; what it leaves out comes from `PG*`. */
export function parseDatabaseUrl(url: string, env: Environment, systemUser: string): PostgresAddress {
  const scheme = /^postgres(?:ql)?(?:\+\w+)?:\/\//i.exec(url);
  if (scheme === null) throw new AddressError('the database address is no postgresql:// URL');
  const [beforeQuery = '', query = ''] = splitOnce(url.slice(scheme[0].length), '?');
  const [authority, path] = splitOnce(beforeQuery, '/');
  // The last @: a password that nobody encoded may hold one.
  const at = authority.lastIndexOf('@');
  const [user, password] = at < 0 ? ['', ''] : splitOnce(authority.slice(0, at), ':');
  const { host, port } = hostAndPort(authority.slice(at + 1));
  const given: Record<string, string> = {};
  for (const pair of query.split('&')) {
    const [name, value] = splitOnce(pair, '=');
    if (name !== '') given[decode(name)] = decode(value.replaceAll('+', '%20'));
  }
  return assemble(
    {
      host: given['host'] ?? given['hostaddr'] ?? decode(host),
      port: given['port'] ?? port,
      user: given['user'] ?? decode(user),
      password: given['password'] ?? decode(password),
      database: given['dbname'] ?? decode(path),
      sslMode: given['sslmode'] ?? given['ssl'],
      sslRootCert: given['sslrootcert'],
      sslCert: given['sslcert'],
      sslKey: given['sslkey'],
    },
    env,
    systemUser,
  );
}

interface Given {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
  readonly sslMode?: string | undefined;
  readonly sslRootCert?: string | undefined;
  readonly sslCert?: string | undefined;
  readonly sslKey?: string | undefined;
}

function assemble(given: Given, env: Environment, systemUser: string): PostgresAddress {
  const host = given.host || env['PGHOST'] || env['PGHOSTADDR'] || defaultHost();
  if (host.includes(',')) throw new AddressError('the database address names several hosts: name the one to watch');
  const port = portOf(given.port || env['PGPORT'] || '5432');
  const user = given.user || env['PGUSER'] || systemUser;
  const database = given.database || env['PGDATABASE'] || user;
  const home = env['HOME'] ?? '';
  const password =
    given.password ||
    env['PGPASSWORD'] ||
    pgpassLookup(env['PGPASSFILE'] || join(home, '.pgpass'), { host, port, database, user });
  return {
    host,
    port,
    user,
    database,
    password: password || null,
    sslMode: sslModeOf(given.sslMode || env['PGSSLMODE'] || 'prefer'),
    sslRootCert: given.sslRootCert || env['PGSSLROOTCERT'] || existing(join(home, '.postgresql/root.crt')),
    sslCert: given.sslCert || env['PGSSLCERT'] || existing(join(home, '.postgresql/postgresql.crt')),
    sslKey: given.sslKey || env['PGSSLKEY'] || existing(join(home, '.postgresql/postgresql.key')),
    label: `${host.startsWith('/') ? `${host}:${port}` : `${host.includes(':') ? `[${host}]` : host}:${port}`}/${database}`,
  };
}

/** libpq was built with one of them; which, shows only in where the server put its socket. */
function defaultHost(): string {
  return SOCKET_FOLDERS.find((folder) => existsSync(join(folder, '.s.PGSQL.5432'))) ?? 'localhost';
}

function existing(path: string): string | null {
  return path.startsWith('/') && existsSync(path) ? path : null;
}

function hostAndPort(text: string): { host: string; port: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  if (text.includes(',')) throw new AddressError('the database address names several hosts: name the one to watch');
  const [host, port] = splitOnce(text, ':');
  return { host, port };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new AddressError('the port in the database address is no number from 1 to 65535');
  return port;
}

function sslModeOf(text: string): SslMode {
  // asyncpg's spelling of two of them.
  const word = text === 'true' ? 'require' : text === 'false' ? 'disable' : text;
  const mode = SSL_MODES.find((known) => known === word);
  if (mode === undefined) throw new AddressError(`sslmode of the database address is none of ${SSL_MODES.join(', ')}`);
  return mode;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** Percent-decoding that leaves alone what is none: a raw `%` in a password is meant as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The certificate files, read now. Throws with the file's name, never its content. */
export function readTlsFiles(address: PostgresAddress): { ca?: string; cert?: string; key?: string } {
  const read = (path: string | null): string | undefined => (path === null ? undefined : readFileSync(path, 'utf8'));
  const ca = address.sslRootCert === 'system' ? undefined : read(address.sslRootCert);
  const cert = read(address.sslCert);
  const key = read(address.sslKey);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}
