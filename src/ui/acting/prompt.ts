/**
 * The question before an action, as a pure state machine. Times are monotonic ms.
 *
 * Everything here is against acting by accident: keys count only when the person can have read the whole question,
 * Enter alone never acts, and what arrives as a chunk or a paste never confirms.
 */
import type { Ask } from '../../actions/ask.ts';
import type { KeyFlags } from '../keys/keys.ts';

/** How long after its frame was written the prompt is deaf, so that keys meant for the screen below are lost. */
export const ARMING_MS = 300;
/** A decision this old is no longer one about what is on the screen. */
export const IDLE_MS = 30_000;
export const LIFE_MS = 120_000;
/** Nobody who types a text stops for so long between two letters; whoever chooses a key has. */
export const PAUSE_MS = 800;
/** Letters that answer nothing until it is plain that a text is being typed. */
const MOST_STRAYS = 2;
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

/**
 * `reading`: what is known is shown while it is read again, and nothing answers it. `refused`: that found a reason why
 * nothing is asked. `opening`: it is deaf. `armed`: it takes keys.
 */
export interface OpenPrompt extends PromptBase {
  readonly state: 'reading' | 'refused' | 'opening' | 'armed';
  /** Why nothing is asked after all; null unless `refused`. */
  readonly refusal: string | null;
  readonly fit: Fit;
  /** When it was first written to the terminal in this size; null until then, and while it is read again. */
  readonly shownAt: number | null;
  /** When it was written for the first time of all; null until then. */
  readonly bornAt: number | null;
  readonly keyAt: number;
  /** The last key that was dropped or answers nothing: it is deaf for a pause from then on. Null without one. */
  readonly strayAt: number | null;
  /** How many letters came that answer nothing. */
  readonly strays: number;
  /** Somebody seems to be typing a text: the pause must be one that nobody makes between two letters. */
  readonly isGuarded: boolean;
  /** An answer was dropped, since it came too soon. */
  readonly isRushed: boolean;
  readonly typed: string;
  /** Enter came on a wrong text, or the whole of the right one at once, as no hand types it. */
  readonly isMismatch: false | 'wrong' | 'pasted';
  /** An answer came before the text was shown to its end. */
  readonly isHasty: boolean;
  /** The first line of the text that is shown. */
  readonly top: number;
  /** How many lines of the text, from its first, have been on the terminal in this size. */
  readonly seen: number;
}

/** `dismissed`: a refusal that was read. */
export type Prompt =
  | OpenPrompt
  | (PromptBase & { readonly state: 'confirmed' })
  | (PromptBase & { readonly state: 'cancelled'; readonly reason: string })
  | (PromptBase & { readonly state: 'dismissed'; readonly refusal: string })
  | (PromptBase & { readonly state: 'expired' });

/** `isGuarded`: the key that asked for it came among letters, as of a text that is typed. */
export function openPrompt(ask: Ask, fit: Fit, at: number, isGuarded = false): OpenPrompt {
  return {
    ask,
    openedAt: at,
    state: 'opening',
    refusal: null,
    fit,
    shownAt: null,
    bornAt: null,
    keyAt: at,
    strayAt: isGuarded ? at : null,
    strays: 0,
    isGuarded,
    isRushed: false,
    typed: '',
    isMismatch: false,
    isHasty: false,
    top: 0,
    seen: 0,
  };
}

/** What is known, while it is read again. */
export function readingPrompt(sketch: Ask, fit: Fit, at: number, isGuarded: boolean): OpenPrompt {
  return { ...openPrompt(sketch, fit, at, isGuarded), state: 'reading' };
}

/** It was read again: from here on it is the question, and its time begins when it is on the terminal. */
export function promptRead(prompt: OpenPrompt, ask: Ask, fit: Fit, at: number): OpenPrompt {
  return { ...prompt, ask, fit, state: 'opening', keyAt: at };
}

/** It was read again, and nothing is asked. */
export function promptRefused(prompt: OpenPrompt, refusal: string, fit: Fit, at: number): OpenPrompt {
  return { ...prompt, refusal, fit, state: 'refused', keyAt: at };
}

