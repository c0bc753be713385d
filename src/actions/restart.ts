/** Restarting bots by pm_id. Our environment never reaches them: only the id is sent, so PM2 keeps what it has. */
import { maxExits } from '../sources/pm2/exits.ts';
import type { Bot } from '../sources/pm2/snapshot.ts';
import { duration } from '../text/format.ts';
import type { Action } from './action.ts';
import { beforeRestart } from './before-restart.ts';
import { inTurns, isRunning, namesOf, pm2Command, resolveBots, untouchable } from './bots.ts';
import { CALL_TIMEOUT_MS, callDaemon, WAITS } from './call-daemon.ts';
import { isCrash, isCrashing, watchUntilUp } from './settle.ts';
import type { BotTarget } from './target.ts';

/** Crashes within this count as a crash loop worth a warning. */
const LATELY_MS = 10 * 60_000;

export const restart: Action<BotTarget> = {
  id: 'restart',
  key: 'r',
  label: 'restart',
  targetKind: 'bot',
  isWatchedOn: true,
  // A little more than the call's own, which says better what happened.
  runTimeoutMs: CALL_TIMEOUT_MS + 1000,
  risk: (targets) => (targets.length > 1 ? 'R2' : 'R1'),
  unavailable,
  leaveOut: ({ bot }) => (bot.status === 'stopped' ? 'stopped on purpose: stays stopped, + starts it' : null),
  command: (targets, shell) => pm2Command('restart', targets, shell),
  consequences,
  prepare: (targets, deps, signal) => beforeRestart('restart', targets, deps, signal),
  resolve: resolveBots,
  run: (target, deps, signal) =>
    callDaemon(target, 'restart', deps, signal, (call) => call('restartProcessId', [{ id: target.id }])),
  verify: (target, deps, signal, report) =>
    watchUntilUp({ before: target, restartsOfOurs: isRunning(target.bot) ? 1 : 0 }, deps, signal, report),
};

function unavailable({ bot }: BotTarget): string | null {
  return untouchable(bot) ?? (bot.status === 'waiting restart' ? WAITS : null);
}

function consequences(targets: readonly BotTarget[], now: number): readonly string[] {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) return [...ofOne(only.bot, now), KEPT];
  return [
    ...ofSeveral(
      targets.map((target) => target.bot),
      now,
    ),
    KEPT,
  ];
}

const KEPT = 'environment and options stay as PM2 has them: a changed .env or ecosystem file is not read';

function ofOne(bot: Bot, now: number): string[] {
  const sentences: string[] = [];
  const crashes = crashesLately(bot, now);
  if (crashes > 0)
    sentences.push(
      `it crashed ${times(crashes)}${isCapped(bot, now) ? ' or more' : ''} in the last 10 min${lastCode(bot)}: it will most likely crash again`,
    );
  if (bot.status === 'errored') sentences.push('PM2 gave it up after too many crashes: this tries once more');
  if (bot.status === 'stopped') {
    const isDone = crashes === 0 && !bot.autorestart && bot.exitCode === 0;
    sentences.push(isDone ? 'it ended with exit 0 and is not restarted by itself: this runs it once more' : STARTS);
  }
  if (isRunning(bot)) {
    sentences.push(
      bot.mode === 'cluster'
        ? `only this instance${bot.instance === null ? '' : ` (${bot.instance})`} stops; others of its name go on`
        : 'it is down until its new process is up',
    );
    if (bot.startedAt !== null) sentences.push(`its uptime of ${duration(now - bot.startedAt)} is lost`);
  }
  return sentences;
}

const STARTS = 'it is stopped: this starts it';

function ofSeveral(bots: readonly Bot[], now: number): string[] {
  const sentences: string[] = [];
  const crashing = bots.filter((bot) => isCrashing(bot, now));
  if (crashing.length > 0) sentences.push(`${namesOf(crashing)} crashed before this and will most likely crash again`);
  const longest = Math.max(
    ...bots.filter(isRunning).map((bot) => (bot.startedAt === null ? 0 : now - bot.startedAt)),
    0,
  );
  sentences.push(`${inTurns(bots.length)}; it ends at the first that comes back worse than it was`);
  if (longest > 0) sentences.push(`their uptime is lost, the longest ${duration(longest)}`);
  return sentences;
}

function crashesLately(bot: Bot, now: number): number {
  return bot.exits.filter((exit) => isCrash(bot, exit) && now - exit.at < LATELY_MS).length;
}

/** Only so many exits are kept: when they do not reach back far enough there may have been more. */
function isCapped(bot: Bot, now: number): boolean {
  const [oldest] = bot.exits;
  return bot.exits.length >= maxExits && oldest !== undefined && now - oldest.at < LATELY_MS;
}

function lastCode(bot: Bot): string {
  const last = bot.exits.findLast((exit) => isCrash(bot, exit));
  if (last?.signal != null && last.code === null) return ` (${last.signal})`;
  return last?.code == null ? '' : ` (exit ${last.code})`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
