import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Risk } from '../../src/actions/action.ts';
import { type Ask, buildAsk } from '../../src/actions/ask.ts';
import { restart } from '../../src/actions/restart.ts';
import { botTarget } from '../../src/actions/target.ts';
import type { InkKey } from '../../src/ui/keys.ts';
import {
  openPrompt,
  type Prompt,
  promptKey,
  promptMsLeft,
  promptPasted,
  promptShown,
  promptTick,
} from '../../src/ui/prompt.ts';
import { makeBot, NOON } from '../helpers/bots.ts';

const bots = (count: number) => Array.from({ length: count }, (_, id) => botTarget(makeBot({ id, name: `bot-${id}` })));

function askOf(risk: Risk, count = 1): Ask {
  return buildAsk({
    id: 'x',
    action: { ...restart, risk: () => risk, phrase: () => 'flush bot-0' },
    targets: bots(count),
    notes: [],
    preparation: null,
    shell: { pm2Home: '/home/ops/.pm2', user: 'ops' },
    at: NOON,
  });
}

const SHOWN = 1000;
const ARMED = SHOWN + 300;
const NONE: InkKey = {};
const ENTER: InkKey = { return: true };

const shown = (ask: Ask = askOf('R1')) => promptShown(openPrompt(ask, SHOWN - 50), SHOWN);
const type = (prompt: Prompt, text: string, at = ARMED) =>
  [...text].reduce((now, char) => promptKey(now, char, NONE, at), prompt);
const enter = (prompt: Prompt, at = ARMED) => promptKey(prompt, '\r', ENTER, at);

test('y confirms one target, once it was on the screen for 300 ms', () => {
  expect(promptKey(shown(), 'y', NONE, ARMED).state).toBe('confirmed');
  expect(promptKey(shown(), 'y', NONE, ARMED - 1).state).toBe('opening');
});

test('a frame that was never written never lets a key in', () => {
  const unseen = openPrompt(askOf('R1'), 0);
  expect(promptKey(unseen, 'y', NONE, 20_000).state).toBe('opening');
  expect(promptTick(unseen, 30_000).state).toBe('expired');
});

test('a frame written again, after a resize, does not start the 300 ms anew', () => {
  expect(promptKey(promptShown(shown(), ARMED - 10), 'y', NONE, ARMED).state).toBe('confirmed');
});

test('Enter alone never acts: with y it cancels, with a text it does nothing', () => {
  expect(enter(shown()).state).toBe('cancelled');
  expect(enter(shown(askOf('R2', 3))).state).toBe('armed');
  expect(enter(shown(askOf('R3'))).state).toBe('armed');
});

test('the action key, twice or held, does not confirm', () => {
  expect(type(shown(), 'rr').state).toBe('armed');
  expect(promptKey(shown(), 'rrrr', NONE, ARMED).state).toBe('armed');
});

test('a chunk that holds a y never confirms', () => {
  for (const chunk of ['ry', 'yy', 'y\r', ' y', 'Y']) {
    expect(promptKey(shown(), chunk, NONE, ARMED).state).toBe('armed');
  }
  expect(promptKey(shown(), 'y', { ctrl: true }, ARMED).state).toBe('armed');
  expect(promptKey(shown(), 'y', { meta: true }, ARMED).state).toBe('armed');
});

test('Esc, n and q cancel; while a text is typed n and q are letters', () => {
  expect(promptKey(shown(), '', { escape: true }, ARMED).state).toBe('cancelled');
  expect(type(shown(), 'n').state).toBe('cancelled');
  expect(type(shown(), 'q').state).toBe('cancelled');
  const typed = type(shown(askOf('R2')), 'nq');
  expect(typed).toMatchObject({ state: 'armed', typed: 'nq' });
  expect(promptKey(typed, '', { escape: true }, ARMED).state).toBe('cancelled');
});

test('several: their number and Enter confirm, another number does not and says so', () => {
  expect(enter(type(shown(askOf('R2', 12)), '12')).state).toBe('confirmed');
  const wrong = enter(type(shown(askOf('R2', 12)), '13'));
  expect(wrong).toMatchObject({ state: 'armed', isMismatch: true });
  const mended = type(promptKey(wrong, '', { backspace: true }, ARMED), '2');
  expect(mended).toMatchObject({ isMismatch: false });
  expect(enter(mended).state).toBe('confirmed');
});

test('one wide target: its name or its pid', () => {
  expect(enter(type(shown(askOf('R2')), 'bot-0')).state).toBe('confirmed');
  expect(enter(type(shown(askOf('R2')), '4211')).state).toBe('confirmed');
  expect(enter(type(shown(askOf('R2')), 'bot-')).state).toBe('armed');
});

