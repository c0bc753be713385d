/** What goes on in the demo's database: a little traffic, a lock with two waiting for it, and a forgotten transaction. */
import { openPostgres, type PostgresConnection } from '../sources/postgres/client.ts';
import type { PostgresAddress } from '../sources/postgres/dsn.ts';

/** A statement of the traffic every so many ms. */
const BEAT_MS = 400;
const LOGIN_TIMEOUT_MS = 5_000;

/** Runs until it is ended. A session that a person cancels or terminates is not begun again. */
export interface Load {
  end(): void;
}

/** Opens the sessions and begins the traffic; resolves when the lock is held. `address` is the bots' login. */
export async function startLoad(address: PostgresAddress): Promise<Load> {
  const open = (applicationName: string): Promise<PostgresConnection> =>
    openPostgres(address, { applicationName, timeoutMs: LOGIN_TIMEOUT_MS });
  const sessions: PostgresConnection[] = [];
  const session = async (applicationName: string): Promise<PostgresConnection> => {
    const opened = await open(applicationName);
    sessions.push(opened);
    return opened;
  };

  const forgotten = await session('admin-console');
  await forgotten.query('BEGIN; SELECT count(*) FROM users WHERE last_seen_at IS NULL');

  const holder = await session('nightly-report');
  await holder.query("BEGIN; UPDATE bot_instances SET last_restart = now() WHERE name = 'payments-bot'");
  leave(holder.query("SELECT pg_sleep(86400) /* waits for the report's mail to be sent */"));

  const first = await session('bot_worker_1');
  leave(first.query("UPDATE bot_instances SET status = 'starting' WHERE name = 'payments-bot'"));
  const second = await session('bot_worker_7');
  leave(second.query("UPDATE bot_instances SET status = 'error', last_restart = now() WHERE id = 1"));

  const worker = await session('bot_worker_3');
  const beat = setInterval(() => void say(worker), BEAT_MS);
  return {
    end() {
      clearInterval(beat);
      for (const one of sessions) one.close();
    },
  };
}

let turn = 0;
let isTalking = false;

/** One user's message and a bot's answer; now and then a look back. */
async function say(worker: PostgresConnection): Promise<void> {
  if (isTalking || !worker.isOpen) return;
  isTalking = true;
  turn++;
  const dialog = 1 + ((turn * 37) % 9000);
  const statements = [
    `INSERT INTO dialog_messages (dialog_id, sender, body) VALUES (${dialog}, 'user', 'hello ${turn}')`,
    `UPDATE dialogs SET updated_at = now() WHERE id = ${dialog}`,
    `SELECT body FROM dialog_messages WHERE dialog_id = ${dialog} ORDER BY created_at DESC LIMIT 10`,
    'SELECT count(*) FROM users',
  ];
  await worker.query(statements[turn % statements.length] as string).catch(ignoreEnd);
  isTalking = false;
}

/** Somebody ends it, or the demo does: either way nothing is to be done. */
function ignoreEnd(): void {}

function leave(query: Promise<unknown>): void {
  query.catch(ignoreEnd);
}
