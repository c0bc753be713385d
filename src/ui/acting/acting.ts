/** Between a key and the executor: asks, keeps the prompt going, fires, and writes the strip. */
import type { Action } from '../../actions/action.ts';
import type { Ask } from '../../actions/ask.ts';
import type { Executor } from '../../actions/executor.ts';
import { type Target, targetKey } from '../../actions/target.ts';
import type { World } from '../../state/world.ts';
import type { Effect } from '../keys/binding.ts';
import type { KeyFlags } from '../keys/keys.ts';
import { createTypingGuard } from '../keys/typing-guard.ts';
import { createPaletteControl, type PaletteOffer } from '../palette-control.ts';
import type { UiEvent, UiState } from '../state.ts';
import { createAsking } from './asking.ts';
import { botPlaces } from './bot-places.ts';
import { createDriftWatch } from './drift.ts';
import { createLateKeys } from './late-keys.ts';
import type { Prompt } from './prompt.ts';
import { type Strip, stripOfOutcome, stripOfProgress, stripOfRefusal } from './strip.ts';
import { dropShownStrip, lookAtStrips, putStrip, removeStrip, type StripQueue, watchedStrips } from './strip-queue.ts';
import { targetsOfKind, whyNone } from './targets-of-kind.ts';
import { createVigils } from './vigils.ts';
import { createWatched } from './watched.ts';

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
  /** Shows the question and reads its targets again, or says why not. One question at a time. */
  ask(action: Action, targets: readonly Target[]): void;
  /** Aims the action at what is chosen: asks for its argument, where it wants one, and then the question. */
  act(action: Action): void;
  openPalette(): void;
  /** A key that belongs to the palette, to an action under way, or to a text nobody asked for; false when it is anybody's. */
  press(key: string): boolean;
  /** Whether keys belong to a question. */
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
  /** The PM2 homes that are watched, in the order of the world's. */
  readonly homes: readonly string[];
  readonly offer: ActingOffer;
}

/** What the palette offers. */
export type ActingOffer = Omit<PaletteOffer, 'sweeps' | 'bots'> & {
  sweeps(world: World): ReturnType<PaletteOffer['sweeps']>;
};

const TYPED_ON = 'No question is open: typed text goes nowhere. After a pause keys act again.';

export function createActing(options: ActingOptions): Acting {
  const { executor, clock, port, refresh, homes, offer } = options;
  let strips: StripQueue = [];
  /** The strip as it was last put up, to tell a change. */
  let shownStrip = 'null';
  /** It was the line of the minutes after an action. */
  let wasQuiet = false;

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

  async function fire(ask: Ask): Promise<void> {
    const { id, action, targets } = ask;
    watched.begin(id, targets);
    const outcome = await executor.fire(ask, (progress) => {
      late.seen(progress, clock.monotonic());
      if (!watched.has(id)) return;
      for (const other of progress.current ? watched.takeOver(id, progress.current) : []) {
        strips = removeStrip(strips, other);
      }
      put(id, action, targets, stripOfProgress(progress));
      refresh();
    });
    late.ended(id, clock.monotonic());
    if (!watched.end(id)) return;
    put(id, action, targets, stripOfOutcome(outcome));
    refresh();
    vigils.begin(outcome);
  }

  const watched = createWatched();

  /** `p` and `x` that were meant for what has just ended. */
  const late = createLateKeys();

  const vigils = createVigils({
    world: port.world,
    now: () => clock.monotonic(),
    show(id, strip) {
      strips = strip === null ? removeStrip(strips, id) : putStrip(strips, id, id, strip);
    },
  });

  const targetsOf = (action: Action): readonly Target[] =>
    targetsOfKind(action.targetKind, port.chosen(), homes, port.world());

  const askingKeys = new Set(offer.actions.flatMap(({ key }) => key ?? []));
  const guard = createTypingGuard((key) => askingKeys.has(key));

  const asking = createAsking(executor, clock, {
    ui: port.ui,
    dispatch: port.dispatch,
    room: port.room,
    isTyping: () => guard.isTyping(clock.monotonic()),
    confirmed: (ask) => void fire(ask),
    refused: (refusal) => put(refusal.id, refusal.action, refusal.targets, stripOfRefusal(refusal)),
    drift: createDriftWatch({ world: port.world, now: () => clock.monotonic(), glance: executor.glance }),
    unheard: (isTyping) => guard.deafen(clock.monotonic(), isTyping),
  });

  const palette = createPaletteControl(
    {
      ui: port.ui,
      show: (shown) => port.dispatch({ type: 'palette-changed', palette: shown }),
      targets: targetsOf,
      whyNone: ({ targetKind }) => whyNone(targetKind, port.chosen()),
      barred: (action, targets) => executor.barred(action, targets),
      ask: asking.ask,
      start: port.start,
      now: () => clock.monotonic(),
    },
    { ...offer, sweeps: () => offer.sweeps(port.world()), bots: () => botPlaces(port.world()) },
  );

  /** `p` and `x` hold an action that goes through many targets; they mean what they always do otherwise. */
  function pull(key: string): boolean {
    const { reins } = executor;
    if (port.ui().overlay || port.ui().typing) return false;
    if (reins === null || reins.stoppedFor !== null) {
      const text = late.remarkOn(key, clock.monotonic());
      if (text === null) return false;
      port.dispatch({ type: 'noticed', text, severity: 'warn', at: clock.monotonic() });
      return true;
    }
    if (key === 'p') reins.pause(!reins.isPaused);
    else if (key === 'x') reins.stop('ended with x');
    else return false;
    return true;
  }

  /** Whether a key is part of a text that nobody asked for: it is dropped, and that is said. */
  function drop(key: string): boolean {
    if (port.ui().typing !== null || !guard.drops(key, clock.monotonic())) return false;
    port.dispatch({ type: 'noticed', text: TYPED_ON, severity: 'warn', at: clock.monotonic() });
    return true;
  }

  return {
    ask: asking.ask,
    act(action) {
      const targets = targetsOf(action);
      if (targets.length > 0) return palette.act(action, targets);
      const text = `${action.label}: ${whyNone(action.targetKind, port.chosen())}`;
      port.dispatch({ type: 'noticed', text, severity: 'warn', at: clock.monotonic() });
      guard.deafen(clock.monotonic(), false);
    },
    openPalette: () => palette.open(),
    press(key) {
      if (port.ui().overlay?.kind !== 'palette') return drop(key) || pull(key);
      palette.press(key);
      return true;
    },
    takesKeys: asking.takesKeys,
    report(input, key) {
      if ((input !== '' && input !== 'y' && !key.escape) || key.return) guard.heard(clock.monotonic());
      asking.report(input, key);
    },
    paste: asking.paste,
    painted: asking.painted,
    resized: asking.resized,
    dismissed() {
      if (wasQuiet) vigils.end();
      strips = dropShownStrip(strips, clock.monotonic());
      shownStrip = 'null';
      showStrip();
    },
    tick() {
      vigils.look();
      showStrip();
      asking.tick();
    },
    isBusy: () => executor.isBusy,
    watched() {
      const titles = watchedStrips(strips);
      return titles.length > 1 ? `${titles.length} actions are` : titles.length === 1 ? `${titles[0]} is` : null;
    },
    giveUp: asking.giveUp,
    stop: (reason) => executor.abort(reason),
  };
}
