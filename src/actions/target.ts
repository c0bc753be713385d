/** What actions are aimed at, and how each kind of target is named on the screen and in the audit. */
import type { Orphan } from '../sources/guard/snapshot.ts';
import type { Bot, Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import {
  ageOf,
  type PostgresLogin,
  type PostgresSession,
  type PostgresSnapshot,
  type PostgresTable,
} from '../sources/postgres/snapshot.ts';
import { ownName } from '../state/home-tag.ts';
import { clean } from '../text/clean.ts';
import { bytesLong, count, duration } from '../text/format.ts';

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

/** A session of PostgreSQL: pid + backend_start, in the server of a source. The rest is what was known when it was taken. */
export interface SessionTarget {
  readonly kind: 'session';
  /** Of the source it is seen through. */
  readonly sourceId: string;
  readonly login: PostgresLogin;
  readonly pid: number;
  /** `nightly-report (14168)`, cleaned for the screen: many sessions of one program have one name. */
  readonly name: string;
  readonly session: PostgresSession;
  /** How many sessions wait for it, directly or behind another. */
  readonly holdsUp: number;
}

/** A whole PM2, by its home. The rest is what was known of its daemon when the target was taken. */
export interface HomeTarget {
  readonly kind: 'home';
  /** Absolute. */
  readonly home: string;
  /** `anna` for /home/anna/.pm2, else the last folder's name; cleaned for the screen. */
  readonly name: string;
  /** Null when none answers, or it could not be found. */
  readonly daemonPid: number | null;
  readonly version: string | null;
}

/** A bot whose daemon is gone: pid and start. The rest is what was known when the target was taken. */
export interface OrphanTarget {
  readonly kind: 'orphan';
  readonly home: string;
  readonly pid: number;
  /** Cleaned for the screen. */
  readonly name: string;
  readonly orphan: Orphan;
}

/** What an action is aimed at. New kinds of target join this union. */
export type Target = BotTarget | HomeTarget | OrphanTarget | SessionTarget | TableTarget;

/** The target that a bot on the screen is. */
export function botTarget(bot: Bot): BotTarget {
  return { kind: 'bot', home: bot.home, id: bot.id, uniqueId: bot.uniqueId, name: bot.name, bot };
}

/** The target that a bot without a daemon is. */
export function orphanTarget(orphan: Orphan): OrphanTarget {
  return { kind: 'orphan', home: orphan.home, pid: orphan.pid, name: clean(orphan.name), orphan };
}

/** The target that the PM2 of a home is; `snapshot` is what is known of it, if anything. */
export function homeTarget(home: string, snapshot: Pm2Snapshot | null): HomeTarget {
  const name = clean(ownName(home));
  const pid = snapshot?.daemon.pid ?? Number.NaN;
  return { kind: 'home', home, name, daemonPid: pid > 0 ? pid : null, version: snapshot?.daemon.version ?? null };
}

/** The target that a table on the screen is. */
export function tableTarget(sourceId: string, snapshot: PostgresSnapshot, table: PostgresTable): TableTarget {
  const { login, server } = snapshot;
  const { versionNumber, isInRecovery } = server;
  return { kind: 'table', sourceId, login, versionNumber, isInRecovery, name: tableName(table), table };
}

/** The target that a session on the screen is. */
export function sessionTarget(
  sourceId: string,
  { login }: PostgresSnapshot,
  session: PostgresSession,
  holdsUp: number,
): SessionTarget {
  const { pid, application, user, backendType } = session;
  const name = `${application || user || backendType || 'session'} (${pid})`;
  return { kind: 'session', sourceId, login, pid, name, session, holdsUp };
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
    case 'home':
      return JSON.stringify([target.kind, target.home]);
    case 'orphan':
      return JSON.stringify([target.kind, target.pid, target.orphan.startTicks]);
    case 'session':
      return JSON.stringify([target.kind, target.sourceId, target.pid, target.session.backendStart]);
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
    case 'orphan':
      return `${target.name}  pid ${target.pid}  ${target.orphan.command}`;
    case 'home':
      return `${clean(target.home)}  ${target.daemonPid === null ? 'no daemon' : `daemon ${target.daemonPid}`}${target.version === null ? '' : `  PM2 ${target.version}`}`;
    case 'session': {
      const { state, backendType, user, database } = target.session;
      return `${target.name}  ${state || backendType} ${duration(ageOf(target.session))}  ${user} in ${database}`;
    }
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
    case 'home':
      return target.daemonPid === null ? target.name : String(target.daemonPid);
    case 'orphan':
    case 'session':
      return String(target.pid);
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
  | { readonly kind: 'home'; readonly home: string; readonly daemonPid: number | null }
  | {
      readonly kind: 'orphan';
      readonly home: string;
      readonly name: string;
      readonly pid: number;
      /** Clock ticks since boot. */
      readonly startTicks: number;
    }
  | {
      readonly kind: 'session';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      /** Of ours. */
      readonly role: string;
      readonly name: string;
      readonly pid: number;
      readonly backendStart: string;
      readonly user: string;
      /** What it ran, on one line without secrets. */
      readonly query: string;
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
    case 'home': {
      const { kind, home, daemonPid } = target;
      return { kind, home, daemonPid };
    }
    case 'orphan': {
      const { kind, home, name, pid, orphan } = target;
      return { kind, home, name, pid, startTicks: orphan.startTicks };
    }
    case 'session': {
      const { kind, name, pid, session } = target;
      const { host, port, user: role } = target.login;
      const { backendStart, database, user, query } = session;
      return { kind, host, port, database, role, name, pid, backendStart, user, query };
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
