/** The one importer of pg: opens a connection, sends text, gives rows of text, and cancels. Knows no query. */
import { createHash } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import pg from 'pg';
import { SourceError } from '../source.ts';
import { type PostgresAddress, readTlsFiles, type SslMode } from './dsn.ts';
import { explainPostgres } from './errors.ts';

/** A row as the server's own text, by column name; null is SQL's. */
export type Row = Readonly<Record<string, string | null>>;

/** A notice or warning of the server. Neither cleaned nor redacted. */
export interface Notice {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

export interface OpenOptions {
  /** As pg_stat_activity shows it. */
  readonly applicationName: string;
  /** After this the login counts as unanswered, ms. */
  readonly timeoutMs: number;
  /** Called once when the connection ends by itself; the error is explained. */
  readonly onLost?: (error: SourceError) => void;
  readonly onNotice?: (notice: Notice) => void;
}

export interface PostgresConnection {
  /** False from the moment it was lost or closed. */
  readonly isOpen: boolean;
  /** Sends statements in one message and gives the rows of each, in order. Rejects with an explained `SourceError`. */
  query(sql: string): Promise<readonly (readonly Row[])[]>;
  /** Asks the server, over a second connection that takes no slot, to end the statement under way. */
  cancel(): Promise<void>;
  /** Says goodbye and leaves; a server that does not answer is left all the same. Never rejects. */
  close(): void;
}

/** One that has just been opened. */
export interface OpenedConnection extends PostgresConnection {
  /** The server's process, as the login was told; a pooler tells some number. */
  readonly pid: number;
  /**
   * As `query` of the statements joined by semicolons, each parsed and planned when it is first sent and kept by the
   * server as long as the connection lasts: for texts that are sent again and again, to the server itself.
   */
  queryByName(statements: readonly string[]): Promise<readonly (readonly Row[])[]>;
}

/** How long a goodbye may take before the socket is dropped, ms. */
const FAREWELL_MS = 300;

/** Logs in, over TLS or not as libpq's sslmode has it. Rejects with an explained `SourceError`. */
export async function openPostgres(address: PostgresAddress, options: OpenOptions): Promise<OpenedConnection> {
  let last: unknown;
  const ways = attemptsOf(address);
  for (const [index, ssl] of ways.entries()) {
    try {
      return await attempt(address, ssl, options);
    } catch (error) {
      // The first refusal says more than the second's "no encryption", unless all it said is that there is no TLS.
      if (last === undefined || isWithoutTls(last)) last = error;
      if (index + 1 < ways.length && !isWorthAnotherWay(error)) break;
    }
  }
  throw explainPostgres(last, address);
}

type Ssl = false | { readonly rejectUnauthorized: boolean; readonly [option: string]: unknown };

function attemptsOf(address: PostgresAddress): readonly Ssl[] {
  // TLS is never spoken on a unix socket, whatever sslmode says.
  if (address.host.startsWith('/')) return [false];
  const encrypted = (): Ssl => tlsOf(address);
  const ways: Record<SslMode, () => readonly Ssl[]> = {
    disable: () => [false],
    allow: () => [false, encrypted()],
    prefer: () => [encrypted(), false],
    require: () => [encrypted()],
    'verify-ca': () => [encrypted()],
    'verify-full': () => [encrypted()],
  };
  try {
    return ways[address.sslMode]();
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : 'a certificate file';
    throw new SourceError('failed', `cannot read ${path}, which TLS needs`, { cause: error });
  }
}

function tlsOf(address: PostgresAddress): Ssl {
  const files = readTlsFiles(address);
  const { sslMode } = address;
  const isVerified = sslMode === 'verify-ca' || sslMode === 'verify-full' || (sslMode === 'require' && 'ca' in files);
  return {
    ...files,
    rejectUnauthorized: isVerified,
    ...(sslMode !== 'verify-full' && { checkServerIdentity: () => undefined }),
  };
}

/** libpq tries the other way when TLS is not to be had, or when pg_hba.conf refuses this one. */
function isWorthAnotherWay(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '28000' || /SSL|TLS|certificate/i.test(message ?? '');
}

function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && /does not support SSL/.test(error.message);
}

