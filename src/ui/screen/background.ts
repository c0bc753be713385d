/**
 * Whether what is written on is light, and which colours are read there. The sixteen named colours are made for black:
 * of most terminals' yellow, green and cyan nothing is left on white.
 */
import { ansi, type Color, type ColorDepth, colorBits, isTrueColor, rgb } from './color.ts';

/** Told while the program runs: a terminal's answer comes after the first picture. */
export interface Background {
  isLight: boolean;
}

/** Asks the terminal for the colour behind the text (OSC 11). */
export const BACKGROUND_QUERY = '\x1b]11;?\x1b\\';

/** What a terminal answers to it, wherever it stands among what is typed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the answer begins with ESC and ends with BEL or ESC \
export const BACKGROUND_ANSWER = /\u001b\]11;([^\u0007\u001b]{0,64})(?:\u0007|\u001b\\)/;

/** Terminals that answer, or say nothing. Others print a part of the question, the console of Linux among them. */
const ASKABLE = /^(xterm|tmux|alacritty|foot|wezterm|rxvt|konsole|gnome|iterm|ghostty|st-)/i;

/** Whether it is worth asking, and harmless: no where the environment has told it already. */
export function mayAskBackground(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['STY'] || isLightByEnv(env) !== null) return false;
  return ASKABLE.test(env['TERM'] ?? '') || Boolean(env['TMUX']);
}

/** `COLORFGBG` of rxvt, Konsole and others: `15;0`, the last being the background. Null where it tells nothing. */
export function isLightByEnv(env: Readonly<Record<string, string | undefined>>): boolean | null {
  const last = /;(\d{1,2})$/.exec(env['COLORFGBG'] ?? '')?.[1];
  if (last === undefined || Number(last) > 15) return null;
  return Number(last) === 7 || Number(last) > 8;
}

/** Whether an answer such as `rgb:ffff/ffff/ffff` is nearer to white; null for none. */
export function isLightColor(answer: string): boolean | null {
  const parts = /^rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(answer);
  if (!parts) return null;
  const [red, green, blue] = parts.slice(1).map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0) > 0.5;
}

const RED = rgb('#b3261e');
const GREEN = rgb('#17752f');
const BROWN = rgb('#8a5300');
const BLUE = rgb('#2460c0');
const PURPLE = rgb('#8e3a9d');
const TEAL = rgb('#0a6a85');
const GRAY = rgb('#5f6570');
const INK = rgb('#1f2328');
const PAPER = rgb('#eceef1');
/** The named colours on white: each at least 4.5 to 1 there, and on the paper that boxes have. */
const NAMED = [PAPER, RED, GREEN, BROWN, BLUE, PURPLE, TEAL, INK, GRAY, RED, GREEN, BROWN, BLUE, PURPLE, TEAL, INK];
/** Greys of borders and of what matters less, made for dark. */
const GREYS: ReadonlyMap<Color, Color> = new Map([
  [rgb('#6c7086'), rgb('#9097a1')],
  [rgb('#8a8f98'), GRAY],
]);
/** With sixteen colours only those that most terminals have dark; 0 is the terminal's own. */
const FEW = [0, 1, 0, 5, 4, 5, 4, 0, 8, 1, 0, 5, 4, 5, 4, 0];

/** The colour that stands for `color` on a light background. */
export function onLight(color: Color, depth: ColorDepth): Color {
  if (color === 0) return 0;
  if (isTrueColor(color)) return GREYS.get(color) ?? color;
  const bits = colorBits(color);
  if (bits > 15) return color;
  if (depth !== 16) return NAMED[bits] ?? color;
  const few = FEW[bits] ?? 0;
  return few === 0 ? 0 : ansi(few);
}
