import { expect, test } from 'vitest';
import { sentence } from '../../src/text/sentence.ts';

test('a sentence begins with a capital, and a command stays as it is typed', () => {
  expect(sentence('no PM2 here')).toBe('No PM2 here');
  expect(sentence('pm2 alone would start an empty daemon')).toBe('pm2 alone would start an empty daemon');
  expect(sentence('kill -CONT wakes it')).toBe('kill -CONT wakes it');
  expect(sentence('--pm2-home DIR names one')).toBe('--pm2-home DIR names one');
  expect(sentence('')).toBe('');
});