/** `shown`, a state of this prompt, is on the terminal. One laid out for another size proves nothing any more. */
export function promptShown(prompt: Prompt, shown: Prompt, at: number): Prompt {
  if (!isOpen(prompt) || !isOpen(shown) || shown.ask !== prompt.ask || shown.fit !== prompt.fit) return prompt;
  if (prompt.state === 'reading') return prompt;
  const { total, page } = prompt.fit;
  const seen = shown.top <= prompt.seen ? Math.max(prompt.seen, Math.min(total, shown.top + page)) : prompt.seen;
  if (seen === prompt.seen && prompt.shownAt !== null) return prompt;
  const keyAt = prompt.bornAt === null ? at : prompt.keyAt;
  return { ...prompt, seen, keyAt, shownAt: prompt.shownAt ?? at, bornAt: prompt.bornAt ?? at };
}

/** The screen has another size, or was away: what was shown of it is not shown any more, and it is deaf again. */
export function promptRefitted(prompt: Prompt, fit: Fit): Prompt {
  if (!isOpen(prompt)) return prompt;
  const state = prompt.state === 'armed' ? 'opening' : prompt.state;
  return { ...prompt, state, fit, shownAt: null, top: 0, seen: 0 };
}

/** Time passed: arms it, or lets it expire. */
export function promptTick(prompt: Prompt, at: number): Prompt {
  if (!isOpen(prompt)) return prompt;
  // A frame that is never written (a terminal that takes nothing) counts from when it was asked.
  if (msLeft(prompt, at) <= 0)
    return prompt.state === 'refused' ? dismissed(prompt) : close(prompt, { state: 'expired' });
  const hearsAt = promptHearsAt(prompt);
  if (prompt.state !== 'opening' || hearsAt === null || at < hearsAt) return prompt;
  return { ...prompt, state: 'armed', isRushed: false };
}

/** When it takes keys if none comes until then, monotonic ms; null where that is not known. */
export function promptHearsAt({ shownAt, strayAt, isGuarded }: OpenPrompt): number | null {
  if (shownAt === null) return null;
  const pausedAt = strayAt === null ? 0 : strayAt + (isGuarded ? PAUSE_MS : ARMING_MS);
  return Math.max(shownAt + ARMING_MS, pausedAt);
}

/** How long it stays open without a key, in ms; null when it is over, and while its time has not begun. */
export function promptMsLeft(prompt: Prompt, at: number): number | null {
  return isOpen(prompt) && prompt.state !== 'reading' ? Math.max(0, msLeft(prompt, at)) : null;
}

/** Whether letters were going into it until a moment ago: when it closes by itself more will come. */
export function isTypedInto({ typed, keyAt, strayAt }: OpenPrompt, at: number): boolean {
  return (typed !== '' && at - keyAt < PAUSE_MS) || (strayAt !== null && at - strayAt < PAUSE_MS);
}

/** Whether all of its text has been on the terminal in this size. */
export function isRead(prompt: OpenPrompt): boolean {
  return prompt.seen >= prompt.fit.total;
}

export function isOpen(prompt: Prompt): prompt is OpenPrompt {
  return 'fit' in prompt;
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
  if (!isOpen(now)) return now;
  // Two Esc in one chunk arrive with the flag of Alt, Esc and a letter likewise: whoever hits Esc wants out.
  const isEscape = key.escape || key.meta || input.includes('\u001b');
  if (isEscape || (key.ctrl && input === 'c')) return leave(now);
  if (now.state === 'refused') return readRefusal(now, input, key, at);
  if (now.state !== 'armed') return stray(now, input, key, at);
  const touched: OpenPrompt = { ...now, keyAt: at };
  const by = scrolledBy(touched, input, key);
  if (by !== 0) return scroll(touched, by);
  return now.ask.answer.kind === 'y' ? answerYes(touched, input, key, at) : answerTyped(touched, input, key);
}

