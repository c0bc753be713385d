import { asciiGlyph, asciiOf, consoleOf } from './ascii.ts';
import type { Background } from './background.ts';
import { Cells } from './cells.ts';
import type { ColorDepth } from './color.ts';
import { BLANK, type GlyphId, glyphText, isCluster, TAIL } from './glyphs.ts';
import type { Repertoire } from './repertoire.ts';
import { findScroll, mayScroll } from './scroll.ts';
import { createStyleChanges, type StyleId } from './style.ts';

/** What the terminal can show. */
export interface PaintOptions {
  /** Default: true colour. */
  readonly depth?: ColorDepth;
  /** Default: all. */
  readonly repertoire?: Repertoire;
  /** Default: dark, or the person's own sixteen colours. What changes is seen in what is painted from then on. */
  readonly background?: Readonly<Background>;
}

/** No glyph: the terminal shows something here that we cannot know. */
const UNKNOWN = 0xffffffff;

/** Bytes for the terminal, in one buffer used again for every frame. */
class Bytes {
  #buffer = Buffer.allocUnsafe(32 * 1024);
  length = 0;

  #reserve(count: number): void {
    if (this.length + count <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe((this.length + count) * 2);
    this.#buffer.copy(larger, 0, 0, this.length);
    this.#buffer = larger;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index += 1) this.#buffer[this.length + index] = text.charCodeAt(index);
    this.length += text.length;
  }

  /** A byte; nearly all that is written comes by here. */
  one(byte: number): void {
    if (this.length === this.#buffer.length) this.#reserve(1);
    this.#buffer[this.length++] = byte;
  }

  codePoint(codePoint: number): void {
    if (codePoint < 0x80) return this.one(codePoint);
    this.#reserve(4);
    const buffer = this.#buffer;
    if (codePoint < 0x800) buffer[this.length++] = 0xc0 | (codePoint >> 6);
    else {
      if (codePoint < 0x10000) buffer[this.length++] = 0xe0 | (codePoint >> 12);
      else {
        buffer[this.length++] = 0xf0 | (codePoint >> 18);
        buffer[this.length++] = 0x80 | ((codePoint >> 12) & 0x3f);
      }
      buffer[this.length++] = 0x80 | ((codePoint >> 6) & 0x3f);
    }
    buffer[this.length++] = 0x80 | (codePoint & 0x3f);
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.length += this.#buffer.write(text, this.length, 'utf8');
  }

  copy(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.length));
  }
}

/** Where terminals of every age agree that a wide glyph is wide: kana, ideographs, Hangul. */
const isWideEverywhere = (glyph: GlyphId): boolean =>
  (glyph >= 0x3041 && glyph <= 0x3247) || (glyph >= 0x3400 && glyph <= 0x9fff) || (glyph >= 0xac00 && glyph <= 0xd7a3);

/** A gap this short is printed again rather than jumped over: a jump is four bytes. */
const GAP_MAX = 4;

/**
 * Knows what the terminal shows and makes the shortest writing that turns it into the next picture. Between writings
 * the terminal is in its own style.
 */
export class Painter {
  #shown: Cells;
  readonly #bytes = new Bytes();
  readonly #change: (from: StyleId, to: StyleId) => string;
  readonly #repertoire: Repertoire;
  #pen: StyleId = 0;
  #headLength = 0;

  constructor(width: number, height: number, options: PaintOptions) {
    const { depth = 'true', repertoire = 'all', background = { isLight: false } } = options;
    this.#shown = new Cells(width, height);
    this.#change = createStyleChanges(depth, background);
    this.#repertoire = repertoire;
  }

  /** What the terminal shows, if nobody else wrote to it. */
  get shown(): Cells {
    return this.#shown;
  }

  resize(width: number, height: number): void {
    this.#shown = new Cells(width, height);
  }

  /**
   * Begins a writing, with `head`, of the rows of `next` that may have changed; with `isCleared` the terminal is cleared,
   * and all that is not blank follows. Rows that are as they were are struck off `touchedRows`.
   */
  begin(head: string, isCleared: boolean, next: Cells, touchedRows: Uint8Array): void {
    this.#bytes.length = 0;
    this.#bytes.ascii(head);
    this.#headLength = head.length;
    this.#pen = 0;
    if (!isCleared) return this.#scroll(next, touchedRows);
    this.#bytes.ascii('\x1b[0m\x1b[2J');
    this.#shown.clear();
  }

  /** Whether nothing but the head had to be written. */
  get isEmpty(): boolean {
    return this.#bytes.length === this.#headLength;
  }

  /** Ends the writing with `tail`; returns how many bytes it is. */
  end(tail: string): number {
    this.#restyle(0);
    this.#bytes.ascii(tail);
    return this.#bytes.length;
  }

  /** The writing and what follows it, in bytes of its own: the terminal may take them later. */
  taken(after: string): Buffer {
    this.#bytes.ascii(after);
    return this.#bytes.copy();
  }

  #restyle(style: StyleId): void {
    if (style === this.#pen) return;
    this.#bytes.ascii(this.#change(this.#pen, style));
    this.#pen = style;
  }

