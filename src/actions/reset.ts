/** Setting PM2's counters of bots to zero: how often they restarted is evidence, and is kept first. */
import type { Action, Check, Verdict } from './action.ts';
import { saveBots } from './bot-evidence.ts';
import { identify, listBots, pm2Command, resolveBots, untouchable } from './bots.ts';
import { callDaemon } from './call-daemon.ts';
import { type BotTarget, targetAnswers } from './target.ts';

export const reset: Action<BotTarget> = {
  id: 'reset',
  label: 'reset counters',
  targetKind: 'bot',
  runTimeoutMs: 10_000,
  risk: () => 'R3',
  unavailable: ({ bot }) =>
    untouchable(bot) ?? (bot.restarts === 0 && bot.unstableRestarts === 0 ? 'its counters are 0' : null),
  command: (targets, shell) => pm2Command('reset', targets, shell),
  consequences: (targets) => {
    const total = targets.reduce((sum, { bot }) => sum + bot.restarts, 0);
    return [
      `${total} ${total === 1 ? 'restart is' : 'restarts are'} not counted any more, and PM2 takes now for when it was added`,
      'nothing is stopped or started',
    ];
  },
  phrase(targets) {
    const [only] = targets;
    return `reset ${targets.length === 1 && only !== undefined ? targetAnswers(only)[0] : `${targets.length} bots`}`;
  },
  prepare: (targets, deps, signal) => saveBots('reset', targets, deps, signal),
  resolve: resolveBots,
  run: (target, deps, signal) =>
    callDaemon(target, null, deps, signal, (call) => call('resetMetaProcessId', [target.id])),
  async verify(target, deps, signal, report) {
    const found = identify(target, await listBots(target.home, deps, signal));
    const verdict = judge(target, found.state === 'same' ? found.target : found.reason);
    report(verdict);
    return verdict;
  },
};

function judge(before: BotTarget, now: BotTarget | string): Verdict {
  if (typeof now === 'string') return { state: 'bad', checks: [{ text: now, state: 'bad' }] };
  const { restarts, unstableRestarts } = now.bot;
  const isZero = restarts === 0 && unstableRestarts === 0;
  const check: Check = { text: `restarts ${before.bot.restarts} → ${restarts}`, state: isZero ? 'good' : 'bad' };
  return { state: check.state === 'good' ? 'good' : 'bad', checks: [check], isWorse: false };
}
