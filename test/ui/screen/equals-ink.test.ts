import { createElement } from 'react';
import { expect, test } from 'vitest';
import { loadInColor } from '../../../src/ui/overlays/load-ink.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { parseFrame } from '../../../src/ui/screen/frame.ts';
import { Screen } from '../../../src/ui/screen/screen.ts';
import { Emulator, expectedCell, isEmojiCell, shownCell, type WidthTable } from './emulator.ts';
import type { Model } from './tree.tsx';

const { ink, tree, sheet } = await loadInColor(async () => ({
  ink: await import('ink'),
  tree: await import('./tree.tsx'),
  sheet: await import('../../../src/ui/overlays/ink-sheet.ts'),
}));

const FRAMES = Number(process.env['PAINT_FRAMES'] ?? 50);
const SEED = Number(process.env['PAINT_SEED'] ?? 20261121);

interface Run {
  readonly table: WidthTable;
  readonly seed: number;
  readonly isAgreedOnly: boolean;
  /** Called after each step once the screen is idle; returns the differences. */
  readonly check: (screen: Screen, emulator: Emulator, reference: string) => Promise<string[]> | string[];
}

/** Drives random pictures through ticks, new layouts, resizes and redraws; returns every difference found. */
async function drive({ table, seed, isAgreedOnly, check }: Run): Promise<string[]> {
  const chance = tree.createChance(seed);
  let size = { columns: 60, rows: 16 };
  const seeds: Record<string, number> = {};
  const draws = Object.fromEntries(
    tree.SURFACES.map((id) => [id, (cells: Cells) => tree.randomDraw(seeds[id] ?? 1, isAgreedOnly)(cells)]),
  );
  const emulator = new Emulator(size.columns, size.rows, table);
  const screen = new Screen(emulator);
  const sheets = [sheet.createInkSheet(), sheet.createInkSheet()];
  const show = (shown: Model) =>
    screen.show([
      ...tree.zonesOf(shown).map((zone) => ({ ...zone, draw: draws[zone.id] ?? tree.nothing })),
      ...shown.overlays.map((overlay, index) => {
        const id = `overlay ${index}`;
        if (overlay.text === null) return { id, rect: overlay.rect, draw: draws[id] ?? tree.nothing };
        const node = createElement(tree.OverlayBox, { overlay });
        return { id, ...(sheets[index] as (typeof sheets)[0]).render(node, overlay.rect) };
      }),
    ]);
  let model = tree.randomModel(chance, size, draws, isAgreedOnly);
  show(model);
  screen.enter();
  const found: string[] = [];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const step = chance(10);
    if (step < 5) {
      const ids = tree.SURFACES.filter(() => chance(2) === 0);
      for (const id of ids) seeds[id] = chance(1e9);
      screen.invalidate(...ids);
    } else if (step === 5) {
      // The question is over, and another is asked later.
      for (const one of sheets) one.close();
      model = { ...model, overlays: [] };
      show(model);
    } else if (step < 8) {
      model = tree.randomModel(chance, size, draws, isAgreedOnly);
      show(model);
    } else if (step < 9) {
      size = { columns: 24 + chance(60), rows: 8 + chance(16) };
      emulator.term.resize(size.columns, size.rows);
      screen.resize(size.columns, size.rows);
      model = tree.randomModel(chance, size, draws, isAgreedOnly);
      show(model);
    } else screen.repaint();
    await screen.whenIdle();
    const reference = ink.renderToString(createElement(tree.Tree, { model }), { columns: size.columns });
    const differences = await check(screen, emulator, reference);
    found.push(...differences.slice(0, 3).map((it) => `seed ${seed} frame ${frame} step ${step}: ${it}`));
  }
  for (const one of sheets) one.close();
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
  parseFrame(reference, cells);
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
