/**
 * What became of the targets of an open question meanwhile, as far as a later list of their daemon tells. It only ever
 * takes a question away: what is acted on is read again when it is answered, whatever is said here.
 */
import type { Ask } from '../../actions/ask.ts';
import { identify } from '../../actions/bots.ts';
import { unavailable } from '../../actions/policy.ts';
import type { BotTarget } from '../../actions/target.ts';
import type { Bot } from '../../sources/pm2/snapshot.ts';
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

/** A crash so short ago is likely not the last one, ms. */
const CRASHING_MS = 5 * 60_000;

/** `since`: epoch ms; only what was listed after it counts. */
export function driftOf(ask: Ask, world: World, since: number): Drift | null {
  let note: string | null = null;
  for (const target of ask.targets) {
    const bots = target.kind === 'bot' ? listedSince(world, target.home, since) : null;
    if (target.kind !== 'bot' || bots === null) continue;
    const now = identify(target, bots);
    if (now.state !== 'same') return { isOver: true, text: now.reason };
    if (!SETTLED.has(now.target.bot.status)) continue;
    const reason = unavailable(ask.action, now.target);
    if (reason !== null) return { isOver: true, text: reason };
    // Of one that crashes again and again its question has told already.
    if (now.note !== undefined && !isCrashing(target, ask.at)) note ??= `${target.name}: ${now.note}`;
  }
  return note === null ? null : { isOver: false, text: note };
}

const isCrashing = ({ bot }: BotTarget, at: number): boolean =>
  bot.exits.some((exit) => isUnasked(exit) && at - exit.at < CRASHING_MS);

function listedSince({ pm2 }: World, home: string, since: number): readonly Bot[] | null {
  for (const { reading } of pm2) {
    const value = reading.state === 'fresh' ? valueOf(reading) : null;
    if (value?.home === home && value.listedAt > since) return value.bots;
  }
  return null;
}

/** Looks at an open question again and again; that a target only changed is told once. */
export function createDriftWatch(world: () => World): (ask: Ask) => Drift | null {
  let watched: Ask | null = null;
  let since = 0;
  let isTold = false;
  return (ask) => {
    if (ask !== watched) {
      // What it was made from was read before this moment.
      [watched, since, isTold] = [ask, world().now, false];
      return null;
    }
    const drift = driftOf(ask, world(), since);
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
