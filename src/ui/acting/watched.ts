/**
 * What is watched after it was done. Somebody who starts a bot again while its stop is still watched has ended that: to
 * be told that it does not stay stopped would be an alarm about what he has just done.
 */
import { type Target, targetKey } from '../../actions/target.ts';

export interface Watched {
  begin(id: string, targets: readonly Target[]): void;
  /** The action `by` is now at this target; gives the ids of those before it that were about nothing else, and are over. */
  takeOver(by: string, target: Target): readonly string[];
  has(id: string): boolean;
  /** Whether its end is still to be told. */
  end(id: string): boolean;
}

export function createWatched(): Watched {
  /** By the question, the oldest first: the key of its only target; null of several, of which the others count too. */
  const keys = new Map<string, string | null>();
  return {
    begin(id, targets) {
      const [only] = targets;
      keys.set(id, targets.length === 1 && only ? targetKey(only) : null);
    },
    takeOver(by, target) {
      const taken: string[] = [];
      const key = targetKey(target);
      for (const [id, about] of keys.has(by) ? keys : []) {
        if (id === by) break;
        if (about === key) taken.push(id);
      }
      for (const id of taken) keys.delete(id);
      return taken;
    },
    has: (id) => keys.has(id),
    end: (id) => keys.delete(id),
  };
}
