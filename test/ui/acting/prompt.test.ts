import { expect, test } from 'vitest';
import type { Risk } from '../../../src/actions/action.ts';
import type { Ask } from '../../../src/actions/ask.ts';
import { restart } from '../../../src/actions/restart.ts';
import { botTarget } from '../../../src/actions/target.ts';
import {
  type Fit,
  openPrompt,
  type Prompt,
  promptKey,
  promptMsLeft,
  promptPasted,
  promptRefitted,
  promptShown,
  promptTick,
} from '../../../src/ui/acting/prompt.ts';
import type { KeyFlags } from '../../../src/ui/keys/keys.ts';
import { makeAsk } from '../../helpers/asks.ts';
import { makeBot } from '../../helpers/bots.ts';
import fc from '../../helpers/fast-check.ts';

const bots = (count: number) => Array.from({ length: count }, (_, id) => botTarget(makeBot({ id, name: `bot-${id}` })));

function askOf(risk: Risk, count = 1): Ask {
  return makeAsk({ ...restart, risk: () => risk, phrase: () => 'flush bot-0' }, bots(count));
}

const SHOWN = 1000;
const ARMED = SHOWN + 300;
const NONE: KeyFlags = {};
const ENTER: KeyFlags = { return: true };

const WHOLE: Fit = { columns: 80, rows: 24, total: 9, page: 9 };
/** Three pages of four lines, the last of them shorter. */
const LOW: Fit = { columns: 38, rows: 10, total: 10, page: 4 };
const show = (prompt: Prompt, at: number) => promptShown(prompt, prompt, at);
const shown = (ask: Ask = askOf('R1'), fit = WHOLE) => show(openPrompt(ask, fit, SHOWN - 50), SHOWN);
const type = (prompt: Prompt, text: string, at = ARMED) =>
  [...text].reduce((now, char) => promptKey(now, char, NONE, at), prompt);
const enter = (prompt: Prompt, at = ARMED) => promptKey(prompt, '\r', ENTER, at);

test('y confirms one target, once it was on the screen for 300 ms', () => {
  expect(promptKey(shown(), 'y', NONE, ARMED).state).toBe('confirmed');
  expect(promptKey(shown(), 'y', NONE, ARMED - 1).state).toBe('opening');
});

test('a frame that was never written never lets a key in', () => {
  const unseen = openPrompt(askOf('R1'), WHOLE, 0);
  expect(promptKey(unseen, 'y', NONE, 20_000).state).toBe('opening');
  expect(promptTick(unseen, 30_000).state).toBe('expired');
});

test('the same frame written again does not start the 300 ms anew', () => {
  expect(promptKey(show(shown(), ARMED - 10), 'y', NONE, ARMED).state).toBe('confirmed');
});

test('after a resize it is deaf until 300 ms after it was written in the new size; what was typed is kept', () => {
  const typed = type(shown(askOf('R2', 3)), '3');
  const refitted = promptRefitted(typed, { ...WHOLE, columns: 40 });
  expect(enter(refitted, ARMED + 5000).state).toBe('opening');
  // A frame of the old size that comes late shows nothing of the new one.
  expect(promptShown(refitted, typed, ARMED + 5000)).toBe(refitted);
  const again = show(refitted, ARMED + 6000);
  expect(enter(again, ARMED + 6299).state).toBe('opening');
  expect(enter(again, ARMED + 6300).state).toBe('confirmed');
});

test('a resize does not prolong its life', () => {
  const refitted = show(promptRefitted(promptTick(shown(), ARMED), WHOLE), SHOWN + 29_000);
  expect(promptTick(refitted, SHOWN + 30_000).state).toBe('expired');
});

test('what does not fit is confirmed only once all of it was on the terminal', () => {
  const low = promptTick(shown(askOf('R1'), LOW), ARMED);
  expect(promptKey(low, 'y', NONE, ARMED)).toMatchObject({ state: 'armed', isHasty: true });
  // Scrolled in one chunk, without a frame between: the lines in the middle were on no screen.
  const leapt = [1, 2, 3].reduce<Prompt>((now) => promptKey(now, '', { pageDown: true }, ARMED), low);
  expect(leapt).toMatchObject({ top: 4 });
  expect(promptKey(leapt, 'y', NONE, ARMED).state).toBe('armed');
  const second = show(leapt, ARMED);
  expect(promptKey(second, 'y', NONE, ARMED).state).toBe('armed');
  const last = show(promptKey(second, '', { pageDown: true }, ARMED), ARMED);
  expect(last).toMatchObject({ top: 6, seen: 10 });
  expect(promptKey(last, 'y', NONE, ARMED).state).toBe('confirmed');
  // Back at the top it has still been read.
  expect(promptKey(promptKey(last, '', { pageUp: true }, ARMED), 'y', NONE, ARMED).state).toBe('confirmed');
});

test('nothing is typed into a question that was not read to its end', () => {
  const low = type(shown(askOf('R2', 3), LOW), '3');
  expect(low).toMatchObject({ state: 'armed', typed: '', isHasty: true });
  expect(enter(low).state).toBe('armed');
});

