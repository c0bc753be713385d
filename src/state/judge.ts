/** Our own word for how a bot does, beside PM2's: pure functions of one bot and the time. */
import type { Thresholds } from '../config/schema.ts';
import type { Bot, BotExit, BotLastingState } from '../sources/pm2/snapshot.ts';
import { ago, duration } from '../text/format.ts';

/** The states, worst first: the order is the one of the bots panel. */
export const BOT_STATES = [
  'errored',
  'flapping',
  'frozen',
  'restart-wait',
  'silent',
  'unknown',
  'stale',
  'stopping',
  'starting',
  'ok',
  'stopped',
] as const;

export type BotState = (typeof BOT_STATES)[number];

/** 0 is the worst. */
export function rankOf(state: BotState): number {
  return BOT_STATES.indexOf(state);
}

const HOUR_MS = 3_600_000;

/** So many exits nobody asked for, within this time, make a bot FLAPPING; so long without a word, SILENT. */
export type BotLimits = Pick<Thresholds['bots'], 'flapExits' | 'flapWindowMs' | 'silentAfterMs'>;

/** A verdict on a bot with its evidence in a few words; `why` is empty when there is nothing to say. */
export interface Judgement {
  readonly state: BotState;
  readonly why: string;
}

/** Whether nobody asked for this exit: it crashed, or PM2 ended it for its memory. */
export function isUnasked(exit: BotExit): boolean {
  return exit.cause === 'crash' || exit.cause === 'memory';
}

/** How many of the exits since `since` (epoch ms) nobody asked for. */
export function countUnasked(exits: readonly BotExit[], since: number): number {
  let count = 0;
  for (let i = exits.length - 1; i >= 0; i--) {
    const exit = exits[i] as BotExit;
    if (exit.at < since) break;
    if (isUnasked(exit)) count++;
  }
  return count;
}

/** `exit 1`, `SIGKILL`, `over memory`: the last thing that ended it, or null. */
export function describeExit(exit: BotExit): string {
  if (exit.cause === 'memory') return 'over memory';
  // PM2 writes SIGINT where there was no signal at all, so a code other than 0 says more.
  if (exit.signal && exit.signal !== 'SIGINT' && (exit.code ?? 0) === 0) return exit.signal;
  return exit.code === null ? 'ended' : `exit ${exit.code}`;
}

/**
 * Judges one bot as it was at `at`, epoch ms: now for a fresh reading, else the moment of that reading.
 *
 * PM2 counts a crash as unstable only below `min_uptime` (1 s by default), so a bot that dies 1.5 s after every start
 * is "online" to it for ever: only the exits themselves tell.
 */
export function judgeBot(bot: Bot, now: number, limits: BotLimits): Judgement {
  const lastExit = bot.exits.at(-1);
  const { flapExits, flapWindowMs } = limits;
  // Of most bots, each second: what needs no reckoning makes no numbers.
  const crashes = lastExit === undefined ? 0 : countUnasked(bot.exits, now - flapWindowMs);
  const isFlapping = crashes >= flapExits && uptimeOf(bot, now) < flapWindowMs;

  switch (bot.status) {
    case 'errored':
      return { state: 'errored', why: lastExit ? `gave up: ${describeExit(lastExit)}` : 'PM2 gave up' };
    case 'stopped':
      return judgeStopped(bot, lastExit, now, isFlapping ? flapWords(bot.exits, crashes, flapWindowMs) : null);
    case 'stopping':
      return { state: 'stopping', why: stoppingWords(bot, now) };
    case 'waiting restart': {
      if (isFlapping) return { state: 'flapping', why: flapWords(bot.exits, crashes, flapWindowMs) };
      const leftMs = (nextStartAt(bot) ?? Number.NaN) - now;
      const left = leftMs > 0 ? `in ${Math.ceil(leftMs / 1000)}s` : '';
      return { state: 'restart-wait', why: [left, lastExit ? describeExit(lastExit) : ''].filter(Boolean).join(' ') };
    }
    case 'launching':
      if (isFrozen(bot, now)) return { state: 'frozen', why: frozenWords(bot, now) };
      return isFlapping ? { state: 'flapping', why: flapWords(bot.exits, crashes, flapWindowMs) } : QUIET.starting;
    case 'online':
    case 'one-launch-status':
      if (isFrozen(bot, now)) return { state: 'frozen', why: frozenWords(bot, now) };
      if (isFlapping && !hasHeld(bot.exits, uptimeOf(bot, now), now - flapWindowMs)) {
        return { state: 'flapping', why: flapWords(bot.exits, crashes, flapWindowMs) };
      }
      if (isSilent(bot, now, limits)) return { state: 'silent', why: silence(bot, now) };
      return saying('ok', pastWords(bot.exits, now));
    case 'unknown':
      return { state: 'unknown', why: 'a status of PM2 that is not known here' };
    default:
      return bot.status satisfies never;
  }
}

