import xterm from '@xterm/headless';

/** The emulator that stands for a person's terminal. */
export type Terminal = InstanceType<typeof xterm.Terminal>;

/** What a real terminal shows in one cell. A colour is a palette number, `#rrggbb`, or null for the default. */
export interface ScreenCell {
  readonly char: string;
  /** 1, 2 for a wide character, 0 for the cell behind a wide one. */
  readonly width: number;
  readonly fg: number | string | null;
  readonly bg: number | string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

/** A terminal of the size whose emoji take two cells (Unicode 11) or one (6). */
export function createTerminal(columns: number, rows: number, unicode: 6 | 11): Terminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  if (unicode === 11) measureEmojiWide(terminal);
  return terminal;
}

/** One cell of what is shown, 0,0 in the upper left corner. */
export function cellAt(terminal: Terminal, x: number, y: number): ScreenCell {
  const buffer = terminal.buffer.active;
  const cell = buffer.getLine(buffer.baseY + y)?.getCell(x);
  if (!cell) throw new RangeError(`no cell ${x},${y} on a screen of ${terminal.cols}x${terminal.rows}`);
  const colour = (isDefault: boolean, isRgb: boolean, value: number) =>
    isDefault ? null : isRgb ? `#${value.toString(16).padStart(6, '0')}` : value;
  return {
    char: cell.getChars() || ' ',
    width: cell.getWidth(),
    fg: colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    bg: colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

/** What xterm.js keeps of a code point: whether it joins the one before (bit 0) and its width (bits 1 and 2). */
interface WidthRules {
  wcwidth(codePoint: number): 0 | 1 | 2;
}

/** Registers widths in which emoji take two cells; everything else stays as xterm.js has it. */
function measureEmojiWide(terminal: Terminal): void {
  const inner = terminal as unknown as { _core: { unicodeService: { _activeProvider: WidthRules } } };
  const base = inner._core.unicodeService._activeProvider;
  const wcwidth = (codePoint: number): 0 | 1 | 2 =>
    codePoint > 0x2000 && /\p{Emoji_Presentation}/u.test(String.fromCodePoint(codePoint)) ? 2 : base.wcwidth(codePoint);
  terminal.unicode.register({
    version: '11',
    wcwidth,
    charProperties(codePoint, preceding) {
      const own = wcwidth(codePoint);
      const before = (preceding >> 1) & 3;
      const isJoined = own === 0 && before > 0;
      return ((isJoined ? before : own) << 1) | (isJoined ? 1 : 0);
    },
  });
  terminal.unicode.activeVersion = '11';
}

/** The rows of a screen between two edges, for a failure's message. */
export function framed(rows: readonly string[], columns: number): string {
  const edge = `+${'-'.repeat(columns)}+`;
  return [edge, ...rows.map((row) => `|${row}`), edge].join('\n');
}