/** A refusal scrolls, and goes when it was read; nothing else is done by a key. */
function readRefusal(prompt: OpenPrompt, input: string, key: KeyFlags, at: number): Prompt {
  const by = scrolledBy(prompt, input, key);
  if (by !== 0) return scroll({ ...prompt, keyAt: at }, by);
  const hearsAt = promptHearsAt(prompt);
  const isHeard = hearsAt !== null && at >= hearsAt;
  if (isHeard && (key.return || (!isModified(key) && (input === 'q' || input === 'n')))) return dismissed(prompt);
  return lettersOf(input, key) === '' ? prompt : { ...prompt, strayAt: at, isGuarded: true };
}

/**
 * A key that answers nothing, or nothing yet. It is deaf from then on, for a pause: what is typed without one is a
 * text that was meant for something else. Of a question that wants one key, two such letters are enough to know that.
 */
function stray(prompt: OpenPrompt, input: string, key: KeyFlags, at: number): Prompt {
  const letters = lettersOf(input, key);
  // Enter and backspace are part of a text as well.
  const isPart = letters !== '' || key.return || key.backspace || key.delete;
  if (!isPart) return prompt;
  const { ask, isGuarded } = prompt;
  const isTyped = ask.answer.kind === 'type';
  const others = [...letters].filter(
    (letter) => letter !== ask.action.key && !(isTyped ? '' : 'yjk ').includes(letter),
  );
  const strays = prompt.strays + others.length;
  const state = prompt.state === 'armed' ? 'opening' : prompt.state;
  const next: OpenPrompt = { ...prompt, state, strays, strayAt: at, isGuarded: isGuarded || others.length > 0 };
  if (!isTyped && strays >= MOST_STRAYS) return typedInto(next);
  return { ...next, isRushed: prompt.isRushed || (isTyped && letters !== '') || letters.includes('y') };
}

/** What of a report would be text. */
function lettersOf(input: string, key: KeyFlags): string {
  return isModified(key) || key.return || key.backspace || key.delete ? '' : input.replace(/\p{Cc}/gu, '');
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

function answerYes(prompt: OpenPrompt, input: string, key: KeyFlags, at: number): Prompt {
  // Cancel is the default.
  if (key.return) return leave(prompt);
  if (isModified(key)) return prompt;
  if (input === 'y') return isRead(prompt) ? close(prompt, { state: 'confirmed' }) : { ...prompt, isHasty: true };
  if (input === 'n' || input === 'q') return leave(prompt);
  return stray(prompt, input, key, at);
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
    return { ...prompt, isMismatch: prompt.typed !== '' && 'wrong' };
  }
  if (isModified(key) || input === '' || /\p{Cc}/u.test(input)) return prompt;
  if (!isRead(prompt)) return { ...prompt, isHasty: true };
  // A slow link joins two keys into one report; a report that holds a whole answer of several letters was pasted.
  if (input.length > 1 && answer.texts.some((text) => input.includes(text))) return { ...prompt, isMismatch: 'pasted' };
  const typed = prompt.typed + input;
  return typed.length > TYPED_MAX ? prompt : { ...prompt, typed, isMismatch: false };
}

function isModified(key: KeyFlags): boolean {
  return Boolean(key.ctrl || key.tab || key.leftArrow || key.rightArrow || key.home || key.end);
}

/** The person wants out. */
function leave(prompt: OpenPrompt): Prompt {
  if (prompt.state === 'refused') return dismissed(prompt);
  return close(prompt, { state: 'cancelled', reason: 'cancelled' });
}

function typedInto(prompt: OpenPrompt): Prompt {
  return close(prompt, { state: 'cancelled', reason: 'a text was typed into it' });
}

function dismissed(prompt: OpenPrompt): Prompt {
  return close(prompt, { state: 'dismissed', refusal: prompt.refusal ?? '' });
}

function close<S>(prompt: Prompt, next: S): PromptBase & S {
  return { ask: prompt.ask, openedAt: prompt.openedAt, ...next };
}
