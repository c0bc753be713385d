import { expect, test } from 'vitest';
import { asciiOf } from '../../../src/ui/screen/ascii.ts';
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

test('all box drawing, blocks, braille and arrows have an ASCII look-alike', () => {
  for (const [from, to] of [
    [0x2500, 0x259f],
    [0x2800, 0x28ff],
    [0x2190, 0x21ff],
  ] as const) {
    for (let codePoint = from; codePoint <= to; codePoint += 1) {
      expect(asciiOf(codePoint), codePoint.toString(16)).toBeLessThan(0x7f);
      expect(asciiOf(codePoint), codePoint.toString(16)).toBeGreaterThanOrEqual(0x20);
    }
  }
  expect(asciiOf(0x41)).toBe(0x41);
  expect(asciiOf(0x4e2d)).toBe(0x4e2d);
  expect(asciiOf(0x1f600)).toBe(0x1f600);
});
