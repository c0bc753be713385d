/**
 * The question before an action, as a pure state machine. Times are monotonic ms.
 *
 * Everything here is against acting by accident: keys count only when the person can have read the whole question,
 * Enter alone never acts, and what arrives as a chunk or a paste never confirms.
 */
import type { Ask } from '../actions/ask.ts';
import type { KeyFlags } from './keys.ts';

/** How long after its frame was written the prompt is deaf, so that keys meant for the screen below are lost. */
export const ARMING_MS = 300;
/** A decision this old is no longer one about what is on the screen. */
export const IDLE_MS = 30_000;
export const LIFE_MS = 120_000;
/** Longer than any name, pid or phrase. */
const TYPED_MAX = 120;

/** How the question fits a screen of that size: how many lines its text has, and how many of them are shown at once. */
export interface Fit {
  readonly columns: number;
  readonly rows: number;
  readonly total: number;
  readonly page: number;
}

interface PromptBase {
  readonly ask: Ask;
  readonly openedAt: number;
}

/** `opening`: it is deaf. `armed`: it takes keys. */
export interface OpenPrompt extends PromptBase {
  readonly state: 'opening' | 'armed';
  readonly fit: Fit;
  /** When it was first written to the terminal in this size; null until then. */
  readonly shownAt: number | null;
  /** When it was written for the first time of all; null until then. */
  readonly bornAt: number | null;
  readonly keyAt: number;
  readonly typed: string;
  /** Enter came on a wrong text. */
  readonly isMismatch: boolean;
  /** An answer came before the text was shown to its end. */
  readonly isHasty: boolean;
  /** The first line of the text that is shown. */
  readonly top: number;
  /** How many lines of the text, from its first, have been on the terminal in this size. */
  readonly seen: number;
}

export type Prompt =
  | OpenPrompt
  | (PromptBase & { readonly state: 'confirmed' })
  | (PromptBase & { readonly state: 'cancelled'; readonly reason: string })
  | (PromptBase & { readonly state: 'expired' });

export function openPrompt(ask: Ask, fit: Fit, at: number): OpenPrompt {
  return {
    ask,
    openedAt: at,
    state: 'opening',
    fit,
    shownAt: null,
    bornAt: null,
    keyAt: at,
    typed: '',
    isMismatch: false,
    isHasty: false,
    top: 0,
    seen: 0,
  };
}

/** `shown`, a state of this prompt, is on the terminal. One laid out for another size proves nothing any more. */
export function promptShown(prompt: Prompt, shown: Prompt, at: number): Prompt {
  if (!isOpen(prompt) || !isOpen(shown) || shown.ask !== prompt.ask || shown.fit !== prompt.fit) return prompt;
  const { total, page } = prompt.fit;
  const seen = shown.top <= prompt.seen ? Math.max(prompt.seen, Math.min(total, shown.top + page)) : prompt.seen;
  if (seen === prompt.seen && prompt.shownAt !== null) return prompt;
  const keyAt = prompt.bornAt === null ? at : prompt.keyAt;
  return { ...prompt, seen, keyAt, shownAt: prompt.shownAt ?? at, bornAt: prompt.bornAt ?? at };
}

/** The screen has another size, or was away: what was shown of it is not shown any more, and it is deaf again. */
export function promptRefitted(prompt: Prompt, fit: Fit): Prompt {
  return isOpen(prompt) ? { ...prompt, state: 'opening', fit, shownAt: null, top: 0, seen: 0 } : prompt;
}

/** Time passed: arms it, or lets it expire. */
export function promptTick(prompt: Prompt, at: number): Prompt {
  if (!isOpen(prompt)) return prompt;
  // A frame that is never written (a terminal that takes nothing) counts from when it was asked.
  if (msLeft(prompt, at) <= 0) return close(prompt, { state: 'expired' });
  const { state, shownAt } = prompt;
  if (state === 'armed' || shownAt === null || at - shownAt < ARMING_MS) return prompt;
  return { ...prompt, state: 'armed' };
}

/** How long it stays open without a key, in ms; null when it is over. */
export function promptMsLeft(prompt: Prompt, at: number): number | null {
  return isOpen(prompt) ? Math.max(0, msLeft(prompt, at)) : null;
}

/** Whether all of its text has been on the terminal in this size. */
export function isRead(prompt: OpenPrompt): boolean {
  return prompt.seen >= prompt.fit.total;
}

