import headless from '@xterm/headless';
import { codePointColumns } from '../../../src/text/width.ts';
import type { Cells } from '../../../src/ui/screen/cells.ts';
import { colorBits, isTrueColor } from '../../../src/ui/screen/color.ts';
import { BLANK, glyphText, TAIL } from '../../../src/ui/screen/glyphs.ts';
import type { TtyLike } from '../../../src/ui/screen/screen.ts';
import { lookOf } from '../../../src/ui/screen/style.ts';

type XTerm = InstanceType<typeof headless.Terminal>;

/** How an emulator counts columns: as Unicode 6 did (its own table), or as Unicode 17 does, code point by code point. */
export type WidthTable = 'unicode 6' | 'unicode 17';

function registerUnicode17(term: XTerm): void {
  const wcwidth = (codePoint: number): 0 | 1 | 2 =>
    /[\p{Mn}\p{Me}\p{Cf}]/u.test(String.fromCodePoint(codePoint)) ? 0 : codePointColumns(codePoint);
  term.unicode.register({
    version: '17',
    wcwidth,
    // The emulator's packing: the width in bits 1 and 2, bit 0 for "joins the cell before".
    charProperties(codePoint, preceding) {
      const before = (preceding >> 1) & 3;
      const width = wcwidth(codePoint);
      const isJoining = width === 0 && preceding !== 0 && before !== 0;
      return ((isJoining ? Math.max(before, width) : width) << 1) | (isJoining ? 1 : 0);
    },
  });
  term.unicode.activeVersion = '17';
}

/** A terminal emulator that a Screen writes to; a write is done once its cells are there. */
export class Emulator implements TtyLike {
  readonly term: XTerm;
  readonly writes: string[] = [];

  constructor(columns: number, rows: number, table: WidthTable = 'unicode 17') {
    this.term = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    if (table === 'unicode 17') registerUnicode17(this.term);
  }

  get columns(): number {
    return this.term.cols;
  }

  get rows(): number {
    return this.term.rows;
  }

  write(bytes: string | Buffer, written: () => void): boolean {
    this.writes.push(bytes.toString());
    this.term.write(bytes, written);
    return true;
  }

  once(): void {}

  lines(): string[] {
    return Array.from({ length: this.rows }, (_, y) => {
      return this.term.buffer.active.getLine(y)?.translateToString(true) ?? '';
    });
  }
}

function colorName(isDefault: boolean, isTrue: boolean, value: number): string {
  if (isDefault) return 'default';
  return isTrue ? `#${value.toString(16).padStart(6, '0')}` : String(value);
}

/** What the emulator shows in a cell, as one comparable text. */
export function shownCell(emulator: Emulator, x: number, y: number): string {
  const cell = emulator.term.buffer.active.getLine(y)?.getCell(x);
  if (cell === undefined) return 'no such cell';
  const attributes = [cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isInverse()];
  attributes.push(cell.isStrikethrough());
  const glyph = cell.getWidth() === 0 ? 'tail' : cell.getChars().normalize('NFC') || ' ';
  const foreground = colorName(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor());
  const background = colorName(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor());
  return `${glyph} ${foreground} on ${background} ${attributes.map((it) => (it ? 1 : 0)).join('')}`;
}

/** What cells hold at a place, in the same words. */
export function expectedCell(cells: Cells, x: number, y: number): string {
  const at = y * cells.width + x;
  const glyph = cells.glyphs[at] ?? BLANK;
  const look = lookOf(cells.styles[at] ?? 0);
  const attributes = [look.bold, look.dim, look.italic, look.underline, look.inverse, look.strikethrough];
  const color = (value: number): string => colorName(value === 0, isTrueColor(value), colorBits(value));
  const text = glyph === TAIL ? 'tail' : glyphText(glyph);
  return `${text} ${color(look.fg)} on ${color(look.bg)} ${attributes.map((it) => (it ? 1 : 0)).join('')}`;
}

/** Whether the cell is half of an emoji, which a terminal of Unicode 6 draws in one column. */
export function isEmojiCell(cells: Cells, x: number, y: number): boolean {
  const at = y * cells.width + x;
  const head = cells.glyphs[at] === TAIL ? at - 1 : at;
  const glyph = cells.glyphs[head] ?? BLANK;
  return cells.glyphs[head + 1] === TAIL && /\p{Emoji_Presentation}/u.test(glyphText(glyph));
}
