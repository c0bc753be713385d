import { afterEach, expect, test, vi } from 'vitest';
import { BOT_COLUMNS } from '../../src/panels/bots/column-list.ts';
import { present } from '../../src/ui/present.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { Screen } from '../../src/ui/screen/screen.ts';
import { keymap } from '../helpers/still-shell.ts';
import { Emulator } from '../ui/screen/emulator.ts';
import { createMoving, type Moving, type MovingOptions } from './moving-world.ts';

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

interface Running extends Moving {
  readonly screen: Screen;
  readonly emulator: Emulator;
  /** How often what lays out questions, and with it React and Ink, was loaded. */
  loads(): number;
}

/** The whole screen as the monitor runs it, on an emulator and a clock of the test's. */
async function run(options: MovingOptions): Promise<Running> {
  const moving = createMoving(options);
  const emulator = new Emulator(options.columns, options.rows);
  const screen = new Screen(emulator);
  const { shell, poller } = moving;
  let loads = 0;
  const presenter = present({
    shell,
    screen,
    keymap,
    clock: { monotonic: () => 0 },
    loadQuestions: () => {
      loads++;
      return new Promise(() => {});
    },
    bytesPerSecond: () => 0,
    onError: (error) => {
      throw error;
    },
  });
  screen.enter();
  poller.start();
  // The first readings lay the screen out for so many bots.
  for (let i = 0; i < 3; i++) await moving.beat();
  await screen.whenIdle();
  ends.push(async () => {
    presenter.close();
    await poller.stop();
  });
  return Object.assign(moving, { screen, emulator, loads: () => loads });
}

async function minute({ beat, screen }: Running): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await beat();
    await screen.whenIdle();
  }
}

test('a minute of data, and the help, need no React, and each beat writes once', async () => {
  const running = await run({ bots: 100, columns: 120, rows: 40 });
  const { loads, screen } = running;
  const before = screen.stats;
  await minute(running);
  expect(screen.stats.framesWritten - before.framesWritten).toBe(60);
  running.shell.report('?', {});
  await screen.whenIdle();
  expect(running.emulator.lines().join('\n')).toMatch(/Esc closes/);
  expect(loads()).toBe(0);
});

test('an overlay draws itself and the footer, and closing it the footer alone', async () => {
  const { shell, screen, emulator } = await run({ bots: 100, columns: 200, rows: 60, isAlive: false });
  const draws: number[] = [];
  for (const key of ['?', '?']) {
    const before = screen.stats.drawCalls;
    shell.report(key, {});
    await screen.whenIdle();
    draws.push(screen.stats.drawCalls - before);
  }
  expect(draws).toEqual([2, 1]);
  expect(emulator.lines().join('\n')).not.toMatch(/Esc closes/);
});

test('a minute of 100 bots at 120x40 with every figure in motion is at most 60 cells and 500 bytes a beat', async () => {
  const running = await run({ bots: 100, columns: 120, rows: 40 });
  const before = running.screen.stats;
  await minute(running);
  const after = running.screen.stats;
  const cells = (after.cellsWritten - before.cellsWritten) / 60;
  const bytes = (after.bytesWritten - before.bytesWritten) / 60;
  expect(cells).toBeGreaterThan(20);
  expect(cells).toBeLessThan(60);
  expect(bytes).toBeLessThan(500);
});

test('a minute in which nothing changes writes nothing', async () => {
  const running = await run({ bots: 10, columns: 120, rows: 40, isAlive: false });
  const before = { writes: running.emulator.writes.length, draws: running.screen.stats.drawCalls };
  await minute(running);
  expect(running.emulator.writes.length).toBe(before.writes);
  // It was looked at: the header and the bots each second.
  expect(running.screen.stats.drawCalls - before.draws).toBeGreaterThanOrEqual(120);
});

test('news of one source have only its panel and the header drawn', async () => {
  const { shell, screen } = await run({ bots: 10, columns: 120, rows: 40, isAlive: false });
  const draws = async (change: () => void): Promise<number> => {
    const before = screen.stats.drawCalls;
    change();
    await screen.whenIdle();
    return screen.stats.drawCalls - before;
  };
  expect(await draws(() => shell.worldChanged({ isBeat: false, kinds: new Set(['postgres']) }))).toBe(2);
  expect(await draws(() => shell.worldChanged({ isBeat: false, kinds: new Set(['pm2']) }))).toBe(2);
  expect(await draws(() => shell.worldChanged())).toBeGreaterThan(4);
});

test('a key that moves the cursor draws two rows of its own panel', async () => {
  const running = await run({ bots: 100, columns: 200, rows: 60, isAlive: false });
  const { shell, screen } = running;
  const before = { draws: screen.stats.drawCalls, bytes: screen.stats.bytesWritten };
  const spy = vi.spyOn(Cells.prototype, 'text');
  for (let i = 0; i < 10; i++) {
    shell.report('j', {});
    await screen.whenIdle();
  }
  const texts = spy.mock.calls.length / 10;
  spy.mockRestore();
  expect(screen.stats.drawCalls - before.draws).toBe(10);
  // The mark of the cursor and no more than all columns, twice.
  expect(texts).toBeGreaterThan(10);
  expect(texts).toBeLessThanOrEqual(2 * (1 + BOT_COLUMNS.length));
  const bytes = (screen.stats.bytesWritten - before.bytes) / 10;
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(1_000);
});

test('what is not shown is not formatted: in a view of its own a panel and the header are all a beat draws', async () => {
  const running = await run({ bots: 100, columns: 120, rows: 40 });
  const { shell, screen } = running;
  shell.report('2', {});
  await screen.whenIdle();
  const before = screen.stats.drawCalls;
  for (let i = 0; i < 10; i++) {
    await running.beat();
    await screen.whenIdle();
  }
  expect(screen.stats.drawCalls - before).toBe(20);
  shell.report('5', {});
  await screen.whenIdle();
  const bare = screen.stats.drawCalls;
  for (let i = 0; i < 10; i++) {
    await running.beat();
    await screen.whenIdle();
  }
  // Neither PostgreSQL nor Redis is there: the header alone has news, and the bots have nobody who looks.
  expect(screen.stats.drawCalls - bare).toBeLessThanOrEqual(20);
});

test('a beat of a thousand bots formats as many texts as one of a hundred', async () => {
  const texts: number[] = [];
  for (const bots of [100, 1_000]) {
    const running = await run({ bots, columns: 120, rows: 40 });
    const spy = vi.spyOn(Cells.prototype, 'text');
    for (let i = 0; i < 5; i++) {
      await running.beat();
      await running.screen.whenIdle();
    }
    texts.push(spy.mock.calls.length / 5);
    spy.mockRestore();
  }
  const [few = 0, many = 0] = texts;
  expect(few).toBeGreaterThan(100);
  expect(Math.abs(many - few)).toBeLessThan(few / 20);
});
