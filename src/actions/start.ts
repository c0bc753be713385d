/** Starting stopped and errored bots by pm_id. Only the id is sent: PM2 uses the environment that it has. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import type { Action } from './action.ts';
import { beforeRestart } from './before-restart.ts';
import { inTurns, isRunning, namesOf, pm2Command, resolveBots, untouchable } from './bots.ts';
import { CALL_TIMEOUT_MS, callDaemon, WAITS } from './call-daemon.ts';
import { restart } from './restart.ts';
import { isCrashing, watchUntilUp } from './settle.ts';
import type { BotTarget } from './target.ts';

export const start: Action<BotTarget> = {
  id: 'start',
  key: '+',
  label: 'start',
  footer: 46,
  targetKind: 'bot',
  isWatchedOn: true,
  // A little more than the call's own, which says better what happened.
  runTimeoutMs: CALL_TIMEOUT_MS + 1000,
  risk: (targets) => (targets.length > 1 ? 'R2' : 'R1'),
  unavailable: ({ bot }) => {
    const barred = untouchable(bot);
    if (barred !== null) return barred;
    if (bot.status === 'waiting restart') return WAITS;
    return isRunning(bot) ? 'already runs' : null;
  },
  command: (targets, shell) => pm2Command('start', targets, shell),
  consequences: (targets, now) => {
    // Of a bot that does not run, a restart is a start.
    if (targets.length === 1) return restart.consequences(targets, now);
    return ofSeveral(
      targets.map(({ bot }) => bot),
      now,
    );
  },
  prepare: (targets, deps, signal) => beforeRestart('start', targets, deps, signal),
  resolve: resolveBots,
  run: (target, deps, signal) =>
    callDaemon(target, 'start', deps, signal, (call) => call('startProcessId', [target.id])),
  verify: (target, deps, signal, report) => watchUntilUp({ before: target, restartsOfOurs: 0 }, deps, signal, report),
};

function ofSeveral(bots: readonly Bot[], now: number): string[] {
  const sentences: string[] = [];
  const crashing = bots.filter((bot) => isCrashing(bot, now));
  if (crashing.length > 0) sentences.push(`${namesOf(crashing)} crashed before this and will most likely crash again`);
  sentences.push(`${inTurns(bots.length)}; it ends at the first that is worse than it was`);
  sentences.push('environment and options stay as PM2 has them: a changed .env or ecosystem file is not read');
  return sentences;
}
