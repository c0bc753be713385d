import { PassThrough } from 'node:stream';
import { createElement, Profiler } from 'react';
import { afterEach, expect, test } from 'vitest';
import { placeZones } from '../../src/ui/compose-plain.ts';
import { loadInTrueColor, mountInk } from '../../src/ui/screen/mount.ts';
import { Screen } from '../../src/ui/screen/screen.ts';
import { keymap } from '../helpers/still-shell.ts';
import { Emulator } from '../ui/screen/emulator.ts';
import { createMoving, type Moving, type MovingOptions } from './moving-world.ts';

const { ink, app, surface } = await loadInTrueColor(async () => ({
  ink: await import('ink'),
  app: await import('../../src/ui/app.tsx'),
  surface: await import('../../src/ui/screen/surface.tsx'),
}));

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

function silentStdin(): NodeJS.ReadStream {
  const stdin: object = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  return stdin as NodeJS.ReadStream;
}

interface Running extends Moving {
  readonly screen: Screen;
  readonly emulator: Emulator;
  readonly stdin: PassThrough;
  /** How often React has committed anything. */
  commits(): number;
}

/** The whole screen as the monitor runs it, on an emulator and a clock of the test's. */
async function run(options: MovingOptions): Promise<Running> {
  const moving = createMoving(options);
  const emulator = new Emulator(options.columns, options.rows);
  const screen = new Screen(emulator);
  const { shell, poller } = moving;
  let commits = 0;
  shell.onPaint((ids) => screen.invalidate(...(ids ?? placeZones(shell.frame().layout).map(({ id }) => id))));
  screen.enter();
  const stdin = silentStdin();
  const tree = createElement(
    surface.ScreenContext,
    { value: screen },
    createElement(
      Profiler,
      { id: 'all', onRender: () => void commits++ },
      createElement(app.App, {
        shell,
        keymap,
        clock: { monotonic: () => 0 },
        whenShown: () => screen.whenIdle(),
      }),
    ),
  );
  const instance = mountInk(ink, screen, tree, { stdin });
  poller.start();
  // The first readings lay the screen out for so many bots.
  for (let i = 0; i < 3; i++) await moving.beat();
  await screen.whenIdle();
  ends.push(async () => {
    await poller.stop();
    instance.unmount();
    await instance.waitUntilExit();
  });
  return Object.assign(moving, { screen, emulator, stdin: stdin as unknown as PassThrough, commits: () => commits });
}

async function minute({ beat, screen }: Running): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await beat();
    await screen.whenIdle();
  }
}

test('a minute of data renders no React, and writes once a beat', async () => {
  const running = await run({ bots: 100, columns: 120, rows: 40 });
  const { commits, screen } = running;
  expect(commits()).toBeGreaterThan(0);
  const before = { commits: commits(), ...screen.stats };
  await minute(running);
  expect(commits()).toBe(before.commits);
  expect(screen.stats.framesWritten - before.framesWritten).toBe(60);
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

test('a key that moves the cursor draws its own panel alone and renders no React', async () => {
  const running = await run({ bots: 100, columns: 200, rows: 60, isAlive: false });
  const { shell, screen, commits } = running;
  const before = { commits: commits(), draws: screen.stats.drawCalls, bytes: screen.stats.bytesWritten };
  for (let i = 0; i < 10; i++) {
    shell.report('j', {});
    await screen.whenIdle();
  }
  expect(commits()).toBe(before.commits);
  expect(screen.stats.drawCalls - before.draws).toBe(10);
  const bytes = (screen.stats.bytesWritten - before.bytes) / 10;
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(1_000);
});
