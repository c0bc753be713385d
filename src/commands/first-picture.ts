import { randomUUID } from 'node:crypto';
import type { Screen } from '../ui/screen/screen.ts';

/** So long the first picture waits for the bots, ms. */
const WAITS_MS = 80;
/** So long after it what names a question for the audit is loaded, ms. */
const NAMES_AFTER_MS = 500;

/**
 * Holds the first picture back until what it gives is called, which the first list of bots does, or 80 ms are over: one
 * with bots takes no longer than one without. Further calls do nothing.
 */
export function holdFirstPicture(screen: Pick<Screen, 'hold' | 'release'>): () => void {
  let isHeld = true;
  const show = () => {
    if (!isHeld) return;
    isHeld = false;
    clearTimeout(waited);
    screen.release();
    // Node's cryptography takes 4 ms to load, which a key would wait for.
    setTimeout(() => void randomUUID(), NAMES_AFTER_MS).unref();
  };
  screen.hold();
  const waited = setTimeout(show, WAITS_MS);
  return show;
}
