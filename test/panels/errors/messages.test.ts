import { expect, test } from 'vitest';
import { rowMessages } from '../../../src/panels/errors/messages.ts';
import type { ErrorGroup } from '../../../src/state/errors.ts';
import { truncate } from '../../../src/text/width.ts';

const groupOf = (message: string, code: string | null = null): ErrorGroup =>
  ({ code, last: { message } }) as unknown as ErrorGroup;
const messagesOf = (width: number, ...texts: readonly string[]): readonly string[] =>
  rowMessages(
    texts.map((text) => groupOf(text)),
    width,
    true,
  ).map((text) => truncate(text, width));

test.each([
  ['ERR_STREAM_DESTROYED', 'Error [ERR_STREAM_DESTROYED]: Cannot call write', 'Cannot call write'],
  ['ECONNREFUSED', 'ECONNREFUSED: the help desk', 'the help desk'],
  ['DB003', 'DB003 letter is lost', 'letter is lost'],
  ['ECONNRESET', 'read ECONNRESET', 'read ECONNRESET'],
  ['TG401', 'TelegramError: 401: Unauthorized', 'TelegramError: 401: Unauthorized'],
  ['OOM', 'OOM', 'OOM'],
])('the code %s is not said again in %j', (code, message, shown) => {
  expect(rowMessages([groupOf(message, code)], 40, true)).toEqual([shown]);
  expect(rowMessages([groupOf(message, code)], 40, false)).toEqual([message]);
});

test('messages that are the same where they are cut show the word in which they differ', () => {
  expect(
    messagesOf(
      30,
      'Cannot call write after a stream was destroyed',
      'Cannot call write after a stream was ended',
      'something else that is long enough to be cut',
    ),
  ).toEqual(['Cannot call…destroyed', 'Cannot call…ended', 'something else that is long e…']);
});

test('of three each is told from the one it is most like', () => {
  const begin = 'the queue of the worker could not be emptied';
  const shown = messagesOf(30, `${begin} by alpha today`, `${begin} by alpha tomorrow`, `${begin} for beta`);
  expect(new Set(shown).size).toBe(3);
  expect(shown).toEqual(['the queue of…today', 'the queue of…tomorrow', 'the queue of…for beta']);
});

test('what is short, or not cut alike, stays as it is', () => {
  expect(messagesOf(30, 'one', 'two', 'one more')).toEqual(['one', 'two', 'one more']);
  expect(messagesOf(0, 'one', 'two')).toEqual(['', '']);
});
