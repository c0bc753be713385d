/**
 * Watching what `pm2 start FILE` or `pm2 resurrect` has started: each by its name, as often as it was to be started, until
 * all have been up for a while or one is known not to be. Times are monotonic ms.
 */
import type { Bot } from '../sources/pm2/snapshot.ts';
import { clean } from '../text/clean.ts';
import type { ActionDeps, Check, Verdict } from './action.ts';
import { lacking } from './homes.ts';
import { nameSome } from './judgement.ts';
import { follow, isOfSchedule, SETTLED_MS } from './settle.ts';
import type { HomeTarget } from './target.ts';

/** How long all of it may take to come up. */
const START_MS = 45_000;
/** PM2 has all of them in its list when its program ends. */
const LISTED_MS = 5_000;

export type StartedBot = Pick<
  Bot,
  'name' | 'status' | 'uniqueId' | 'startedAt' | 'restarts' | 'autorestart' | 'exitCode' | 'cron'
>;

/** What `pm2 start` says that it did. */
export interface Said {
  /** Names of what it started or restarted, each as often as there are processes of it. */
  readonly names: readonly string[];
  /** What it could not start, in its own words. */
  readonly errors: readonly string[];
}

const LAUNCHED = /^\[PM2\] App \[(.*)\] launched \((\d+) instances\)$/;
const APPLIED = /^\[PM2\] Applying action \w+ on app \[(.*)\]\(ids: (.*)\)$/;
const FAILED = /^\[PM2\]\s*\[ERROR\] (.*)$/;
/** A file can ask for more than any machine runs. */
const INSTANCES_MOST = 1_000;

/** Reads the lines that PM2 5, 6 and 7 print, and passes over all others. */
export function whatWasSaid(output: string): Said {
  const names: string[] = [];
  const errors: string[] = [];
  for (const raw of output.split('\n')) {
    const line = clean(raw).trim();
    const [, launched, count] = LAUNCHED.exec(line) ?? [];
    const [, applied, ids = ''] = APPLIED.exec(line) ?? [];
    const failed = FAILED.exec(line)?.[1];
    if (failed !== undefined) errors.push(failed);
    const name = launched ?? applied;
    if (name === undefined) continue;
    const processes = count === undefined ? ids.split(',').length : Number(count);
    for (let left = Math.min(processes, INSTANCES_MOST); left > 0; left--) names.push(name);
  }
  return { names, errors };
}

/** What was to be started, and how it stood before. */
export interface Wanted extends Said {
  /** Each process as it was, by its uniqueId. */
  readonly before: ReadonlyMap<string, Before>;
}

export interface Before {
  readonly startedAt: number | null;
  readonly restarts: number;
  /** It crashes and comes back by itself: that it was started anew says nothing. */
  readonly isRestless: boolean;
}

/** So lately started again by itself, it will most likely be so once more. */
const RESTLESS_MS = 60_000;

/** `now` is epoch ms. */
export function rememberBots(bots: readonly StartedBot[], now: number): ReadonlyMap<string, Before> {
  return new Map(
    bots.map(({ uniqueId, startedAt, restarts, status }) => {
      const isRecent = restarts > 0 && startedAt !== null && now - startedAt < RESTLESS_MS;
      return [uniqueId, { startedAt, restarts, isRestless: isRecent || status === 'waiting restart' }];
    }),
  );
}

/** What is new or was started again; those that restart by themselves only where there is nothing else. */
export function startedSince<T extends StartedBot>(old: ReadonlyMap<string, Before>, bots: readonly T[]): readonly T[] {
  const begun = bots.filter(({ uniqueId, startedAt }) => old.get(uniqueId)?.startedAt !== startedAt);
  const calm = begun.filter(({ uniqueId }) => old.get(uniqueId)?.isRestless !== true);
  return calm.length > 0 ? calm : begun;
}

export interface Starting {
  /** Since when all are up. */
  readonly since: number | null;
  /** How often each had restarted when it was first looked at, by its uniqueId. */
  readonly restarts: ReadonlyMap<string, number>;
  readonly verdict: Verdict;
}

/** What was started last in a home that an act was aimed at. */
const started = new WeakMap<HomeTarget, Wanted>();

/** To be called when PM2's program has ended well, for the watching afterwards. */
export function noteStarted(target: HomeTarget, wanted: Wanted): void {
  started.set(target, wanted);
}

/** Looks until it is known what became of all that was noted; `what` is waited for first. */
export function watchStarted(
  target: HomeTarget,
  what: string,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const wanted = started.get(target) ?? { names: [], errors: [], before: new Map() };
  const { home } = target;
  const settleMs = deps.settleMs ?? SETTLED_MS;
  return follow<Starting>(
    {
      home,
      first: startWatching(what),
      next: (seen, bots, at, waitedMs) => lookStarted(seen, wanted, bots, at, waitedMs, settleMs),
    },
    deps,
    signal,
    report,
  );
}

