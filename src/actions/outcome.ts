/** What became of an action that was asked for. */

import type { Verdict } from './action.ts';
import type { Ask } from './ask.ts';
import type { Target } from './target.ts';

/** One target's end. `skipped`: nothing was done to it, since the action stopped before it. */
export interface TargetResult {
  readonly target: Target;
  readonly state: 'done' | 'failed' | 'unanswered' | 'refused' | 'skipped';
  /** Cleaned and redacted; empty when there is nothing to say. */
  readonly message: string;
  readonly verdict: Verdict | null;
}

/** An action under way: what the strip shows until the outcome is there. */
export interface Progress {
  readonly ask: Ask;
  /** Those that are over, in order. */
  readonly results: readonly TargetResult[];
  /** The one that is being done or watched; null between two. */
  readonly current: Target | null;
  readonly verdict: Verdict | null;
  /** The person has it wait before the next target; absent when there is none any more. */
  readonly isPaused?: boolean;
  /** Why no other target is begun; null while they are. */
  readonly stoppedFor?: string | null;
  /** How long it will most likely go on, ms; null while that is not known. */
  readonly etaMs?: number | null;
}

/**
 * - `done`: every target was done. Whether that was good is what `verdict` of each result says.
 * - `failed`: it stopped at a failure, or the only target failed.
 * - `refused`: nothing was done, `message` says why.
 * - `stopped`: it was broken off from outside (terminal lost, the person quit).
 */
export interface Outcome {
  readonly ask: Ask;
  readonly state: 'done' | 'failed' | 'refused' | 'stopped';
  /** One line for the strip and the audit. */
  readonly message: string;
  /** Of the message what it ended for, without how far it came; empty when it went to its end. */
  readonly why: string;
  /** One for each target, in order; empty when refused. */
  readonly results: readonly TargetResult[];
  /** Of the running alone, without the watching afterwards. */
  readonly durationMs: number;
  readonly auditError: string | null;
}
