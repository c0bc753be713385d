import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Draw } from '../../../src/ui/screen/cells.ts';
import { ansi, rgbParts } from '../../../src/ui/screen/color.ts';
import type { Rect } from '../../../src/ui/screen/compose.ts';
import { style } from '../../../src/ui/screen/style.ts';
import { TextSurface } from './text-surface.tsx';

/** A repeatable source of chance (mulberry32): a number in [0, below). */
export type Chance = (below: number) => number;

export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** Texts every terminal and Ink agree on, and those they do not. */
const AGREED = [
  'a',
  'Bot 7',
  ' ',
  '  ',
  'online',
  '中',
  '文字',
  '한글',
  'e\u0301',
  'ñ',
  'Привет',
  '│─╮',
  '▁▂▃█',
  '⣿⡇',
  '→',
  'ｗ',
];
const DISPUTED = [
  '😀',
  '👨‍👩‍👧',
  '👍🏽',
  '🇩🇪',
  '🇽',
  '1️⃣',
  '❤️',
  '❤',
  '⚡',
  'กำ',
  'ที่',
  '𠀀',
  '𝒜',
  'क्षि',
  '🏴‍☠️',
  '\u{1f9d1}\u200d\u{1f4bb}',
];

const pick = <Value,>(chance: Chance, values: readonly Value[]): Value => values[chance(values.length)] as Value;

export function randomText(chance: Chance, length: number, isAgreedOnly: boolean): string {
  return Array.from({ length: chance(length + 1) }, () =>
    pick(chance, isAgreedOnly || chance(3) > 0 ? AGREED : DISPUTED),
  ).join('');
}

/** A draw of random texts, fills, boxes and tints, the same each time for one seed. */
export function randomDraw(seed: number, isAgreedOnly: boolean): Draw {
  return (cells) => {
    const chance = createChance(seed);
    const someStyle = (): number =>
      style({
        fg: pick(chance, [0, 0, ansi(chance(16)), ansi(chance(256)), rgbParts(chance(256), chance(256), chance(256))]),
        bg: pick(chance, [0, 0, 0, ansi(chance(16)), rgbParts(9, chance(256), 3)]),
        bold: chance(4) === 0,
        dim: chance(8) === 0,
        italic: chance(8) === 0,
        underline: chance(8) === 0,
        inverse: chance(6) === 0,
      });
    if (chance(3) > 0) cells.box(0, 0, cells.width, cells.height, { title: randomText(chance, 4, isAgreedOnly) });
    for (let count = chance(14); count > 0; count -= 1) {
      const x = chance(cells.width + 4) - 2;
      const y = chance(cells.height + 2) - 1;
      const kind = chance(8);
      if (kind === 0) cells.fill(x, y, chance(12), chance(4), pick(chance, [' ', '█', '.']), someStyle());
      else if (kind === 1) cells.tint(x, y, chance(20), someStyle());
      else
        cells.text(x, y, randomText(chance, 10, isAgreedOnly), someStyle(), chance(3) === 0 ? chance(12) : undefined);
    }
  };
}

/** A box above the panels: a painter's, or one that Ink lays out. */
export interface Overlay {
  readonly rect: Rect;
  /** What Ink shows in it; null where a painter draws it. */
  readonly text: string | null;
  readonly background: string;
  readonly hasBorder: boolean;
}

/** What the screen shows; the draws read their seeds when they are called. */
export interface Model {
  readonly columns: number;
  readonly rows: number;
  readonly leftWidth: number;
  readonly overlays: readonly Overlay[];
  readonly draws: Readonly<Record<string, Draw>>;
}

export const SURFACES = ['header', 'left', 'right', 'overlay 0', 'overlay 1'] as const;

export function randomModel(
  chance: Chance,
  size: { columns: number; rows: number },
  draws: Model['draws'],
  isAgreedOnly: boolean,
): Model {
  const { columns, rows } = size;
  return {
    columns,
    rows,
    leftWidth: 5 + chance(columns - 10),
    draws,
    overlays: Array.from({ length: chance(3) }, () => {
      const width = Math.min(columns, 4 + chance(24));
      const height = Math.min(rows, 3 + chance(6));
      return {
        rect: { x: chance(columns - width + 1), y: chance(rows - height + 1), width, height },
        text: chance(2) === 0 ? null : randomText(chance, 8, isAgreedOnly),
        background: pick(chance, ['blue', '#102030', 'black']),
        hasBorder: chance(2) === 0,
      };
    }),
  };
}

export const nothing: Draw = () => undefined;

/** What Ink shows in an overlay of its own. */
export function OverlayBox({ overlay }: { readonly overlay: Overlay }): ReactNode {
  const { rect, text, background, hasBorder } = overlay;
  return (
    <Box
      width={rect.width}
      height={rect.height}
      flexDirection="column"
      overflow="hidden"
      backgroundColor={background}
      {...(hasBorder ? { borderStyle: 'round' as const, borderColor: 'yellow' } : {})}
    >
      <Text wrap="truncate" color="green" bold>
        {text}
      </Text>
    </Box>
  );
}

/** The zones of a model, from the top. */
export function zonesOf({ columns, rows, leftWidth }: Model): { readonly id: string; readonly rect: Rect }[] {
  return [
    { id: 'header', rect: { x: 0, y: 0, width: columns, height: 1 } },
    { id: 'left', rect: { x: 0, y: 1, width: leftWidth, height: rows - 1 } },
    { id: 'right', rect: { x: leftWidth, y: 1, width: columns - leftWidth, height: rows - 1 } },
  ];
}

/** The same picture, composed by Ink. */
export function Tree({ model }: { readonly model: Model }): ReactNode {
  const { columns, rows, draws } = model;
  const at = (rect: Rect, key: string, child: ReactNode) => (
    <Box key={key} position="absolute" left={rect.x} top={rect.y} width={rect.width} height={rect.height}>
      {child}
    </Box>
  );
  return (
    <Box width={columns} height={rows} overflow="hidden">
      {zonesOf(model).map(({ id, rect }) => at(rect, id, <TextSurface {...rect} draw={draws[id] ?? nothing} />))}
      {model.overlays.map((overlay, index) => {
        const id = `overlay ${index}`;
        const painted = <TextSurface {...overlay.rect} draw={draws[id] ?? nothing} />;
        return at(overlay.rect, id, overlay.text === null ? painted : <OverlayBox overlay={overlay} />);
      })}
    </Box>
  );
}
