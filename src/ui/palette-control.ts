/** Between the palette and what its choices start: what is offered here, and what each needs to be told first. */
import type { Action } from '../actions/action.ts';
import { type Target, targetName } from '../actions/target.ts';
import type { Binding, Effect } from './keys/binding.ts';
import { type Choice, openPalette, openWanted, type Palette, paletteKey, withProblem } from './palette.ts';
import type { UiState } from './state.ts';

/** An action on targets that it finds itself: `restart those over N MB`. */
export interface Sweep {
  readonly id: string;
  readonly label: string;
  readonly action: Action;
  /** What must be said first; null where nothing. */
  readonly wanted: { readonly what: string; readonly initial: string; check(text: string): string | null } | null;
  targets(text: string): readonly Target[];
}

export interface PalettePort {
  ui(): UiState;
  /** Shows the palette, or takes it away. */
  show(palette: Palette | null): void;
  /** What the action would be aimed at where the person stands. */
  targets(action: Action): readonly Target[];
  /** Why that is nothing. */
  whyNone(action: Action): string;
  /** Why the action cannot be asked for now, or null. */
  barred(action: Action, targets: readonly Target[]): string | null;
  ask(action: Action, targets: readonly Target[]): void;
  start(effect: Effect): void;
  /** Monotonic ms. */
  now(): number;
}

export interface PaletteControl {
  open(): void;
  /** Asks for the action's argument, where it wants one, and then the question. */
  act(action: Action, targets: readonly Target[]): void;
  /** A key while the palette stands. */
  press(key: string): void;
}

/** A bot to go to, by its name. */
export interface Place {
  readonly key: string;
  readonly name: string;
  readonly about: string;
}

export interface PaletteOffer {
  readonly actions: readonly Action[];
  readonly keymap: readonly Binding[];
  sweeps(): readonly Sweep[];
  bots(): readonly Place[];
}

/** What is wanted: `check` says why a text will not do, `go` takes one that does. */
interface Pending {
  check(text: string): string | null;
  go(text: string): void;
}

export function createPaletteControl(
  port: PalettePort,
  { actions, keymap, sweeps, bots }: PaletteOffer,
): PaletteControl {
  let runs = new Map<string, () => void>();
  let pending: Pending | null = null;

  function want(title: string, options: readonly string[], initial: string, next: Pending): void {
    pending = next;
    port.show(openWanted({ id: title, title, options }, initial));
  }

  function act(action: Action, targets: readonly Target[]): void {
    const { argument } = action;
    // What is refused anyway is refused before anything is typed for it, and is audited.
    if (argument === undefined || targets.length === 0 || port.barred(action, targets) !== null)
      return port.ask(action, targets);
    want(
      `${action.label}${action.targetKind === 'home' ? ` (${namesOf(targets)})` : ` ${namesOf(targets)}`}: ${argument.what}`,
      argument.choices(targets),
      argument.initial(targets),
      {
        check: (text) => argument.check(text, targets),
        go: (text) => port.ask(argument.bind(text), targets),
      },
    );
  }

  function sweep({ label, action, wanted, targets }: Sweep): void {
    const go = (text: string): void => port.ask(action, targets(text));
    if (wanted === null) return go('');
    want(`${label}: ${wanted.what}`, [], wanted.initial, { check: (text) => wanted.check(text), go });
  }

  function offer(): readonly Choice[] {
    runs = new Map();
    const choices: Choice[] = [];
    const add = (choice: Choice, run: () => void): void => {
      runs.set(choice.id, run);
      choices.push(choice);
    };
    for (const action of actions) {
      const targets = port.targets(action);
      const isAimed = targets.length > 0;
      const barred = isAimed ? port.barred(action, targets) : port.whyNone(action);
      const { key = '', label } = action;
      const tag = isAimed ? action.risk(targets) : '';
      add({ id: `act ${action.id}`, key, label, tag, about: namesOf(targets), barred }, () => act(action, targets));
    }
    for (const one of sweeps()) {
      const found = one.wanted === null ? one.targets('') : null;
      const barred = found?.length === 0 ? 'there is none' : found && port.barred(one.action, found);
      const about = found === null ? 'lists them first' : namesOf(found);
      add({ id: `sweep ${one.id}`, key: '', label: one.label, tag: 'R2', about, barred }, () => sweep(one));
    }
    const ui = port.ui();
    for (const binding of keymap) {
      if (binding.isAction || binding.group === 'move' || !(binding.where?.(ui) ?? true)) continue;
      const { shown, label, help } = binding;
      const isView = binding.effect(ui, 0).type === 'view-opened';
      const choice = { id: `key ${shown} ${label}`, key: shown, label: isView ? `view ${label}` : label };
      add({ ...choice, tag: '', about: help, barred: null }, () => port.start(binding.effect(port.ui(), port.now())));
    }
    for (const { key, name, about } of bots()) {
      add({ id: `bot ${key}`, key: '', label: name, tag: 'bot', about, barred: null, isTypedOnly: true }, () =>
        port.start({ type: 'row-opened', panel: 'bots', key }),
      );
    }
    // What can be done here stands first; among these, and among those, the order is always the same.
    return [...choices.filter(({ barred }) => barred === null), ...choices.filter(({ barred }) => barred !== null)];
  }

  return {
    open: () => port.show(openPalette(offer())),
    act,
    press(key) {
      const { overlay } = port.ui();
      if (overlay?.kind !== 'palette') return;
      const turn = paletteKey(overlay.palette, key);
      switch (turn.type) {
        case 'changed':
          return port.show(turn.palette);
        case 'closed':
          return port.show(null);
        case 'chosen': {
          port.show(null);
          return runs.get(turn.choice.id)?.();
        }
        case 'answered': {
          const problem = pending?.check(turn.text) ?? null;
          if (problem !== null) return port.show(withProblem(overlay.palette, problem));
          port.show(null);
          return pending?.go(turn.text);
        }
        default:
          return turn satisfies never;
      }
    },
  };
}

/** `weather-bot`, `42 bots`. */
function namesOf(targets: readonly Target[]): string {
  const [only] = targets;
  if (only === undefined) return '';
  return targets.length === 1 ? targetName(only) : `${targets.length} ${only.kind}s`;
}