test('Enter alone never acts: with y it cancels, with a text it does nothing', () => {
  expect(enter(shown()).state).toBe('cancelled');
  expect(enter(shown(askOf('R2', 3))).state).toBe('armed');
  expect(enter(shown(askOf('R3'))).state).toBe('armed');
});

test('the action key, twice or held, does not confirm, and makes it deaf again', () => {
  expect(type(shown(), 'rr').state).toBe('opening');
  const held = promptKey(shown(), 'rrrr', NONE, ARMED);
  expect(promptKey(held, 'y', NONE, ARMED + 299).state).toBe('opening');
  expect(promptKey(held, 'y', NONE, ARMED + 300).state).toBe('confirmed');
});

test('Enter while it is deaf keeps it deaf, as a letter does', () => {
  const entered = enter(shown(), SHOWN + 150);
  expect(promptKey(entered, 'y', NONE, ARMED).state).toBe('opening');
  expect(promptKey(entered, 'y', NONE, SHOWN + 450).state).toBe('confirmed');
});

test('a chunk that holds a y never confirms', () => {
  for (const chunk of ['ry', 'yy', 'y\r', ' y', 'Y']) {
    expect(promptKey(shown(), chunk, NONE, ARMED).state).toBe('opening');
  }
  expect(promptKey(shown(), 'y', { ctrl: true }, ARMED).state).toBe('armed');
});

test('Esc, n and q cancel; while a text is typed n and q are letters', () => {
  expect(promptKey(shown(), '', { escape: true }, ARMED).state).toBe('cancelled');
  expect(type(shown(), 'n').state).toBe('cancelled');
  expect(type(shown(), 'q').state).toBe('cancelled');
  const typed = type(shown(askOf('R2')), 'nq');
  expect(typed).toMatchObject({ state: 'armed', typed: 'nq' });
  expect(promptKey(typed, '', { escape: true }, ARMED).state).toBe('cancelled');
});

test('whatever report an Esc is in, it cancels: two in one chunk, one joined to a letter', () => {
  expect(promptKey(shown(), '', { escape: true, meta: true }, ARMED).state).toBe('cancelled');
  expect(promptKey(shown(), '\u001b', { escape: true }, ARMED).state).toBe('cancelled');
  expect(promptKey(shown(), '\u001b', NONE, ARMED).state).toBe('cancelled');
  expect(promptKey(shown(), 'y', { meta: true }, ARMED).state).toBe('cancelled');
  expect(promptKey(shown(askOf('R3')), 'f', { meta: true }, ARMED).state).toBe('cancelled');
});

test('several: their number and Enter confirm, another number does not and says so', () => {
  expect(enter(type(shown(askOf('R2', 12)), '12')).state).toBe('confirmed');
  const wrong = enter(type(shown(askOf('R2', 12)), '13'));
  expect(wrong).toMatchObject({ state: 'armed', isMismatch: 'wrong' });
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
  const ask = makeAsk({ ...restart, risk: () => 'R2' }, [botTarget(makeBot({ name: '🤖 бот' }))]);
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
const anyKey: fc.Arbitrary<KeyFlags> = fc.constantFrom<KeyFlags>(
  {},
  {},
  ENTER,
  { escape: true },
  { ctrl: true },
  { downArrow: true },
);
const anyAsk = fc.constantFrom(askOf('R1'), askOf('R2'), askOf('R2', 3), askOf('R3'));

test('no sequence of keys within 300 ms of the frame confirms, and none but Esc or a typed text cancels', () => {
  const keys = fc.array(fc.tuple(anyInput, anyKey, fc.integer({ min: -500, max: 299 })), { maxLength: 40 });
  fc.assert(
    fc.property(anyAsk, keys, (ask, events) => {
      const inOrder = [...events].sort((a, b) => a[2] - b[2]);
      let prompt: Prompt = openPrompt(ask, WHOLE, SHOWN - 500);
      for (const [input, key, offset] of inOrder) {
        if (offset >= 0) prompt = show(prompt, SHOWN);
        prompt = promptKey(prompt, input, key, SHOWN + offset);
        expect(prompt.state).toMatch(/^(?:opening|cancelled)$/);
        if (prompt.state !== 'cancelled') continue;
        const isTypedInto = ask.answer.kind === 'y' && prompt.reason !== 'cancelled';
        expect(isTypedInto || key.escape || input.includes('\u001b') || (key.ctrl && input === 'c')).toBe(true);
        break;
      }
    }),
  );
});

function isRightAnswer(ask: Ask, before: Prompt, input: string, key: KeyFlags): boolean {
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

test('a typed answer that comes at once counts for nothing, and it is said until a key comes', () => {
  const armed = type(shown(askOf('R2')), 'b');
  const pasted = promptKey(promptKey(armed, '', { backspace: true }, ARMED), 'bot-0', NONE, ARMED);
  expect(pasted).toMatchObject({ state: 'armed', typed: '', isMismatch: 'pasted' });
  expect(enter(pasted).state).toBe('armed');
  expect(type(pasted, 'b')).toMatchObject({ typed: 'b', isMismatch: false });
});