/** `what` is waited for first. */
export function startWatching(what: string): Starting {
  return {
    since: null,
    restarts: new Map(),
    verdict: { state: 'watching', checks: [{ text: what, state: 'waiting' }] },
  };
}

/** The next state of the watching after one look at the list. */
export function lookStarted(
  seen: Starting,
  wanted: Wanted,
  bots: readonly StartedBot[],
  at: number,
  waitedMs: number,
  settleMs: number,
): Starting {
  const begun = begunOf(wanted, bots);
  const restarts = new Map(begun.map(({ uniqueId, restarts: now }) => [uniqueId, seen.restarts.get(uniqueId) ?? now]));
  const missing = lacking(
    wanted.names,
    begun.map(({ name }) => name),
  );
  const up = begun.filter(({ status }) => status === 'online');
  const done = begun.filter(isDone);
  const upWords = [`${up.length} of ${begun.length + missing.length} up`];
  if (done.length > 0) upWords.push(`${done.length} ran and ended`);
  const text = upWords.join(', ');
  const end = (checks: readonly Check[]): Starting => ({
    since: null,
    restarts,
    verdict: { state: 'bad', checks: [{ text, state: 'good' }, ...checks] },
  });
  const bad: Check[] = wanted.errors.map((error) => ({ text: `PM2: ${error}`, state: 'bad' }));
  if (missing.length > 0 && waitedMs >= LISTED_MS)
    bad.push({ text: `not in PM2's list: ${nameSome(missing)}`, state: 'bad' });
  for (const [why, names] of failures(begun, wanted, restarts))
    bad.push({ text: `${why}: ${nameSome(names)}`, state: 'bad' });
  if (bad.length > 0) return end(bad);
  if (begun.length === 0 || up.length + done.length < begun.length + missing.length) {
    const late = begun.length === 0 ? 'nothing was started' : text;
    const isLate = waitedMs >= START_MS;
    const check: Check = { text: late, state: isLate ? 'bad' : 'waiting' };
    return { since: null, restarts, verdict: { state: isLate ? 'bad' : 'watching', checks: [check] } };
  }
  const since = seen.since ?? at;
  const heldMs = Math.min(at - since, settleMs);
  const isHeld = heldMs >= settleMs;
  return {
    since,
    restarts,
    verdict: {
      state: isHeld ? 'good' : 'watching',
      checks: [
        { text: `${text}: ${nameSome(begun.map(({ name }) => name))}`, state: 'good' },
        { text: `for ${Math.floor(heldMs / 1000)} s`, state: isHeld ? 'good' : 'waiting' },
      ],
    },
  };
}

/** By their names; where PM2 did not say them, by what changed. */
function begunOf({ names, before }: Wanted, bots: readonly StartedBot[]): readonly StartedBot[] {
  if (names.length === 0) return startedSince(before, bots);
  const listed = new Set(names);
  const begun = bots.filter(({ name, status }) => listed.has(name) && status !== 'stopped');
  const wanting = lacking(
    names,
    begun.map(({ name }) => name),
  );
  // A stopped one counts only where one is wanting: what was saved as stopped stays so beside the others of its name.
  for (const name of wanting) {
    const stopped = bots.find((bot) => bot.name === name && bot.status === 'stopped' && !begun.includes(bot));
    if (stopped !== undefined) begun.push(stopped);
  }
  return begun;
}

/** A job that is meant to end: it has run, and is done. */
function isDone({ status, autorestart, exitCode }: StartedBot): boolean {
  return status === 'stopped' && !autorestart && exitCode === 0;
}

/** Why those that do not run well do not, with the names of each reason. */
function failures(
  begun: readonly StartedBot[],
  { before }: Wanted,
  first: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const bot of begun) {
    const old = before.get(bot.uniqueId);
    // Its start is a restart to PM2 where it ran; of one that crashes all the time only what comes now tells.
    const allowed =
      old === undefined ? 0 : old.isRestless ? (first.get(bot.uniqueId) ?? bot.restarts) : old.restarts + 1;
    const why = reasonOf(bot, allowed);
    if (why !== null) found.set(why, [...(found.get(why) ?? []), bot.name]);
  }
  return found;
}

function reasonOf(bot: StartedBot, allowed: number): string | null {
  const { status, restarts, autorestart, exitCode } = bot;
  const exit = exitCode === null ? '' : ` (exit ${exitCode})`;
  if (status === 'errored') return `errored${exit}`;
  if (status === 'waiting restart') return `crashed${exit}, waits for its restart`;
  if (restarts > allowed && !isOfSchedule(bot)) return `restarted again${exit}`;
  return status === 'stopped' && !autorestart && exitCode !== 0 ? `ended${exit}` : null;
}
