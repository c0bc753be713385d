/** Restarting bots by pm_id. Our environment never reaches them: only the id is sent, so PM2 keeps what it has. */
import { maxExits } from '../sources/pm2/exits.ts';
import type { Bot } from '../sources/pm2/snapshot.ts';
import { SourceError } from '../sources/source.ts';
import { duration } from '../text/format.ts';
import type { Action, ActionDeps, RunResult } from './action.ts';
import { pm2Command, resolveBots } from './bots.ts';
import { errorText } from './error-text.ts';
import { isCrash, isCrashing, watchUntilUp } from './settle.ts';
import type { BotTarget } from './target.ts';

const RUN_TIMEOUT_MS = 30_000;
/** Crashes within this count as a crash loop worth a warning. */
const LATELY_MS = 10 * 60_000;
/** How many sentences about single bots a prompt for several can bear. */
const MAX_SINGLE = 3;

export const restart: Action<BotTarget> = {
  id: 'restart',
  key: 'r',
  label: 'restart',
  targetKind: 'bot',
  // A little more than the call's own, which says better what happened.
  runTimeoutMs: RUN_TIMEOUT_MS + 1000,
  risk: (targets) => (targets.length > 1 ? 'R2' : 'R1'),
  unavailable,
  command: (targets, shell) => pm2Command('restart', targets, shell),
  consequences,
  resolve: resolveBots,
  run,
  verify: (target, deps, signal, report) =>
    watchUntilUp({ before: target, restartsOfOurs: isRunning(target.bot) ? 1 : 0 }, deps, signal, report),
};

function unavailable({ bot }: BotTarget): string | null {
  if (bot.uniqueId === '') return 'PM2 gives it no unique_id, so it cannot be told from another bot of its id';
  if (typeof bot.id !== 'number') return 'it is the old instance of a reload under way';
  if (bot.status === 'stopping') return 'it is stopping now';
  return null;
}

/** PM2 counts a restart only of a bot that ran. */
function isRunning(bot: Bot): boolean {
  return bot.status === 'online' || bot.status === 'launching' || bot.status === 'one-launch-status';
}

async function run(target: BotTarget, deps: ActionDeps, signal: AbortSignal): Promise<RunResult> {
  const client = deps.pm2(target.home);
  const id = target.id;
  try {
    await client.call('restartProcessId', [{ id }], { timeoutMs: RUN_TIMEOUT_MS, signal });
    // The daemon tells nobody that a person asked; other tools count on hearing it.
    const notice = { id, action_name: 'restart', manually: true };
    const untold = await client.call('notifyByProcessId', [notice], { timeoutMs: 3000, signal }).then(
      () => '',
      (error: unknown) => `restarted, but PM2 could not announce it: ${errorText(error)}`,
    );
    return { state: 'done', message: untold };
  } catch (error) {
    const isSilent = error instanceof SourceError && (error.code === 'timeout' || error.code === 'frozen');
    return { state: isSilent ? 'unanswered' : 'failed', message: errorText(error) };
  } finally {
    client.close();
  }
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
  if (bot.status === 'waiting restart') sentences.push('PM2 is about to start it by itself: this only skips the wait');
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
  if (crashing.length > 0) sentences.push(`${names(crashing)} crashed before this and will most likely crash again`);
  const stopped = bots.filter((bot) => bot.status === 'stopped');
  if (stopped.length > 0)
    sentences.push(
      `${names(stopped)} ${stopped.length > 1 ? 'are' : 'is'} stopped: this starts ${stopped.length > 1 ? 'them' : 'it'}`,
    );
  const longest = Math.max(
    ...bots.filter(isRunning).map((bot) => (bot.startedAt === null ? 0 : now - bot.startedAt)),
    0,
  );
  sentences.push('one after the other, each watched for 10 s; it ends at the first that comes back worse than it was');
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

function names(bots: readonly Bot[]): string {
  const shown = bots.slice(0, MAX_SINGLE).map((bot) => bot.name);
  return bots.length > MAX_SINGLE ? `${shown.join(', ')} and ${bots.length - MAX_SINGLE} more` : shown.join(' and ');
}
