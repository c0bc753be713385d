import { PassThrough } from 'node:stream';
import { createElement } from 'react';
import { expect, test } from 'vitest';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { parseFrame } from '../../../src/ui/screen/frame.ts';
import { loadInTrueColor, mountInk } from '../../../src/ui/screen/mount.ts';
import { Screen } from '../../../src/ui/screen/screen.ts';
import { Emulator, expectedCell, isEmojiCell, shownCell, type WidthTable } from './emulator.ts';

const { ink, tree, surface } = await loadInTrueColor(async () => ({
  ink: await import('ink'),
  tree: await import('./tree.tsx'),
  surface: await import('../../../src/ui/screen/surface.tsx'),
}));

const FRAMES = Number(process.env['PAINT_FRAMES'] ?? 50);
const SEED = Number(process.env['PAINT_SEED'] ?? 20261121);

/** The stdin Ink listens to: a terminal nobody types on. */
function silentStdin(): NodeJS.ReadStream {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  return stdin as unknown as NodeJS.ReadStream;
}

interface Run {
  readonly table: WidthTable;
  readonly seed: number;
  readonly isAgreedOnly: boolean;
  /** Called after each step once the screen is idle; returns the differences. */
  readonly check: (screen: Screen, emulator: Emulator, reference: string) => Promise<string[]> | string[];
}

/** Drives random trees through ticks, React updates, resizes and redraws; returns every difference found. */
async function drive({ table, seed, isAgreedOnly, check }: Run): Promise<string[]> {
  const chance = tree.createChance(seed);
  let size = { columns: 60, rows: 16 };
  const seeds: Record<string, number> = {};
  const draws = Object.fromEntries(
    tree.SURFACES.map((id) => [id, (cells: Cells) => tree.randomDraw(seeds[id] ?? 1, isAgreedOnly)(cells)]),
  );
  const emulator = new Emulator(size.columns, size.rows, table);
  const screen = new Screen(emulator);
  let model = tree.randomModel(chance, size, draws, isAgreedOnly);
  const node = () => createElement(surface.ScreenContext, { value: screen }, createElement(tree.Tree, { model }));
  const instance = mountInk(ink, screen, node(), { stdin: silentStdin() });
  const found: string[] = [];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const step = chance(10);
    if (step < 5) {
      const ids = tree.SURFACES.filter(() => chance(2) === 0);
      for (const id of ids) seeds[id] = chance(1e9);
      screen.invalidate(...ids);
    } else if (step === 5) {
      // Nothing but a scrolled surface: Ink's frame, all sentinel there, is often the same as before.
      model = { ...model, scroll: chance(6) };
      instance.rerender(node());
    } else if (step < 8) {
      model = tree.randomModel(chance, size, draws, isAgreedOnly);
      instance.rerender(node());
    } else if (step < 9) {
      size = { columns: 24 + chance(60), rows: 8 + chance(16) };
      emulator.term.resize(size.columns, size.rows);
      screen.resize(size.columns, size.rows);
      model = tree.randomModel(chance, size, draws, isAgreedOnly);
      instance.rerender(node());
    } else screen.repaint();
    await screen.whenIdle();
    const reference = ink.renderToString(createElement(tree.Tree, { model }), { columns: size.columns });
    const differences = await check(screen, emulator, reference);
    found.push(...differences.slice(0, 3).map((it) => `seed ${seed} frame ${frame} step ${step}: ${it}`));
  }
  instance.unmount();
  return found;
}

function everyCell(cells: Cells, compare: (x: number, y: number) => string | undefined): string[] {
  const found: string[] = [];
  for (let y = 0; y < cells.height; y += 1) {
    for (let x = 0; x < cells.width; x += 1) {
      const difference = compare(x, y);
      if (difference !== undefined) found.push(`(${x}, ${y}) ${difference}`);
    }
  }
  return found;
}

function terminalAgainstBelief(screen: Screen, emulator: Emulator): string[] {
  return everyCell(screen.shown, (x, y) => {
    const [shown, expected] = [shownCell(emulator, x, y), expectedCell(screen.shown, x, y)];
    if (isEmojiCell(screen.shown, x, y)) {
      // One column or two wide as the terminal likes, but nothing older may be left beside it.
      return !expected.startsWith('tail') || /^(tail| ) /.test(shown) ? undefined : `beside an emoji stands ${shown}`;
    }
    return shown === expected ? undefined : `terminal shows ${shown}, screen believes ${expected}`;
  });
}

function beliefAgainstInk(screen: Screen, reference: string): string[] {
  const cells = new Cells(screen.columns, screen.rows);
  parseFrame(reference, cells, new Uint8Array(screen.columns * screen.rows));
  return everyCell(cells, (x, y) => {
    const [shown, expected] = [expectedCell(screen.shown, x, y), expectedCell(cells, x, y)];
    return shown === expected ? undefined : `screen shows ${shown}, Ink renders ${expected}`;
  });
}

test.each([
  ['unicode 6', SEED],
  ['unicode 17', SEED + 1],
] as const)(
  'a terminal of %s shows what the screen believes, and that is what Ink renders (seed %i)',
  async (table, seed) => {
    const found = await drive({
      table,
      seed,
      isAgreedOnly: false,
      check: (screen, emulator, reference) => [
        ...terminalAgainstBelief(screen, emulator),
        ...beliefAgainstInk(screen, reference),
      ],
    });
    expect(found).toEqual([]);
  },
  60_000,
);

test(`a second terminal fed by Ink itself shows the same, our parser not involved (seed ${SEED + 2})`, async () => {
  const found = await drive({
    table: 'unicode 6',
    seed: SEED + 2,
    isAgreedOnly: true,
    async check(screen, emulator, reference) {
      const direct = new Emulator(emulator.columns, emulator.rows, 'unicode 6');
      await new Promise<void>((resolve) => direct.write(`\x1b[?7l${reference.replaceAll('\n', '\r\n')}`, resolve));
      const found = everyCell(screen.shown, (x, y) => {
        const [shown, expected] = [shownCell(emulator, x, y), shownCell(direct, x, y)];
        return shown === expected ? undefined : `we show ${shown}, Ink shows ${expected}`;
      });
      direct.term.dispose();
      return found;
    },
  });
  expect(found).toEqual([]);
}, 120_000);
