import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createKeyDecoder, type KeyFlags } from '../../../src/ui/keys/keys.ts';
import { createInput } from '../../../src/ui/screen/input.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Sends the chunks and gives all that was reported; between chunks `gapMs` pass, and at the end whatever is waited for. */
function send(chunks: readonly string[], gapMs = 0): { reports: [string, KeyFlags][]; pastes: string[] } {
  const reports: [string, KeyFlags][] = [];
  const pastes: string[] = [];
  const input = createInput(null, {
    key: (text, key) => reports.push([text, key]),
    paste: (text) => pastes.push(text),
  });
  for (const chunk of chunks) {
    input.push(chunk);
    vi.advanceTimersByTime(gapMs);
  }
  vi.advanceTimersByTime(10_000);
  return { reports, pastes };
}

/** The names of the keys in what was sent, as the shell understands them. */
function namesOf(chunks: readonly string[], gapMs = 0): string[] {
  const decoder = createKeyDecoder();
  const keys: string[] = [];
  const input = createInput(null, {
    key: (text, key) => keys.push(...decoder.decode(text, key, Date.now())),
    paste: () => {},
  });
  for (const chunk of chunks) {
    input.push(chunk);
    vi.advanceTimersByTime(gapMs);
  }
  vi.advanceTimersByTime(10_000);
  return keys;
}

test('what is typed within a chunk is one report, and so keeps a question from being answered by it', () => {
  expect(send(['ry']).reports).toEqual([['ry', {}]]);
  expect(namesOf(['jjj'])).toEqual(['j', 'j', 'j']);
});

test.each([
  ['\u001b[A', 'up'],
  ['\u001bOB', 'down'],
  ['\u001b[C', 'right'],
  ['\u001b[1;5D', 'left'],
  ['\u001b[5~', 'pageUp'],
  ['\u001b[6~', 'pageDown'],
  ['\u001b[[5~', 'pageUp'],
  ['\u001b[H', 'home'],
  ['\u001b[1~', 'home'],
  ['\u001bOF', 'end'],
  ['\u001b[4~', 'end'],
  ['\u001bOM', 'enter'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\t', 'tab'],
  ['\u001b[Z', 'shift+tab'],
  ['\u007f', 'backspace'],
  ['\b', 'backspace'],
  ['\u001b[3~', 'backspace'],
  ['\u0003', 'ctrl+c'],
  ['\u000c', 'ctrl+l'],
  ['\u001a', 'ctrl+z'],
  [' ', 'space'],
  ['G', 'G'],
  ['é', 'é'],
])('%j is %s', (sequence, name) => {
  expect(namesOf([sequence])).toEqual([name]);
});

test('a key whose bytes come apart, however slowly within a fifth of a second, is that key', () => {
  expect(namesOf(['\u001b[', 'F'], 150)).toEqual(['end']);
  expect(namesOf(['\u001b', '[', '5', '~'], 10)).toEqual(['pageUp']);
});

test('what comes later than that is dropped, and never becomes a letter', () => {
  expect(namesOf(['\u001b[', 'F'], 250)).toEqual(['esc']);
  expect(namesOf(['\u001b', '[F'], 100)).toEqual(['esc']);
  expect(namesOf(['\u001b[5', '~j'], 250)).toEqual(['esc', 'j']);
});

test('a lone Esc is a key at once for a person; with a letter behind it both are', () => {
  const { reports } = send(['\u001b']);
  expect(reports).toEqual([['', { escape: true }]]);
  expect(namesOf(['\u001br'])).toEqual(['esc', 'r']);
  expect(send(['\u001b\u001b']).reports).toEqual([['', { escape: true, meta: true }]]);
});

test('a key with Ctrl is one in whatever it stands', () => {
  expect(namesOf(['ab\u0003cd'])).toEqual(['a', 'b', 'ctrl+c', 'c', 'd']);
  expect(namesOf(['&\u0015mem'])).toEqual(['&', 'ctrl+u', 'm', 'e', 'm']);
  expect(namesOf(['j\u001aj\r'])).toEqual(['j', 'ctrl+z', 'j', 'enter']);
});

test('sequences that mean nothing here are no keys', () => {
  for (const unknown of [
    '\u001b[2~',
    '\u001b[11~',
    '\u001bOP',
    '\u001b[I',
    '\u001b[<0;12;4M',
    '\u001b[?62;c',
    '\u001b[5n',
  ]) {
    expect(namesOf([unknown])).toEqual([]);
    expect(namesOf([`${unknown}j`])).toEqual(['j']);
  }
});

test('a paste is one text, however many chunks it comes in and whatever is in it', () => {
  const { reports, pastes } = send(['j\u001b[200~rm -rf\r', 'y\u001b[A\u0003', 'end\u001b[20', '1~k'], 1_000);
  expect(pastes).toEqual(['rm -rf\ry\u001b[A\u0003end']);
  expect(reports).toEqual([
    ['j', {}],
    ['k', {}],
  ]);
});

test('a paste without an end takes no more than 64 KiB, and ends where its end comes', () => {
  const { pastes } = send(['\u001b[200~', ...Array.from({ length: 40 }, () => 'x'.repeat(4096)), '\u001b[20', '1~']);
  expect(pastes).toHaveLength(1);
  expect(pastes[0]?.length).toBeLessThanOrEqual(64 * 1024);
});

test('bytes of one character that come apart are that character', () => {
  const reports: string[] = [];
  let listen: (chunk: Buffer) => void = () => {};
  createInput(
    { on: (_, listener) => void (listen = listener) },
    { key: (text) => reports.push(text), paste: () => {} },
  );
  const bytes = Buffer.from('ж');
  listen(bytes.subarray(0, 1));
  listen(bytes.subarray(1));
  expect(reports).toEqual(['ж']);
});

test.each([
  ['right behind an Esc', ['\u001b\u001b[0n'], ['esc']],
  ['right before an Esc', ['\u001b[0n\u001b'], ['esc']],
  ['behind an Esc, in a chunk of its own', ['\u001b', '\u001b[0n'], ['esc']],
  ['torn behind an Esc', ['\u001b', '\u001b[0', 'n'], ['esc']],
  ['between two letters', ['j\u001b[0nk'], ['j', 'k']],
  ['between an arrow and a letter', ['\u001b[A\u001b[0nr'], ['up', 'r']],
])('an answer of the terminal %s is told as one, and takes no key with it', (_, chunks, keys) => {
  expect(namesOf(chunks)).toEqual(keys);
  let answers = 0;
  const input = createInput(null, { key: () => {}, paste: () => {}, status: () => void (answers += 1) });
  for (const chunk of chunks) input.push(chunk);
  expect(answers).toBe(1);
});
