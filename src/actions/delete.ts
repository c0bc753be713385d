/** Deleting bots from PM2 by pm_id: they end, and PM2 forgets them. Their end is kept first, their files stay. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import { isAlive, type ProcessMark, readTree } from '../sources/proc/tree.ts';
import { duration } from '../text/format.ts';
import type { Action, Check, Verdict } from './action.ts';
import { saveBots } from './bot-evidence.ts';
import { isRunning, namesOf, pm2Command, resolveBots, untouchable } from './bots.ts';
import { CALL_TIMEOUT_MS, callDaemon } from './call-daemon.ts';
import { follow, type Watch } from './settle.ts';
import { type BotTarget, targetAnswers } from './target.ts';

/** How long its processes are given to end; kill_timeout is inside this. */
const END_MS = 20_000;
/** The trees as they were when their roots were told to end, for the watching afterwards. */
const trees = new WeakMap<BotTarget, readonly ProcessMark[]>();

export const deleteBot: Action<BotTarget> = {
  id: 'delete',
  label: 'delete',
  targetKind: 'bot',
  runTimeoutMs: CALL_TIMEOUT_MS + 1000,
  risk: () => 'R3',
  unavailable: ({ bot }) =>
    untouchable(bot) ?? (bot.isModule ? 'it is a PM2 module: pm2 uninstall takes it away' : null),
  command: (targets, shell) => pm2Command('delete', targets, shell),
  consequences: (targets, now) =>
    consequences(
      targets.map(({ bot }) => bot),
      now,
    ),
  phrase(targets) {
    const [only] = targets;
    return `delete ${targets.length === 1 && only !== undefined ? targetAnswers(only)[0] : `${targets.length} bots`}`;
  },
  prepare: (targets, deps, signal) => saveBots('delete', targets, deps, signal),
  resolve: resolveBots,
  run: (target, deps, signal) => {
    const { id, bot } = target;
    if (bot.pid !== null) trees.set(target, readTree(bot.pid));
    return callDaemon(target, null, deps, signal, async (call) => {
      if (bot.watch) await call('stopWatch', ['deleteProcessId', id]);
      await call('deleteProcessId', [id]);
    });
  },
  verify: (target, deps, signal, report) => {
    const watch: Watch<{ readonly verdict: Verdict }> = {
      home: target.home,
      first: { verdict: { state: 'watching', checks: [{ text: 'forgotten by PM2', state: 'waiting' }] } },
      next: (_, bots, __, waitedMs) => ({ verdict: lookDeleted(target, bots, waitedMs) }),
    };
    return follow(watch, deps, signal, report);
  },
};

function lookDeleted(target: BotTarget, bots: readonly Bot[], waitedMs: number): Verdict {
  const isThere = bots.some(({ id, uniqueId }) => id === target.id && uniqueId === target.uniqueId);
  if (isThere) {
    if (waitedMs < END_MS) return { state: 'watching', checks: [{ text: 'forgotten by PM2', state: 'waiting' }] };
    return { state: 'bad', checks: [{ text: `still in PM2's list after ${END_MS / 1000} s`, state: 'bad' }] };
  }
  const forgotten: Check = { text: 'forgotten by PM2', state: 'good' };
  const left = (trees.get(target) ?? []).filter((mark) => isAlive(mark)).map(({ pid }) => pid);
  if (left.length === 0) {
    const ended: Check = { text: `pid ${target.bot.pid} ended`, state: 'good' };
    return { state: 'good', checks: target.bot.pid === null ? [forgotten] : [forgotten, ended] };
  }
  const running = `still running: ${left.length > 1 ? 'pids' : 'pid'} ${left.slice(0, 5).join(', ')}`;
  if (waitedMs < END_MS) {
    return { state: 'watching', checks: [forgotten, { text: running, state: 'waiting' }] };
  }
  return { state: 'bad', checks: [forgotten, { text: running, state: 'bad' }] };
}

function consequences(bots: readonly Bot[], now: number): readonly string[] {
  const [only] = bots;
  const isOne = bots.length === 1 && only !== undefined;
  const longest = Math.max(0, ...bots.filter(isRunning).map((bot) => now - (bot.startedAt ?? now)));
  const scheduled = bots.filter((bot) => bot.cron !== null);
  return [
    isOne
      ? 'PM2 ends it and forgets it, with its environment and its counters: only its ecosystem file or a saved dump brings it back'
      : 'PM2 ends them and forgets them, with their environments and counters: only an ecosystem file or a saved dump brings them back',
    ...(longest > 0 ? [`${isOne ? 'its uptime' : 'their uptime, the longest'} of ${duration(longest)} is lost`] : []),
    ...(isOne && only.mode === 'cluster' ? ['only this instance goes; others of its name go on'] : []),
    ...(scheduled.length > 0 ? [`the schedule of ${namesOf(scheduled)} ends too`] : []),
    `a resurrect or a reboot brings ${isOne ? 'it' : 'them'} back as the last pm2 save says: save after this to make it last`,
    'log files and code stay',
  ];
}