/** ms; 0 of one that never ran. */
function uptimeOf({ startedAt }: Bot, now: number): number {
  return startedAt === null ? 0 : now - startedAt;
}

/** PM2 notes a start by the clock of then. Ahead of now by more, the clock was set back, and no age is known; ms. */
const AHEAD_MS = 60_000;

/** How long ago PM2 says it was started, ms; NaN where it does not say, or where its moment is still to come. */
export function ageOf({ startedAt }: Pick<Bot, 'startedAt'>, now: number): number {
  if (startedAt === null || startedAt - now >= AHEAD_MS) return Number.NaN;
  return Math.max(0, now - startedAt);
}

/** A shorter life tells nothing, however short those before it were, ms. */
const HELD_LEAST_MS = 30_000;

/**
 * Whether this life is out of the loop: it lasts twice as long as any since `since` that nobody asked to end. Who has
 * just mended a bot must not read for five minutes that it fails.
 */
function hasHeld(exits: readonly BotExit[], uptimeMs: number, since: number): boolean {
  let longest = HELD_LEAST_MS / 2;
  for (const exit of exits) {
    if (exit.at >= since && isUnasked(exit)) longest = Math.max(longest, exit.ranMs ?? Number.POSITIVE_INFINITY);
  }
  return uptimeMs >= longest * 2;
}

/** A debugger stops a process for a moment often, and who reads a disk waits for it; ms. */
const FROZEN_MS: Readonly<Record<BotLastingState['name'], number>> = {
  stopped: 0,
  traced: 10_000,
  uninterruptible: 15_000,
  // It runs: see `isBusyAndQuiet`.
  running: Number.POSITIVE_INFINITY,
};

function isFrozen({ lastingState }: Bot, now: number): boolean {
  return lastingState !== null && now - lastingState.since >= FROZEN_MS[lastingState.name];
}

/** `SIGSTOP 4m, SIGCONT wakes it`. */
function frozenWords({ lastingState }: Bot, now: number): string {
  if (lastingState === null) return '';
  const since = ago(now - lastingState.since);
  if (lastingState.name === 'stopped') return `SIGSTOP ${since}, SIGCONT wakes it`;
  return lastingState.name === 'traced' ? `in a debugger ${since}` : `waits in the kernel ${since}`;
}

/** PM2 kills what ignores a stop after 1.6 s, where nothing else is set: what is over by then needs no words. */
const STOP_TOLD_MS = 5_000;

/** `for 40s, killed after 10m`. */
function stoppingWords({ stoppingSince, killTimeoutMs }: Bot, now: number): string {
  const sinceMs = stoppingSince === null ? 0 : now - stoppingSince;
  if (sinceMs < STOP_TOLD_MS) return '';
  const isAwaited = killTimeoutMs !== null && sinceMs < killTimeoutMs;
  return `for ${ago(sinceMs)}${isAwaited ? `, killed after ${ago(killTimeoutMs)}` : ''}`;
}

/** A silence is told by the habit it breaks: this many times its longest gap of the hour before. */
const SILENT_GAPS = 3;

/** Whether a bot that usually talks has not for too long. One that rarely does is never silent. */
function isSilent({ quiet }: Bot, now: number, { silentAfterMs }: BotLimits): boolean {
  return quiet !== null && now - quiet.since > Math.max(silentAfterMs, quiet.usualGapMs * SILENT_GAPS);
}

/** Less is no loop: such a process is seen running by chance, at the pace at which it is looked at; percent of one core. */
const LOOP_PERCENT = 5;

/**
 * Whether its main thread never waits, and it says nothing although it usually does: a loop that never ends does that,
 * long before it counts as silent. A bot that computes on purpose does too, so this is told and is no state. How much
 * CPU it gets tells less: on a machine that is in trouble that is little.
 */
