import { describe, expect, test } from 'vitest';
import { createKeyDecoder } from '../../src/ui/keys.ts';

test('a held key that arrives as one report is as many keys', () => {
  expect(createKeyDecoder().decode('jjj', {}, 0)).toEqual(['j', 'j', 'j']);
});

test('keys have names', () => {
  const { decode } = createKeyDecoder();
  expect(decode('', { downArrow: true }, 0)).toEqual(['down']);
  expect(decode('\t', { tab: true, shift: true }, 0)).toEqual(['shift+tab']);
  expect(decode('l', { ctrl: true }, 0)).toEqual(['ctrl+l']);
  expect(decode(' ', {}, 0)).toEqual(['space']);
  expect(decode('\r', { return: true }, 0)).toEqual(['enter']);
});

test('Esc and a letter that a slow link joined are two keys', () => {
  expect(createKeyDecoder().decode('r', { meta: true }, 0)).toEqual(['esc', 'r']);
});

describe('after a lone Esc', () => {
  test('the rest of a torn End key is not the key F', () => {
    const { decode } = createKeyDecoder();
    expect(decode('', { escape: true }, 0)).toEqual(['esc']);
    expect(decode('[', {}, 30)).toEqual([]);
    expect(decode('F', {}, 60)).toEqual([]);
    expect(decode('F', {}, 90)).toEqual(['F']);
  });

  test('a torn sequence with parameters is dropped to its end', () => {
    const { decode } = createKeyDecoder();
    decode('', { escape: true }, 0);
    expect(decode('[1;5Cj', {}, 20)).toEqual(['j']);
  });

  test('an ordinary key counts at once', () => {
    const { decode } = createKeyDecoder();
    decode('', { escape: true }, 0);
    expect(decode('j', {}, 20)).toEqual(['j']);
  });

  test('a bracket a while later is a bracket', () => {
    const { decode } = createKeyDecoder();
    decode('', { escape: true }, 0);
    expect(decode('[', {}, 301)).toEqual(['[']);
  });
});
