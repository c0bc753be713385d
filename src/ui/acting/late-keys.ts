/**
 * Keys that come too late: while an action goes through many targets its line says what `p` and `x` do to it, and they
 * mean other things everywhere else. Whoever presses one as that line goes meant the action. Times are monotonic ms.
 */
import type { Progress } from '../../actions/outcome.ts';

/** Nobody has read that the line is another by then. */
const LATE_MS = 1000;

const REMARKS: Readonly<Record<string, string>> = {
  p: 'Nothing is left to pause. p again holds the picture.',
  x: 'Nothing is left to end.',
};

export interface LateKeys {
  /** What the line says now. */
  seen(progress: Progress, at: number): void;
  /** The action of this id is over. */
  ended(id: string, at: number): void;
  /** What to say to a key that is to be dropped; null for one that means what it always does. */
  remarkOn(key: string, at: number): string | null;
}

export function createLateKeys(): LateKeys {
  /** The actions whose line offers the keys. */
  const offering = new Set<string>();
  let lastAt = Number.NEGATIVE_INFINITY;

  function ended(id: string, at: number): void {
    if (offering.delete(id)) lastAt = at;
  }

  return {
    seen({ ask, isPaused, stoppedFor = null }, at) {
      if (ask.targets.length > 1 && isPaused !== undefined && stoppedFor === null) offering.add(ask.id);
      else ended(ask.id, at);
    },
    ended,
    remarkOn: (key, at) => (offering.size > 0 || at - lastAt < LATE_MS ? (REMARKS[key] ?? null) : null),
  };
}
