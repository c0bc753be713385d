/**
 * The question before an action, as a pure state machine. Times are monotonic ms.
 *
 * Everything here is against acting by accident: keys count only when the person can have read the question, Enter
 * alone never acts, and what arrives as a chunk or a paste never confirms.
 */
import type { Ask } from '../actions/ask.ts';
import type { InkKey } from './keys.ts';

/** How long after its frame was written the prompt is deaf, so that keys meant for the screen below are lost. */
export const ARMING_MS = 300;
/** A decision this old is no longer one about what is on the screen. */
export const IDLE_MS = 30_000;
export const LIFE_MS = 120_000;
/** Longer than any name, pid or phrase. */
const TYPED_MAX = 120;

interface PromptBase {
  readonly ask: Ask;
  readonly openedAt: number;
}

/** `typed`, `top` (the first target shown) and `isMismatch` (Enter on a wrong text) are what the person did so far. */
export interface ArmedPrompt extends PromptBase {
  readonly state: 'armed';
  readonly shownAt: number;
  readonly keyAt: number;
  readonly typed: string;
  readonly top: number;
  readonly isMismatch: boolean;
}

export type Prompt =
  | (PromptBase & {
      readonly state: 'opening' /** When its frame was written; null until then. */;
      readonly shownAt: number | null;
    })
  | ArmedPrompt
  | (PromptBase & { readonly state: 'confirmed' })
  | (PromptBase & { readonly state: 'cancelled'; readonly reason: string })
  | (PromptBase & { readonly state: 'expired' });

export function openPrompt(ask: Ask, at: number): Prompt {
  return { ask, openedAt: at, state: 'opening', shownAt: null };
}

/** Its frame was written to the terminal. Only the first time counts. */
export function promptShown(prompt: Prompt, at: number): Prompt {
  return prompt.state === 'opening' && prompt.shownAt === null ? { ...prompt, shownAt: at } : prompt;
}

/** Time passed: arms it, or lets it expire. */
export function promptTick(prompt: Prompt, at: number): Prompt {
  if (prompt.state === 'opening') {
    const { shownAt } = prompt;
    // Never shown (a terminal that takes nothing): nobody can answer it.
    if (shownAt === null || at < shownAt)
      return at - prompt.openedAt >= IDLE_MS ? close(prompt, { state: 'expired' }) : prompt;
    if (at - shownAt < ARMING_MS) return prompt;
    const armed: ArmedPrompt = {
      ...close(prompt, { state: 'armed' }),
      shownAt,
      keyAt: shownAt,
      typed: '',
      top: 0,
      isMismatch: false,
    };
    return promptTick(armed, at);
  }
  if (prompt.state !== 'armed') return prompt;
  return msLeft(prompt, at) <= 0 ? close(prompt, { state: 'expired' }) : prompt;
}

/** How long it stays open without a key, in ms; null unless it is armed. */
export function promptMsLeft(prompt: Prompt, at: number): number | null {
  return prompt.state === 'armed' ? Math.max(0, msLeft(prompt, at)) : null;
}

function msLeft(prompt: ArmedPrompt, at: number): number {
  return Math.min(prompt.keyAt + IDLE_MS, prompt.shownAt + LIFE_MS) - at;
}

/** A paste, however it was announced: it keeps the prompt open and does nothing else. */
export function promptPasted(prompt: Prompt, at: number): Prompt {
  const now = promptTick(prompt, at);
  return now.state === 'armed' ? { ...now, keyAt: at } : now;
}

/**
 * One report of Ink's `useInput`, whole: splitting it into single keys first would make a chunk like `ry` confirm.
 */
export function promptKey(prompt: Prompt, input: string, key: InkKey, at: number): Prompt {
  const now = promptTick(prompt, at);
  if (now.state !== 'armed') return now;
  const touched: ArmedPrompt = { ...now, keyAt: at };
  if (key.escape && input === '') return close(now, { state: 'cancelled', reason: 'cancelled' });
  if (key.ctrl && input === 'c') return close(now, { state: 'cancelled', reason: 'cancelled' });
  if (key.upArrow) return { ...touched, top: Math.max(0, now.top - 1) };
  if (key.downArrow) return { ...touched, top: Math.min(now.ask.targets.length - 1, now.top + 1) };
  return now.ask.answer.kind === 'y' ? answerYes(touched, input, key) : answerTyped(touched, input, key);
}

function answerYes(prompt: ArmedPrompt, input: string, key: InkKey): Prompt {
  // Cancel is the default.
  if (key.return) return close(prompt, { state: 'cancelled', reason: 'cancelled' });
  if (isModified(key)) return prompt;
  if (input === 'y') return close(prompt, { state: 'confirmed' });
  if (input === 'n' || input === 'q') return close(prompt, { state: 'cancelled', reason: 'cancelled' });
  return prompt;
}

function answerTyped(prompt: ArmedPrompt, input: string, key: InkKey): Prompt {
  const { answer } = prompt.ask;
  if (answer.kind !== 'type') return prompt;
  if (key.return) {
    if (answer.texts.includes(prompt.typed.trim())) return close(prompt, { state: 'confirmed' });
    return { ...prompt, isMismatch: prompt.typed !== '' };
  }
  if (key.backspace || key.delete)
    return { ...prompt, typed: [...prompt.typed].slice(0, -1).join(''), isMismatch: false };
  if (key.ctrl && input === 'u') return { ...prompt, typed: '', isMismatch: false };
  if (isModified(key) || input === '' || /\p{Cc}/u.test(input)) return prompt;
  // A slow link joins two keys into one report; a report that holds a whole answer of several letters was pasted.
  if (input.length > 1 && answer.texts.some((text) => input.includes(text))) return prompt;
  const typed = prompt.typed + input;
  return typed.length > TYPED_MAX ? prompt : { ...prompt, typed, isMismatch: false };
}

function isModified(key: InkKey): boolean {
  return Boolean(
    key.ctrl || key.meta || key.tab || key.escape || key.leftArrow || key.rightArrow || key.pageUp || key.pageDown,
  );
}

function close<S>(prompt: Prompt, next: S): PromptBase & S {
  return { ask: prompt.ask, openedAt: prompt.openedAt, ...next };
}
