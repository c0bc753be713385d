/** One question at a time: shown at once with what is known, read again meanwhile, and then open until its answer. */
import type { Action } from '../../actions/action.ts';
import type { Ask, Refusal } from '../../actions/ask.ts';
import type { Executor } from '../../actions/executor.ts';
import type { Target } from '../../actions/target.ts';
import type { KeyFlags } from '../keys/keys.ts';
import { fitPrompt } from '../overlays/prompt-lines.ts';
import type { UiEvent, UiState } from '../state.ts';
import { type Drift, overtaken } from './drift.ts';
import {
  isOpen,
  isTypedInto,
  type OpenPrompt,
  openPrompt,
  type Prompt,
  promptHearsAt,
  promptKey,
  promptPasted,
  promptRead,
  promptRefitted,
  promptRefused,
  promptShown,
  promptTick,
  readingPrompt,
} from './prompt.ts';

export interface AskingPort {
  ui(): UiState;
  dispatch(event: UiEvent): void;
  /** The screen's size; null while it is too small for any picture. */
  room(): { readonly columns: number; readonly rows: number } | null;
  /** Whether the key that asks came among letters, as of a text that is typed. */
  isTyping(): boolean;
  /** The person has confirmed it. */
  confirmed(ask: Ask): void;
  /** It was refused, and no box says so. */
  refused(refusal: Refusal): void;
  /** What became of the targets of an open question meanwhile; null for nothing new. */
  drift(ask: Ask): Drift | null;
  /** No question takes the letters that somebody may type now; `isTyping`: somebody does. */
  unheard(isTyping: boolean): void;
}

export interface Asking {
  /** Shows the question and reads its targets again, or says why not. */
  ask(action: Action, targets: readonly Target[]): void;
  /** Whether keys belong to a question. */
  takesKeys(): boolean;
  report(input: string, key: KeyFlags): void;
  paste(): void;
  painted(prompt: Prompt): void;
  resized(): void;
  tick(): void;
  giveUp(reason: string): Promise<void>;
}

/** A question whose targets are being read again. */
interface Pending {
  readonly abort: AbortController;
  /** Settles when what came of it is audited. */
  ended: Promise<void>;
}

const SMALL = 'the screen is too small to show the question';

