import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Cells } from '../../../src/ui/screen/cells.ts';
import { isRemote, Link, PROBE } from '../../../src/ui/screen/link.ts';
import { Screen, type TtyLike } from '../../../src/ui/screen/screen.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A terminal far away: takes every byte at once, and shows them when it is told to. */
class Far implements TtyLike {
  readonly columns = 20;
  readonly rows = 4;
  readonly writes: string[] = [];

  write(bytes: string | Buffer, written: () => void): boolean {
    this.writes.push(bytes.toString());
    queueMicrotask(written);
    return true;
  }

  once(): void {}

  /** How many frames have asked. */
  get asked(): number {
    return this.writes.filter((text) => text.endsWith(PROBE)).length;
  }
}

interface Shown {
  readonly terminal: Far;
  readonly screen: Screen;
  /** Another figure in the panel. */
  tick(): Promise<void>;
  /** A key that changes the line below it. */
  press(): Promise<void>;
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await Promise.resolve();
};

async function show(isFar: boolean, paceMs = 0): Promise<Shown> {
  const terminal = new Far();
  const screen = new Screen(terminal, { link: new Link({ now: () => Date.now(), isFar, paceMs }) });
  let [ticks, keys] = [0, 0];
  screen.show([
    {
      id: 'data',
      rect: { x: 0, y: 0, width: 20, height: 1 },
      draw: (cells: Cells) => cells.text(0, 0, `tick ${ticks}`),
    },
    {
      id: 'cursor',
      rect: { x: 0, y: 1, width: 20, height: 1 },
      draw: (cells: Cells) => cells.text(0, 0, `key ${keys}`),
    },
  ]);
  screen.enter();
  await settled();
  return {
    terminal,
    screen,
    async tick() {
      ticks++;
      screen.invalidate('data');
      await settled();
    },
    async press() {
      keys++;
      screen.hurry(() => screen.invalidate('cursor'));
      await settled();
    },
  };
}

test('while the terminal has not come to a frame no data follow; then what is newest does, and nothing between', async () => {
  const { terminal, screen, tick } = await show(true);
  const { length } = terminal.writes;
  for (let i = 0; i < 50; i++) await tick();
  expect(terminal.writes).toHaveLength(length);
  vi.advanceTimersByTime(100);
  screen.answered();
  await settled();
  // As long as the frame took the line is left to keys.
  expect(terminal.writes).toHaveLength(length);
  await vi.advanceTimersByTimeAsync(102);
  expect(terminal.writes).toHaveLength(length + 1);
  expect(terminal.writes.at(-1)).toContain('50');
});

test('a key is answered while a frame is under way, but not by a queue', async () => {
  const { terminal, screen, press, tick } = await show(true);
  const { length } = terminal.writes;
  for (let i = 0; i < 9; i++) await press();
  expect(terminal.writes).toHaveLength(length + 2);
  await tick();
  vi.advanceTimersByTime(300);
  screen.answered();
  await settled();
  expect(terminal.writes).toHaveLength(length + 3);
  expect(terminal.writes.at(-1)).toMatch(/9/);
  // What had changed beside it is in the same frame.
  expect(terminal.writes.at(-1)).toContain('1');
});

test('a near terminal is asked once, and then for large frames only', async () => {
  const { terminal, screen, tick } = await show(false);
  expect(terminal.asked).toBe(1);
  screen.answered();
  for (let i = 0; i < 5; i++) await tick();
  expect(terminal.asked).toBe(1);
  expect(terminal.writes.at(-1)).toContain('5');
});

test('nothing is held back for a terminal that may be one that never answers', async () => {
  const { terminal, tick } = await show(false);
  const { length } = terminal.writes;
  for (let i = 0; i < 5; i++) await tick();
  expect(terminal.writes).toHaveLength(length + 5);
  expect(terminal.asked).toBe(1);
});

test('one that is known to be far and does not answer is waited for a second, once', async () => {
  const { terminal, tick } = await show(true);
  await tick();
  const { length } = terminal.writes;
  await vi.advanceTimersByTimeAsync(1_002);
  expect(terminal.writes).toHaveLength(length + 1);
  for (let i = 0; i < 5; i++) await tick();
  expect(terminal.writes).toHaveLength(length + 6);
  expect(terminal.asked).toBe(2);
});

test('an answer that is lost holds the picture for half a minute, not for ever', async () => {
  const { terminal, screen, tick } = await show(true);
  vi.advanceTimersByTime(200);
  screen.answered();
  await vi.advanceTimersByTimeAsync(500);
  await tick();
  const { length } = terminal.writes;
  await tick();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(terminal.writes).toHaveLength(length);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(terminal.writes).toHaveLength(length + 1);
});

test('it is idle only once a far terminal has shown what was asked for', async () => {
  const { screen, tick } = await show(true);
  vi.advanceTimersByTime(100);
  screen.answered();
  expect(screen.isIdle).toBe(true);
  vi.advanceTimersByTime(100);
  await tick();
  expect(screen.isIdle).toBe(false);
  screen.answered();
  expect(screen.isIdle).toBe(true);
});

test('an answer that nobody asked for means nothing', async () => {
  const { terminal, screen, tick } = await show(true);
  vi.advanceTimersByTime(100);
  for (let i = 0; i < 3; i++) screen.answered();
  vi.advanceTimersByTime(100);
  await tick();
  await tick();
  expect(terminal.asked).toBe(2);
});

test('bytes a second are of the last ten seconds', () => {
  let now = 0;
  const link = new Link({ now: () => now, isFar: false });
  for (; now < 10_000; now += 1_000) link.count(100);
  now -= 1;
  expect(link.bytesPerSecond()).toBe(100);
  now += 5_000;
  expect(link.bytesPerSecond()).toBe(50);
  now += 60_000;
  expect(link.bytesPerSecond()).toBe(0);
});

test('a terminal over ssh is far until it shows otherwise', () => {
  expect(isRemote({ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' })).toBe(true);
  expect(isRemote({ TERM: 'xterm' })).toBe(false);
});

test('with a pace data come no more often than that, and keys at once', async () => {
  const { terminal, tick, press } = await show(false, 3_000);
  await vi.advanceTimersByTimeAsync(2_500);
  const { length } = terminal.writes;
  for (let second = 0; second < 12; second++) {
    await tick();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(terminal.writes).toHaveLength(length + 4);
  await press();
  expect(terminal.writes).toHaveLength(length + 5);
});

test('how long a terminal has shown nothing of what it was sent is known', async () => {
  let now = 0;
  const link = new Link({ now: () => now, isFar: true });
  link.sent(100);
  now += 60_000;
  // It may be one that never answers.
  expect(link.waitedMs()).toBe(0);
  link.answered();
  link.sent(100);
  now += 20_000;
  expect(link.waitedMs()).toBe(20_000);
  link.answered();
  expect(link.waitedMs()).toBe(0);
});
