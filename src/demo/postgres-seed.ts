/** What the demo's database holds: the runbooks' tables, with rows that died where no autovacuum removes them. */

/** The role the bots use, and owner of most. */
export const BOTS_ROLE = 'chatai';
/** The monitor's: sees all, may end sessions, owns one table, is no superuser. */
export const MONITOR_ROLE = 'botop';
export const DATABASE = 'chatai';

/** Run by the superuser in `postgres`. Passwords are of our own making: no quote is in them. */
export function roleStatements(passwords: { readonly bots: string; readonly monitor: string }): readonly string[] {
  return [
    `CREATE ROLE ${BOTS_ROLE} LOGIN PASSWORD '${passwords.bots}'`,
    `CREATE ROLE ${MONITOR_ROLE} LOGIN PASSWORD '${passwords.monitor}'`,
    `GRANT pg_monitor, pg_signal_backend TO ${MONITOR_ROLE}`,
    `CREATE DATABASE ${DATABASE} OWNER ${BOTS_ROLE}`,
  ];
}

/** Run by the superuser in the new database. */
export const TABLE_STATEMENTS: readonly string[] = [
  `SET ROLE ${BOTS_ROLE}`,
  `CREATE TABLE users (id bigint PRIMARY KEY, telegram_id bigint NOT NULL UNIQUE, username text, language text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), last_seen_at timestamptz)`,
  `CREATE TABLE bot_instances (id int PRIMARY KEY, name text NOT NULL UNIQUE, status text NOT NULL
    CHECK (status IN ('online', 'offline', 'error', 'starting', 'archived')), last_restart timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE dialogs (id bigint PRIMARY KEY, bot_id int NOT NULL REFERENCES bot_instances, user_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE dialog_messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dialog_id bigint NOT NULL, sender text NOT NULL,
    body text NOT NULL, created_at timestamptz NOT NULL DEFAULT now()) WITH (autovacuum_enabled = off)`,
  `INSERT INTO users SELECT n, 700000000 + n, 'user_' || n, (ARRAY['en', 'de', 'uk', 'es'])[1 + n % 4], now() - n * interval '7 minutes'
    FROM generate_series(1, 4000) n`,
  `INSERT INTO bot_instances VALUES (1, 'payments-bot', 'error'), (2, 'archive-bot', 'offline'), (3, 'weather-bot', 'online'),
    (4, 'support-bot', 'online'), (5, 'stats-bot', 'online'), (6, 'media-bot', 'online'), (7, 'notify-bot', 'online'),
    (8, 'broadcast-bot', 'starting')`,
  `INSERT INTO dialogs SELECT n, 1 + n % 8, 1 + n % 4000, now() - n * interval '90 seconds', now() - n * interval '60 seconds'
    FROM generate_series(1, 9000) n`,
  `INSERT INTO dialog_messages (dialog_id, sender, body, created_at) SELECT 1 + n % 9000, (ARRAY['user', 'bot'])[1 + n % 2],
    'message ' || n || repeat(' lorem ipsum', 4), now() - n * interval '4 seconds' FROM generate_series(1, 60000) n`,
  // The runbook's clean-up of old messages, without the VACUUM that should follow it.
  'DELETE FROM dialog_messages WHERE id % 5 < 2',
  'ALTER TABLE users SET (autovacuum_enabled = off)',
  `UPDATE users SET last_seen_at = now() WHERE id % 4 = 0`,
  `GRANT SELECT ON bot_instances, dialogs TO ${MONITOR_ROLE}`,
  'RESET ROLE',
  `ALTER TABLE dialog_messages OWNER TO ${MONITOR_ROLE}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON dialog_messages TO ${BOTS_ROLE}`,
  `GRANT SELECT ON bot_instances TO ${MONITOR_ROLE}`,
];
