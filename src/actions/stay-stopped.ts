/** Watching a bot until it has been stopped for a while, or is known not to be: the verdict after a stop. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import type { Check, Verdict } from './action.ts';
import { identify, killedWithin } from './bots.ts';
import { goodChecks, SETTLED_MS } from './settle.ts';
import type { BotTarget } from './target.ts';

/** How long it may take to end; kill_timeout is inside this. */
const END_MS = 45_000;
/** How many pids a line can bear. */
const MAX_PIDS = 5;

/** Where the watching stands between two looks. */
export interface Stopping {
  /** Monotonic ms since when it is stopped. */
  readonly since: number | null;
  readonly verdict: Verdict;
}

export const STOPPING: Stopping = {
  since: null,
  verdict: { state: 'watching', checks: [{ text: 'stopped', state: 'waiting' }] },
};

/**
 * The next state after one look at the list. Pure; `left` are the pids of the bot's former process tree that still
 * run, null where that cannot be known. Times are monotonic ms, `waitedMs` since the action.
 */
export function lookStopped(
  stopping: Stopping,
  before: BotTarget,
  bots: readonly Bot[],
  left: readonly number[] | null,
  at: number,
  waitedMs: number,
  settleMs = SETTLED_MS,
): Stopping {
  const end = (text: string): Stopping => ({
    since: stopping.since,
    verdict: { state: 'bad', checks: [...goodChecks(stopping), { text, state: 'bad' }] },
  });
  const found = identify(before, bots);
  if (found.state !== 'same') return end(found.reason);
  const { bot } = found.target;
  if (bot.status !== 'stopped') {
    if (stopping.since !== null) return end(bot.pid === null ? `${bot.status} again` : `started again: pid ${bot.pid}`);
    if (bot.status === 'errored' && before.bot.status !== 'errored') return end(unended(left));
    return waitedMs < END_MS ? stopping : end(`still ${bot.status} after ${END_MS / 1000} s${advice(bot)}`);
  }
  const since = stopping.since ?? at;
  const heldMs = Math.min(at - since, settleMs);
  const isHeld = heldMs >= settleMs;
  const processes = processCheck(before.bot.pid, left, isHeld);
  const held: Check = { text: `stopped for ${Math.floor(heldMs / 1000)} s`, state: isHeld ? 'good' : 'waiting' };
  const state = !isHeld ? 'watching' : processes?.state === 'bad' ? 'bad' : 'good';
  return { since, verdict: { state, checks: processes === null ? [held] : [processes, held] } };
}

const advice = (bot: Bot): string => (bot.status === 'stopping' ? `: ${killedWithin(bot)}` : '');

/**
 * PM2 calls errored what outlived its SIGKILL, and PM2 7 also what is dead and was never waited for, as happens to the
 * children of a bot in a container without an init.
 */
function unended(left: readonly number[] | null): string {
  if (left === null) return 'PM2 could not end it';
  if (left.length > 0) return `PM2 could not end it, ${running(left)}`;
  return 'it ended, but PM2 calls it errored and would resurrect it: stop it once more';
}

/** What of its processes is left. PM2 asks the tree, and waits for its root alone. */
function processCheck(pid: number | null, left: readonly number[] | null, isHeld: boolean): Check | null {
  if (left === null) return null;
  if (left.length === 0) return { text: pid === null ? 'no process' : `pid ${pid} ended`, state: 'good' };
  return { text: running(left), state: isHeld ? 'bad' : 'waiting' };
}

function running(left: readonly number[]): string {
  return `still running: ${left.length > 1 ? 'pids' : 'pid'} ${left.slice(0, MAX_PIDS).join(', ')}${left.length > MAX_PIDS ? '…' : ''}`;
}
