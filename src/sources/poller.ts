/**
 * Asks the sources in their cadence. One timer serves them all; a read in flight is never joined by a second of the
 * same source; a read past its time is aborted and counted as failed, and its late answer is dropped.
 */
import type { Snapshots } from './kinds.ts';
import { type Clock, type Kind, type Source, SourceError, SourceOff } from './source.ts';

/** Where the poller puts what it learns; the store is one. */
export interface Sink {
  succeed<K extends Kind>(id: string, value: Snapshots[K], now: number, tookMs: number): void;
  fail(id: string, error: unknown, now: number, tookMs: number): void;
  grow(now: number): void;
}

/** The timer the poller lives on. `every` returns how to stop it. */
export interface Ticker {
  every(ms: number, tick: () => void): () => void;
}

/** Behind the second, since a timer may come a little early, ms. */
const BEHIND_MS = 15;

/**
 * Node's timer, kept on the seconds of the wall clock: a beat that drifts over them shows the time of one twice and
 * leaves the next out. A late tick does not push the following ones; those missed in a suspension are not caught up.
 */
export const systemTicker: Ticker = {
  every(ms, tick) {
    let timer = setTimeout(beat, wait());
    function wait(): number {
      const now = Date.now() - BEHIND_MS;
      const unit = ms < 1_000 ? ms : 1_000;
      // Of one that comes late the next is kept, down to a quarter of a beat between them.
      return Math.ceil((now + ms - unit * 0.75) / unit) * unit - now;
    }
    function beat(): void {
      timer = setTimeout(beat, wait());
      tick();
    }
    return () => clearTimeout(timer);
  },
};

/** The longest pause between two tries of a source that fails, ms. */
const MAX_BACKOFF_MS = 3_000;
/** A clock that is kept in step is moved by less between two beats. */
const JUMP_MS = 2_000;

export interface PollerOptions {
  readonly sources: readonly Source[];
  readonly sink: Sink;
  readonly clock: Clock;
  readonly ticker?: Ticker;
  /** The beat, ms. A source whose cadence is shorter is read once a beat. */
  readonly intervalMs: number;
  /** Called once a beat, when the reads begun in it have ended, so that one picture serves them all. */
  readonly onBeat?: () => void;
  /** Called after each read outside the beat: the first ones, and those that were poked. */
  readonly onRead?: () => void;
}

export interface Poller {
  start(): void;
  /** Stops the beat, aborts what is in flight and closes the sources. */
  stop(): Promise<void>;
  /** Reads a source now, or as soon as the read in flight has ended. */
  poke(id: string): void;
  /** Reads everything now and waits until each source has answered, failed or run out of time. */
  readAll(): Promise<void>;
  /** A lower beat while nobody looks; 1 is the normal one. */
  slow(factor: number): void;
}

interface Seat {
  readonly source: Source;
  dueAt: number;
  failures: number;
  isPoked: boolean;
  flight: { readonly startedAt: number; readonly ended: Promise<void> } | null;
  /** Serves one reading after the other, until one is aborted. */
  abort: AbortController;
  unwatch: (() => void) | null;
}