export function createAsking(executor: Executor, clock: { monotonic(): number }, port: AskingPort): Asking {
  let pending: Pending | null = null;
  let timer: NodeJS.Timeout | undefined;

  const promptOf = (): Prompt | null => {
    const { overlay } = port.ui();
    return overlay?.kind === 'prompt' ? overlay.prompt : null;
  };
  const notice = (text: string, severity: 'plain' | 'warn'): void =>
    port.dispatch({ type: 'noticed', text, severity, at: clock.monotonic() });
  const unwritten = (auditError: string | null): string =>
    auditError === null ? '' : ` The audit could not be written: ${auditError}`;

  function show(prompt: Prompt | null): void {
    port.dispatch({ type: 'prompt-changed', prompt });
    clearTimeout(timer);
    if (!prompt || !isOpen(prompt) || prompt.state !== 'opening') return;
    const hearsAt = promptHearsAt(prompt);
    // It looks as if it heard from the moment on that it does.
    if (hearsAt !== null) timer = setTimeout(hear, Math.max(0, hearsAt - clock.monotonic()) + 1).unref();
  }

  /** How the question fits the screen; null when it does not, and then nobody may answer it. */
  function fitOf(ask: Ask, refusal: string | null = null): ReturnType<typeof fitPrompt> | null {
    const room = port.room();
    const fit = room && fitPrompt(ask, room.columns, room.rows, refusal);
    return fit && fit.page >= 1 ? fit : null;
  }

  /** Puts the next state of the prompt up, and does what its end means. */
  function turn(prompt: Prompt, next: Prompt): void {
    if (next === prompt) return;
    switch (next.state) {
      case 'reading':
      case 'refused':
      case 'opening':
      case 'armed':
        return show(next);
      case 'confirmed':
        show(null);
        return port.confirmed(next.ask);
      case 'dismissed':
        return close(prompt);
      case 'cancelled':
        return void end(next.ask, 'cancelled', next.reason);
      case 'expired':
        return void end(next.ask, 'expired', 'nobody answered');
      default:
        return next satisfies never;
    }
  }

  function close(prompt: Prompt): void {
    if (isOpen(prompt) && isTypedInto(prompt, clock.monotonic())) port.unheard(true);
    show(null);
  }

  /** Takes the question away, audits that, and says it. */
  async function end(ask: Ask, result: 'cancelled' | 'expired', reason: string): Promise<void> {
    const reading = pending;
    pending = null;
    reading?.abort.abort();
    const prompt = promptOf();
    if (prompt?.ask === ask) close(prompt);
    const auditError = reading ? null : await executor.cancel(ask, result, reason);
    const why = reason === 'cancelled' || result === 'expired' ? '' : reason;
    const late = reading ? 'Its targets could not be read again in time' : 'The question expired';
    const text =
      result === 'expired'
        ? `${late}: nothing was done.`
        : why === ''
          ? 'Cancelled: nothing was done.'
          : `Cancelled, nothing was done: ${why}.`;
    const severity = auditError === null && result === 'cancelled' && why === '' ? 'plain' : 'warn';
    notice(text + unwritten(auditError), severity);
    await reading?.ended;
  }

  function ask(action: Action, targets: readonly Target[]): void {
    if (pending || promptOf()) return;
    const isGuarded = port.isTyping();
    const sketch = executor.sketch(action, targets);
    const fit = sketch && fitOf(sketch);
    if (sketch && fit) show(readingPrompt(sketch, fit, clock.monotonic(), isGuarded));
    const mine: Pending = { abort: new AbortController(), ended: Promise.resolve() };
    pending = mine;
    mine.ended = executor.ask(action, targets, mine.abort.signal).then((answer) => {
      if (pending === mine) {
        pending = null;
        return answer.state === 'refused' ? refuse(answer) : open(answer, isGuarded);
      }
      return drop(answer);
    });
  }

  /** It was given up meanwhile. */
  async function drop(answer: Ask | Refusal): Promise<void> {
    const isAsked = answer.state === 'asked';
    const auditError = isAsked ? await executor.cancel(answer, 'cancelled', 'cancelled') : answer.auditError;
    if (auditError !== null) notice(`Cancelled: nothing was done.${unwritten(auditError)}`, 'warn');
  }

  function open(answer: Ask, isGuarded: boolean): void {
    const at = clock.monotonic();
    const fit = fitOf(answer);
    const reading = promptOf();
    if (!fit) {
      if (reading) close(reading);
      return void end(answer, 'cancelled', SMALL);
    }
    const isReading = reading !== null && isOpen(reading);
    show(isReading ? promptRead(reading, answer, fit, at) : openPrompt(answer, fit, at, isGuarded));
  }

  function refuse(refusal: Refusal): void {
    const { reason, auditError } = refusal;
    const reading = promptOf();
    const isSaid = auditError === null || reason.includes(auditError);
    const lines = [reason, ...(isSaid ? [] : [`the audit could not be written: ${auditError}`])];
    const text = lines.join('\n');
    const fit = reading && fitOf(reading.ask, text);
    if (reading && isOpen(reading) && fit) return show(promptRefused(reading, text, fit, clock.monotonic()));
    if (reading) close(reading);
    port.refused(refusal);
    port.unheard(false);
  }

  /** Its answer would be refused: it is a refusal now, and what was asked is audited as not answered. */
  function overtake(prompt: OpenPrompt, reason: string): void {
    const fit = fitOf(prompt.ask, reason);
    if (!fit) return void end(prompt.ask, 'cancelled', reason);
    show(overtaken(prompt, reason, fit, clock.monotonic()));
    void executor.cancel(prompt.ask, 'cancelled', reason).then((auditError) => {
      if (auditError !== null) notice(`Nothing was done.${unwritten(auditError)}`, 'warn');
    });
  }

  function hear(): void {
    const prompt = promptOf();
    if (prompt) turn(prompt, promptTick(prompt, clock.monotonic()));
  }

  return {
    ask,
    takesKeys: () => pending !== null || promptOf() !== null,
    report(input, key) {
      const prompt = promptOf();
      if (prompt) return turn(prompt, promptKey(prompt, input, key, clock.monotonic()));
      // While a question is prepared that cannot be shown every key is dropped but those that give up.
      if (key.escape || (key.ctrl && input === 'c')) pending?.abort.abort();
    },
    paste() {
      const prompt = promptOf();
      if (prompt) turn(prompt, promptPasted(prompt, clock.monotonic()));
    },
    painted(shown) {
      const prompt = promptOf();
      if (prompt) turn(prompt, promptShown(prompt, shown, clock.monotonic()));
    },
    resized() {
      const prompt = promptOf();
      if (!prompt || !isOpen(prompt)) return;
      const fit = fitOf(prompt.ask, prompt.refusal);
      if (fit) return turn(prompt, promptRefitted(prompt, fit));
      if (prompt.state === 'refused') close(prompt);
      else void end(prompt.ask, 'cancelled', SMALL);
    },
    tick() {
      const prompt = promptOf();
      if (!prompt) return;
      const next = promptTick(prompt, clock.monotonic());
      const isAsked = isOpen(next) && (next.state === 'opening' || next.state === 'armed');
      const drift = isAsked ? port.drift(next.ask) : null;
      if (isAsked && drift?.isOver) return overtake(next, drift.text);
      if (drift !== null) notice(`${drift.text}.`, 'warn');
      // The time that is left goes on: the same prompt must be shown anew.
      turn(prompt, next === prompt ? { ...prompt } : next);
    },
    async giveUp(reason) {
      const prompt = promptOf();
      if (prompt?.state === 'refused') return close(prompt);
      if (prompt) return end(prompt.ask, 'cancelled', reason);
      pending?.abort.abort();
      await pending?.ended;
    },
  };
}
