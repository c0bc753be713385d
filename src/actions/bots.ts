/** What all actions on bots share: reading them from the daemon itself, recognising them, and the pm2 command line. */
import { readList } from '../sources/pm2/list.ts';
import type { Bot } from '../sources/pm2/snapshot.ts';
import { duration } from '../text/format.ts';
import { shellQuote } from '../text/shell-quote.ts';
import type { ActionDeps, Resolved, Shell } from './action.ts';
import { errorText } from './error-text.ts';
import type { BotTarget } from './target.ts';

/** How long a list may take; a healthy daemon answers in a few ms. */
const LIST_TIMEOUT_MS = 5000;
/** How many names a sentence about several bots can bear. */
const MAX_NAMES = 3;

/** The daemon's bots as they are now. Rejects with `SourceError`. */
export async function listBots(home: string, deps: ActionDeps, signal: AbortSignal): Promise<readonly Bot[]> {
  const client = deps.pm2(home);
  try {
    const listed = await readList(client, { timeoutMs: LIST_TIMEOUT_MS, signal });
    return listed.map(({ bot }) => bot);
  } finally {
    client.close();
  }
}

/** Reads each home once and finds every target in it. Never rejects: what cannot be read is `unread`, with the reason. */
export async function resolveBots(
  targets: readonly BotTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<readonly Resolved<BotTarget>[]> {
  const homes = [...new Set(targets.map((target) => target.home))];
  const lists = new Map(
    await Promise.all(
      homes.map(async (home) => {
        const read = await listBots(home, deps, signal).catch((error: unknown) => errorText(error));
        return [home, read] as const;
      }),
    ),
  );
  return targets.map((target) => identify(target, lists.get(target.home) ?? 'it was not read'));
}

/** The target in the list, by pm_id and PM2's unique_id; a text instead of a list is why there is none. */
export function identify(target: BotTarget, bots: readonly Bot[] | string): Resolved<BotTarget> {
  const label = `${target.name} (id ${target.id})`;
  if (typeof bots === 'string') return { state: 'unread', reason: `${label} could not be read again: ${bots}` };
  const found = bots.find((bot) => bot.id === target.id);
  if (found === undefined) {
    const moved = bots.find((bot) => bot.uniqueId === target.uniqueId && bot.name === target.name);
    return { state: 'gone', reason: `${label} is gone${moved === undefined ? '' : `, its id is now ${moved.id}`}` };
  }
  if (found.uniqueId !== target.uniqueId) {
    const now =
      found.name === target.name
        ? 'was deleted and added again: the one that is there now is asked for anew'
        : `is now another bot, ${found.name}`;
    return { state: 'other', reason: `${label} ${now}` };
  }
  // The exits come from PM2's log, which a list does not hold.
  const same: BotTarget = { ...target, name: found.name, bot: { ...found, exits: target.bot.exits } };
  const note = changeOf(target.bot, found);
  return note === null ? { state: 'same', target: same } : { state: 'same', target: same, note };
}

function changeOf(before: Bot, now: Bot): string | null {
  if (before.pid !== null && now.pid !== null && before.pid !== now.pid) {
    return `restarted meanwhile, ${before.pid} → ${now.pid}`;
  }
  return before.status === now.status ? null : `${now.status} meanwhile, was ${before.status}`;
}

/** Why no action can be aimed at the bot, or null. */
export function untouchable(bot: Bot): string | null {
  if (bot.uniqueId === '') return 'PM2 gives it no unique_id, so it cannot be told from another bot of its id';
  if (typeof bot.id !== 'number') return 'it is the old instance of a reload under way';
  if (bot.status === 'stopping') return `it is stopping: ${killedWithin(bot)}`;
  return null;
}

/** PM2's own `kill_timeout`, ms. */
const KILL_TIMEOUT_MS = 1_600;
/** What is over within this needs no advice. */
const SOON_MS = 10_000;

/** When PM2 ends what ignores its SIGINT, and where that is long, what ends it at once. */
export function killedWithin({ killTimeoutMs }: Bot): string {
  const withinMs = killTimeoutMs ?? KILL_TIMEOUT_MS;
  if (withinMs < SOON_MS) return `PM2 kills it within ${Math.ceil(withinMs / 1000)} s; the signal SIGKILL does at once`;
  return `PM2 waits up to ${duration(withinMs)} (kill_timeout) before it kills it; the signal SIGKILL does at once`;
}

/** When PM2 ends what ignores its SIGINT, of several the one that has longest: `1.6 s`. */
export function killTimeout(bots: readonly Bot[]): string {
  const ms = Math.max(...bots.map(({ killTimeoutMs }) => killTimeoutMs ?? KILL_TIMEOUT_MS));
  return ms < SOON_MS ? `${ms / 1000} s` : duration(ms);
}

/** Whether it has a process, or is about to have one: PM2 counts a restart only of such a bot. */
export function isRunning(bot: Bot): boolean {
  return bot.status === 'online' || bot.status === 'launching' || bot.status === 'one-launch-status';
}

/** The watching of one, and what it takes to end and to start. */
const EACH_MS = 12_000;

/** How many are gone about, and how long all of them will take. */
export function inTurns(count: number, atOnce = 1): string {
  const how = atOnce === 1 ? 'one after the other' : `${atOnce} at a time`;
  return `${how}, each watched for 10 s: about ${duration(Math.ceil(count / atOnce) * EACH_MS)}`;
}

/** `a, b, c and 4 more`: the names that a sentence can bear. */
export function namesOf(bots: readonly Bot[]): string {
  const shown = bots.slice(0, MAX_NAMES).map((bot) => bot.name);
  return bots.length > MAX_NAMES ? `${shown.join(', ')} and ${bots.length - MAX_NAMES} more` : shown.join(' and ');
}

/** `pm2 restart 3 4`, said for the home and the user it must be typed as; one command a home, joined by `&&`. */
export function pm2Command(verb: string, targets: readonly BotTarget[], shell: Shell): string {
  const homes = [...new Set(targets.map((target) => target.home))];
  return homes
    .map((home) => {
      const ofHome = targets.filter((target) => target.home === home);
      const ids = ofHome.map((target) => shellQuote(String(target.id)));
      return `${pm2Prefix(home, ofHome[0]?.bot.username ?? null, shell)}pm2 ${verb} ${ids.join(' ')}`;
    })
    .join(' && ');
}

/** What stands before `pm2` for a home: nothing where the person's own shell means that home. */
export function pm2Prefix(home: string, user: string | null, shell: Shell): string {
  return userPrefix(user, shell, home === shell.pm2Home ? '' : `PM2_HOME=${shellQuote(home)} `);
}

/** As root, pm2 in another user's home would leave files there that this user cannot write any more. */
function userPrefix(user: string | null, shell: Shell, variable: string): string {
  if (variable === '' || user === null || user === shell.user || !/^[a-z_][\w-]*\$?$/i.test(user)) return variable;
  return `sudo -u ${shellQuote(user)} ${variable}`;
}
