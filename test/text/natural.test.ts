import { expect, test } from 'vitest';
import { compareNatural } from '../../src/text/natural.ts';
import fc from '../helpers/fast-check.ts';

test('numbers within names are counted, what is no number is compared by its letters', () => {
  const names = [
    'bot-10',
    'bot-2',
    'bot',
    'api-1',
    'bot-1a',
    'bot-1',
    'v1.10.0',
    'v1.9.12',
    'bot-02',
    '10',
    '9',
    'бот-3',
  ];
  expect(names.toSorted(compareNatural)).toEqual([
    ...['9', '10', 'api-1', 'bot', 'bot-1', 'bot-1a', 'bot-02', 'bot-2', 'bot-10', 'v1.9.12', 'v1.10.0', 'бот-3'],
  ]);
});

test('it is an order: whoever is before somebody is before all that come after him', () => {
  const name = fc.stringMatching(/^[a0129-]{0,6}$/);
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(compareNatural(a, b))).toBe(-Math.sign(compareNatural(b, a)) || 0);
      if (compareNatural(a, b) <= 0 && compareNatural(b, c) <= 0) expect(compareNatural(a, c)).toBeLessThanOrEqual(0);
      if (compareNatural(a, b) === 0) expect(a).toBe(b);
    }),
    { numRuns: 2000 },
  );
});
