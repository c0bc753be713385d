/** Which sides of a cell a line reaches from the middle, in the order up, right, down, left; 1 light, 2 heavy. */
const LINES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '─': [0, 1, 0, 1],
  '│': [1, 0, 1, 0],
  '┌': [0, 1, 1, 0],
  '┐': [0, 0, 1, 1],
  '└': [1, 1, 0, 0],
  '┘': [1, 0, 0, 1],
  '├': [1, 1, 1, 0],
  '┤': [1, 0, 1, 1],
  '┬': [0, 1, 1, 1],
  '┴': [1, 1, 0, 1],
  '┼': [1, 1, 1, 1],
  '╭': [0, 1, 1, 0],
  '╮': [0, 0, 1, 1],
  '╰': [1, 1, 0, 0],
  '╯': [1, 0, 0, 1],
  '━': [0, 2, 0, 2],
  '┃': [2, 0, 2, 0],
  '┏': [0, 2, 2, 0],
  '┓': [0, 0, 2, 2],
  '┗': [2, 2, 0, 0],
  '┛': [2, 0, 0, 2],
  '┣': [2, 2, 2, 0],
  '┫': [2, 0, 2, 2],
  '┳': [0, 2, 2, 2],
  '┻': [2, 2, 0, 2],
  '╋': [2, 2, 2, 2],
};

/** Where the eight dots of braille stand, by bit: column of two, row of four. */
const DOTS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
] as const;

/**
 * The path of a character that must meet its neighbours (lines, blocks, braille), to be filled; null for any other,
 * which is text. `x`, `y` is the cell's upper left corner.
 */
export function shapeOf(char: string, x: number, y: number, width: number, height: number): string | null {
  const box = (left: number, top: number, boxWidth: number, boxHeight: number): string =>
    `M${round(x + left)} ${round(y + top)}h${round(boxWidth)}v${round(boxHeight)}h${round(-boxWidth)}z`;
  const sides = LINES[char];
  if (sides) return lines(sides, width, height, box);
  const code = char.length === 1 ? char.charCodeAt(0) : 0;
  if (code >= 0x2581 && code <= 0x2588) {
    const filled = ((code - 0x2580) / 8) * height;
    return box(0, height - filled, width, filled);
  }
  if (code >= 0x2589 && code <= 0x258f) return box(0, 0, ((0x2590 - code) / 8) * width, height);
  if (char === '▀') return box(0, 0, width, height / 2);
  if (char === '▐') return box(width / 2, 0, width / 2, height);
  if (code > 0x2800 && code <= 0x28ff) {
    return DOTS.map(([column, row], bit) => {
      if (((code - 0x2800) & (1 << bit)) === 0) return '';
      return box(((column + 0.5) * width) / 2 - 1, ((row + 0.5) * height) / 4 - 1, 2, 2);
    }).join('');
  }
  return null;
}

function lines(
  [up, right, down, left]: readonly [number, number, number, number],
  width: number,
  height: number,
  box: (left: number, top: number, width: number, height: number) => string,
): string {
  const middleX = Math.floor(width / 2);
  const middleY = Math.floor(height / 2);
  const thickest = Math.max(up, right, down, left);
  return [
    up && box(middleX, 0, up, middleY + thickest),
    down && box(middleX, middleY, down, height - middleY),
    left && box(0, middleY, middleX + thickest, left),
    right && box(middleX, middleY, width - middleX, right),
  ]
    .filter(Boolean)
    .join('');
}

const round = (value: number): number => Math.round(value * 100) / 100;
