/**
 * The contract between botop and the systems it watches.
 *
 * A source knows one system. It is asked for a snapshot by the poller, which owns cadence, timeout and back-off,
 * so a source has no timer of its own and never retries inside `read`.
 */
import type { Snapshots } from './kinds.ts';

/**
 * Why a reading failed, for the person and for the code.
 *
 * - `absent`: nothing there (no socket, no folder, no such host).
 * - `refused`: something was there and does not answer any more (a dead daemon's socket, a closed port).
 * - `denied`: it is there and we may not (file mode, password, missing right).
 * - `frozen`: it accepts and does not answer.
 * - `timeout`: this read took too long; nothing more is known.
 * - `protocol`: it answers what we do not understand.
 * - `failed`: anything else; the message says what.
 */
export type FailureCode = 'absent' | 'refused' | 'denied' | 'frozen' | 'timeout' | 'protocol' | 'failed';

/** A failure as data: already cleaned and redacted, fit for the screen, the JSON and the audit. */
export interface Failure {
  readonly code: FailureCode;
  /** One sentence without a full stop: what is wrong. */
  readonly message: string;
  /** What the person can do about it, where we know. */
  readonly hint?: string;
}

/** What a source throws when it knows why it failed. Any other error becomes `failed` with its cleaned message. */
export class SourceError extends Error {
  readonly code: FailureCode;
  readonly hint: string | undefined;

  constructor(code: FailureCode, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'SourceError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** What a source throws when there is nothing to watch: not configured, or not on this machine. Shown as `off`. */
export class SourceOff extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SourceOff';
  }
}

/** The name of a kind of snapshot; see `kinds.ts` for the list. */
export type Kind = keyof Snapshots;

/** One watched system. `K` names the shape of what it reads. */
export interface Source<K extends Kind = Kind> {
  readonly kind: K;
  /** Unique: `host`, `pm2`, and with several homes `pm2:/home/a/.pm2`. */
  readonly id: string;
  /** How often the poller asks, in ms. A reading older than three cadences is stale. */
  readonly cadenceMs: number;
  /** After this the poller aborts the signal and counts the read as failed, in ms. */
  readonly timeoutMs: number;
  /**
   * Reads once. Honours the signal, which serves all readings until one is aborted: nothing may stay on it. Holds no lock
   * across calls, and throws `SourceError` or `SourceOff`.
   */
  read(signal: AbortSignal): Promise<Snapshots[K]>;
  /** Begins to watch for changes that should be read at once (inotify, a log line). Returns how to stop. */
  watch?(poke: () => void): () => void;
  /** Frees descriptors and connections. The source is not read again. */
  close(): void | Promise<void>;
}

/** A good snapshot with its circumstances. `readAt` is epoch ms, `tookMs` wall time. */
export interface Good<S> {
  readonly value: S;
  readonly readAt: number;
  readonly tookMs: number;
}

/**
 * What is known now of one source.
 *
 * - `waiting`: never read yet, nothing has gone wrong.
 * - `fresh`: the last read was good and is younger than three cadences.
 * - `stale`: there was a good read, but the connection is lost, or it is older than three cadences; `error` says why.
 * - `down`: it cannot be read and never could since the start.
 * - `off`: there is nothing to read.
 */
export type Reading<S> =
  | { readonly state: 'waiting'; readonly since: number }
  | ({ readonly state: 'fresh' } & Good<S>)
  | ({ readonly state: 'stale'; readonly error: Failure | null; readonly since: number } & Good<S>)
  | { readonly state: 'down'; readonly error: Failure; readonly since: number; readonly tookMs: number }
  | { readonly state: 'off'; readonly reason: string };

/** The last good value whatever its age, or null. */
export function valueOf<S>(reading: Reading<S>): S | null {
  return reading.state === 'fresh' || reading.state === 'stale' ? reading.value : null;
}

/** Time, passed in so that the core can be tested without waiting. */
export interface Clock {
  /** Epoch ms; can jump. For what is shown and compared with other programs' times. */
  now(): number;
  /** Monotonic ms; never jumps. For ages, cadences and time-outs. */
  monotonic(): number;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // The first look at `performance` loads all that measures Node, before the first picture.
  monotonic() {
    const time = process.hrtime();
    // Not taken apart by an iterator: it is asked a hundred times a second and more.
    return time[0] * 1e3 + time[1] / 1e6;
  },
};
