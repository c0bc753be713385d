/** An action under way, or still watched, is not left by a slip: the second press within three seconds leaves. */

import type { Notice } from '../state.ts';
import type { Acting } from './acting.ts';

interface QuitGuardOptions {
  readonly acting: Pick<Acting, 'isBusy' | 'watched'>;
  readonly clock: { monotonic(): number };
  notice(text: string, severity: Notice['severity']): void;
  quit(): void;
}

/** How long the first press counts, ms. */
const AGAIN_MS = 3_000;

export function createQuitGuard({ acting, clock, notice, quit }: QuitGuardOptions): () => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.monotonic();
    const watched = acting.watched();
    if ((acting.isBusy() || watched) && now - lastAt > AGAIN_MS) {
      lastAt = now;
      if (acting.isBusy()) return notice('An action is under way. Once more to leave; it is finished first.', 'warn');
      return notice(`${watched} still being watched; once more leaves.`, 'warn');
    }
    quit();
  };
}