function isOpen(prompt: Prompt): prompt is OpenPrompt {
  return prompt.state === 'opening' || prompt.state === 'armed';
}

function msLeft(prompt: OpenPrompt, at: number): number {
  return Math.min(prompt.keyAt + IDLE_MS, (prompt.bornAt ?? prompt.openedAt) + LIFE_MS) - at;
}

/** A paste, however it was announced: it keeps the prompt open and does nothing else. */
export function promptPasted(prompt: Prompt, at: number): Prompt {
  const now = promptTick(prompt, at);
  return now.state === 'armed' ? { ...now, keyAt: at } : now;
}

/**
 * One report of the keyboard, whole: splitting it into single keys first would make a chunk like `ry` confirm.
 */
export function promptKey(prompt: Prompt, input: string, key: KeyFlags, at: number): Prompt {
  const now = promptTick(prompt, at);
  if (now.state !== 'armed') return now;
  // Two Esc in one chunk arrive with the flag of Alt, Esc and a letter likewise: whoever hits Esc wants out.
  if (key.escape || key.meta || input.includes('\u001b')) return cancelled(now);
  if (key.ctrl && input === 'c') return cancelled(now);
  const touched: OpenPrompt = { ...now, keyAt: at };
  const by = scrolledBy(touched, input, key);
  if (by !== 0) return scroll(touched, by);
  return now.ask.answer.kind === 'y' ? answerYes(touched, input, key) : answerTyped(touched, input, key);
}

/** How many lines a key scrolls; 0 for one that does not. While a text is typed letters are letters. */
function scrolledBy({ ask, fit }: OpenPrompt, input: string, key: KeyFlags): number {
  const page = Math.max(1, fit.page);
  const isTyped = ask.answer.kind === 'type';
  if (key.upArrow) return -1;
  if (key.downArrow) return 1;
  if (key.pageUp) return -page;
  if (key.pageDown) return page;
  if (isTyped || isModified(key)) return 0;
  if (/^j+$/.test(input)) return input.length;
  if (/^k+$/.test(input)) return -input.length;
  return input === ' ' ? page : 0;
}

/** Never past what was on the terminal: no line is skipped by scrolling fast. */
function scroll(prompt: OpenPrompt, by: number): OpenPrompt {
  const last = Math.max(0, Math.min(prompt.fit.total - prompt.fit.page, prompt.seen));
  return { ...prompt, top: Math.max(0, Math.min(prompt.top + by, last)) };
}

function answerYes(prompt: OpenPrompt, input: string, key: KeyFlags): Prompt {
  // Cancel is the default.
  if (key.return) return cancelled(prompt);
  if (isModified(key)) return prompt;
  if (input === 'y') return isRead(prompt) ? close(prompt, { state: 'confirmed' }) : { ...prompt, isHasty: true };
  if (input === 'n' || input === 'q') return cancelled(prompt);
  return prompt;
}

function answerTyped(prompt: OpenPrompt, input: string, key: KeyFlags): Prompt {
  const { answer } = prompt.ask;
  if (answer.kind !== 'type') return prompt;
  if (key.backspace || key.delete)
    return { ...prompt, typed: [...prompt.typed].slice(0, -1).join(''), isMismatch: false };
  if (key.ctrl && input === 'u') return { ...prompt, typed: '', isMismatch: false };
  if (key.return) {
    if (!isRead(prompt)) return { ...prompt, isHasty: true };
    if (answer.texts.includes(prompt.typed.trim())) return close(prompt, { state: 'confirmed' });
    return { ...prompt, isMismatch: prompt.typed !== '' };
  }
  if (isModified(key) || input === '' || /\p{Cc}/u.test(input)) return prompt;
  if (!isRead(prompt)) return { ...prompt, isHasty: true };
  // A slow link joins two keys into one report; a report that holds a whole answer of several letters was pasted.
  if (input.length > 1 && answer.texts.some((text) => input.includes(text))) return prompt;
  const typed = prompt.typed + input;
  return typed.length > TYPED_MAX ? prompt : { ...prompt, typed, isMismatch: false };
}

function isModified(key: KeyFlags): boolean {
  return Boolean(key.ctrl || key.tab || key.leftArrow || key.rightArrow || key.home || key.end);
}

function cancelled(prompt: OpenPrompt): Prompt {
  return close(prompt, { state: 'cancelled', reason: 'cancelled' });
}

function close<S>(prompt: Prompt, next: S): PromptBase & S {
  return { ask: prompt.ask, openedAt: prompt.openedAt, ...next };
}