async function attempt(address: PostgresAddress, ssl: Ssl, options: OpenOptions): Promise<OpenedConnection> {
  const client = new pg.Client({
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    // A function: with nothing here pg would look for a password itself, and print a deprecation on the screen.
    password: () => address.password ?? '',
    ssl,
    application_name: options.applicationName,
    keepAlive: true,
    types: { getTypeParser: () => (text: string) => text },
  });
  const inner = client as unknown as Inner;
  // pg would send PGOPTIONS as a startup parameter; behind a pooler that becomes somebody else's setting.
  inner.connectionParameters.options = undefined;
  let isOpen = false;
  let isClosed = false;
  let lost: SourceError | null = null;
  const lose = (error: unknown): void => {
    if (lost === null) lost = explainPostgres(error, address);
    if (!isOpen) return;
    isOpen = false;
    if (!isClosed) options.onLost?.(lost);
  };
  client.on('error', lose);
  client.on('end', () => lose(new Error('Connection terminated unexpectedly')));
  client.on('notice', ({ severity = '', code = '', message = '' }) => options.onNotice?.({ severity, code, message }));
  await logIn(client, inner, options.timeoutMs);
  isOpen = true;
  const rowsOf = async (send: () => Promise<unknown>): Promise<readonly (readonly Row[])[]> => {
    if (!isOpen) throw lost ?? new SourceError('refused', 'the connection is closed');
    try {
      const answer = await send();
      return (Array.isArray(answer) ? answer : [answer]).map(({ rows }: { rows: Row[] }) => rows);
    } catch (error) {
      // What ended the connection says more than "terminated unexpectedly".
      throw lost ?? explainPostgres(error, address);
    }
  };
  const names = new Map<string, string>();
  return {
    get isOpen() {
      return isOpen;
    },
    pid: inner.processID,
    query: (sql) => rowsOf(() => client.query(sql)),
    queryByName: (statements) => rowsOf(() => sendByName(client, statements, names)),
    cancel: () => sendCancel(address, inner),
    close() {
      if (isClosed) return;
      isClosed = true;
      isOpen = false;
      const { stream } = inner.connection;
      const timer = setTimeout(() => stream.destroy(), FAREWELL_MS);
      timer.unref();
      client.end().then(
        () => clearTimeout(timer),
        () => stream.destroy(),
      );
    },
  };
}

/** What of pg's client is used beyond its types. */
interface Inner {
  readonly connectionParameters: { options: unknown };
  readonly connection: { readonly stream: import('node:net').Socket };
  readonly processID: number;
  readonly secretKey: number;
}

/** What of its connection. */
interface Wire {
  readonly stream: import('node:net').Socket;
  close(of: { type: 'S'; name: string }): void;
  parse(statement: { name: string; text: string }): void;
  bind(to: { statement: string }): void;
  describe(what: { type: 'P' }): void;
  execute(): void;
  sync(): void;
}

/** What pg does for one statement that has a name, for several that are answered together. */
function sendByName(client: pg.Client, statements: readonly string[], names: Map<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query('', (error, result) => {
      if (error) return reject(error);
      for (const text of statements) names.set(text, names.get(text) ?? nameOf(text));
      resolve(result);
    });
    query.submit = (connection) => {
      const wire = connection as unknown as Wire;
      wire.stream.cork();
      for (const text of statements) {
        const known = names.get(text);
        const name = known ?? nameOf(text);
        if (known === undefined) {
          // A message that failed may have left it, and what is not there may be closed.
          wire.close({ type: 'S', name });
          wire.parse({ name, text });
        }
        wire.bind({ statement: name });
        wire.describe({ type: 'P' });
        wire.execute();
      }
      wire.sync();
      wire.stream.uncork();
    };
    client.query(query);
  });
}

/** Of its text: under one name there is never another statement, whoever prepared it. */
function nameOf(statement: string): string {
  return `botop_${createHash('sha256').update(statement).digest('hex').slice(0, 32)}`;
}

/** pg's own time-out cannot tell a host that is away from a server that accepts and says nothing; this can. */
function logIn(client: pg.Client, inner: Inner, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const { stream } = inner.connection;
      const seconds = timeoutMs / 1000;
      reject(
        stream.connecting
          ? new SourceError('timeout', `no connection within ${seconds} s`)
          : new SourceError('frozen', `it accepts connections and does not answer within ${seconds} s`),
      );
      stream.destroy();
    }, timeoutMs);
    client.connect().then(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (error: unknown) => {
        clearTimeout(timer);
        inner.connection.stream.destroy();
        reject(error);
      },
    );
  });
}

const CANCEL_REQUEST = 80_877_102;

function sendCancel(address: PostgresAddress, { processID, secretKey }: Inner): Promise<void> {
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const { host, port } = address;
  const socket = connectSocket(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  return new Promise((resolve, reject) => {
    socket.setTimeout(2_000, () => socket.destroy(new Error('the server did not take the request to cancel')));
    socket.once('error', reject);
    // The server answers by hanging up.
    socket.once('close', () => resolve());
    socket.end(message);
    socket.resume();
  });
}
