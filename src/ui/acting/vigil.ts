/**
 * The ten minutes after an action: a line that goes on looking at the bots that were started, and begins anew with every
 * new trouble. It asks nobody: it reads what is watched anyway. Times are monotonic ms unless said otherwise.
 */
import { USUAL_MS, usually } from '../../actions/logs/checks.ts';
import type { BotTarget } from '../../actions/target.ts';
import type { LogEvent } from '../../sources/logs/events.ts';
import type { Bot } from '../../sources/pm2/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import { describeExit, isUnasked, judgeBot } from '../../state/judge.ts';
import type { World } from '../../state/world.ts';
import { ago, duration } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import { type NewErrors, nextNewError, watchNewErrors } from './new-errors.ts';

export const VIGIL_MS = 10 * 60_000;
/** Of what an error says. */
const MESSAGE_COLUMNS = 60;
/** In less than this even twice the usual is chance. */
const LEAST_SPAN_MS = 60_000;

/** What one bot was like when it was last looked at. */
interface Watched {
  readonly target: BotTarget;
  /** Where it was in its home's list: most likely it is there still. */
  index: number;
  restarts: number;
  isDown: boolean;
}

export interface Vigil {
  readonly title: string;
  readonly bots: readonly Watched[];
  readonly paths: ReadonlySet<string>;
  /** Since when nothing went wrong. */
  since: number;
  /** The newest event of the logs that was looked at. */
  seq: number;
  /** How many errors they had in the `USUAL_MS` before: as many as then are nothing new. */
  readonly usual: number;
  /** Errors since `countedFrom`. */
  errors: number;
  countedFrom: number;
  readonly kinds: NewErrors;
  trouble: { readonly text: string; readonly at: number } | null;
  /** Why nothing can be said now; null when it can. */
  blind: string | null;
}

/** Null where no bot is to be watched. The bots are as they are in `world` now. */
export function beginVigil(title: string, targets: readonly BotTarget[], world: World, at: number): Vigil | null {
  if (targets.length === 0) return null;
  const bots = targets.map((target): Watched => {
    const watched: Watched = { target, index: -1, restarts: 0, isDown: false };
    const bot = findBot(watched, world);
    watched.restarts = bot?.restarts ?? target.bot.restarts;
    return watched;
  });
  const paths = new Set(targets.flatMap(({ bot }) => [bot.outLogPath, bot.errLogPath].filter((path) => path !== null)));
  let seq = 0;
  let usual = 0;
  world.errors.newest((event) => {
    seq = Math.max(seq, event.seq);
    // They come by the order in which they were read: of several logs the times are not quite in order.
    if (isError(event, paths) && world.now - event.at < USUAL_MS) usual += 1;
    return true;
  });
  const names = new Set(targets.map(({ name }) => name));
  const kinds = watchNewErrors(startsOf(bots, world), names, world.errors);
  const trouble = { trouble: null, blind: null };
  return { title, bots, paths, since: at, seq, usual, errors: 0, countedFrom: at, kinds, ...trouble };
}

/** Looks once more; true when its time is over without trouble. Allocates nothing while all is well. */
export function lookOn(vigil: Vigil, world: World, at: number): boolean {
  vigil.blind = blindness(vigil, world);
  if (vigil.blind !== null) return false;
  for (const watched of vigil.bots) {
    const trouble = troubleOf(watched, findBot(watched, world), world);
    // Of one bot the title says which.
    if (trouble !== null) complain(vigil, vigil.bots.length > 1 ? `${watched.target.name} ${trouble}` : trouble, at);
  }
  countErrors(vigil, world);
  const { errors, usual } = vigil;
  if (errors > usually(usual, Math.max(LEAST_SPAN_MS, at - vigil.countedFrom))) {
    complain(vigil, `${errors} new ${errors === 1 ? 'error' : 'errors'}${usual > 0 ? ', more than before' : ''}`, at);
    vigil.errors = 0;
    vigil.countedFrom = at;
  }
  const kind = nextNewError(vigil.kinds, world.errors);
  // It says more than how many.
  if (kind !== null) complain(vigil, `a new error: ${truncate(kind.last.message, MESSAGE_COLUMNS)}`, at);
  return at - vigil.since >= VIGIL_MS;
}

