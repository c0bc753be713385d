import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Draw } from '../../../src/ui/screen/cells.ts';
import { ansi, rgbParts } from '../../../src/ui/screen/color.ts';
import { style } from '../../../src/ui/screen/style.ts';
import { Surface } from '../../../src/ui/screen/surface.tsx';

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

export interface Overlay {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
  readonly background: string | undefined;
  readonly hasBorder: boolean;
  readonly hasSurface: boolean;
}

/** What the tree shows; `seeds` are read at draw time, so that a tick changes them without React. */
export interface Model {
  readonly columns: number;
  readonly rows: number;
  readonly header: string;
  readonly leftWidth: number;
  readonly clipHeight: number;
  readonly scroll: number;
  readonly overlays: readonly Overlay[];
  readonly draws: Readonly<Record<string, Draw>>;
}

export const SURFACES = ['left', 'clipped', 'overlay 0', 'overlay 1'] as const;

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
    header: randomText(chance, 30, isAgreedOnly),
    leftWidth: 5 + chance(columns - 10),
    clipHeight: 2 + chance(rows - 3),
    scroll: chance(6),
    draws,
    overlays: Array.from({ length: chance(3) }, () => ({
      x: chance(columns - 4),
      y: chance(rows - 3),
      width: 4 + chance(24),
      height: 3 + chance(6),
      text: randomText(chance, 8, isAgreedOnly),
      background: pick(chance, [undefined, 'blue', '#102030']),
      hasBorder: chance(2) === 0,
      hasSurface: chance(2) === 0,
    })),
  };
}

const nothing: Draw = () => undefined;

function OverlayBox({ overlay, index, draw }: { overlay: Overlay; index: number; draw: Draw }): ReactNode {
  const { x, y, width, height, text, background, hasBorder, hasSurface } = overlay;
  return (
    <Box
      position="absolute"
      left={x}
      top={y}
      width={width}
      height={height}
      flexDirection="column"
      overflow="hidden"
      {...(background === undefined ? {} : { backgroundColor: background })}
      {...(hasBorder ? { borderStyle: 'round' as const, borderColor: 'yellow' } : {})}
    >
      <Text wrap="truncate" color="green" bold>
        {text}
      </Text>
      {hasSurface && <Surface id={`overlay ${index}`} width={width - 1} height={2} draw={draw} />}
    </Box>
  );
}

/** A header, a panel, a panel scrolled within a clip, overlays on top. */
export function Tree({ model }: { readonly model: Model }): ReactNode {
  const { columns, rows, leftWidth, draws } = model;
  const rightWidth = columns - leftWidth;
  return (
    <Box width={columns} height={rows} flexDirection="column" overflow="hidden">
      <Box height={1} width={columns} flexShrink={0}>
        <Text wrap="truncate" inverse>
          {model.header}
        </Text>
      </Box>
      <Box width={columns} height={rows - 1}>
        <Surface id="left" width={leftWidth} height={rows - 1} draw={draws['left'] ?? nothing} />
        <Box width={rightWidth} height={model.clipHeight} flexDirection="column" overflow="hidden">
          <Box marginTop={-model.scroll} flexDirection="column" flexShrink={0}>
            <Surface id="clipped" width={rightWidth + 3} height={rows + 2} draw={draws['clipped'] ?? nothing} />
          </Box>
        </Box>
      </Box>
      {model.overlays.map((overlay, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an overlay is its place in the stack
        <OverlayBox key={index} overlay={overlay} index={index} draw={draws[`overlay ${index}`] ?? nothing} />
      ))}
    </Box>
  );
}
