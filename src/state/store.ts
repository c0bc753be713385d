/**
 * What botop knows of the world: one reading a source, and nothing derived. Written by the poller, read by selectors.
 */
import type { Snapshots } from '../sources/kinds.ts';
import { type Failure, type Kind, type Reading, SourceError, SourceOff } from '../sources/source.ts';
import { clean } from '../text/clean.ts';
import { redact } from '../text/redact.ts';

/** One source's place in the store. */
export interface Entry<K extends Kind = Kind> {
  readonly kind: K;
  readonly id: string;
  readonly cadenceMs: number;
  readonly reading: Reading<Snapshots[K]>;
}

/** The one source of that kind; null where there is none. */
export function entryOf<K extends Kind>(entries: readonly Entry[], kind: K): Entry<K> | null {
  // A value is of its entry's kind: see `Store.of`.
  return (entries.find((entry) => entry.kind === kind) as Entry<K> | undefined) ?? null;
}

export interface Store {
  /** Makes room for a source; its reading is `waiting`. */
  declare(source: { readonly kind: Kind; readonly id: string; readonly cadenceMs: number }, now: number): void;
  /** Records a good read. `now` is epoch ms. */
  succeed<K extends Kind>(id: string, value: Snapshots[K], now: number, tookMs: number): void;
  /** Records a failed read; what was known stays, marked stale. */
  fail(id: string, error: unknown, now: number, tookMs: number): void;
  /** Marks as stale what has had no good reading for three cadences. */
  grow(now: number): void;
  entries(): readonly Entry[];
  /** The entries of one kind, in the order they were declared. */
  of<K extends Kind>(kind: K): readonly Entry<K>[];
  /** Called with the id after each change; returns how to stop. */
  subscribe(listener: (id: string) => void): () => void;
}

/** A stale reading is one older than this many cadences. */
export const STALE_CADENCES = 3;

/** Turns anything thrown into a failure that is fit to be shown. */
export function toFailure(error: unknown): Failure {
  if (error instanceof SourceError) {
    const hint = error.hint === undefined ? {} : { hint: clean(redact(error.hint)) };
    return { code: error.code, message: clean(redact(error.message)), ...hint };
  }
  return { code: 'failed', message: clean(redact(error instanceof Error ? error.message : String(error))) };
}

export function createStore(): Store {
  const entries: Entry[] = [];
  const listeners = new Set<(id: string) => void>();

  const replace = (id: string, next: (entry: Entry) => Reading<Snapshots[Kind]>): void => {
    const index = entries.findIndex((entry) => entry.id === id);
    const entry = entries[index];
    if (!entry) throw new Error(`no source ${id} was declared`);
    const reading = next(entry);
    if (reading === entry.reading) return;
    entries[index] = { ...entry, reading };
    for (const listener of listeners) listener(id);
  };

  return {
    declare(source, now) {
      if (entries.some((entry) => entry.id === source.id)) throw new Error(`source ${source.id} is declared twice`);
      const { kind, id, cadenceMs } = source;
      entries.push({ kind, id, cadenceMs, reading: { state: 'waiting', since: now } });
    },
    succeed(id, value, now, tookMs) {
      replace(id, () => ({ state: 'fresh', value, readAt: now, tookMs }));
    },
    fail(id, error, now, tookMs) {
      replace(id, ({ reading }) => {
        if (error instanceof SourceOff) return { state: 'off', reason: clean(redact(error.message)) };
        const failure = toFailure(error);
        switch (reading.state) {
          case 'fresh':
            return { ...reading, state: 'stale', error: failure, since: now };
          case 'stale':
            return { ...reading, error: failure };
          case 'down':
            return { ...reading, error: failure, tookMs };
          default:
            return { state: 'down', error: failure, since: now, tookMs };
        }
      });
    },
    grow(now) {
      for (const { id, cadenceMs } of entries) {
        replace(id, ({ reading }) => {
          if (reading.state !== 'fresh' || now - reading.readAt <= cadenceMs * STALE_CADENCES) return reading;
          return { ...reading, state: 'stale', error: null, since: now };
        });
      }
    },
    entries: () => entries,
    // The kind decides the snapshot's type by construction: declare() and succeed() are given both together.
    of: <K extends Kind>(kind: K) => entries.filter((entry) => entry.kind === kind) as unknown as readonly Entry<K>[],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
