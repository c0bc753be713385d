import { expect, test } from 'vitest';
import { suggest } from '../../src/config/suggest.ts';

const words = ['read-only', 'view', 'interval', 'ascii'];

test('a missing, extra, wrong or swapped letter is forgiven', () => {
  for (const typed of ['readonly', 'read-onnly', 'reed-only', 'raed-only', 'READ-ONLY']) {
    expect(suggest(typed, words)).toBe('read-only');
  }
  expect(suggest('veiw', words)).toBe('view');
});

test('what is not near is not guessed', () => {
  for (const typed of ['', 'x', 'config', 'wave', 'asxyz']) expect(suggest(typed, words)).toBeNull();
});

test('the nearest of several is taken', () => {
  expect(suggest('bots', ['boats', 'bots'])).toBe('bots');
});

test('the beginning of a word is enough, when nothing is nearer', () => {
  expect(suggest('disk', ['cpu', 'diskUsed', 'diskBusy'])).toBe('diskUsed');
  expect(suggest('di', ['cpu', 'diskUsed'])).toBeNull();
});