export function isBusyAndQuiet(
  { quiet, lastingState }: Pick<Bot, 'quiet' | 'lastingState'>,
  cpuPercent: number,
): boolean {
  return quiet !== null && lastingState?.name === 'running' && cpuPercent >= LOOP_PERCENT;
}

/** `18m, usually under 4s`; empty of one that is not quiet. */
export function silence({ quiet }: Pick<Bot, 'quiet'>, now: number): string {
  if (quiet === null) return '';
  return `${ago(now - quiet.since)}, usually under ${ago(Math.max(1_000, Math.ceil(quiet.usualGapMs / 1_000) * 1_000))}`;
}

/** Epoch ms when PM2 will start a bot that waits for its restart; null of any other, and where its exit is not known. */
export function nextStartAt({ status, exits, restartDelayMs }: Bot): number | null {
  const lastExit = exits.at(-1);
  return status === 'waiting restart' && lastExit !== undefined ? lastExit.at + restartDelayMs : null;
}

/** Between an exit and the restart PM2 says `stopped` for a moment, ms. */
const RESTARTING_MS = 3_000;

/** Nobody asked a bot to end that failed and was left lying: that is an error, not a stop. */
function judgeStopped(bot: Bot, lastExit: BotExit | undefined, now: number, flapping: string | null): Judgement {
  if (!lastExit || !isUnasked(lastExit)) return { state: 'stopped', why: '' };
  // Of a clock that was set back it lies in the future.
  if (bot.autorestart && Math.abs(now - lastExit.at) < RESTARTING_MS) {
    return flapping === null
      ? { state: 'restart-wait', why: describeExit(lastExit) }
      : { state: 'flapping', why: flapping };
  }
  const isClean = lastExit.code === 0 && describeExit(lastExit) === 'exit 0';
  if (isClean) return { state: 'stopped', why: 'finished' };
  return { state: 'errored', why: `${describeExit(lastExit)}, not restarted` };
}

/** Of most bots there is nothing to say: one verdict serves them all, each second. */
const QUIET = Object.fromEntries(BOT_STATES.map((state) => [state, { state, why: '', last: state }])) as Readonly<
  Record<BotState, Judgement & { readonly last: BotState }>
>;

const saying = (state: BotState, why: string): Judgement => (why === '' ? QUIET[state] : { state, why });

/**
 * The same of a bot whose reading is no longer fresh: stale, with what it was when it was last seen. `last` orders the
 * list, so that what was broken stays on top.
 */
export function judgeAt(
  bot: Bot,
  { isFresh, readAt, now }: Moment,
  limits: BotLimits,
): Judgement & { readonly last: BotState } {
  const judgement = judgeBot(bot, isFresh ? now : readAt, limits);
  if (isFresh) return judgement.why === '' ? QUIET[judgement.state] : { ...judgement, last: judgement.state };
  const why = [`was ${judgement.state}`, judgement.why].filter(Boolean).join(' ');
  return { state: 'stale', why, last: judgement.state };
}

/** When a bot was read, and whether that is fresh; epoch ms. */
export interface Moment {
  readonly isFresh: boolean;
  readonly readAt: number;
  readonly now: number;
}

/** The moment of a reading that has a value. */
export function momentOf(reading: { readonly state: 'fresh' | 'stale'; readonly readAt: number }, now: number): Moment {
  return { isFresh: reading.state === 'fresh', readAt: reading.readAt, now };
}

/** It runs, and not for long, or not well: `4×/1h over memory`. A restart that somebody asked for ends the matter. */
function pastWords(exits: readonly BotExit[], now: number): string {
  const last = exits.at(-1);
  if (!last || !isUnasked(last) || now - last.at >= HOUR_MS) return '';
  return flapWords(exits, countUnasked(exits, now - HOUR_MS), HOUR_MS);
}

/** `12×/5m exit 1`: as many as seen; the ring of exits holds 64, so more reads `64+`. */
function flapWords(exits: readonly BotExit[], crashes: number, windowMs: number): string {
  const last = exits.findLast(isUnasked);
  const count = crashes >= 64 ? '64+' : String(crashes);
  // `5m`, not `5m00`.
  const window = duration(windowMs).replace(/(?<=[mhd])00$/, '');
  return `${count}×/${window}${last ? ` ${describeExit(last)}` : ''}`;
}
