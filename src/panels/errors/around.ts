/** The lines around samples, read from their files when a detail shows them, and kept for a while. */
import { type LinesAround, linesAround } from '../../sources/logs/around.ts';
import { UnreadableLog } from '../../sources/logs/io.ts';
import type { LogEvent } from '../../sources/logs/snapshot.ts';

/** What is known of the lines around an event: `reading`, why there are none, or the lines. */
export type Around =
  | { readonly state: 'reading' }
  | { readonly state: 'unread'; readonly reason: string }
  | ({ readonly state: 'read' } & LinesAround);

export type AroundOf = (event: LogEvent) => Around;

/** As many as the samples of a few groups. */
const MAX_KEPT = 32;
const LINES = 10;
/** Of an error that has only just been written fewer stand behind it: it is looked at again after so long, ms. */
const AGAIN_MS = 2_000;

/** Asking for what is not known begins to read it, one file at a time; `onChange` is called when it is known. */
export function createAroundCache(onChange: () => void, now: () => number = () => performance.now()): AroundOf {
  const askedAt = new WeakMap<Around, number>();
  const known = new Map<string, Around>();
  let work: Promise<void> = Promise.resolve();

  async function read(key: string, event: LogEvent): Promise<void> {
    try {
      const found: Around = { state: 'read', ...(await linesAround(event, LINES)) };
      known.set(key, found);
      if (found.lines.length - found.index <= LINES) askedAt.set(found, now());
    } catch (error) {
      if (!(error instanceof UnreadableLog)) throw error;
      known.set(key, { state: 'unread', reason: error.message });
    }
    onChange();
  }

  return (event) => {
    const key = `${event.fileId}:${event.offset}:${event.path}`;
    const found = known.get(key);
    if (found) {
      const at = askedAt.get(found);
      if (at === undefined || now() - at < AGAIN_MS) return found;
      askedAt.delete(found);
      work = work.then(() => read(key, event));
      return found;
    }
    const reading: Around = { state: 'reading' };
    known.set(key, reading);
    if (known.size > MAX_KEPT) known.delete(known.keys().next().value as string);
    work = work.then(() => read(key, event));
    return reading;
  };
}
