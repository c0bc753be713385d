/**
 * The strips of all actions that are watched or have just ended, of which one is shown. No end goes by unseen: each stands
 * for a while, a bad one until Esc. Pure; times are monotonic ms.
 */
import type { Strip } from './strip.ts';

/** For how long an end is shown before something newer may take its place. */
export const DWELL_MS = 5_000;
/** For how long a good end, or a refusal, is shown when nothing else happens. */
export const PASSING_MS = 20_000;

interface Entry {
  /** Of the question. */
  readonly id: string;
  /** What it is about: an end is replaced by the next attempt at the same. */
  readonly subject: string;
  readonly strip: Strip;
  /** When its end was first shown; null before. */
  readonly shownAt: number | null;
}

/** The oldest first. */
export type StripQueue = readonly Entry[];

/** The strip of a question, new or changed. */
export function putStrip(queue: StripQueue, id: string, subject: string, strip: Strip): StripQueue {
  const entry: Entry = { id, subject, strip, shownAt: null };
  if (queue.some((other) => other.id === id)) return queue.map((other) => (other.id === id ? entry : other));
  return [...queue.filter((other) => other.subject !== subject || !other.strip.isOver), entry];
}

/** What is shown now, and the queue without what has stood for long enough. */
export function lookAtStrips(
  queue: StripQueue,
  at: number,
): { readonly queue: StripQueue; readonly shown: Strip | null } {
  const left = queue.filter(({ strip, shownAt }) => !strip.isPassing || shownAt === null || at - shownAt < PASSING_MS);
  const entry = chosen(left, at);
  if (!entry) return { queue: left, shown: null };
  const seen = entry.strip.isOver && entry.shownAt === null ? { ...entry, shownAt: at } : entry;
  return {
    queue: left.map((other) => (other === entry ? seen : other)),
    shown: { ...entry.strip, more: moreOf(left.filter((other) => other !== entry)) },
  };
}

/** Esc: the one that is shown goes, when it has ended. */
export function dropShownStrip(queue: StripQueue, at: number): StripQueue {
  const entry = chosen(queue, at);
  return entry?.strip.isOver ? queue.filter((other) => other !== entry) : queue;
}

/** The one of that id goes, whatever it is. */
export function removeStrip(queue: StripQueue, id: string): StripQueue {
  return queue.some((entry) => entry.id === id) ? queue.filter((entry) => entry.id !== id) : queue;
}

/** The titles of those that are still watched. */
export function watchedStrips(queue: StripQueue): readonly string[] {
  return queue.filter(({ strip }) => !strip.isOver).map(({ strip }) => strip.title);
}

/** An end that has not stood long enough, the one on the screen first; else the newest. */
function chosen(queue: StripQueue, at: number): Entry | undefined {
  const ends = queue.filter(({ strip }) => strip.isOver && strip.isQuiet !== true);
  const standing = ends.find(({ shownAt }) => shownAt !== null && at - shownAt < DWELL_MS);
  return (
    standing ??
    ends.find(({ shownAt }) => shownAt === null) ??
    queue.findLast(({ strip }) => strip.isQuiet !== true) ??
    queue.at(-1)
  );
}

function moreOf(all: readonly Entry[]): Strip['more'] {
  const others = all.filter(({ strip }) => strip.isQuiet !== true || strip.severity === 'bad');
  if (others.length === 0) return null;
  const isBad = others.some(({ strip }) => strip.severity === 'bad');
  return { text: `+${others.length} more`, tone: isBad ? 'bad' : 'dim' };
}
