/** What is found out before bots are disturbed: who did it last, who uses them now, and the end of those that crash. */
import { ago, count } from '../text/format.ts';
import type { ActionDeps, Preparation } from './action.ts';
import { saveBots } from './bot-evidence.ts';
import { countUsers } from './bot-users.ts';
import { errorText } from './error-text.ts';
import { isCrashing } from './settle.ts';
import type { BotTarget } from './target.ts';

/** How long all of it may hold up the question. */
const PATIENCE_MS = 1500;

/** `keeps`: whether the end of those that crash is saved, since the restart takes their last words away. */
export async function beforeRestart(
  action: string,
  targets: readonly BotTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
  keeps = true,
): Promise<Preparation> {
  const crashing = keeps ? targets.filter(({ bot }) => isCrashing(bot, deps.clock.now())) : [];
  const [users, last, saved] = await Promise.all([
    within(countUsers(targets, deps), deps, signal),
    within(lastDone(targets, deps), deps, signal),
    crashing.length === 0 ? null : keep(action, crashing, deps, signal),
  ]);
  const consequences: string[] = [];
  if (users !== null) {
    consequences.push(
      `${count(users.users)} ${users.users === 1 ? 'user' : 'users'} of the last hour, in ${count(users.dialogs)} ${users.dialogs === 1 ? 'dialog' : 'dialogs'}`,
    );
  }
  if (last !== null) consequences.push(last);
  return { notes: saved?.notes ?? [], consequences };
}

/** A restart may go on without evidence: a bot that is down must be brought back. The question says so. */
async function keep(
  action: string,
  targets: readonly BotTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<{ readonly notes: readonly string[] }> {
  try {
    return await saveBots(action, targets, deps, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { notes: [`no evidence could be saved: ${errorText(error)}`] };
  }
}

/** `restart 3m ago by anna`: the newest thing that was done to any of them from here, else that PM2's log tells of. */
async function lastDone(targets: readonly BotTarget[], deps: ActionDeps): Promise<string | null> {
  const now = deps.clock.now();
  const ids = new Set(targets.map(({ uniqueId }) => uniqueId));
  const act = (await deps.lastAct?.(ids)) ?? null;
  const asked = targets.flatMap(({ bot }) => bot.exits.filter(({ cause }) => cause === 'asked').map(({ at }) => at));
  const askedAt = Math.max(0, ...asked);
  const which = targets.length > 1 ? ', of one of them' : '';
  // The exit that an act of ours caused comes within a moment of it.
  if (act !== null && act.at >= askedAt - 60_000) {
    return `the last ${act.action}${which}: ${ago(now - act.at)} ago by ${act.who}`;
  }
  return askedAt === 0 ? null : `ended on somebody's request ${ago(now - askedAt)} ago${which}`;
}

/** Null when it fails or takes too long: nobody waits for what is only good to know. */
async function within<T>(work: Promise<T>, deps: ActionDeps, signal: AbortSignal): Promise<T | null> {
  const timer = new AbortController();
  const late = deps.sleep(PATIENCE_MS, AbortSignal.any([timer.signal, signal])).then(
    () => null,
    () => null,
  );
  const found = await Promise.race([work.catch(() => null), late]);
  timer.abort();
  return found;
}
