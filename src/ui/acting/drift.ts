/**
 * What became of the targets of an open question meanwhile: of bots and homes as far as a later list of their daemon
 * tells, of all else as far as a glance does. It only ever takes a question away: what is acted on is read again when
 * it is answered, whatever is said here.
 */
import type { Resolved } from '../../actions/action.ts';
import type { Ask } from '../../actions/ask.ts';
import { identify } from '../../actions/bots.ts';
import { unavailable } from '../../actions/policy.ts';
import type { BotTarget, HomeTarget, Target } from '../../actions/target.ts';
import type { Pm2Snapshot } from '../../sources/pm2/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import { isUnasked } from '../../state/judge.ts';
import type { World } from '../../state/world.ts';
import { type Fit, type OpenPrompt, promptRefused } from './prompt.ts';

export interface Drift {
  /** The answer would be refused: there is nothing to ask any more. */
  readonly isOver: boolean;
  /** A sentence without a full stop. */
  readonly text: string;
}

/** States that a bot stays in; through the others it passes within seconds, and back. */
const SETTLED: ReadonlySet<string> = new Set(['online', 'stopped', 'errored']);

/** How often it is looked at what no list tells of. */
const GLANCE_MS = 2_000;

/** A crash so short ago is likely not the last one, ms. */
const CRASHING_MS = 5 * 60_000;

/** `since`: epoch ms; only what was listed after it counts. `seen`: what those are by now of which no list tells. */
export function driftOf(ask: Ask, world: World, since: number, seen: readonly Resolved[] = []): Drift | null {
  let note: string | null = null;
  for (const [index, target] of ask.targets.entries()) {
    const now = listed(target, world, since) ?? seen[index] ?? null;
    // What could not be looked at tells nothing.
    if (now === null || now.state === 'unread') continue;
    if (now.state !== 'same') return { isOver: true, text: now.reason };
    const reason = unavailable(ask.action, now.target);
    if (reason !== null) return { isOver: true, text: reason };
    // Of one that crashes again and again its question has told already.
    const isTold = target.kind === 'bot' && isCrashing(target, ask.at);
    if (now.note !== undefined && !isTold) note ??= `${target.name}: ${now.note}`;
  }
  return note === null ? null : { isOver: false, text: note };
}

/** Null without a later list, and while a bot is on its way from one state to another. */
function listed(target: Target, world: World, since: number): Resolved | null {
  if (target.kind !== 'bot' && target.kind !== 'home') return null;
  const later = listedSince(world, target.home, since);
  if (later === null) return null;
  if (target.kind === 'home') return { state: 'same', target, ...replaced(target, later.daemon.pid) };
  const now = identify(target, later.bots);
  return now.state === 'same' && !SETTLED.has(now.target.bot.status) ? null : now;
}

/** Whether the daemon that the person was asked about is the one that answers. */
function replaced({ daemonPid }: HomeTarget, pid: number): { readonly note?: string } {
  if (daemonPid === pid || !(pid > 0)) return {};
  return {
    note: daemonPid === null ? `a daemon answers now, pid ${pid}` : `another daemon now, ${daemonPid} → ${pid}`,
  };
}

const isCrashing = ({ bot }: BotTarget, at: number): boolean =>
  bot.exits.some((exit) => isUnasked(exit) && at - exit.at < CRASHING_MS);

function listedSince({ pm2 }: World, home: string, since: number): Pm2Snapshot | null {
  for (const { reading } of pm2) {
    const value = reading.state === 'fresh' ? valueOf(reading) : null;
    if (value?.home === home && value.listedAt > since) return value;
  }
  return null;
}

export interface DriftWatchPort {
  world(): World;
  /** Monotonic ms. */
  now(): number;
  /** See `Executor.glance`. */
  glance(ask: Ask): Promise<readonly Resolved[]>;
}

/** Looks at an open question again and again; that a target only changed is told once. */
export function createDriftWatch({ world, now, glance }: DriftWatchPort): (ask: Ask) => Drift | null {
  let watched: Ask | null = null;
  let since = 0;
  let isTold = false;
  let seen: readonly Resolved[] = [];
  /** When it was last looked at what no list tells of; nothing is looked at while that is under way. */
  let glancedAt = 0;
  let isGlancing = false;

  async function look(ask: Ask): Promise<void> {
    [glancedAt, isGlancing] = [now(), true];
    const found = await glance(ask);
    if (ask === watched) [seen, isGlancing] = [found, false];
  }

  return (ask) => {
    if (ask !== watched) {
      // What it was made from was read before this moment.
      [watched, since, isTold, seen, glancedAt, isGlancing] = [ask, world().now, false, [], now(), false];
      return null;
    }
    if (!isGlancing && now() - glancedAt >= GLANCE_MS) void look(ask);
    const drift = driftOf(ask, world(), since, seen);
    if (drift === null || (!drift.isOver && isTold)) return null;
    isTold = true;
    return drift;
  };
}

/** The question as the refusal that it has become; what goes on being typed into it does not close it unread. */
export function overtaken(prompt: OpenPrompt, refusal: string, fit: Fit, at: number): OpenPrompt {
  const fresh = {
    typed: '',
    isMismatch: false as const,
    isHasty: false,
    isRushed: false,
    isGuarded: true,
    strayAt: at,
  };
  return { ...promptRefused(prompt, refusal, fit, at), ...fresh, shownAt: null, top: 0, seen: 0 };
}
