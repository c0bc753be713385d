import { expect, test } from 'vitest';
import { createFinder, ERROR_NEEDLES } from '../../../src/sources/logs/finder.ts';
import fc from '../../helpers/fast-check.ts';

const find = createFinder(ERROR_NEEDLES);
const evenly = (text: string): Buffer => {
  const bytes = Buffer.from(new ArrayBuffer(text.length + (text.length % 2)));
  bytes.write(text, 'latin1');
  return bytes;
};

test('every needle is found wherever it lies, and nothing else', () => {
  const filler = fc.string({
    maxLength: 40,
    unit: fc.constantFrom('e', 'r', 'o', 'E', 'R', 'w', 'a', ' ', '"', 'l', ':', '4'),
  });
  fc.assert(
    fc.property(filler, fc.constantFrom('', ...ERROR_NEEDLES), filler, fc.nat(10), (before, needle, after, skip) => {
      const text = before + needle + after;
      const from = Math.min(skip, text.length);
      const places = ERROR_NEEDLES.map((each) => text.indexOf(each, from)).filter((at) => at >= 0);
      const found = find(evenly(text), from, text.length);
      if (places.length === 0) expect(found).toBe(-1);
      else expect(ERROR_NEEDLES.some((each) => text.startsWith(each, found))).toBe(true);
      if (places.length > 0) expect(found).toBeGreaterThanOrEqual(from);
    }),
    { numRuns: 2_000 },
  );
});

test('what lies behind the end is not found', () => {
  const bytes = evenly('abcd ERROR');
  expect(find(bytes, 0, 9)).toBe(-1);
  expect(find(bytes, 0, 10)).toBe(5);
  expect(find(bytes, 6, 10)).toBe(-1);
});
