/** What the logs of a bot add to the verdict on it: whether it fails more than before, and whether it says anything. */
import type { ActionDeps, Check, Verdict } from './action.ts';
import type { BotTarget } from './target.ts';

/**
 * A good verdict with the errors since `begunAt` (epoch ms) and the first words of the new process. More errors than in the
 * time as long before make it bad. Where logs are not followed it stays as it is.
 */
export function withLogs(verdict: Verdict, before: BotTarget, begunAt: number, deps: ActionDeps): Verdict {
  const now = deps.clock.now();
  const since = deps.logsSince?.(before.bot, begunAt) ?? null;
  if (since === null) return verdict;
  const earlier = deps.logsSince?.(before.bot, 2 * begunAt - now)?.errors ?? 0;
  const errors = since.errors;
  const isWorse = errors > 0 && errors > earlier - errors;
  const text = `${errors} ${errors === 1 ? 'error' : 'errors'}`;
  const usual = errors > 0 && !isWorse ? `${text}, no more than before` : text;
  const checks: Check[] = [...verdict.checks, { text: usual, state: isWorse ? 'bad' : 'good' }];
  // A bot may have nothing to say: that is no fault, and no proof either.
  const { writtenAt } = since;
  checks.push(writtenAt === null ? { text: 'silent so far', state: 'waiting' } : { text: 'writes', state: 'good' });
  return isWorse ? { state: 'bad', checks } : { ...verdict, checks };
}
