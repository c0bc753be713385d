/** Between a key and the executor: asks, keeps the prompt going, fires, and writes the strip. */
import type { Action } from '../actions/action.ts';
import type { Ask } from '../actions/ask.ts';
import type { Executor } from '../actions/executor.ts';
import { type Target, targetKey } from '../actions/target.ts';
import type { World } from '../state/world.ts';
import { targetsOfKind } from './acting-targets.ts';
import type { Effect } from './binding.ts';
import type { KeyFlags } from './keys.ts';
import { fitPrompt } from './overlays/prompt-lines.ts';
import { createPaletteControl, type PaletteOffer } from './palette-control.ts';
import { openPrompt, type Prompt, promptKey, promptPasted, promptRefitted, promptShown, promptTick } from './prompt.ts';
import type { UiEvent, UiState } from './state.ts';
import { type Strip, stripOfOutcome, stripOfProgress, stripOfRefusal } from './strip.ts';
import { dropShownStrip, lookAtStrips, putStrip, removeStrip, type StripQueue, watchedStrips } from './strip-queue.ts';
import { createVigils } from './vigils.ts';

/** What the acting part may do to the shell. */
export interface ActingPort {
  ui(): UiState;
  world(): World;
  /** What is chosen where the person stands: what is selected, else the row under the cursor. */
  chosen(): readonly Target[];
  /** Does what a key would. */
  start(effect: Effect): void;
  dispatch(event: UiEvent): void;
  /** The screen's size; null while it is too small for any picture. */
  room(): { readonly columns: number; readonly rows: number } | null;
}

export interface Acting {
  /** Reads the targets again and opens the prompt, or says why not. One question at a time. */
  ask(action: Action, targets: readonly Target[]): void;
  /** Aims the action at what is chosen: asks for its argument, where it wants one, and then the question. */
  act(action: Action): void;
  openPalette(): void;
  /** A key that belongs to the palette, or to an action under way; false when it is anybody's. */
  press(key: string): boolean;
  /** Whether keys belong to a question: to its prompt, or to nobody while it is being prepared. */
  takesKeys(): boolean;
  /** One report of the keyboard, whole: see `promptKey`. */
  report(input: string, key: KeyFlags): void;
  paste(): void;
  /** This prompt is on the terminal as it was drawn in its size, and can be read. */
  painted(prompt: Prompt): void;
  /** The screen has another size or was away: the question is laid out anew, or dropped where it has no room. */
  resized(): void;
  /** Esc has taken the strip away. */
  dismissed(): void;
  tick(): void;
  /** Whether something is being changed; watching what became of it does not count. */
  isBusy(): boolean;
  /** What is still watched, in words; null when nothing is. */
  watched(): string | null;
  /** Drops the question, if there is one; resolves when that is audited. */
  giveUp(reason: string): Promise<void>;
  /** Finishes what is under way, begins nothing more, and resolves when it is audited. */
  stop(reason: string): Promise<void>;
}

export interface ActingOptions {
  readonly executor: Executor;
  readonly clock: { monotonic(): number };
  readonly port: ActingPort;
  /** Asks for readings at once, after something was changed. */
  refresh(): void;
  /** A question is being prepared: what will show it may load meanwhile. */
  onAsking(): void;
  /** The PM2 homes that are watched, in the order of the world's. */
  readonly homes: readonly string[];
  readonly offer: ActingOffer;
}

/** What the palette offers. */
export type ActingOffer = Omit<PaletteOffer, 'sweeps'> & { sweeps(world: World): ReturnType<PaletteOffer['sweeps']> };

const SMALL = 'the screen is too small to show the question';