test('a name no plain keyboard types is never asked for', () => {
  const ask = buildAsk({
    id: 'x',
    action: { ...restart, risk: () => 'R2' },
    targets: [botTarget(makeBot({ name: '🤖 бот' }))],
    notes: [],
    preparation: null,
    shell: { pm2Home: '/home/ops/.pm2', user: 'ops' },
    at: NOON,
  });
  expect(ask.answer).toEqual({ kind: 'type', texts: ['4211'] });
});

test('what destroys wants its whole phrase', () => {
  expect(enter(type(shown(askOf('R3')), 'flush bot-0')).state).toBe('confirmed');
  expect(enter(type(shown(askOf('R3')), 'flush')).state).toBe('armed');
});

test('a paste never confirms, announced or not', () => {
  const prompt = shown(askOf('R3'));
  expect(promptPasted(prompt, ARMED)).toMatchObject({ state: 'armed', typed: '' });
  expect(enter(promptKey(prompt, 'flush bot-0', NONE, ARMED)).state).toBe('armed');
  expect(promptKey(prompt, 'flush bot-0\r', NONE, ARMED)).toMatchObject({ state: 'armed', typed: '' });
  expect(promptPasted(shown(), ARMED).state).toBe('armed');
});

test('letters that a slow link joins are still typed', () => {
  const prompt = shown(askOf('R3'));
  const typed = ['fl', 'ush', ' bot', '-0'].reduce((now, chunk) => promptKey(now, chunk, NONE, ARMED), prompt);
  expect(enter(typed).state).toBe('confirmed');
});

test('it expires after 30 s without a key, and after two minutes whatever is typed', () => {
  const prompt = promptTick(shown(askOf('R2')), ARMED);
  expect(promptTick(prompt, SHOWN + 29_999).state).toBe('armed');
  expect(promptTick(prompt, SHOWN + 30_000).state).toBe('expired');
  let kept = prompt;
  for (let at = SHOWN + 10_000; at < SHOWN + 120_000; at += 10_000) kept = promptKey(kept, 'x', NONE, at);
  expect(kept.state).toBe('armed');
  expect(promptMsLeft(kept, SHOWN + 115_000)).toBe(5000);
  expect(promptTick(kept, SHOWN + 120_000).state).toBe('expired');
  expect(promptKey(shown(), 'y', NONE, SHOWN + 30_000).state).toBe('expired');
});

test('what is over stays over', () => {
  const cancelled = promptKey(shown(), '', { escape: true }, ARMED);
  expect(type(cancelled, 'y')).toBe(cancelled);
  expect(promptTick(cancelled, ARMED + 60_000)).toBe(cancelled);
});

const anyInput = fc.oneof(
  fc.constantFrom('y', 'Y', 'r', 'ry', '\r', 'y\r', 'n', '1', '3', '3\r', 'bot-0', 'flush bot-0', ''),
  fc.string({ maxLength: 12 }),
);
const anyKey: fc.Arbitrary<InkKey> = fc.constantFrom<InkKey>(
  {},
  {},
  ENTER,
  { escape: true },
  { ctrl: true },
  { downArrow: true },
);
const anyAsk = fc.constantFrom(askOf('R1'), askOf('R2'), askOf('R2', 3), askOf('R3'));

test('no sequence of keys within 300 ms of the frame confirms or even cancels', () => {
  const keys = fc.array(fc.tuple(anyInput, anyKey, fc.integer({ min: -500, max: 299 })), { maxLength: 40 });
  fc.assert(
    fc.property(anyAsk, keys, (ask, events) => {
      const inOrder = [...events].sort((a, b) => a[2] - b[2]);
      let prompt = openPrompt(ask, SHOWN - 500);
      for (const [input, key, offset] of inOrder) {
        if (offset >= 0) prompt = promptShown(prompt, SHOWN);
        prompt = promptKey(prompt, input, key, SHOWN + offset);
        expect(prompt.state).toBe('opening');
      }
    }),
  );
});

function isRightAnswer(ask: Ask, before: Prompt, input: string, key: InkKey): boolean {
  const { answer } = ask;
  if (answer.kind === 'y') return input === 'y' && !key.return;
  return key.return === true && before.state === 'armed' && answer.texts.includes(before.typed.trim());
}

test('whatever is typed, only a y of its own, or Enter on the right text, confirms', () => {
  const keys = fc.array(fc.tuple(anyInput, anyKey), { maxLength: 40 });
  fc.assert(
    fc.property(anyAsk, keys, (ask, events) => {
      let prompt = promptTick(shown(ask), ARMED);
      for (const [input, key] of events) {
        const before = prompt;
        prompt = promptKey(before, input, key, ARMED);
        const isNewlyConfirmed = prompt.state === 'confirmed' && before.state !== 'confirmed';
        expect(isNewlyConfirmed && !isRightAnswer(ask, before, input, key)).toBe(false);
      }
    }),
  );
});
