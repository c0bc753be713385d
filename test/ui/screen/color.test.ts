import { expect, test } from 'vitest';
import { asciiGlyph, asciiLines, asciiOf } from '../../../src/ui/screen/ascii.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { ansi, type ColorDepth, colorDepth, rgb, toDepth } from '../../../src/ui/screen/color.ts';

test.each<[string, Record<string, string>, boolean, ColorDepth]>([
  ['NO_COLOR', { NO_COLOR: '1', COLORTERM: 'truecolor' }, false, 'none'],
  ['an empty NO_COLOR, which says nothing', { NO_COLOR: '', TERM: 'xterm-256color' }, false, 256],
  ['--no-color', { COLORTERM: 'truecolor' }, true, 'none'],
  ['a dumb terminal', { TERM: 'dumb' }, false, 'none'],
  ['COLORTERM', { TERM: 'xterm', COLORTERM: 'truecolor' }, false, 'true'],
  ['COLORTERM of old', { COLORTERM: '24bit' }, false, 'true'],
  ['a terminal of direct colour', { TERM: 'xterm-direct' }, false, 'true'],
  ['kitty', { TERM: 'xterm-kitty' }, false, 'true'],
  ['tmux', { TERM: 'tmux-256color' }, false, 256],
  ['a Linux console', { TERM: 'linux' }, false, 16],
  ['nothing', {}, false, 16],
])('%s decides the depth', (_, env, isNoColor, expected) => {
  expect(colorDepth(env, isNoColor)).toBe(expected);
});

test('a colour is taken to the nearest the terminal has', () => {
  expect(toDepth(rgb('#ff0000'), 256)).toBe(ansi(196));
  expect(toDepth(rgb('#808080'), 256)).toBe(ansi(244));
  expect(toDepth(rgb('#5fafd7'), 256)).toBe(ansi(74));
  expect(toDepth(rgb('#fe0101'), 16)).toBe(ansi(9));
  expect(toDepth(ansi(196), 16)).toBe(ansi(9));
  expect(toDepth(ansi(240), 16)).toBe(ansi(8));
  expect(toDepth(ansi(5), 16)).toBe(ansi(5));
  expect(toDepth(ansi(196), 256)).toBe(ansi(196));
  expect(toDepth(rgb('#123456'), 'true')).toBe(rgb('#123456'));
  expect(toDepth(rgb('#123456'), 'none')).toBe(0);
  expect(toDepth(0, 16)).toBe(0);
});

test('every palette colour of 256 is its own nearest', () => {
  const level = (step: number): string => (step === 0 ? 0 : 55 + 40 * step).toString(16).padStart(2, '0');
  for (let index = 16; index < 232; index += 1) {
    const cube = index - 16;
    const hex = `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`;
    expect(toDepth(rgb(hex), 256)).toBe(ansi(index));
  }
});

test('a colour written wrongly is refused', () => {
  expect(() => rgb('red')).toThrow('#rrggbb');
  expect(() => rgb('#12345')).toThrow('#rrggbb');
});

test('every code point has an ASCII look-alike', () => {
  for (let codePoint = 0x20; codePoint <= 0x2ffff; codePoint += codePoint < 0x3000 ? 1 : 7) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    expect(asciiGlyph(String.fromCodePoint(codePoint), 1), codePoint.toString(16)).toMatch(/^[ -~]$/);
  }
});

test('lines, blocks, braille, arrows and all that this program draws are no question marks in ASCII', () => {
  const drawn = '…·–—−’“”×µ•→←↑↓↺✓✗▸▏▌▢┃│─┤├╭╮╰╯└╔═║█▁▂▃▄▅▆▇';
  expect(Array.from(drawn, (glyph) => asciiGlyph(glyph, 1)).join('')).toBe(
    '..---\'""xu*><^vR+x>|#_#|-||++++++=|#_,-=+*%',
  );
  for (const [from, to] of [
    [0x2500, 0x259f],
    [0x2800, 0x28ff],
    [0x2190, 0x21ff],
  ] as const) {
    for (let codePoint = from; codePoint <= to; codePoint += 1) {
      expect(asciiOf(codePoint), codePoint.toString(16)).not.toBe(0x3f);
    }
  }
});

test('in ASCII an accent is dropped, and what has no letter is a question mark for each column', () => {
  expect(Array.from('Café Łódź ñ ß бот', (letter) => asciiGlyph(letter, 1)).join('')).toBe('Cafe Lodz n s ???');
  expect(asciiGlyph('e\u0301', 1)).toBe('e');
  expect(asciiGlyph('文', 2)).toBe('??');
  expect(asciiGlyph('😀', 2)).toBe('??');
  expect(asciiGlyph('Ａ', 2)).toBe('A ');
});

test('a picture in ASCII keeps its columns', () => {
  const cells = new Cells(12, 2);
  cells.text(0, 0, '日本 é😀');
  cells.text(10, 0, '|');
  expect(asciiLines(cells)).toEqual(['???? e??  |', '']);
});

test('the thumb of a scrollbar and a value that is not known are told apart from what is beside them', () => {
  expect(asciiOf(0x2503)).not.toBe(asciiOf(0x2502));
  const blocks = Array.from('▁▂▃▄▅▆▇█', (block) => asciiGlyph(block, 1));
  expect(new Set([...blocks, asciiGlyph('·', 1)]).size).toBe(9);
});
