import { randomBytes } from 'node:crypto';
import { openPostgres } from '../sources/postgres/client.ts';
import { parseDatabaseUrl } from '../sources/postgres/dsn.ts';
import { POSTGRES_ABSENT } from './absent.ts';
import type { Part } from './part.ts';
import { type Load, startLoad } from './postgres-load.ts';
import { BOTS_ROLE, DATABASE, MONITOR_ROLE, roleStatements, TABLE_STATEMENTS } from './postgres-seed.ts';
import { createPostgresServer, type PostgresServer } from './postgres-server.ts';

/**
 * A private PostgreSQL with a little traffic. Where it cannot run the demo goes on without it, and the monitor is told
 * why by `POSTGRES_ABSENT`.
 */
export function postgresPart(): Part {
  let server: PostgresServer | null = null;
  let load: Load | null = null;
  return {
    name: 'PostgreSQL',
    async start(room) {
      room.say('starting a private PostgreSQL…');
      try {
        server = await createPostgresServer({ folder: room.folder, env: room.env });
        await server.start();
        const { url, startTraffic } = await seed(server);
        load = await startTraffic();
        return { DATABASE_URL: url };
      } catch (error) {
        await server?.stop();
        const reason = error instanceof Error ? error.message : String(error);
        room.say(`PostgreSQL is left out: ${reason}`);
        return { [POSTGRES_ABSENT]: reason };
      }
    },
    async stop() {
      load?.end();
      await server?.stop();
    },
  };
}

/** Makes roles, tables and rows; gives the monitor's login and how to begin the traffic. */
async function seed(server: PostgresServer): Promise<{ url: string; startTraffic(): Promise<Load> }> {
  const secret = (): string => randomBytes(18).toString('base64url');
  const passwords = { bots: secret(), monitor: secret() };
  const urlOf = (role: string, password: string, database: string): string =>
    `postgresql://${role}:${password}@/${database}?host=${encodeURIComponent(server.socketFolder)}`;
  // An empty environment: nothing of the person's may say where this goes.
  const addressOf = (url: string) => parseDatabaseUrl(url, {}, 'postgres');
  const asSuperuser = async (database: string, statements: readonly string[]): Promise<void> => {
    const address = addressOf(urlOf('postgres', server.password, database));
    const connection = await openPostgres(address, { applicationName: 'botop demo', timeoutMs: 5_000 });
    try {
      // One by one: CREATE DATABASE cannot stand in a transaction, and a message of several statements is one.
      for (const statement of statements) await connection.query(statement);
    } finally {
      connection.close();
    }
  };
  await asSuperuser('postgres', roleStatements(passwords));
  await asSuperuser(DATABASE, TABLE_STATEMENTS);
  // By a session of its own: the one before tells what it wrote when it ends, and would count its rows twice.
  await asSuperuser(DATABASE, ['ANALYZE']);
  return {
    url: urlOf(MONITOR_ROLE, passwords.monitor, DATABASE),
    startTraffic: () => startLoad(addressOf(urlOf(BOTS_ROLE, passwords.bots, DATABASE))),
  };
}
