import { describe, expect, test } from 'vitest';
import { createKeyDecoder } from '../../../src/ui/keys/keys.ts';

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

describe('a paste whose mark was torn', () => {
  const esc = { input: '', key: { escape: true } };
  test.each([
    { where: 'after its Esc', reports: [esc, { input: '[200~ry' }] },
    { where: 'within its number', reports: [{ input: '[20' }, { input: '0~ry' }] },
    { where: 'before its last character', reports: [esc, { input: '[200' }, { input: '~ry' }] },
    { where: 'late', reports: [{ input: '[200~ry' }] },
  ])('$where fires no key, nor does what follows at once', ({ reports }) => {
    const { decode, isPasting } = createKeyDecoder();
    const keys = reports.flatMap((report, piece) =>
      decode(report.input, 'key' in report ? report.key : {}, piece * 40),
    );
    expect(keys.filter((key) => key !== 'esc')).toEqual([]);
    expect(isPasting()).toBe(true);
    expect(decode('ry', {}, 200)).toEqual([]);
    expect(decode('[201~', {}, 220)).toEqual([]);
    expect(decode('r', {}, 230)).toEqual(['r']);
    expect(isPasting()).toBe(false);
  });

  test('that never ends is over after a moment', () => {
    const { decode } = createKeyDecoder();
    decode('[200~x', {}, 0);
    expect(decode('j', {}, 501)).toEqual(['j']);
  });
});

test('a sequence Ink does not know is no keys; a held bracket is', () => {
  const { decode } = createKeyDecoder();
  expect(decode('[I', {}, 0)).toEqual([]);
  expect(decode('[201~', {}, 1000)).toEqual([]);
  expect(decode('[[[', {}, 2000)).toEqual(['[', '[', '[']);
});