  /**
   * Has the terminal move what is only moved, among the rows that may have changed, so that the rest is all that is
   * written. By lines deleted and inserted within margins, as terminals have done since the VT102.
   */
  #scroll(next: Cells, touchedRows: Uint8Array): void {
    const shown = this.#shown;
    const { width } = shown;
    let [first, last] = [-1, -1];
    let changed = 0;
    for (let y = 0; y < shown.height; y += 1) {
      if (touchedRows[y] !== 1) continue;
      if (isSameRow(shown, next, y)) {
        touchedRows[y] = 0;
        continue;
      }
      if (first === -1) first = y;
      last = y;
      changed += 1;
    }
    const found = mayScroll(changed, last - first + 1) ? findScroll(shown, next, first, last) : null;
    if (!found) return;
    const { top, bottom, lines } = found;
    this.#restyle(0);
    const [count, what] = lines > 0 ? [lines, 'M'] : [-lines, 'L'];
    this.#bytes.ascii(`\x1b[${top + 1};${bottom + 1}r\x1b[${top + 1}H\x1b[${count}${what}\x1b[r`);
    const [from, to] = lines > 0 ? [top + count, top] : [top, top + count];
    const kept = bottom - top + 1 - count;
    const blank = lines > 0 ? bottom + 1 - count : top;
    for (const [cells, empty] of [[shown.glyphs, BLANK] as const, [shown.styles, 0] as const]) {
      cells.copyWithin(to * width, from * width, (from + kept) * width);
      cells.fill(empty, blank * width, (blank + count) * width);
    }
    touchedRows.fill(1, top, bottom + 1);
  }

  /** Brings row `y` to what `next` holds, a picture of the same size; returns the number of cells written. */
  row(next: Cells, y: number): number {
    const { width, glyphs, styles } = next;
    const shown = this.#shown;
    const { glyphs: shownGlyphs, styles: shownStyles } = shown;
    const start = y * width;
    let blankFrom = -1;
    let written = 0;
    let cursor = -1;
    let isAtRow = false;
    for (let x = 0; x < width; ) {
      const at = start + x;
      const glyph = glyphs[at] as number;
      const style = styles[at] as number;
      const columns = x + 1 < width && glyphs[at + 1] === TAIL ? 2 : 1;
      if (glyph === shownGlyphs[at] && style === shownStyles[at]) {
        x += columns;
        continue;
      }
      if (cursor !== x) this.#move(next, y, x, cursor, isAtRow);
      isAtRow = true;
      if (glyph === BLANK && style === 0) {
        if (blankFrom === -1) blankFrom = blankTail(next, start);
        if (x >= blankFrom && width - x > GAP_MAX) {
          this.#restyle(0);
          this.#bytes.ascii('\x1b[K');
          shownGlyphs.fill(BLANK, at, start + width);
          shownStyles.fill(0, at, start + width);
          return written + width - x;
        }
      }
      if (style !== this.#pen) this.#restyle(style);
      if (glyph < 0x7f) this.#bytes.one(glyph);
      else this.#glyph(glyph, columns);
      shownGlyphs[at] = glyph;
      shownStyles[at] = style;
      if (columns === 2) {
        shownGlyphs[at + 1] = TAIL;
        shownStyles[at + 1] = styles[at + 1] ?? 0;
      }
      // A terminal that gives a mark a column of its own has overwritten the cell behind: write that one in any case.
      if (isCluster(glyph) && x + columns < width) shownGlyphs[at + columns] = UNKNOWN;
      cursor = columns === 2 || isCluster(glyph) ? -1 : x + 1;
      written += columns;
      x += columns;
    }
    return written;
  }

  #glyph(glyph: GlyphId, columns: number): void {
    if (this.#repertoire !== 'all') {
      const base = isCluster(glyph) ? (glyphText(glyph).codePointAt(0) ?? BLANK) : glyph;
      if (columns === 2) this.#bytes.ascii(asciiGlyph(glyphText(glyph), columns));
      else this.#bytes.codePoint(this.#repertoire === 'ascii' ? asciiOf(base) : consoleOf(base));
      return;
    }
    if (isCluster(glyph)) {
      if (columns === 2) this.#bytes.ascii('\x1b[2X');
      this.#bytes.text(glyphText(glyph));
      return;
    }
    // Older terminals give an emoji one column: what was in the second must be gone.
    if (columns === 2 && !isWideEverywhere(glyph)) this.#bytes.ascii('\x1b[2X');
    this.#bytes.codePoint(glyph);
  }

  /** Takes the terminal's cursor to (x, y): by printing a short gap again, by a jump within the row, or absolutely. */
  #move(next: Cells, y: number, x: number, cursor: number, isAtRow: boolean): void {
    if (!isAtRow) {
      this.#bytes.ascii(x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`);
      return;
    }
    const gap = cursor < 0 ? 0 : x - cursor;
    if (gap > 0 && gap <= GAP_MAX && this.#isPrintable(next, y * next.width + cursor, gap)) {
      for (let at = y * next.width + cursor; at < y * next.width + x; at += 1) this.#glyph(next.glyphs[at] ?? BLANK, 1);
    } else this.#bytes.ascii(`\x1b[${x + 1}G`);
  }

  /** Whether the cells of a gap are ASCII in the style being written, so that printing them changes nothing. */
  #isPrintable(next: Cells, from: number, count: number): boolean {
    for (let at = from; at < from + count; at += 1) {
      const glyph = next.glyphs[at] ?? TAIL;
      if (glyph < BLANK || glyph > 0x7e || next.styles[at] !== this.#pen) return false;
    }
    return true;
  }
}

function isSameRow(a: Cells, b: Cells, y: number): boolean {
  const { glyphs, styles, width } = a;
  const { glyphs: otherGlyphs, styles: otherStyles } = b;
  const end = (y + 1) * width;
  for (let at = y * width; at < end; at += 1) {
    if (glyphs[at] !== otherGlyphs[at] || styles[at] !== otherStyles[at]) return false;
  }
  return true;
}

/** The column from which a row is blank in the terminal's own style. */
function blankTail(cells: Cells, start: number): number {
  let x = cells.width;
  while (x > 0 && cells.glyphs[start + x - 1] === BLANK && cells.styles[start + x - 1] === 0) x -= 1;
  return x;
}