export function createActing(options: ActingOptions): Acting {
  const { executor, clock, port, refresh, homes, offer } = options;
  let asking: AbortController | null = null;
  let strips: StripQueue = [];
  /** The strip as it was last put up, to tell a change. */
  let shownStrip = 'null';
  /** It was the line of the minutes after an action. */
  let wasQuiet = false;

  const promptOf = (): Prompt | null => {
    const { overlay } = port.ui();
    return overlay?.kind === 'prompt' ? overlay.prompt : null;
  };

  function showStrip(): void {
    const { queue, shown } = lookAtStrips(strips, clock.monotonic());
    strips = queue;
    const text = JSON.stringify(shown);
    if (text === shownStrip) return;
    shownStrip = text;
    wasQuiet = shown?.isQuiet === true;
    port.dispatch({ type: 'strip-changed', strip: shown });
  }

  function put(id: string, action: Action, targets: readonly Target[], strip: Strip): void {
    strips = putStrip(strips, id, JSON.stringify([action.id, ...targets.map(targetKey)]), strip);
    showStrip();
  }

  /** Puts the next state of the prompt up, and does what its end means. */
  function turn(prompt: Prompt, next: Prompt): void {
    if (next === prompt) return;
    switch (next.state) {
      case 'opening':
      case 'armed':
        return port.dispatch({ type: 'prompt-changed', prompt: next });
      case 'confirmed':
        port.dispatch({ type: 'prompt-changed', prompt: null });
        return void fire(next.ask);
      case 'cancelled':
        return void cancel(next.ask, 'cancelled', next.reason);
      case 'expired':
        return void cancel(next.ask, 'expired', 'nobody answered');
      default:
        return next satisfies never;
    }
  }

  async function fire(ask: Ask): Promise<void> {
    const { id, action, targets } = ask;
    const outcome = await executor.fire(ask, (progress) => {
      put(id, action, targets, stripOfProgress(progress));
      refresh();
    });
    put(id, action, targets, stripOfOutcome(outcome));
    refresh();
    vigils.begin(outcome);
  }

  const vigils = createVigils({
    world: port.world,
    now: () => clock.monotonic(),
    show(id, strip) {
      strips = strip === null ? removeStrip(strips, id) : putStrip(strips, id, id, strip);
    },
  });

  async function cancel(ask: Ask, result: 'cancelled' | 'expired', reason: string): Promise<void> {
    if (promptOf()?.ask === ask) port.dispatch({ type: 'prompt-changed', prompt: null });
    const auditError = await executor.cancel(ask, result, reason);
    const why = reason === 'cancelled' || result === 'expired' ? '' : ` (${reason})`;
    const text =
      result === 'expired' ? 'The question expired: nothing was done.' : `Cancelled${why}: nothing was done.`;
    const severity = auditError === null && result === 'cancelled' && why === '' ? 'plain' : 'warn';
    const audit = auditError === null ? '' : ` The audit could not be written: ${auditError}`;
    port.dispatch({ type: 'noticed', text: text + audit, severity, at: clock.monotonic() });
  }

  /** How the question fits the screen; null when it does not, and then nobody may answer it. */
  function fitOf(ask: Ask): ReturnType<typeof fitPrompt> | null {
    const room = port.room();
    const fit = room && fitPrompt(ask, room.columns, room.rows);
    return fit && fit.page >= 1 ? fit : null;
  }

  const targetsOf = (action: Action): readonly Target[] =>
    targetsOfKind(action.targetKind, port.chosen(), homes, port.world());

  function ask(action: Action, targets: readonly Target[]): void {
    if (asking || promptOf()) return;
    const abort = new AbortController();
    asking = abort;
    options.onAsking();
    void executor.ask(action, targets, abort.signal).then((answer) => {
      asking = null;
      if (answer.state === 'refused') return put(answer.id, action, targets, stripOfRefusal(answer));
      const fit = fitOf(answer);
      if (!fit) return void cancel(answer, 'cancelled', SMALL);
      port.dispatch({ type: 'prompt-changed', prompt: openPrompt(answer, fit, clock.monotonic()) });
    });
  }

  const palette = createPaletteControl(
    {
      ui: port.ui,
      show: (shown) => port.dispatch({ type: 'palette-changed', palette: shown }),
      targets: targetsOf,
      barred: (action, targets) => executor.barred(action, targets),
      ask,
      start: port.start,
      now: () => clock.monotonic(),
    },
    { ...offer, sweeps: () => offer.sweeps(port.world()) },
  );

  /** `p` and `x` hold an action that goes through many targets; they mean what they always do otherwise. */
  function pull(key: string): boolean {
    const { reins } = executor;
    if (reins === null || reins.stoppedFor !== null || port.ui().overlay || port.ui().typing) return false;
    if (key === 'p') reins.pause(!reins.isPaused);
    else if (key === 'x') reins.stop('ended with x');
    else return false;
    return true;
  }

  return {
    ask,
    act(action) {
      const targets = targetsOf(action);
      if (targets.length > 0) return palette.act(action, targets);
      const text = `${action.label}: no ${action.targetKind} is under the cursor`;
      port.dispatch({ type: 'noticed', text, severity: 'warn', at: clock.monotonic() });
    },
    openPalette: () => palette.open(),
    press(key) {
      if (port.ui().overlay?.kind !== 'palette') return pull(key);
      palette.press(key);
      return true;
    },
    takesKeys: () => asking !== null || promptOf() !== null,
    report(input, key) {
      const prompt = promptOf();
      if (prompt) turn(prompt, promptKey(prompt, input, key, clock.monotonic()));
      // While the question is being prepared every key is dropped but those that give up.
      else if (key.escape || (key.ctrl && input === 'c')) asking?.abort();
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
      if (!prompt) return;
      const fit = fitOf(prompt.ask);
      if (fit) turn(prompt, promptRefitted(prompt, fit));
      else void cancel(prompt.ask, 'cancelled', SMALL);
    },
    dismissed() {
      if (wasQuiet) vigils.end();
      strips = dropShownStrip(strips, clock.monotonic());
      shownStrip = 'null';
      showStrip();
    },
    tick() {
      vigils.look();
      showStrip();
      const prompt = promptOf();
      if (!prompt) return;
      const next = promptTick(prompt, clock.monotonic());
      // The time that is left goes on: the same prompt must be shown anew.
      turn(prompt, next === prompt ? { ...prompt } : next);
    },
    isBusy: () => executor.isBusy,
    watched() {
      const titles = watchedStrips(strips);
      return titles.length > 1 ? `${titles.length} actions are` : titles.length === 1 ? `${titles[0]} is` : null;
    },
    async giveUp(reason) {
      asking?.abort();
      const prompt = promptOf();
      if (prompt) await cancel(prompt.ask, 'cancelled', reason);
    },
    stop: (reason) => executor.abort(reason),
  };
}
