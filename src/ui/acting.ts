/** Between a key and the executor: asks, keeps the prompt going, fires, and writes the strip. */
import type { Action } from '../actions/action.ts';
import type { Executor } from '../actions/executor.ts';
import type { Target } from '../actions/target.ts';
import type { InkKey } from './keys.ts';
import { openPrompt, type Prompt, promptKey, promptMsLeft, promptPasted, promptShown, promptTick } from './prompt.ts';
import type { UiEvent, UiState } from './state.ts';
import { stripOfOutcome, stripOfProgress, stripOfRefusal } from './strip.ts';

/** What the acting part may do to the shell. */
export interface ActingPort {
  ui(): UiState;
  dispatch(event: UiEvent): void;
}

export interface Acting {
  /** Reads the targets again and opens the prompt, or says why not. One question at a time. */
  ask(action: Action, targets: readonly Target[]): void;
  /** Whether keys belong to a question: to its prompt, or to nobody while it is being prepared. */
  takesKeys(): boolean;
  /** One report of Ink's, whole: see `promptKey`. */
  report(input: string, key: InkKey): void;
  paste(): void;
  /** A frame was written: a prompt in it can now be read. */
  painted(): void;
  tick(): void;
  /** Whether something is being changed; watching what became of it does not count. */
  isBusy(): boolean;
  /** Finishes what is under way, begins nothing more, and resolves when it is audited. */
  stop(reason: string): Promise<void>;
}

export interface ActingOptions {
  readonly executor: Executor;
  readonly clock: { monotonic(): number };
  readonly port: ActingPort;
  /** Asks for readings at once, after something was changed. */
  refresh(): void;
}

/** From here on the prompt says how long it still stands, ms. */
const COUNTDOWN_MS = 11_000;

export function createActing({ executor, clock, port, refresh }: ActingOptions): Acting {
  let asking: AbortController | null = null;

  const promptOf = (): Prompt | null => {
    const { overlay } = port.ui();
    return overlay?.kind === 'prompt' ? overlay.prompt : null;
  };

  /** Puts the next state of the prompt up, and does what its end means. */
  function turn(prompt: Prompt, next: Prompt): void {
    if (next === prompt) return;
    switch (next.state) {
      case 'opening':
      case 'armed':
        return port.dispatch({ type: 'prompt-changed', prompt: next });
      case 'confirmed':
        port.dispatch({ type: 'prompt-changed', prompt: null });
        return void fire(next);
      case 'cancelled':
        port.dispatch({ type: 'prompt-changed', prompt: null });
        return void cancel(next, 'cancelled', next.reason);
      case 'expired':
        port.dispatch({ type: 'prompt-changed', prompt: null });
        return void cancel(next, 'expired', 'nobody answered');
      default:
        return next satisfies never;
    }
  }

  async function fire({ ask }: Prompt): Promise<void> {
    const outcome = await executor.fire(ask, (progress) => {
      port.dispatch({ type: 'strip-changed', strip: stripOfProgress(progress) });
      refresh();
    });
    port.dispatch({ type: 'strip-changed', strip: stripOfOutcome(outcome) });
    refresh();
  }

  async function cancel({ ask }: Prompt, result: 'cancelled' | 'expired', reason: string): Promise<void> {
    const auditError = await executor.cancel(ask, result, reason);
    const text = result === 'expired' ? 'The question expired: nothing was done.' : 'Cancelled: nothing was done.';
    const severity = auditError === null && result === 'cancelled' ? 'plain' : 'warn';
    const audit = auditError === null ? '' : ` The audit could not be written: ${auditError}`;
    port.dispatch({ type: 'noticed', text: text + audit, severity, at: clock.monotonic() });
  }

  return {
    ask(action, targets) {
      if (asking || promptOf()) return;
      const abort = new AbortController();
      asking = abort;
      void executor.ask(action, targets, abort.signal).then((answer) => {
        asking = null;
        if (answer.state === 'refused') {
          port.dispatch({ type: 'strip-changed', strip: stripOfRefusal(answer) });
        } else port.dispatch({ type: 'prompt-changed', prompt: openPrompt(answer, clock.monotonic()) });
      });
    },
    takesKeys: () => asking !== null || promptOf() !== null,
    report(input, key) {
      const prompt = promptOf();
      if (prompt) turn(prompt, promptKey(prompt, input, key, clock.monotonic()));
      // While the question is being prepared every key is dropped but the one that gives up.
      else if (key.escape && input === '') asking?.abort();
    },
    paste() {
      const prompt = promptOf();
      if (prompt) turn(prompt, promptPasted(prompt, clock.monotonic()));
    },
    painted() {
      const prompt = promptOf();
      if (prompt) turn(prompt, promptShown(prompt, clock.monotonic()));
    },
    tick() {
      const prompt = promptOf();
      if (!prompt) return;
      const at = clock.monotonic();
      const next = promptTick(prompt, at);
      // Its last seconds are counted down: the same prompt must be shown anew.
      const isCounting = next === prompt && (promptMsLeft(prompt, at) ?? COUNTDOWN_MS) < COUNTDOWN_MS;
      turn(prompt, isCounting ? { ...prompt } : next);
    },
    isBusy: () => executor.isBusy,
    stop: (reason) => executor.abort(reason),
  };
}
