import { clean } from '../../text/clean.ts';
import { clusterRunEnd, codePointColumns, isPlainAt, measure, truncate, walkClusters } from '../../text/width.ts';
import type { ColorDepth } from './color.ts';
import { BLANK, type GlyphId, glyphOf, glyphText, REPLACEMENT, TAIL } from './glyphs.ts';
import { mergeStyles, type StyleId, styleSequence } from './style.ts';

/** What a frame around a panel says: a title on the left of the upper border, a remark on the right of it. */
export interface Frame {
  readonly title?: string;
  readonly right?: string;
  readonly style?: StyleId;
  readonly titleStyle?: StyleId;
  readonly rightStyle?: StyleId;
}

/**
 * A rectangle of character cells. Everything written is clipped to it: positions may lie outside or be negative, and
 * a wide glyph of which only half is visible leaves a blank. Fractions are rounded down, so that a layout may divide.
 * Text is cleaned as it is written.
 */
export class Cells {
  readonly width: number;
  readonly height: number;
  /** Row by row; see `GlyphId`. */
  readonly glyphs: Uint32Array;
  readonly styles: Uint16Array;
  /** False where a slow line leads to the terminal: a graph moves in every column, every second. */
  readonly hasGraphs: boolean;

  constructor(width: number, height: number, hasGraphs = true) {
    this.hasGraphs = hasGraphs;
    this.width = Math.max(0, Math.floor(width));
    this.height = Math.max(0, Math.floor(height));
    this.glyphs = new Uint32Array(this.width * this.height).fill(BLANK);
    this.styles = new Uint16Array(this.width * this.height);
  }

  /** Makes every cell a blank of this style. */
  clear(style: StyleId = 0): void {
    this.glyphs.fill(BLANK);
    this.styles.fill(style);
  }

  /** Writes one glyph of known width; the halves of wide glyphs it cuts become blanks. Clips. */
  put(x: number, y: number, glyph: GlyphId, columns: number, style: StyleId): void {
    if (y < 0 || y >= this.height || x >= this.width || x + columns <= 0) return;
    if (columns === 2 && (x < 0 || x + 1 >= this.width)) {
      this.put(Math.max(0, x), y, BLANK, 1, style);
      return;
    }
    const row = y * this.width;
    const at = row + x;
    const after = at + columns;
    if (x > 0 && this.glyphs[at] === TAIL) this.glyphs[at - 1] = BLANK;
    if (after < row + this.width && this.glyphs[after] === TAIL) this.glyphs[after] = BLANK;
    this.glyphs[at] = glyph;
    this.styles[at] = style;
    if (columns === 2) {
      this.glyphs[at + 1] = TAIL;
      this.styles[at + 1] = style;
    }
  }

