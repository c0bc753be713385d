/** A terminal colour: 0 is the terminal's own, else a palette index or a 24-bit value made by `ansi` or `rgb`. */
export type Color = number;

/** What the terminal can show. `none` keeps bold, dim, underline and inverse and drops every colour. */
export type ColorDepth = 'none' | 16 | 256 | 'true';

const PALETTE = 0x1000000;
const TRUE = 0x2000000;

/** A palette colour, 0 to 255; the first 16 are the terminal's theme. */
export const ansi = (index: number): Color => PALETTE | (index & 0xff);

/** A 24-bit colour written `#rrggbb`. */
export function rgb(hex: string): Color {
  if (!/^#[\da-f]{6}$/i.test(hex)) throw new TypeError(`A colour is written #rrggbb, not ${hex}`);
  return TRUE | Number.parseInt(hex.slice(1), 16);
}

/** A 24-bit colour from its three parts, 0 to 255. */
export const rgbParts = (red: number, green: number, blue: number): Color =>
  TRUE | ((red & 0xff) << 16) | ((green & 0xff) << 8) | (blue & 0xff);

export const isTrueColor = (color: Color): boolean => (color & TRUE) !== 0;

/** The palette index or the 24 bits, without the mark that tells which. */
export const colorBits = (color: Color): number => color & 0xffffff;

const LEVELS = [0, 95, 135, 175, 215, 255] as const;
const BASIC = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
] as const;

function distance(left: number, right: number): number {
  const red = ((left >> 16) & 255) - ((right >> 16) & 255);
  const green = ((left >> 8) & 255) - ((right >> 8) & 255);
  const blue = (left & 255) - (right & 255);
  // Weights near the eye's: without them dark greens turn to blue.
  return 3 * red * red + 6 * green * green + blue * blue;
}

const levelOf = (part: number): number => (part < 48 ? 0 : part < 115 ? 1 : Math.min(5, Math.floor((part - 35) / 40)));

/** The 24 bits a palette index stands for; the first 16 as xterm paints them. */
function paletteBits(index: number): number {
  if (index < 16) return BASIC[index] ?? 0;
  if (index >= 232) return (8 + 10 * (index - 232)) * 0x010101;
  const cube = index - 16;
  const part = (step: number): number => LEVELS[Math.floor(cube / step) % 6] ?? 0;
  return (part(36) << 16) | (part(6) << 8) | part(1);
}

/** The nearest of the 240 fixed palette colours; the first 16 are left out, since themes change them. */
function nearest256(bits: number): number {
  const cube = 16 + 36 * levelOf((bits >> 16) & 255) + 6 * levelOf((bits >> 8) & 255) + levelOf(bits & 255);
  const average = (((bits >> 16) & 255) + ((bits >> 8) & 255) + (bits & 255)) / 3;
  const gray = 232 + Math.max(0, Math.min(23, Math.round((average - 8) / 10)));
  return distance(bits, paletteBits(gray)) < distance(bits, paletteBits(cube)) ? gray : cube;
}

function nearest16(bits: number): number {
  let best = 0;
  for (let index = 1; index < 16; index += 1) {
    if (distance(bits, BASIC[index] ?? 0) < distance(bits, BASIC[best] ?? 0)) best = index;
  }
  return best;
}

/** The colour a terminal of this depth shows in place of `color`; 0 where there is none. */
export function toDepth(color: Color, depth: ColorDepth): Color {
  if (color === 0 || depth === 'true') return color;
  if (depth === 'none') return 0;
  if (depth === 256) return isTrueColor(color) ? ansi(nearest256(colorBits(color))) : color;
  const bits = colorBits(color);
  if (isTrueColor(color)) return ansi(nearest16(bits));
  return bits < 16 ? color : ansi(nearest16(paletteBits(bits)));
}

/**
 * The depth to write with, from the environment. `NO_COLOR` (any non-empty value, as no-color.org has it) or
 * `--no-color` (`isNoColor`) leave none; a terminal that says nothing of itself gets 16.
 */
export function colorDepth(env: Readonly<Record<string, string | undefined>>, isNoColor: boolean): ColorDepth {
  const term = env['TERM'] ?? '';
  if (isNoColor || (env['NO_COLOR'] ?? '') !== '' || term === 'dumb') return 'none';
  if (/^(truecolor|24bit)$/i.test(env['COLORTERM'] ?? '') || /-(direct|truecolor)$/.test(term)) return 'true';
  if (/^(xterm-(kitty|ghostty)|alacritty|foot|wezterm)/.test(term)) return 'true';
  if (/256(color)?$/.test(term)) return 256;
  return 16;
}
