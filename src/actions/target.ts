/** What actions are aimed at, and how each kind of target is named on the screen and in the audit. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import type { PostgresLogin, PostgresSnapshot, PostgresTable } from '../sources/postgres/snapshot.ts';
import { clean } from '../text/clean.ts';
import { bytesLong, count } from '../text/format.ts';

/** A bot's identity: home + pm_id + unique_id. The rest is what was known when the target was taken. */
export interface BotTarget {
  readonly kind: 'bot';
  readonly home: string;
  readonly id: number | string;
  readonly uniqueId: string;
  /** Cleaned for the screen. */
  readonly name: string;
  readonly bot: Bot;
}

/** A table's identity: oid + schema + name, in the database of a source. The rest is what was known when it was taken. */
export interface TableTarget {
  readonly kind: 'table';
  /** Of the source it is seen through. */
  readonly sourceId: string;
  readonly login: PostgresLogin;
  readonly versionNumber: number;
  readonly isInRecovery: boolean;
  /** `public.dialog_messages`, cleaned for the screen. */
  readonly name: string;
  readonly table: PostgresTable;
}

/** What an action is aimed at. New kinds of target join this union. */
export type Target = BotTarget | TableTarget;

/** The target that a bot on the screen is. */
export function botTarget(bot: Bot): BotTarget {
  return { kind: 'bot', home: bot.home, id: bot.id, uniqueId: bot.uniqueId, name: bot.name, bot };
}

/** The target that a table on the screen is. */
export function tableTarget(sourceId: string, snapshot: PostgresSnapshot, table: PostgresTable): TableTarget {
  const { login, server } = snapshot;
  const { versionNumber, isInRecovery } = server;
  return { kind: 'table', sourceId, login, versionNumber, isInRecovery, name: tableName(table), table };
}

/** `public.dialog_messages`, cleaned for the screen. */
export function tableName({ schema, name }: Pick<PostgresTable, 'schema' | 'name'>): string {
  return clean(`${schema}.${name}`);
}

/** Equal for two targets exactly when they are the same thing. */
export function targetKey(target: Target): string {
  switch (target.kind) {
    case 'bot':
      return JSON.stringify([target.kind, target.home, target.id, target.uniqueId]);
    case 'table':
      return JSON.stringify([target.kind, target.sourceId, target.login.database, target.table.oid]);
    default:
      return target satisfies never;
  }
}

/** `weather-bot`: for sentences and the strip. */
export function targetName(target: Target): string {
  return target.name;
}

/** `weather-bot  id 3  pid 4211`: one line of the prompt's list. */
export function targetLine(target: Target): string {
  switch (target.kind) {
    case 'bot':
      return `${target.name}  id ${target.id}  ${target.bot.pid === null ? target.bot.status : `pid ${target.bot.pid}`}`;
    case 'table':
      return `${target.name}  ${count(target.table.deadRows)} dead rows  ${bytesLong(target.table.totalBytes)}  of ${clean(target.login.database)}`;
    default:
      return target satisfies never;
  }
}

/**
 * What can be typed to mean this one target, the first being the one that is shown. A name that a plain keyboard
 * cannot type is never asked for: its pid is, or its id.
 */
export function targetAnswers(target: Target): readonly [string, ...string[]] {
  const number = numberOf(target);
  return /^[\x21-\x7e]{1,60}$/.test(target.name) ? [target.name, number] : [number];
}

function numberOf(target: Target): string {
  switch (target.kind) {
    case 'bot':
      return target.bot.pid === null ? `id ${target.id}` : String(target.bot.pid);
    case 'table':
      return target.table.oid;
    default:
      return target satisfies never;
  }
}

/** What of a target goes into the audit. */
export type AuditTarget =
  | {
      readonly kind: 'bot';
      readonly home: string;
      readonly id: number | string;
      readonly name: string;
      readonly uniqueId: string;
      readonly pid: number | null;
    }
  | {
      readonly kind: 'table';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly role: string;
      readonly oid: string;
      readonly name: string;
    };

export function auditTarget(target: Target): AuditTarget {
  switch (target.kind) {
    case 'bot': {
      const { kind, home, id, name, uniqueId } = target;
      return { kind, home, id, name, uniqueId, pid: target.bot.pid };
    }
    case 'table': {
      const { kind, name, table } = target;
      const { host, port, database, user } = target.login;
      return { kind, host, port, database, role: user, oid: table.oid, name };
    }
    default:
      return target satisfies never;
  }
}
