/** Watching a bot until it is up for a while, or is known not to be: the verdict after every action that starts one. */
import type { Bot, BotExit } from '../sources/pm2/snapshot.ts';
import { describeExit } from '../state/judge.ts';
import type { ActionDeps, Check, Verdict } from './action.ts';
import { identify, listBots } from './bots.ts';
import { errorText } from './error-text.ts';
import { withLogs } from './logs/checks.ts';
import type { BotTarget } from './target.ts';

/** How often the daemon is asked. */
const POLL_MS = 500;
/** How long a bot must stay up to count as up. */
export const SETTLED_MS = 10_000;
/** How long it may take to stop and to start; kill_timeout and listen_timeout are inside this. */
const START_MS = 45_000;
/** How long the daemon may be unreadable before we no longer know. */
const UNREAD_MS = 8000;
/** This young an exit means that the bot was crashing already. */
const CRASHING_MS = 120_000;

/** What is watched for: a process begun after the action. `before` is the bot as it was when the action fired. */
export interface Expectation {
  readonly before: BotTarget;
  /** How many restarts PM2 may count for our own doing. */
  readonly restartsOfOurs: number;
  /** How long it must stay up, in ms; 10 s without it. */
  readonly settleMs?: number;
}

/** Where the watching stands between two looks. Times are monotonic ms. */
export interface Watching {
  /** The process that came up, and since when we see it. */
  readonly up: { readonly pid: number; readonly restarts: number; readonly since: number } | null;
  readonly verdict: Verdict;
}

export const WATCHING: Watching = {
  up: null,
  verdict: { state: 'watching', checks: [{ text: 'new process', state: 'waiting' }] },
};

/** The next state of the watching after one look at the list. Pure; `waitedMs` is the time since the action. */
export function look(
  watching: Watching,
  expected: Expectation,
  bots: readonly Bot[],
  at: number,
  waitedMs: number,
  now: number,
): Watching {
  const { before } = expected;
  const found = identify(before, bots);
  const end = (text: string, state: 'bad' | 'unknown' = 'bad'): Watching => ({
    up: watching.up,
    verdict: { state, checks: [...goodChecks(watching), { text, state }], isWorse: !isCrashing(before.bot, now) },
  });
  if (found.state !== 'same') return end(found.reason);
  const { bot } = found.target;
  const exit = bot.exitCode === null ? '' : `: exit ${bot.exitCode}`;
  // Where the last exit was a clean one it was our own stop, and the restart too many was a crash just before it: that
  // says nothing of the new process. If that one ends too, the counter says so at a later look.
  const isTooMany = bot.restarts > before.bot.restarts + expected.restartsOfOurs;
  if (watching.up === null && isTooMany && bot.exitCode !== 0) return end(`restarted again${exit}`);
  if (bot.status === 'errored') return end(`errored${exit}`);
  if (bot.status === 'waiting restart') return end(`crashed, waits for its restart${exit}`);
  const { up } = watching;
  // A job that is meant to end: it has run and is done.
  const hasBegun = up !== null || bot.startedAt !== before.bot.startedAt;
  if (hasBegun && bot.status === 'stopped' && !bot.autorestart && bot.exitCode === 0) {
    const pid = goodChecks(watching).filter(({ text }) => text.startsWith('pid'));
    return { up, verdict: { state: 'good', checks: [...pid, { text: 'ran and ended: exit 0', state: 'good' }] } };
  }
  if (up === null) {
    const isNew = bot.pid !== null && (bot.pid !== before.bot.pid || bot.startedAt !== before.bot.startedAt);
    if (bot.status === 'online' && bot.pid !== null && isNew) {
      return onward({ pid: bot.pid, restarts: bot.restarts, since: at }, expected, at);
    }
    if (waitedMs < START_MS) return watching;
    return end(isNew ? `still ${bot.status} after ${START_MS / 1000} s` : `no new process after ${START_MS / 1000} s`);
  }
  if (bot.restarts > up.restarts || (bot.pid !== null && bot.pid !== up.pid)) {
    const { pid, restarts } = bot;
    // One that never lives long enough would be watched for ever.
    const isInTime = waitedMs < START_MS + (expected.settleMs ?? SETTLED_MS);
    return isOfSchedule(bot) && isInTime && pid !== null
      ? onward({ pid, restarts, since: at }, expected, at)
      : end(`restarted again${exit}`);
  }
  if (bot.status !== 'online') return end(`${bot.status}${exit}`);
  return onward(up, expected, at);
}

