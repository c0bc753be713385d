import { type Background, onLight } from './background.ts';
import { type Color, type ColorDepth, colorBits, isTrueColor, toDepth } from './color.ts';

/** A style, interned for the whole process: equal looks have equal ids. 0 is the terminal's own look. */
export type StyleId = number;

/** How cells look. What is left out stays the terminal's own. */
export interface Look {
  readonly fg?: Color;
  readonly bg?: Color;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly strikethrough?: boolean;
}

const CODES = ['1', '2', '3', '4', '7', '9'] as const;
const ATTRIBUTES = 1 << CODES.length;

/** Past this many styles a gradient from live values is taken to the palette, so that the table cannot fill up. */
const EXACT_MAX = 8192;
const STYLES_MAX = 65536;
const CACHED_MAX = 8192;

const foregrounds: Color[] = [];
const backgrounds: Color[] = [];
const attributes: number[] = [];
const ids = new Map<number, Map<number, StyleId>>();

/** The ids below 64 are the attributes alone, so that a full table can still say bold or inverse. */
for (let flags = 0; flags < ATTRIBUTES; flags += 1) {
  foregrounds.push(0);
  backgrounds.push(0);
  attributes.push(flags);
}

/** The style of two colours and attribute bits, as a parser has them: no object, no string. */
export function styleOf(foreground: Color, background: Color, flags: number): StyleId {
  if (foreground === 0 && background === 0) return flags;
  const key = foreground * ATTRIBUTES + flags;
  const known = ids.get(key)?.get(background);
  if (known !== undefined) return known;
  if (attributes.length >= EXACT_MAX && (isTrueColor(foreground) || isTrueColor(background))) {
    return styleOf(toDepth(foreground, 256), toDepth(background, 256), flags);
  }
  if (attributes.length >= STYLES_MAX) return flags;
  const id = attributes.length;
  foregrounds.push(foreground);
  backgrounds.push(background);
  attributes.push(flags);
  const sameForeground = ids.get(key) ?? new Map<number, StyleId>();
  sameForeground.set(background, id);
  ids.set(key, sameForeground);
  return id;
}

/** The attribute bits of a look, in the order of `CODES`. */
function flagsOf(look: Look): number {
  return (
    (look.bold ? 1 : 0) |
    (look.dim ? 2 : 0) |
    (look.italic ? 4 : 0) |
    (look.underline ? 8 : 0) |
    (look.inverse ? 16 : 0) |
    (look.strikethrough ? 32 : 0)
  );
}

/** The id of a look. The table is bounded: past its limits colours lose precision, then are dropped. */
export function style(look: Look): StyleId {
  return styleOf(look.fg ?? 0, look.bg ?? 0, flagsOf(look));
}

/** The look of an id, every part present. */
export function lookOf(id: StyleId): Required<Look> {
  const flags = attributes[id] ?? 0;
  return {
    fg: foregrounds[id] ?? 0,
    bg: backgrounds[id] ?? 0,
    bold: (flags & 1) !== 0,
    dim: (flags & 2) !== 0,
    italic: (flags & 4) !== 0,
    underline: (flags & 8) !== 0,
    inverse: (flags & 16) !== 0,
    strikethrough: (flags & 32) !== 0,
  };
}

const merged = new Map<number, StyleId>();

/** `over` laid on `under`: the colours `over` names and all attributes of both. */
export function mergeStyles(under: StyleId, over: StyleId): StyleId {
  if (under === 0 || under === over) return over;
  const key = under * STYLES_MAX + over;
  let id = merged.get(key);
  if (id === undefined) {
    if (merged.size >= CACHED_MAX) merged.clear();
    id = styleOf(
      foregrounds[over] || (foregrounds[under] ?? 0),
      backgrounds[over] || (backgrounds[under] ?? 0),
      (attributes[under] ?? 0) | (attributes[over] ?? 0),
    );
    merged.set(key, id);
  }
  return id;
}

function colorCode(color: Color, isBackground: boolean): string {
  const bits = colorBits(color);
  const shift = isBackground ? 10 : 0;
  if (color === 0) return String(39 + shift);
  if (isTrueColor(color)) return `${38 + shift};2;${bits >> 16};${(bits >> 8) & 255};${bits & 255}`;
  if (bits < 8) return String(30 + shift + bits);
  return bits < 16 ? String(82 + shift + bits) : `${38 + shift};5;${bits}`;
}

function attributeCodes(flags: number): string[] {
  return CODES.filter((_, bit) => (flags & (1 << bit)) !== 0);
}

const shownAs = (color: Color, depth: ColorDepth, isLight: boolean): Color =>
  toDepth(isLight ? onLight(color, depth) : color, depth);

/** The SGR sequence, reset included, that makes a terminal in any state write in this style. */
export function styleSequence(id: StyleId, depth: ColorDepth, isLight = false): string {
  const foreground = shownAs(foregrounds[id] ?? 0, depth, isLight);
  const background = shownAs(backgrounds[id] ?? 0, depth, isLight);
  const codes = ['0', ...attributeCodes(attributes[id] ?? 0)];
  if (foreground !== 0) codes.push(colorCode(foreground, false));
  if (background !== 0) codes.push(colorCode(background, true));
  return `\x1b[${codes.join(';')}m`;
}

/** The shortest way from one style to another; empty where the terminal shows no difference. */
function shortestChange(from: StyleId, to: StyleId, depth: ColorDepth, isLight: boolean): string {
  const before = attributes[from] ?? 0;
  const after = attributes[to] ?? 0;
  const full = styleSequence(to, depth, isLight);
  // Attributes are switched on one by one, but bold and dim share their off code: taking any away starts afresh.
  if ((before & ~after) !== 0) return full;
  const codes = attributeCodes(after & ~before);
  const foreground = shownAs(foregrounds[to] ?? 0, depth, isLight);
  const background = shownAs(backgrounds[to] ?? 0, depth, isLight);
  if (foreground !== shownAs(foregrounds[from] ?? 0, depth, isLight)) codes.push(colorCode(foreground, false));
  if (background !== shownAs(backgrounds[from] ?? 0, depth, isLight)) codes.push(colorCode(background, true));
  if (codes.length === 0) return '';
  const delta = `\x1b[${codes.join(';')}m`;
  return delta.length <= full.length ? delta : full;
}

/** The changes between styles at one depth, remembered; a frame has a few dozen different ones. */
export function createStyleChanges(
  depth: ColorDepth,
  background: Readonly<Background>,
): (from: StyleId, to: StyleId) => string {
  const known = new Map<number, string>();
  let isLight = background.isLight;
  return (from, to) => {
    if (isLight !== background.isLight) {
      known.clear();
      isLight = background.isLight;
    }
    const key = from * STYLES_MAX + to;
    let change = known.get(key);
    if (change === undefined) {
      if (known.size >= CACHED_MAX) known.clear();
      change = shortestChange(from, to, depth, isLight);
      known.set(key, change);
    }
    return change;
  };
}
