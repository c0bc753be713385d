/** What actions are aimed at, and how each kind of target is named on the screen and in the audit. */
import type { Bot } from '../sources/pm2/snapshot.ts';

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

/** What an action is aimed at. New kinds of target join this union. */
export type Target = BotTarget;

/** The target that a bot on the screen is. */
export function botTarget(bot: Bot): BotTarget {
  return { kind: 'bot', home: bot.home, id: bot.id, uniqueId: bot.uniqueId, name: bot.name, bot };
}

/** Equal for two targets exactly when they are the same thing. */
export function targetKey(target: Target): string {
  return JSON.stringify([target.kind, target.home, target.id, target.uniqueId]);
}

/** `weather-bot`: for sentences and the strip. */
export function targetName(target: Target): string {
  return target.name;
}

/** `weather-bot  id 3  pid 4211`: one line of the prompt's list. */
export function targetLine(target: Target): string {
  return `${target.name}  id ${target.id}  ${target.bot.pid === null ? target.bot.status : `pid ${target.bot.pid}`}`;
}

/**
 * What can be typed to mean this one target, the first being the one that is shown. A name that a plain keyboard
 * cannot type is never asked for: its pid is, or its id.
 */
export function targetAnswers(target: Target): readonly [string, ...string[]] {
  const number = target.bot.pid === null ? `id ${target.id}` : String(target.bot.pid);
  return /^[\x21-\x7e]{1,60}$/.test(target.name) ? [target.name, number] : [number];
}

/** What of a target goes into the audit. */
export interface AuditTarget {
  readonly kind: Target['kind'];
  readonly home: string;
  readonly id: number | string;
  readonly name: string;
  readonly uniqueId: string;
  readonly pid: number | null;
}

export function auditTarget(target: Target): AuditTarget {
  const { kind, home, id, name, uniqueId } = target;
  return { kind, home, id, name, uniqueId, pid: target.bot.pid };
}