/** A clean end of a bot with a schedule is that: another life begins. */
export function isOfSchedule({ cron, exitCode }: Pick<Bot, 'cron' | 'exitCode'>): boolean {
  return cron !== null && (exitCode ?? 0) === 0;
}

function onward(up: NonNullable<Watching['up']>, expected: Expectation, at: number): Watching {
  const { before, settleMs = SETTLED_MS } = expected;
  const upMs = at - up.since;
  const isSettled = upMs >= settleMs;
  const seconds = Math.floor(Math.min(upMs, settleMs) / 1000);
  const pid = before.bot.pid === null ? `pid ${up.pid}` : `pid ${before.bot.pid} → ${up.pid}`;
  const checks: Check[] = [
    { text: pid, state: 'good' },
    { text: `up ${seconds} s`, state: isSettled ? 'good' : 'waiting' },
  ];
  return { up, verdict: { state: isSettled ? 'good' : 'watching', checks } };
}

/** What is known to be well so far. */
export function goodChecks(watching: { readonly verdict: Verdict }): readonly Check[] {
  return watching.verdict.checks.filter((check) => check.state === 'good');
}

/** Whether the bot was in trouble before anybody touched it, so that the same trouble after is not worse. */
export function isCrashing(bot: Bot, now: number): boolean {
  if (bot.status === 'errored' || bot.status === 'waiting restart') return true;
  return bot.exits.some((exit) => isCrash(bot, exit) && now - exit.at < CRASHING_MS);
}

/** Whether an exit was a crash. A job that PM2 is not to start again ends by itself, with 0, and all is well. */
export function isCrash(bot: Bot, exit: BotExit): boolean {
  return exit.cause === 'crash' && (bot.autorestart || describeExit(exit) !== 'exit 0');
}

/** Looks until it is known what became of the bot. A daemon that cannot be read for a while ends as `unknown`. */
export function watchUntilUp(
  expected: Expectation,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const begunAt = deps.clock.now();
  const within: Expectation = deps.settleMs === undefined ? expected : { ...expected, settleMs: deps.settleMs };
  const watch: Watch<Watching> = {
    home: expected.before.home,
    first: WATCHING,
    next: (watching, bots, at, waitedMs) => {
      const next = look(watching, within, bots, at, waitedMs, deps.clock.now());
      return next.verdict.state === 'good'
        ? { ...next, verdict: withLogs(next.verdict, within.before, begunAt, deps) }
        : next;
    },
  };
  return follow(watch, deps, signal, report);
}

/** How a bot is watched: `next` says where the watching stands after one look at the list. Times are monotonic ms. */
export interface Watch<W extends { readonly verdict: Verdict }> {
  readonly home: string;
  readonly first: W;
  next(seen: W, bots: readonly Bot[], at: number, waitedMs: number): W;
}

/** Looks at the list until the verdict is final. A daemon that cannot be read for a while ends as `unknown`. */
export async function follow<W extends { readonly verdict: Verdict }>(
  watch: Watch<W>,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const { clock } = deps;
  const begunAt = clock.monotonic();
  let readAt = begunAt;
  let watching = watch.first;
  report(watching.verdict);
  for (;;) {
    try {
      const bots = await listBots(watch.home, deps, signal);
      readAt = clock.monotonic();
      const next = watch.next(watching, bots, readAt, readAt - begunAt);
      if (textOf(next.verdict) !== textOf(watching.verdict)) report(next.verdict);
      watching = next;
    } catch (error) {
      signal.throwIfAborted();
      if (clock.monotonic() - readAt >= UNREAD_MS) {
        const verdict: Verdict = {
          state: 'unknown',
          checks: [...goodChecks(watching), { text: `not known: ${errorText(error)}`, state: 'unknown' }],
        };
        report(verdict);
        return verdict;
      }
    }
    if (watching.verdict.state !== 'watching') return watching.verdict;
    await deps.sleep(POLL_MS, signal);
  }
}

function textOf(verdict: Verdict): string {
  return JSON.stringify([verdict.state, verdict.checks]);
}