/** The paths of their logs with the start of each, epoch ms: what is said there since is said by the new process. */
function startsOf(bots: readonly Watched[], world: World): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  for (const watched of bots) {
    const { outLogPath, errLogPath } = watched.target.bot;
    const startedAt = findBot(watched, world)?.startedAt ?? world.now;
    for (const path of [outLogPath, errLogPath]) if (path !== null) since.set(path, startedAt);
  }
  return since;
}

/** `no trouble for 4m12, watched 5m48 more`. */
export function vigilWords(vigil: Vigil, at: number): { readonly text: string; readonly rest: string } {
  const left = duration(Math.max(0, VIGIL_MS - (at - vigil.since)));
  if (vigil.blind !== null) return { text: vigil.blind, rest: '' };
  const text =
    vigil.trouble === null
      ? `well for ${duration(at - vigil.since)}`
      : `${vigil.trouble.text}, ${ago(at - vigil.trouble.at)} ago`;
  return { text, rest: `watched ${left} more` };
}

function complain(vigil: Vigil, text: string, at: number): void {
  vigil.trouble = { text, at };
  vigil.since = at;
}

function blindness({ bots }: Vigil, world: World): string | null {
  const isFresh = bots.every(({ target }) =>
    world.pm2.some(({ reading }) => reading.state === 'fresh' && reading.value.home === target.home),
  );
  return isFresh ? null : 'not known: PM2 cannot be read';
}

function findBot(watched: Watched, world: World): Bot | null {
  const { target } = watched;
  for (const { reading } of world.pm2) {
    const snapshot = valueOf(reading);
    if (snapshot?.home !== target.home) continue;
    const bot = snapshot.bots[watched.index];
    if (bot?.id === target.id && bot.uniqueId === target.uniqueId) return bot;
    watched.index = snapshot.bots.findIndex(({ id, uniqueId }) => id === target.id && uniqueId === target.uniqueId);
    return snapshot.bots[watched.index] ?? null;
  }
  return null;
}

const UP: ReadonlySet<Bot['status']> = new Set(['online', 'launching', 'stopping']);

/** What is new and bad; each thing once. */
function troubleOf(watched: Watched, bot: Bot | null, { now, thresholds }: World): string | null {
  const isFrozen = bot?.lastingState != null && judgeBot(bot, now, thresholds.bots).state === 'frozen';
  const isUp = !isFrozen && bot !== null && UP.has(bot.status);
  const wasDown = watched.isDown;
  watched.isDown = !isUp;
  const restarts = bot?.restarts ?? watched.restarts;
  const isMore = restarts > watched.restarts;
  watched.restarts = restarts;
  if (bot === null) return wasDown ? null : 'is gone';
  const last = bot.exits.at(-1);
  // A restart that somebody asked for, or its schedule, is no trouble.
  if (isMore && (last === undefined || isUnasked(last)))
    return `restarted again${last === undefined ? '' : `: ${describeExit(last)}`}`;
  if (isUp || wasDown) return null;
  if (isFrozen) return 'is frozen';
  return last?.cause === 'asked' ? null : `is ${bot.status}`;
}

function isError({ level, path }: LogEvent, paths: ReadonlySet<string>): boolean {
  return level !== 'warn' && paths.has(path);
}

function countErrors(vigil: Vigil, world: World): void {
  let newest = vigil.seq;
  world.errors.newest((event) => {
    if (event.seq <= vigil.seq) return false;
    newest = Math.max(newest, event.seq);
    if (isError(event, vigil.paths)) vigil.errors += 1;
    return true;
  });
  vigil.seq = newest;
}
