import { expect, test } from 'vitest';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { ansi, rgb } from '../../../src/ui/screen/color.ts';
import { BLANK, TAIL } from '../../../src/ui/screen/glyphs.ts';
import { lookOf, style } from '../../../src/ui/screen/style.ts';
import fc from '../../helpers/fast-check.ts';

function written(width: number, write: (cells: Cells) => void): string | undefined {
  const cells = new Cells(width, 1);
  cells.fill(0, 0, width, 1, '.');
  write(cells);
  return cells.plain()[0];
}

test('text is clipped at both edges and says how far it went', () => {
  const cells = new Cells(6, 2);
  expect(cells.text(-2, 0, 'abcdefghij')).toBe(8);
  expect(cells.text(0, 1, 'abc')).toBe(3);
  expect(cells.plain()).toEqual(['cdefgh', 'abc']);
  expect(cells.text(9, 0, 'x')).toBe(0);
  expect(cells.text(0, 7, 'outside')).toBe(6);
  expect(cells.plain()).toEqual(['cdefgh', 'abc']);
});

test('half of a wide character is a blank: at the edges, at the limit, and when it is written over', () => {
  expect(written(4, (cells) => cells.text(3, 0, '中'))).toBe('...');
  expect(written(4, (cells) => cells.text(-1, 0, '中x'))).toBe(' x..');
  expect(written(6, (cells) => cells.text(0, 0, '中中', 0, 3))).toBe('中 ...');
  expect(written(4, (cells) => (cells.text(0, 0, '中中'), cells.set(1, 0, 0x78)))).toBe(' x中');
  expect(written(4, (cells) => (cells.text(0, 0, '中中'), cells.set(2, 0, 0x78)))).toBe('中x');
  expect(written(5, (cells) => (cells.text(0, 0, '中中'), cells.text(1, 0, '文')))).toBe(' 文 .');
  expect(written(6, (cells) => (cells.text(0, 0, '中中中'), cells.fill(1, 0, 4, 1, '#')))).toBe(' ####');
});

test('text is cleaned as it is written', () => {
  expect(written(12, (cells) => cells.text(0, 0, 'ab\x1b[31mcd\x1b]0;x\x07\te\u202ef'))).toBe('abcd ef.....');
  expect(written(3, (cells) => cells.set(1, 0, 0x1b))).toBe('.\ufffd.');
});

test('whatever is written, every right half follows a wide character and nothing else', () => {
  const step = fc.record({
    x: fc.integer({ min: -4, max: 14 }),
    text: fc.constantFrom('中', 'a', '👩‍👩‍👧', '🇩🇪', 'e\u0301', '文字', 'ab', '❤️'),
    kind: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const cells = new Cells(12, 1);
      for (const { x, text, kind } of steps) {
        if (kind === 0) cells.fill(x, 0, 3, 1, '-');
        else if (kind === 1) cells.tint(x, 0, 3, style({ inverse: true }));
        else cells.text(x, 0, text, style({ fg: ansi(x + 4) }));
      }
      for (let at = 0; at < 12; at += 1) {
        const isWide = /^[中文字👩]/u.test(String.fromCodePoint(Math.min(0x10ffff, cells.glyphs[at] ?? 0)));
        expect(cells.glyphs[at + 1] === TAIL, `cell ${at}`).toBe(isWide);
        if (cells.glyphs[at] === TAIL) expect(cells.styles[at]).toBe(cells.styles[at - 1]);
      }
    }),
    { numRuns: 500 },
  );
});

test('a tint keeps glyphs and what it does not name', () => {
  const cells = new Cells(4, 1);
  cells.text(0, 0, 'bots', style({ fg: ansi(2), bold: true }));
  cells.tint(1, 0, 2, style({ bg: rgb('#102030'), inverse: true }));
  expect(cells.plain()).toEqual(['bots']);
  expect(lookOf(cells.styles[1] ?? 0)).toMatchObject({ fg: ansi(2), bg: rgb('#102030'), bold: true, inverse: true });
  expect(lookOf(cells.styles[3] ?? 0)).toMatchObject({ bg: 0, inverse: false });
  cells.tint(-5, 0, 2, 7);
  cells.tint(0, 4, 2, 7);
  expect(lookOf(cells.styles[0] ?? 0)).toMatchObject({ bg: 0, inverse: false });
});

test('a box has its title on the left and a remark on the right, cut to fit', () => {
  const draw = (width: number) => {
    const cells = new Cells(width, 3);
    cells.box(0, 0, width, 3, { title: 'Bots', right: '3 of 9' });
    return cells.plain();
  };
  expect(draw(24)).toEqual(['╭─ Bots ────── 3 of 9 ─╮', '│                      │', '╰──────────────────────╯']);
  expect(draw(16)[0]).toBe('╭─ Bots ─ 3 … ─╮');
  expect(draw(9)[0]).toBe('╭─ Bo… ─╮');
  expect(draw(4)[0]).toBe('╭──╮');
  expect(draw(1)).toEqual(['', '', '']);
});

test('a box that reaches outside is clipped', () => {
  const cells = new Cells(4, 2);
  cells.box(-1, 0, 8, 4, { title: 'x' });
  expect(cells.plain()).toEqual(['─ x', '']);
});

test('lines end in the terminal’s own style and keep their width', () => {
  const cells = new Cells(6, 1);
  cells.text(1, 0, 'ab', style({ fg: ansi(1), bold: true }));
  expect(cells.lines(16)).toEqual([' \x1b[0;1;31mab\x1b[0m   ']);
  expect(cells.lines('none')).toEqual([' \x1b[0;1mab\x1b[0m   ']);
  cells.text(5, 0, '!', style({ underline: true }));
  expect(cells.lines('true')[0]).toMatch(/\x1b\[0;4m!\x1b\[0m$/);
});

test('equal looks are one style, and attributes alone never run out', () => {
  expect(style({ fg: ansi(3), bold: true })).toBe(style({ bold: true, fg: ansi(3) }));
  expect(style({})).toBe(0);
  for (let step = 0; step < 70_000; step += 1) style({ fg: rgb(`#${step.toString(16).padStart(6, '0')}`) });
  const late = style({ fg: rgb('#fe0102'), underline: true });
  expect(late).toBeLessThan(65_536);
  expect(lookOf(late)).toMatchObject({ fg: ansi(196), underline: true });
});

test('a layout may divide: fractions are rounded down', () => {
  const cells = new Cells(7, 3);
  cells.text(7 / 2, 3 / 2, 'abcdef', 0, 2.5);
  cells.fill(0.5, 0, 2.7, 1.2, '#');
  cells.set(6.9, 2.9, 0x78);
  cells.tint(3.5, 1.5, 1, style({ bold: true }));
  expect(cells.plain()).toEqual(['###', '   ab', '      x']);
  expect([...cells.styles.slice(7)].indexOf(style({ bold: true }))).toBe(3);
});

test('a new buffer is blank, and clearing makes it so again', () => {
  const cells = new Cells(2.9, -1);
  expect([cells.width, cells.height]).toEqual([2, 0]);
  const used = new Cells(2, 1);
  used.text(0, 0, '中', 9);
  used.clear(3);
  expect([...used.glyphs, ...used.styles]).toEqual([BLANK, BLANK, 3, 3]);
});
