import { expect, test } from 'vitest';
import { isLightByEnv, isLightColor, mayAskBackground, onLight } from '../../../src/ui/screen/background.ts';
import { ansi, colorBits, rgb } from '../../../src/ui/screen/color.ts';
import { createInput } from '../../../src/ui/screen/input.ts';
import { createStyleChanges, style } from '../../../src/ui/screen/style.ts';

const luminance = (bits: number): number => {
  const [red, green, blue] = [bits >> 16, (bits >> 8) & 255, bits & 255].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
};
const contrast = (a: number, b: number): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
};

test.each([
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
])('the named colour %i is read on white, and on the paper of a box', (index) => {
  const shown = colorBits(onLight(ansi(index), 'true'));
  expect(contrast(shown, 0xffffff)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(shown, colorBits(onLight(ansi(0), 'true')))).toBeGreaterThanOrEqual(4.5);
});

test('with sixteen colours nothing is yellow, green, cyan or white on white', () => {
  for (let index = 0; index < 16; index += 1) {
    expect([0, ansi(1), ansi(4), ansi(5), ansi(8)]).toContain(onLight(ansi(index), 16));
  }
});

test('the grey of what matters less is darker on white', () => {
  expect(contrast(colorBits(onLight(rgb('#8a8f98'), 'true')), 0xffffff)).toBeGreaterThanOrEqual(4.5);
});

test.each<[string, Record<string, string>, boolean | null]>([
  ['white behind black', { COLORFGBG: '0;15' }, true],
  ['grey behind black', { COLORFGBG: '0;7' }, true],
  ['black behind grey, in the form of rxvt', { COLORFGBG: '7;default;0' }, false],
  ['the default', { COLORFGBG: '0;default' }, null],
  ['nothing', {}, null],
])('COLORFGBG tells of %s', (_, env, expected) => {
  expect(isLightByEnv(env)).toBe(expected);
});

test.each<[string, boolean | null]>([
  ['rgb:ffff/ffff/ffff', true],
  ['rgb:fdfd/f6f6/e3e3', true],
  ['rgb:00/00/00', false],
  ['rgba:1e1e/1e1e/2e2e/ffff', false],
  ['nonsense', null],
])('the answer %s is understood', (answer, expected) => {
  expect(isLightColor(answer)).toBe(expected);
});

test('a terminal that would print the question is not asked, nor one that has told already', () => {
  expect(mayAskBackground({ TERM: 'xterm-256color' })).toBe(true);
  expect(mayAskBackground({ TERM: 'screen-256color', TMUX: '/tmp/tmux-0/default,1,0' })).toBe(true);
  expect(mayAskBackground({ TERM: 'linux' })).toBe(false);
  expect(mayAskBackground({ TERM: 'screen', STY: '1.pts' })).toBe(false);
  expect(mayAskBackground({ TERM: 'xterm', COLORFGBG: '0;15' })).toBe(false);
  expect(mayAskBackground({})).toBe(false);
});

test.each([
  ['in one piece', ['j\u001b]11;rgb:ffff/ffff/ffff\u001b\\k']],
  ['ended by BEL', ['j\u001b]11;rgb:ffff/ffff/ffff\u0007k']],
  ['torn in its middle', ['j\u001b]11;rgb:ff', 'ff/ffff/ffff\u001b\\k']],
  ['torn in its beginning and its end', ['j\u001b]1', '1;rgb:ffff/ffff/ffff\u001b', '\\k']],
])('an answer among keys, %s, makes no key', (_, chunks) => {
  const keys: string[] = [];
  const colors: string[] = [];
  const input = createInput(null, {
    key: (typed) => void keys.push(typed),
    paste: () => {},
    background: (color) => void colors.push(color),
  });
  for (const chunk of chunks) input.push(chunk);
  expect(colors).toEqual(['rgb:ffff/ffff/ffff']);
  expect(keys.join('')).toBe('jk');
});

test('what is painted after the background was told has its colours', () => {
  const background = { isLight: false };
  const change = createStyleChanges('true', background);
  const yellow = style({ fg: ansi(3) });
  expect(change(0, yellow)).toBe('\u001b[33m');
  background.isLight = true;
  expect(change(0, yellow)).toBe('\u001b[38;2;138;83;0m');
});
