import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPoller, type PollerOptions, systemTicker, type Ticker } from '../../src/sources/poller.ts';
import { type Clock, type Source, SourceError, SourceOff } from '../../src/sources/source.ts';
import { createStore } from '../../src/state/store.ts';
import { makePm2Snapshot } from '../helpers/bots.ts';

/** Time that stands still until a test moves it, beat by beat. */
function simulation() {
  let time = 0;
  /** What beats, with the ms between two of its beats. */
  const ticks = new Map<() => void, number>();
  const clock: Clock = { now: () => time, monotonic: () => time };
  const ticker: Ticker = {
    every(ms, tick) {
      ticks.set(tick, ms);
      return () => ticks.delete(tick);
    },
  };
  return {
    clock,
    ticker,
    running: () => ticks.size,
    /** Passes `count` beats of `ms` and lets what they started settle. */
    async pass(count: number, ms = 1_000): Promise<void> {
      for (let i = 0; i < count; i++) {
        time += ms;
        for (const [tick, everyMs] of ticks) if (time % everyMs === 0) tick();
        await settle();
      }
    },
  };
}

/** All microtasks that are queued, and those they queue. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Fake extends Source<'pm2'> {
  reads: number;
  aborted: number;
  poke: () => void;
}

function fakeSource(read: (fake: Fake) => Promise<void> | void, over: Partial<Source<'pm2'>> = {}): Fake {
  const fake: Fake = {
    kind: 'pm2',
    id: 'pm2',
    cadenceMs: 1_000,
    timeoutMs: 5_000,
    reads: 0,
    aborted: 0,
    poke: () => {},
    async read(signal) {
      fake.reads++;
      signal.addEventListener('abort', () => fake.aborted++);
      await read(fake);
      return makePm2Snapshot([]);
    },
    watch(poke) {
      fake.poke = poke;
      return () => {};
    },
    close() {},
    ...over,
  };
  return fake;
}

function started(source: Source, over: Partial<PollerOptions> = {}) {
  const time = simulation();
  const store = createStore();
  store.declare(source, 0);
  const { clock, ticker } = time;
  const poller = createPoller({ sources: [source], sink: store, clock, ticker, intervalMs: 1_000, ...over });
  poller.start();
  return { ...time, store, poller, state: () => store.entries()[0]?.reading.state };
}

describe('the timer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 437 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** When it beats, ms of the wall clock. */
  function beats(everyMs: number): { readonly at: readonly number[]; stop(): void } {
    const at: number[] = [];
    return { at, stop: systemTicker.every(everyMs, () => at.push(Date.now())) };
  }

  test.each([
    [1_000, [1_015, 2_015, 3_015, 4_015]],
    [2_000, [2_015, 4_015]],
    [250, [515, 765, 1_015, 1_265]],
  ])('of %i ms beats on the seconds of the wall clock', (everyMs, expected) => {
    const { at, stop } = beats(everyMs);
    vi.advanceTimersByTime(4_000);
    stop();
    expect(at.slice(0, expected.length)).toEqual(expected);
  });

  test.each([-3_600_300, 300, 86_400_900])('finds the second again when the clock is set by %i ms', (byMs) => {
    const { at, stop } = beats(1_000);
    vi.advanceTimersByTime(2_000);
    vi.setSystemTime(Date.now() + byMs);
    vi.advanceTimersByTime(5_000);
    stop();
    expect(at.length).toBeGreaterThanOrEqual(6);
    expect(at.slice(-3).map((time) => ((time % 1_000) + 1_000) % 1_000)).toEqual([15, 15, 15]);
  });

  test('does not leave a second out after a beat that came late, and catches up none', () => {
    const { at, stop } = beats(1_000);
    vi.advanceTimersByTime(1_000);
    // The machine slept: the timer comes within the eleventh second instead of with the third.
    vi.setSystemTime(9_615);
    vi.advanceTimersByTime(2_500);
    stop();
    expect(at).toEqual([1_015, 10_193, 11_015, 12_015]);
  });
});

