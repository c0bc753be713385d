/** Stopping bots by pm_id, so that they stay stopped: the watch ends first, or the next changed file would start them. */

import type { Bot } from '../sources/pm2/snapshot.ts';
import { isAlive, type ProcessMark, readTree } from '../sources/proc/tree.ts';
import { duration } from '../text/format.ts';
import type { Action } from './action.ts';
import { beforeRestart } from './before-restart.ts';
import { inTurns, isRunning, killTimeout, namesOf, pm2Command, resolveBots, untouchable } from './bots.ts';
import { CALL_TIMEOUT_MS, callDaemon } from './call-daemon.ts';
import { follow, type Watch } from './settle.ts';
import { lookStopped, STOPPING, type Stopping } from './stay-stopped.ts';
import type { BotTarget } from './target.ts';

/** What is to end anyway need not wait for the others: a namespace of hundreds is stopped within minutes. */
const AT_ONCE = 5;

/** How the processes of this machine are read. */
export interface Processes {
  /** The process and its descendants; empty when it is hidden or gone, or there is no /proc. */
  readTree(pid: number): readonly ProcessMark[];
  isAlive(mark: ProcessMark): boolean;
}

export const stop = createStop({ readTree, isAlive });

export function createStop(processes: Processes): Action<BotTarget> {
  /** The trees as they were when their roots were told to stop, for the watching afterwards. */
  const trees = new WeakMap<BotTarget, readonly ProcessMark[]>();

  /** Null where nothing is known of them. */
  function left(target: BotTarget): readonly number[] | null {
    const tree = trees.get(target) ?? [];
    return tree.length === 0 ? null : tree.filter((mark) => processes.isAlive(mark)).map(({ pid }) => pid);
  }

  return {
    id: 'stop',
    key: 'S',
    label: 'stop',
    footer: 45,
    targetKind: 'bot',
    // A little more than the call's own, which says better what happened.
    runTimeoutMs: CALL_TIMEOUT_MS + 1000,
    pace: { concurrency: AT_ONCE },
    risk: (targets) => (targets.length > 1 ? 'R2' : 'R1'),
    unavailable,
    command: (targets, shell) => pm2Command('stop', targets, shell),
    consequences,
    prepare: (targets, deps, signal) => beforeRestart('stop', targets, deps, signal, false),
    resolve: resolveBots,
    run: (target, deps, signal) => {
      const { id, bot } = target;
      if (bot.pid !== null) trees.set(target, processes.readTree(bot.pid));
      return callDaemon(target, 'stop', deps, signal, async (call) => {
        if (bot.watch) await call('stopWatch', ['stopProcessId', id]);
        await call('stopProcessId', [id]);
      });
    },
    verify: (target, deps, signal, report) => {
      const watch: Watch<Stopping> = {
        home: target.home,
        first: STOPPING,
        next: (seen, bots, at, waitedMs) => lookStopped(seen, target, bots, left(target), at, waitedMs, deps.settleMs),
      };
      return follow(watch, deps, signal, report);
    },
  };
}

function consequences(targets: readonly BotTarget[], now: number): readonly string[] {
  const bots = targets.map(({ bot }) => bot);
  const [only] = bots;
  return [...(bots.length === 1 && only !== undefined ? ofOne(only, now) : ofSeveral(bots, now)), SAVED];
}

const SAVED =
  'what a resurrect or a reboot does is what the last pm2 save says: save after this to keep it stopped then';

function unavailable({ bot }: BotTarget): string | null {
  const barred = untouchable(bot);
  if (barred !== null) return barred;
  if (bot.isModule) return 'it is a PM2 module, which PM2 starts with its daemon: pm2 uninstall ends it for good';
  // Its watch would start it, and a stop is what ends the watch.
  if (bot.status !== 'stopped' || bot.watch) return null;
  return bot.cron === null ? 'already stopped' : 'already stopped, but its schedule starts it: only a delete ends that';
}

function ofOne(bot: Bot, now: number): string[] {
  const sentences: string[] = [];
  if (bot.cron !== null) sentences.push(`its schedule (${bot.cron}) starts it again: only a delete ends that`);
  if (bot.cron !== null && isRunning(bot)) sentences.push(`should the schedule come while it still ends, ${DROPPED}`);
  if (bot.status === 'stopped')
    sentences.push('it is stopped, and the next changed file would start it: its watch ends');
  else if (bot.watch)
    sentences.push(`its watch ends too; a start does not bring it back, pm2 restart ${bot.id} --watch does`);
  if (bot.watch && bot.mode === 'cluster')
    sentences.push('a changed file starts it with the others of its name that are watched');
  if (bot.status === 'errored') sentences.push('it does not run: PM2 gave it up, and this only marks it as stopped');
  if (bot.status === 'waiting restart') sentences.push('it crashed and waits for its next try: there will be none');
  if (isRunning(bot)) {
    sentences.push(
      bot.mode === 'cluster'
        ? `only this instance${bot.instance === null ? '' : ` (${bot.instance})`} stops; others of its name go on`
        : 'it stays stopped until somebody starts it',
    );
    if (bot.startedAt !== null) sentences.push(`its uptime of ${duration(now - bot.startedAt)} is lost`);
    sentences.push(`if it ignores SIGINT it is killed after ${killTimeout([bot])} (kill_timeout)`);
  }
  return sentences;
}

/** PM2 takes the schedule back to set it anew with the start, and starts nothing whose process is still there. */
const DROPPED = 'PM2 forgets it until the next start: then it stays stopped';

function ofSeveral(bots: readonly Bot[], now: number): string[] {
  const sentences: string[] = [];
  const scheduled = bots.filter((bot) => bot.cron !== null);
  if (scheduled.length > 0) sentences.push(`a schedule starts ${namesOf(scheduled)} again: only a delete ends that`);
  if (scheduled.some(isRunning)) sentences.push(`should it come while its bot still ends, ${DROPPED}`);
  const watched = bots.filter((bot) => bot.watch);
  if (watched.length > 0) sentences.push(`the watch of ${namesOf(watched)} ends too; a start does not bring it back`);
  sentences.push('they stay stopped until somebody starts them');
  const longest = Math.max(0, ...bots.filter(isRunning).map((bot) => now - (bot.startedAt ?? now)));
  if (longest > 0) sentences.push(`their uptime is lost, the longest ${duration(longest)}`);
  sentences.push(
    `${inTurns(bots.length, AT_ONCE)}; it ends at the first that does not stop`,
    `one that ignores SIGINT is killed after ${killTimeout(bots)} (kill_timeout) at most`,
  );
  return sentences;
}
