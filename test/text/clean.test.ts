import { expect, test } from 'vitest';
import { clean } from '../../src/text/clean.ts';
import fc from '../helpers/fast-check.ts';
import { cpuMsOf } from '../helpers/own-cpu.ts';

test.each([
  ['colours', '\x1b[31mred\x1b[0m', 'red'],
  ['a title with a bell, then a cleared screen', '\x1b]0;owned\x07\x1b[2Jhere', 'here'],
  ['a title ended by ST', 'a\x1b]2;t\x1b\\b', 'ab'],
  ['a hyperlink', '\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['a device control string', 'a\x1bPq#0;2\x1b\\b', 'ab'],
  ['C1 forms', 'a\x9b31mb\x9d0;t\x9cc\x90q\x9cd', 'abcd'],
  ['a character set switch and a reset', 'a\x1b(0b\x1bcc', 'abc'],
  ['a bell, a backspace and a delete', 'a\x07b\x08c\x7fd', 'abcd'],
  ['bidi overrides and isolates', 'user\u202egpj.exe\u2066x\u2069', 'usergpj.exex'],
  ['zero-width spaces and a byte order mark', 'b\u200bo\u2060t\ufeff', 'bot'],
  ['a soft hyphen and a Hangul filler', 'bo\u00adt\u3164', 'bot'],
  ['tags', 'bot\u{e0041}', 'bot'],
  ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ['a leading mark', '\u0301bot', 'bot'],
  ['a noncharacter', 'a\uffffb', 'ab'],
])('%s leave nothing behind', (_, dirty, expected) => {
  expect(clean(dirty)).toBe(expected);
});

test('a run of tabs and line ends is one space', () => {
  expect(clean('a\tb\r\n\tc\u2028d\n')).toBe('a b c d ');
});

test('a sequence that is cut off hides nothing of the line', () => {
  expect(clean('before \x1b]0;the rest of the line')).toBe('before 0;the rest of the line');
  expect(clean('a\x1b[31')).toBe('a');
  expect(clean('a\x1b')).toBe('a');
});

test('emoji sequences stay whole', () => {
  for (const emoji of ['👨‍👩‍👧', '❤️', '1️⃣', '👍🏽', '🇩🇪', '🧑🏽‍💻']) expect(clean(emoji)).toBe(emoji);
  expect(clean('a\u200db\ufe0f')).toBe('ab');
});

test('printable ASCII and plain Unicode come back as they are', () => {
  const name = 'bot-7 [online] "quoted"';
  expect(clean(name)).toBe(name);
  expect(clean('Привет 文字 é')).toBe('Привет 文字 é');
});

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\x1b',
      '\x1b[',
      '\x1b]',
      '\x9b',
      '\x9d',
      '\x90',
      '\x07',
      '\x1b\\',
      '\x9c',
      '0;',
      '31',
      'm',
      'J',
      'q',
    ),
    fc.constantFrom('\u202e', '\u200d', '\ufe0f', '\u0301', '👩', '❤', '🇩', '\ud83d', '\t', '\n', 'a', ' ', '中', 'ก'),
    fc.integer({ min: 0, max: 0x2ff }).map((unit) => String.fromCharCode(unit)),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

test('no text whatever keeps a control, a bidi control or a lone surrogate', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const cleaned = clean(text);
      expect(cleaned).not.toMatch(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u);
      expect(cleaned.isWellFormed()).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('cleaning twice changes nothing more', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(clean(clean(text))).toBe(clean(text));
    }),
    { numRuns: 2000 },
  );
});

test('a megabyte of unfinished sequences is cleaned in linear time', () => {
  const texts = ['\x1b]', '\x9d', '\x1b[', '\x1b]x', '\u200d', '\u0301', '\x1bP\x90'].map((piece) =>
    piece.repeat(300_000),
  );
  expect(cpuMsOf(() => texts.map((text) => clean(text)))).toBeLessThan(3_000);
});