describe('the beat', () => {
  test('reads at once, then once a second', async () => {
    const source = fakeSource(() => {});
    const { pass } = started(source);
    await settle();
    await pass(5);
    expect(source.reads).toBe(6);
  });

  test('reads a source in its own cadence when that is slower', async () => {
    const source = fakeSource(() => {}, { cadenceMs: 10_000 });
    const { pass } = started(source);
    await pass(30);
    expect(source.reads).toBe(4);
  });

  test('is slower while nobody looks, and as fast as before when somebody does', async () => {
    const source = fakeSource(() => {});
    const { pass, poller, running } = started(source);
    await settle();
    await pass(5);
    poller.slow(5);
    await pass(20);
    expect(source.reads).toBe(1 + 5 + 4);
    await pass(3);
    poller.slow(1);
    await settle();
    expect(source.reads).toBe(1 + 5 + 4 + 1);
    await pass(5);
    expect(source.reads).toBe(1 + 5 + 4 + 1 + 5);
    expect(running()).toBe(1);
  });

  test('reads everything when the clock was set or the machine slept, since no age is right any more', async () => {
    let setBy = 0;
    const source = fakeSource(() => {}, { cadenceMs: 30_000 });
    const { pass, clock: steady, ticker } = simulation();
    const store = createStore();
    store.declare(source, 0);
    const clock: Clock = { now: () => steady.now() + setBy, monotonic: steady.monotonic };
    createPoller({ sources: [source], sink: store, clock, ticker, intervalMs: 1_000 }).start();
    await pass(5);
    expect(source.reads).toBe(1);
    setBy = 3_600_000;
    await pass(5);
    expect(source.reads).toBe(2);
    expect(store.entries()[0]?.reading.state).toBe('fresh');
  });

  test('never joins a read in flight by a second one', async () => {
    const source = fakeSource(() => new Promise(() => {}));
    const { pass } = started(source);
    await pass(4);
    expect(source.reads).toBe(1);
  });

  test('ends a read past its time, says so, and tries again', async () => {
    const source = fakeSource((fake) => (fake.reads === 1 ? new Promise(() => {}) : undefined));
    const { pass, store, state } = started(source);
    await pass(5);
    expect(source.aborted).toBe(1);
    expect(store.entries()[0]?.reading).toMatchObject({ state: 'down', error: { code: 'timeout' } });
    await pass(2);
    expect(state()).toBe('fresh');
  });

  test('drops the answer that comes after the time was up', async () => {
    let answer = (): void => {};
    const source = fakeSource((fake) => {
      if (fake.reads === 1) return new Promise<void>((resolve) => void (answer = resolve));
      throw new SourceError('refused', 'dead');
    });
    const { pass, state } = started(source);
    await pass(7);
    answer();
    await settle();
    expect(state()).toBe('down');
  });
});

describe('a source that fails', () => {
  test('is asked again within three seconds, for ever', async () => {
    const source = fakeSource(() => {
      throw new SourceError('refused', 'dead');
    });
    const { pass } = started(source);
    await pass(20);
    const before = source.reads;
    await pass(3);
    expect(source.reads).toBe(before + 1);
  });

  test('is read in its cadence again once it answers', async () => {
    const source = fakeSource((fake) => {
      if (fake.reads < 4) throw new SourceError('refused', 'dead');
    });
    const { pass, state } = started(source);
    await pass(10);
    expect(state()).toBe('fresh');
    const before = source.reads;
    await pass(3);
    expect(source.reads).toBe(before + 3);
  });

  test('is asked seldom when there is nothing to watch', async () => {
    const source = fakeSource(() => {
      throw new SourceOff('not on this machine');
    });
    const { pass, state } = started(source);
    await pass(9);
    expect([source.reads, state()]).toEqual([1, 'off']);
  });
});

describe('a poke', () => {
  test('reads at once', async () => {
    const source = fakeSource(() => {}, { cadenceMs: 10_000 });
    const { pass } = started(source);
    await pass(1);
    source.poke();
    await settle();
    expect(source.reads).toBe(2);
  });

  test('during a read leads to one more read after it, however many pokes there were', async () => {
    let answer = (): void => {};
    const source = fakeSource((fake) => {
      if (fake.reads === 1) return new Promise<void>((resolve) => void (answer = resolve));
    });
    started(source);
    source.poke();
    source.poke();
    answer();
    await settle();
    expect(source.reads).toBe(2);
  });
});

test('stopping aborts what is in flight, stops the beat and closes the source', async () => {
  let isClosed = false;
  const source = fakeSource(() => new Promise(() => {}), { close: () => void (isClosed = true) });
  const { poller, running } = started(source);
  await poller.stop();
  expect([source.aborted, isClosed, running()]).toEqual([1, true, 0]);
});

test('readAll waits for the answers and returns all the same when one never comes', async () => {
  const source = fakeSource(() => new Promise(() => {}), { timeoutMs: 30 });
  const store = createStore();
  store.declare(source, 0);
  const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const poller = createPoller({ sources: [source], sink: store, clock, intervalMs: 1_000 });
  await poller.readAll();
  expect(store.entries()[0]?.reading).toMatchObject({ state: 'down', error: { code: 'timeout' } });
  await poller.stop();
});
