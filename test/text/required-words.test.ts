import { expect, test } from 'vitest';
import { linearPattern } from '../../src/text/linear-pattern.ts';
import { requiredWord, requiredWords } from '../../src/text/required-words.ts';
import fc from '../helpers/fast-check.ts';

test('a pattern tells the words of which each match holds one', () => {
  expect(requiredWords('time[sd]? ?out|refus(ed|al)')).toEqual(['time', 'refus']);
  expect(requiredWords('connection (reset|refused) by peer')).toEqual(['connection']);
  expect(requiredWords('(?:abcd|efgh)+xyz')).toEqual(['abcd', 'efgh']);
  expect(requiredWords('colou?r\\.c')).toEqual(['colo']);
  expect(requiredWords('[]a]heart(beat)?')).toEqual(['heart']);
  expect(requiredWords('ab{2}cde{0}f')).toBeNull();
  expect(requiredWords('timeout|[0-9]+')).toBeNull();
  expect(requiredWords('(?i)timeout')).toBeNull();
  expect(requiredWords('\\Qtimeout\\E')).toBeNull();
  expect(requiredWords('redacted')).toBeNull();
});

test('of a text it is the longest part without blanks', () => {
  expect(requiredWord('to chat-id: 4711')).toBe('chat-id:');
  expect(requiredWord('a b')).toBeNull();
  expect(requiredWord('é12')).toBeNull();
});

test('whatever the pattern, what matches holds one of its words', async () => {
  const atom = fc.oneof(
    fc.constantFrom('abc', 'abc', 'xyz', 'xyz', 'a', 'b', 'ab', '.', '\\d', '[ab]', '[^c]', '\\.', ' ', '^', '\\b'),
  );
  const repeat = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0,1}', '{1,}', '+?');
  const { pattern } = fc.letrec<{ pattern: string; piece: string; sequence: string }>((tie) => ({
    piece: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(atom, repeat).map(([each, times]) => (/^[\^]|^\\\\b/.test(each) ? each : each + times)),
      fc
        .tuple(fc.constantFrom('(', '(?:', '(?P<n>'), tie('pattern'), repeat)
        .map(([open, of, times]) => `${open}${of})${times}`),
    ),
    sequence: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
    pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((each) => each.join('|')),
  }));
  const texts = fc.array(
    fc
      .array(fc.constantFrom('abc', 'xyz', 'a', 'b', 'c', '.', ' ', '1'), { maxLength: 8 })
      .map((parts) => parts.join('')),
    { minLength: 20, maxLength: 20 },
  );
  let told = 0;
  await fc.assert(
    fc.asyncProperty(pattern, texts, async (source, all) => {
      const words = requiredWords(source);
      if (words === null) return;
      const compiled = await linearPattern(source, { ignoresCase: false }).catch(() => null);
      if (compiled === null) return;
      for (const text of all) {
        if (!compiled.test(text)) continue;
        told += 1;
        expect(words.some((word) => text.includes(word))).toBe(true);
      }
    }),
    { numRuns: 400 },
  );
  expect(told).toBeGreaterThan(5);
});
