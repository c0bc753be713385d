/** What the logs of a bot add to the verdict on it: whether it fails more than before, and whether it says anything. */
import type { ActionDeps, Check, Verdict } from '../action.ts';
import type { BotTarget } from '../target.ts';

/** What it did in this time before is what it usually does. */
export const USUAL_MS = 600_000;

/**
 * A good verdict with the errors since `begunAt` (epoch ms) and the first words of the new process. More errors than it
 * usually has make it bad. Where logs are not followed it stays as it is.
 */
export function withLogs(verdict: Verdict, before: BotTarget, begunAt: number, deps: ActionDeps): Verdict {
  const since = deps.logsSince?.(before.bot, begunAt) ?? null;
  // A job that has run and ended says how by its exit.
  if (since === null || !verdict.checks.some(({ text }) => text.startsWith('up '))) return verdict;
  const { errors, writtenAt } = since;
  const earlier = (deps.logsSince?.(before.bot, begunAt - USUAL_MS)?.errors ?? errors) - errors;
  const isWorse = errors > usually(earlier, deps.clock.now() - begunAt);
  const text = `${errors} ${errors === 1 ? 'error' : 'errors'}`;
  const said = errors > 0 && !isWorse ? `${text}, as before` : isWorse ? `${text} since` : text;
  const checks: Check[] = [...verdict.checks, { text: said, state: isWorse ? 'bad' : 'good' }];
  // A bot may have nothing to say: that is no fault, and no proof either.
  checks.push(writtenAt === null ? { text: 'silent so far', state: 'waiting' } : { text: 'writes', state: 'good' });
  return isWorse ? { state: 'bad', checks } : { ...verdict, checks };
}

/**
 * How many errors in a time are nothing new, after `earlier` of them in `USUAL_MS`: twice the usual, and one of a bot that
 * has some now and then.
 */
export function usually(earlier: number, spanMs: number): number {
  return earlier === 0 ? 0 : Math.max(1, Math.ceil((2 * earlier * spanMs) / USUAL_MS));
}
