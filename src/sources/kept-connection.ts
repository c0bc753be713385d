/**
 * One connection to a server, kept from reading to reading: opened when it is first needed, given up when its answer
 * has been overdue for long, and made anew by the reading that follows its loss.
 */
import { isOverWithin } from './deadline.ts';
import { type Clock, SourceError } from './source.ts';

/** What a driver gives. */
export interface Connection {
  /** False from the moment it was lost or closed. */
  readonly isOpen: boolean;
  /** Never rejects. */
  close(): void;
}

export interface KeptConnectionOptions<C extends Connection> {
  readonly clock: Clock;
  /** Loads the driver and logs in; `onLost` is called once when the connection ends by itself. Rejects with `SourceError`. */
  readonly open: (onLost: () => void) => Promise<C>;
  /** Forgets what was known through a connection that is no more. */
  readonly onDrop: () => void;
  /** The server's name, for `NAME has not answered for 1.2 s`. */
  readonly name: string;
  /** Said with that. */
  readonly frozenHint: string;
}

export interface KeptConnection<C extends Connection> {
  /** The connection that stands and owes no answer, or null. */
  standing(): C | null;
  /** The connection that stands, or a new one. Rejects with `frozen` while an answer of the one that stands is overdue. */
  get(): Promise<C>;
  /** The answer, or `frozen` when it has not come within `ms`; it is then awaited on, and nothing is sent meanwhile. */
  answered<T>(answer: Promise<T>, ms: number, signal: AbortSignal): Promise<T>;
  /** After a failure: an error of one statement leaves the connection as good as it was, a lost one is dropped. */
  dropIfLost(): void;
  /** Calls `poke` when there is reason to read at once; see `Source.watch`. */
  watch(poke: () => void): () => void;
  close(): void;
}

/** A connection that has not answered for so long is given up. A frozen server may have kept us a seat until then. */
const GIVE_UP_MS = 15_000;

export function keptConnection<C extends Connection>(options: KeptConnectionOptions<C>): KeptConnection<C> {
  const { clock, open, onDrop, name, frozenHint: hint } = options;
  let poke: () => void = () => {};
  let connection: C | null = null;
  let overdue: { readonly since: number; readonly ended: Promise<void> } | null = null;
  let isClosed = false;

  function drop(): void {
    connection?.close();
    connection = null;
    overdue = null;
    onDrop();
  }

  function frozen(since: number): SourceError {
    const seconds = ((clock.monotonic() - since) / 1000).toFixed(1);
    return new SourceError('frozen', `${name} has not answered for ${seconds} s`, { hint });
  }

  return {
    standing: () => (connection?.isOpen && overdue === null ? connection : null),
    async get() {
      if (overdue !== null && connection?.isOpen) {
        if (clock.monotonic() - overdue.since < GIVE_UP_MS) throw frozen(overdue.since);
        drop();
      }
      if (connection?.isOpen) return connection;
      drop();
      const opened = await open(() => poke());
      if (isClosed) {
        opened.close();
        throw new SourceError('failed', 'closed');
      }
      connection = opened;
      return opened;
    },
    async answered(answer, ms, signal) {
      const since = clock.monotonic();
      const ended = answer.then(
        () => {},
        () => {},
      );
      if (await isOverWithin(ended, ms, signal)) return answer;
      overdue = { since, ended };
      void ended.then(() => {
        if (overdue?.ended === ended) overdue = null;
        poke();
      });
      throw frozen(since);
    },
    dropIfLost() {
      if (!connection?.isOpen) drop();
    },
    watch(onChange) {
      poke = onChange;
      return () => {
        poke = () => {};
      };
    },
    close() {
      isClosed = true;
      poke = () => {};
      drop();
    },
  };
}
