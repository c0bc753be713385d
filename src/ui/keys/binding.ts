/** What a key is, as data: the row that footer, help and dispatch are made from. */
import type { Action } from '../../actions/action.ts';
import type { Target } from '../../actions/target.ts';
import type { UiEvent, UiState } from '../state.ts';

/** What can be said of a row: see the keys of the errors. */
export type PanelWord = 'known' | 'hidden' | 'baseline';

/** What a key starts beyond a change of the ui state. */
export type Command =
  | { readonly type: 'quit' }
  | { readonly type: 'redraw' }
  | { readonly type: 'suspend' }
  | { readonly type: 'copy' }
  | { readonly type: 'open-log' }
  | { readonly type: 'open-palette' }
  | { readonly type: 'tell'; readonly what: PanelWord }
  | { readonly type: 'act'; readonly action: Action };

export type Effect = UiEvent | Command;

export const GROUPS = ['move', 'look', 'find', 'act', 'program'] as const;
export type Group = (typeof GROUPS)[number];

export interface Binding {
  readonly keys: readonly string[];
  /** As written in footer and help: `j k`, `Enter`. */
  readonly shown: string;
  /** One or two words, for the footer. */
  readonly label: string;
  /** A short sentence, for the help. */
  readonly help: string;
  readonly group: Group;
  /** The smaller, the earlier in the footer; none: only in the help. */
  readonly footer?: number;
  /** It changes something; dimmed while nothing may be changed. */
  readonly isAction?: boolean;
  /** An action for what cannot be read too. */
  readonly mayBeUnread?: boolean;
  /** What an action is done to. */
  readonly targetKind?: Target['kind'];
  /** Whether it means something where the person stands; true when left out. */
  where?(ui: UiState): boolean;
  effect(ui: UiState, at: number): Effect;
}

/** Whether it opens a view. */
export function isViewKey({ keys }: Pick<Binding, 'keys'>): boolean {
  return keys.length > 0 && keys.every((key) => /^[1-9]$/.test(key));
}

/** The digits that open views, in runs: `1-5 9`. */
export function viewDigits(bindings: readonly Binding[]): string {
  const runs: [first: number, last: number][] = [];
  for (const digit of bindings.filter(isViewKey).map(({ keys }) => Number(keys[0]))) {
    const run = runs.at(-1);
    if (run?.[1] === digit - 1) run[1] = digit;
    else runs.push([digit, digit]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(' ');
}

/** Whether a key does something while the help stands: scroll it, close it, leave. */
export function worksInHelp({ group, keys }: Binding): boolean {
  return group === 'move' || group === 'program' || keys.includes('esc');
}

/** Whether a key that the viewer does not know does something while it has the body: act, leave, go to another view. */
export function worksInViewer(binding: Binding): boolean {
  const { group, keys } = binding;
  return group === 'act' || group === 'program' || keys.includes('esc') || isViewKey(binding);
}
