/**
 * A pooler in transaction mode, as pgbouncer is one: many clients share few sessions of the server, and each transaction
 * gets whichever is next. What a client sets outside of a transaction stays behind in the session of somebody else.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

export interface TransactionPooler {
  /** The folder of its socket, as libpq's `host`. */
  readonly folder: string;
  /** The parameters of every client's startup message, without what every client sends. */
  readonly startups: readonly Readonly<Record<string, string>>[];
  /** How many transactions each session of the server has served. */
  readonly served: readonly number[];
  /** From the next transaction on another server answers; no client notices. */
  moveTo(login: string): Promise<void>;
  /** Asks every session. */
  ask(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

const message = (type: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const int32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
};
const greeting = (pid: number): Buffer =>
  Buffer.concat([
    message('R', int32(0)),
    message('S', Buffer.from('server_version\0' + '16.0\0')),
    message('S', Buffer.from('client_encoding\0UTF8\0')),
    message('K', int32(pid, 1)),
    message('Z', Buffer.from('I')),
  ]);
/** Query and Sync: the server answers what came until then. */
const ENDS = new Set([0x51, 0x53]);

interface Session {
  readonly client: pg.Client;
  readonly socket: Socket;
  readonly pid: number;
  served: number;
}

/** `namesProcess`: clients are told the process that serves the first transaction, in place of a number that is none. */
export async function startPooler(
  folder: string,
  login: string,
  { namesProcess = false }: { readonly namesProcess?: boolean } = {},
): Promise<TransactionPooler> {
  const sessions = await openSessions(login);
  const startups: Record<string, string>[] = [];
  const clients = new Set<Socket>();
  let next = 0;
  const server: Server = createServer((client) => {
    clients.add(client);
    client.on('error', () => {});
    let held = Buffer.alloc(0);
    let unanswered = Buffer.alloc(0);
    let hasStarted = false;
    client.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      for (;;) {
        const lengthAt = hasStarted ? 1 : 0;
        if (held.length < lengthAt + 4) return;
        const end = lengthAt + held.readInt32BE(lengthAt);
        if (held.length < end) return;
        const whole = held.subarray(0, end);
        held = held.subarray(end);
        if (!hasStarted) hasStarted = start(client, whole, startups, namesProcess ? (sessions[0]?.pid ?? 1) : 1);
        else if (whole[0] === 0x58) client.end();
        else {
          unanswered = Buffer.concat([unanswered, whole]);
          if (!ENDS.has(whole[0] as number)) continue;
          transact(client, unanswered);
          unanswered = Buffer.alloc(0);
        }
      }
    });
  });

  /** The session that serves a transaction until it is over. */
  let serving: Session | null = null;

  function transact(client: Socket, query: Buffer): void {
    if (serving !== null) {
      serving.socket.write(query);
      return;
    }
    const session = sessions[next++ % sessions.length] as Session;
    serving = session;
    const own = session.socket.listeners('data') as ((chunk: Buffer) => void)[];
    session.socket.removeAllListeners('data');
    let answer = Buffer.alloc(0);
    const relay = (chunk: Buffer): void => {
      client.write(chunk);
      answer = Buffer.concat([answer, chunk]);
      if (!endsIdle(answer)) return;
      session.served += 1;
      serving = null;
      session.socket.off('data', relay);
      for (const listener of own) session.socket.on('data', listener);
    };
    session.socket.on('data', relay);
    session.socket.write(query);
  }

  await new Promise<void>((resolve) => server.listen(join(folder, '.s.PGSQL.5432'), resolve));
  return {
    folder,
    startups,
    get served() {
      return sessions.map((session) => session.served);
    },
    async moveTo(next) {
      const old = sessions.splice(0, sessions.length, ...(await openSessions(next)));
      await Promise.all(old.map(({ client }) => client.end()));
    },
    async ask(sql) {
      const answers = await Promise.all(sessions.map(({ client }) => client.query(sql)));
      return answers.flatMap(({ rows }) => rows as Record<string, unknown>[]);
    },
    async close() {
      for (const socket of clients) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(sessions.map(({ client }) => client.end()));
    },
  };
}

async function openSessions(login: string): Promise<Session[]> {
  const sessions: Session[] = [];
  for (let i = 0; i < 3; i += 1) {
    const client = new pg.Client({ connectionString: login });
    await client.connect();
    client.on('error', () => {});
    const inner = client as unknown as { connection: { stream: Socket }; processID: number };
    sessions.push({ client, socket: inner.connection.stream, pid: inner.processID, served: 0 });
  }
  return sessions;
}

/** Answers the first message; false when it only asked for encryption. */
function start(client: Socket, whole: Buffer, startups: Record<string, string>[], pid: number): boolean {
  if (whole.readInt32BE(4) === 80_877_103) {
    client.write('N');
    return false;
  }
  const words = whole.subarray(8).toString().split('\0');
  const parameters: Record<string, string> = {};
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2)
    parameters[words[at] as string] = words[at + 1] as string;
  startups.push(parameters);
  client.write(greeting(pid));
  return true;
}

/** Whether the messages end with "ready, outside of a transaction". */
function endsIdle(bytes: Buffer): boolean {
  let at = 0;
  let last = '';
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end > bytes.length) return false;
    last = bytes[at] === 0x5a ? String.fromCharCode(bytes[end - 1] as number) : '';
    at = end;
  }
  return at === bytes.length && last === 'I';
}
