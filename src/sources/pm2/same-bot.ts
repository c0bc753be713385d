/** What two lists, or two bots of one list, have in common, so that it is kept once. */
import type { Bot } from './snapshot.ts';

/** What no list tells. */
const untold: ReadonlySet<string> = new Set([
  'exits',
  'quiet',
  'code',
  'lastingState',
  'stoppingSince',
] satisfies (keyof Bot)[]);

/** Whether a list says of a bot what the list before said. */
export function isSameBot(one: Bot, other: Bot): boolean {
  for (const key in one) {
    if (!isSame(one[key as keyof Bot], other[key as keyof Bot]) && !untold.has(key)) return false;
  }
  return true;
}

/** What bots that were started alike have alike: a hundred bytes in one name each, and in lists of names many times that. */
const shared = [
  'namespace',
  'script',
  'cwd',
  'interpreter',
  'nodeVersion',
  'version',
  'username',
  'cron',
  'outLogPath',
  'errLogPath',
  'combinedLogPath',
  'envNames',
  'metrics',
  'customActions',
] as const satisfies readonly (keyof Bot)[];

/** Puts into a bot that was just read, in place of its own, what `like` has equal to it. */
export function shareWith(bot: Bot, like: Bot): void {
  const written: Record<string, unknown> = bot as unknown as Record<string, unknown>;
  for (const key of shared) if (isSame(bot[key], like[key])) written[key] = like[key];
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  for (const key in one) {
    if (!isSame((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key])) return false;
  }
  return Object.keys(one).length === Object.keys(other).length;
}