export function createPoller(options: PollerOptions): Poller {
  const { sink, clock, onBeat, onRead } = options;
  const ticker = options.ticker ?? systemTicker;
  const seats = options.sources.map(
    (source): Seat => ({
      source,
      dueAt: 0,
      failures: 0,
      isPoked: false,
      flight: null,
      abort: new AbortController(),
      unwatch: null,
    }),
  );
  let beatMs = options.intervalMs;
  let stopTicker: (() => void) | null = null;
  let isStopped = false;
  /** Of the clock that can jump from the one that cannot. */
  let offset = clock.now() - clock.monotonic();

  const cadence = (seat: Seat): number => Math.max(seat.source.cadenceMs, beatMs);

  function begin(seat: Seat): Promise<void> {
    if (seat.flight) return seat.flight.ended;
    if (seat.abort.signal.aborted) seat.abort = new AbortController();
    const { signal } = seat.abort;
    const startedAt = clock.monotonic();
    seat.isPoked = false;
    const isCurrent = (): boolean => !signal.aborted;
    const ended = (async () => {
      try {
        const value = await seat.source.read(signal);
        if (!isCurrent()) return;
        seat.failures = 0;
        seat.dueAt = startedAt + cadence(seat);
        sink.succeed(seat.source.id, value, clock.now(), clock.monotonic() - startedAt);
      } catch (error) {
        if (isCurrent()) fail(seat, error, startedAt);
      } finally {
        if (isCurrent()) seat.flight = null;
        if (seat.isPoked && !isStopped) readNow(seat);
      }
    })();
    seat.flight = { startedAt, ended };
    return ended;
  }

  function readNow(seat: Seat): void {
    void begin(seat).then(() => {
      if (!isStopped) onRead?.();
    });
  }

  function fail(seat: Seat, error: unknown, startedAt: number): void {
    seat.failures++;
    const pause = error instanceof SourceOff ? cadence(seat) * 10 : Math.min(beatMs * seat.failures, MAX_BACKOFF_MS);
    seat.dueAt = clock.monotonic() + Math.max(pause, beatMs);
    sink.fail(seat.source.id, error, clock.now(), clock.monotonic() - startedAt);
  }

  /** Ends a read that is past its time; its promise may settle later, and nobody listens then. */
  function expire(seat: Seat): void {
    const { flight, source } = seat;
    if (!flight || clock.monotonic() - flight.startedAt < source.timeoutMs) return;
    seat.flight = null;
    seat.abort.abort();
    fail(seat, new SourceError('timeout', `no answer within ${source.timeoutMs / 1000} s`), flight.startedAt);
  }

  /** The clock was set, or the machine slept: the age of every reading is wrong, whatever its cadence. */
  function noticeJump(now: number): void {
    const next = clock.now() - now;
    if (Math.abs(next - offset) > JUMP_MS) for (const seat of seats) seat.dueAt = Math.min(seat.dueAt, now);
    offset = next;
  }

  function tick(): void {
    const now = clock.monotonic();
    noticeJump(now);
    const begun: Promise<void>[] = [];
    for (const seat of seats) {
      expire(seat);
      // Half a beat of tolerance: a source due a moment after this beat is read with it, not a whole beat late.
      if (!seat.flight && seat.dueAt <= now + beatMs / 2) begun.push(begin(seat));
    }
    sink.grow(clock.now());
    // A read that hangs holds up this beat's call only: it is not begun again, and the next beat has its own.
    void Promise.all(begun).then(() => {
      if (!isStopped) onBeat?.();
    });
  }

  return {
    start() {
      for (const seat of seats) seat.unwatch = seat.source.watch?.(() => this.poke(seat.source.id)) ?? null;
      // PM2 has most to think about: it is asked first, and thinks while the others are read.
      for (const seat of seats) if (seat.source.kind === 'pm2') readNow(seat);
      for (const seat of seats) if (seat.source.kind !== 'pm2') readNow(seat);
      stopTicker = ticker.every(beatMs, tick);
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      stopTicker?.();
      for (const seat of seats) {
        seat.unwatch?.();
        seat.abort.abort();
        seat.flight = null;
      }
      await Promise.allSettled(seats.map(async (seat) => seat.source.close()));
    },
    poke(id) {
      const seat = seats.find(({ source }) => source.id === id);
      if (!seat || isStopped) return;
      if (seat.flight) seat.isPoked = true;
      else readNow(seat);
    },
    async readAll() {
      const deadline = Math.max(...seats.map(({ source }) => source.timeoutMs));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadline + 50);
      });
      await Promise.race([Promise.all(seats.map((seat) => begin(seat))), late]);
      clearTimeout(timer);
      for (const seat of seats) expire(seat);
    },
    slow(factor) {
      if (beatMs === options.intervalMs * factor) return;
      beatMs = options.intervalMs * factor;
      if (!stopTicker) return;
      stopTicker();
      stopTicker = ticker.every(beatMs, tick);
      if (factor > 1) return;
      // Whoever looks again must not be shown what was read before.
      for (const seat of seats) seat.dueAt = 0;
      tick();
    },
  };
}