  /** Writes one code point. Control characters show as U+FFFD. */
  set(x: number, y: number, codePoint: number, style: StyleId = 0): void {
    const isControl = codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0) || codePoint > 0x10ffff;
    const glyph = isControl || (codePoint >= 0xd800 && codePoint <= 0xdfff) ? REPLACEMENT : codePoint;
    this.put(Math.floor(x), Math.floor(y), glyph, codePointColumns(glyph), style);
  }

  /**
   * Writes a text from a place on, at most `max` columns and not past the right edge. Returns the columns it advanced,
   * those left of the rectangle included, so that `x += text(x, …)` chains.
   */
  text(left: number, top: number, text: string, style: StyleId = 0, max = Number.POSITIVE_INFINITY): number {
    const x = Math.floor(left);
    const y = Math.floor(top);
    const limit = Math.floor(Math.min(max, this.width - x));
    if (limit <= 0) return 0;
    if (y < 0 || y >= this.height) return Math.min(limit, measure(clean(text)));
    const { glyphs, styles } = this;
    const row = y * this.width;
    const end = row + this.width;
    let written = text;
    let isCleaned = false;
    let used = 0;
    for (let index = 0; index < written.length && used < limit; ) {
      if (isPlainAt(written, index)) {
        // As `put` does; nearly all that is written comes by here.
        const at = row + x + used;
        if (at >= row) {
          if (at > row && glyphs[at] === TAIL) glyphs[at - 1] = BLANK;
          if (at + 1 < end && glyphs[at + 1] === TAIL) glyphs[at + 1] = BLANK;
          glyphs[at] = written.charCodeAt(index);
          styles[at] = style;
        }
        used += 1;
        index += 1;
        continue;
      }
      if (!isCleaned) {
        // Everything before this unit is plain, so cleaning can begin here; at the unit before, if a mark follows it.
        written = clean(written.slice(index));
        index = 0;
        isCleaned = true;
        continue;
      }
      const to = clusterRunEnd(written, index);
      used = this.#clusters(x, y, written.slice(index, to), style, used, limit);
      index = to;
    }
    return used;
  }

  #clusters(x: number, y: number, run: string, style: StyleId, from: number, limit: number): number {
    let used = from;
    walkClusters(run, (glyphs) => {
      for (const glyph of glyphs) {
        if (used + glyph.columns > limit) {
          if (used < limit) this.put(x + used, y, BLANK, 1, style);
          used = limit;
          return false;
        }
        this.put(x + used, y, glyphOf(glyph.text), glyph.columns, style);
        used += glyph.columns;
      }
      return used < limit;
    });
    return used;
  }

  /** Fills a rectangle with the first character of `character`, which must be one column wide, else with blanks. */
  fill(x: number, y: number, width: number, height: number, character = ' ', style: StyleId = 0): void {
    const codePoint = character.codePointAt(0) ?? BLANK;
    const glyph = codePoint < 0x20 || codePointColumns(codePoint) !== 1 ? BLANK : codePoint;
    const left = Math.max(0, Math.floor(x));
    const right = Math.min(this.width, Math.floor(x + width));
    const bottom = Math.min(this.height, Math.floor(y + height));
    if (left >= right) return;
    for (let row = Math.max(0, Math.floor(y)); row < bottom; row += 1) {
      // The edges go through put, which mends a wide glyph cut there; between them nothing can be left over.
      this.put(left, row, glyph, 1, style);
      this.put(right - 1, row, glyph, 1, style);
      this.glyphs.fill(glyph, row * this.width + left, row * this.width + right);
      this.styles.fill(style, row * this.width + left, row * this.width + right);
    }
  }

  /** Lays a style on `width` cells, glyphs kept: what the style leaves out stays as it was. */
  tint(x: number, y: number, width: number, style: StyleId): void {
    if (y < 0 || y >= this.height) return;
    const row = Math.floor(y) * this.width;
    const rowEnd = row + this.width;
    const end = Math.min(rowEnd, row + Math.floor(x + width));
    let at = row + Math.max(0, Math.floor(x));
    for (; at < end; at += 1) {
      // The halves of a wide glyph have one style, its head's: a terminal could not show two.
      const isTail = this.glyphs[at] === TAIL;
      this.styles[at] = isTail ? (this.styles[at - 1] ?? 0) : mergeStyles(this.styles[at] ?? 0, style);
    }
    if (at > 0 && at < rowEnd && this.glyphs[at] === TAIL) this.styles[at] = this.styles[at - 1] ?? 0;
  }

  /** A rounded border along the inside of a rectangle, with its title and remark; the inside is left as it is. */
  box(x: number, y: number, width: number, height: number, frame: Frame = {}): void {
    if (width < 2 || height < 2) return;
    const line = frame.style ?? 0;
    const right = x + width - 1;
    const bottom = y + height - 1;
    this.fill(x + 1, y, width - 2, 1, '─', line);
    this.fill(x + 1, bottom, width - 2, 1, '─', line);
    this.fill(x, y + 1, 1, height - 2, '│', line);
    this.fill(right, y + 1, 1, height - 2, '│', line);
    this.set(x, y, 0x256d, line);
    this.set(right, y, 0x256e, line);
    this.set(x, bottom, 0x2570, line);
    this.set(right, bottom, 0x256f, line);
    // Corner, line, space, text, space, line, corner.
    const title = truncate(clean(frame.title ?? ''), Math.max(0, width - 6));
    const taken = measure(title);
    if (taken > 0) this.text(x + 2, y, ` ${title} `, frame.titleStyle ?? line, width - 4);
    const remark = truncate(clean(frame.right ?? ''), Math.max(0, width - 6 - (taken > 0 ? taken + 3 : 0)));
    const room = measure(remark);
    if (room > 0) this.text(right - 3 - room, y, ` ${remark} `, frame.rightStyle ?? line, room + 2);
  }

  /** Each row as a text with SGR sequences, full width, ending in the terminal's own style. */
  lines(depth: ColorDepth = 'true'): string[] {
    return this.#rows((start, end) => {
      let line = '';
      let current: StyleId = 0;
      for (let at = start; at < end; at += 1) {
        const next = this.styles[at] ?? 0;
        if (next !== current) line += styleSequence(next, depth);
        current = next;
        line += glyphText(this.glyphs[at] ?? BLANK);
      }
      // Ink's tokenizer takes ESC[m for no reset.
      return current === 0 ? line : `${line}\x1b[0m`;
    });
  }

  /** Each row as plain text, without the blanks at its end. */
  plain(): string[] {
    return this.#rows((start, end) => {
      let line = '';
      for (let at = start; at < end; at += 1) line += glyphText(this.glyphs[at] ?? BLANK);
      return line.trimEnd();
    });
  }

  #rows(render: (start: number, end: number) => string): string[] {
    return Array.from({ length: this.height }, (_, row) => render(row * this.width, (row + 1) * this.width));
  }
}

/** Paints one surface: pure given its model, every cell of it, every time. */
export type Draw = (cells: Cells) => void;

/**
 * Makes of cells that hold what was drawn last what would be drawn now, where only some rows of it are others; tells
 * which. Null where it has to be drawn whole: the cells are then as they were.
 */
export type Amend = (cells: Cells) => readonly number[] | null;
