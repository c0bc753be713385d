import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { clean } from '../../src/text/clean.ts';
import { codePointColumns, isPlainAt, measure, truncate, truncateStart, walkClusters } from '../../src/text/width.ts';
import fc from '../helpers/fast-check.ts';

/** The measure Ink lays out with; it is Ink's dependency, not ours, so it is found from Ink. */
const fromInk = createRequire(createRequire(import.meta.url).resolve('ink'));
const { default: stringWidth } = (await import(pathToFileURL(fromInk.resolve('string-width')).href)) as {
  default: (text: string) => number;
};

test('every code point is as wide as Ink takes it to be', () => {
  const wrong: string[] = [];
  for (let codePoint = 0x20; codePoint < 0x32000; codePoint += 1) {
    // Ideographs and syllables by samples: the whole range takes ten seconds.
    const isDense = codePoint < 0x3400 || (codePoint >= 0xa000 && codePoint < 0xac00) || codePoint >> 12 === 0x1f;
    if (!isDense && codePoint % 17 !== 0) continue;
    const text = clean(String.fromCodePoint(codePoint));
    if (measure(text) !== stringWidth(text)) wrong.push(codePoint.toString(16));
  }
  expect(wrong).toEqual([]);
});

test('no pictograph is taken for a plain sign: it may be the start of an emoji', () => {
  const wrong: string[] = [];
  for (let unit = 0x20; unit < 0x3000; unit += 1) {
    const sign = String.fromCharCode(unit);
    if (isPlainAt(sign, 0) && /\p{Extended_Pictographic}/u.test(sign)) wrong.push(unit.toString(16));
  }
  expect(wrong).toEqual([]);
});

const texts = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'a',
      ' ',
      '中',
      '한',
      'ᄒ',
      'ᅡ',
      'ᆫ',
      '\u0301',
      'ก',
      '\u0e33',
      '\u0e35',
      'क',
      '\u093f',
      '\u094d',
      '█',
      '→',
    ),
    fc.constantFrom('👩', '\u200d', '\ufe0f', '\u20e3', '1', '🇩', '🇪', '🏽', '❤', '⚡', '𝒜', 'ﾞ', 'ｶ', '©', '\u0600'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
});

test('every text is as wide as Ink takes it to be', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(measure(clean(text))).toBe(stringWidth(clean(text)));
    }),
    { numRuns: 5000 },
  );
});

test('what is painted of a cluster takes the columns that were counted, one base each', () => {
  fc.assert(
    fc.property(texts, (text) => {
      walkClusters(clean(text), (glyphs, cluster) => {
        const columns = glyphs.map((glyph) => glyph.columns as number).reduce((left, right) => left + right, 0);
        expect(columns).toBe(stringWidth(cluster));
        for (const glyph of glyphs) {
          expect(glyph.columns).toBe(codePointColumns(glyph.text.codePointAt(0) ?? 0));
          expect([...glyph.text].slice(1).join('')).toMatch(/^[\p{Mn}\p{Me}]{0,3}$/u);
        }
        return true;
      });
    }),
    { numRuns: 3000 },
  );
});

const painted = (text: string): string[] => {
  const found: string[] = [];
  walkClusters(text, (glyphs) => found.push(...glyphs.map((glyph) => glyph.text)) > 0);
  return found;
};

test.each([
  ['a family is its first member', '👨‍👩‍👧', ['👨']],
  ['a skin tone is left out', '👍🏽', ['👍']],
  ['a flag is its two letters', '🇩🇪', ['D', 'E']],
  ['a keycap is its digit and a blank', '1️⃣', ['1', ' ']],
  ['a heart made wide is narrow with a blank', '❤️', ['❤', ' ']],
  ['an accent stays on its letter', 'q\u0301', ['q\u0301']],
  ['a syllable in jamo is composed', '\u1112\u1161\u11ab', ['한']],
])('%s, so that every terminal agrees', (_, text, expected) => {
  expect(painted(text)).toEqual(expected);
});

test('a character is plain only where nothing joins it', () => {
  expect(isPlainAt('ab', 0)).toBe(true);
  expect(isPlainAt('│─', 0)).toBe(true);
  expect(isPlainAt('e\u0301', 0)).toBe(false);
  expect(isPlainAt('中', 0)).toBe(false);
  expect(isPlainAt('a', 0)).toBe(true);
});

test.each([
  ['worker', 6, 'worker'],
  ['worker-1', 6, 'worke…'],
  ['文字文字', 5, '文字…'],
  ['文字文字', 6, '文字…'],
  ['👨‍👩‍👧👨‍👩‍👧', 3, '👨‍👩‍👧…'],
  ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
  ['abc', -3, ''],
])('%s in %i columns is %s', (text, columns, expected) => {
  expect(truncate(text, columns)).toBe(expected);
});

test('an ellipsis of one’s own counts with its width', () => {
  expect(truncate('restarting', 8, ' more')).toBe('res more');
  expect(truncate('restarting', 3, '...>')).toBe('...');
});

test('a truncated text never exceeds its columns', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: -2, max: 30 }), (text, columns) => {
      const cleaned = clean(text);
      const cut = truncate(cleaned, columns);
      expect(measure(cut)).toBeLessThanOrEqual(Math.max(0, columns));
      if (measure(cleaned) <= columns) expect(cut).toBe(cleaned);
    }),
    { numRuns: 2000 },
  );
});

test.for([
  ['/var/log/bots', 20, '/var/log/bots'],
  ['/var/log/bots', 6, '…/bots'],
  ['日本語', 5, '…本語'],
  ['日本語', 4, '…語'],
] as const)('%s in %i columns, cut at its start: %s', ([text, columns, expected]) => {
  expect(truncateStart(text, columns)).toBe(expected);
});

test('a text cut at its start never exceeds its columns, and ends as it did', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 12 }), (text, columns) => {
      const cleaned = clean(text);
      const cut = truncateStart(cleaned, columns, '');
      expect(measure(cut)).toBeLessThanOrEqual(columns);
      expect(cleaned.endsWith(cut)).toBe(true);
    }),
  );
});
