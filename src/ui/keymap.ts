/** The keys as data: footer, help and dispatch are made from these rows. */
import type { Action } from '../actions/action.ts';
import type { Target } from '../actions/target.ts';
import { views } from '../config/command-line.ts';
import type { PanelId, UiEvent, UiState } from './state.ts';

/** What a key starts beyond a change of the ui state. */
export type Command =
  | { readonly type: 'quit' }
  | { readonly type: 'redraw' }
  | { readonly type: 'suspend' }
  | { readonly type: 'copy' }
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
  /** Whether it means something where the person stands; true when left out. */
  where?(ui: UiState): boolean;
  effect(ui: UiState, at: number): Effect;
}

const isAtHome = (ui: UiState): boolean => ui.view === 'home' && !ui.detail && !ui.overlay;
const isList = (ui: UiState): boolean => !ui.detail && ui.focus !== 'resources';
const hasCurves = (ui: UiState): boolean => ui.detail?.panel === 'resources' || ui.detail?.panel === 'database';

const BINDINGS: readonly Binding[] = [
  {
    keys: ['j', 'down'],
    shown: 'j ↓',
    label: 'down',
    help: 'One row down.',
    group: 'move',
    effect: () => ({ type: 'moved', by: 1 }),
  },
  {
    keys: ['k', 'up'],
    shown: 'k ↑',
    label: 'up',
    help: 'One row up.',
    group: 'move',
    effect: () => ({ type: 'moved', by: -1 }),
  },
  {
    keys: ['pageDown'],
    shown: 'PgDn',
    label: 'page down',
    help: 'A page down.',
    group: 'move',
    effect: () => ({ type: 'paged', by: 1 }),
  },
  {
    keys: ['pageUp'],
    shown: 'PgUp',
    label: 'page up',
    help: 'A page up.',
    group: 'move',
    effect: () => ({ type: 'paged', by: -1 }),
  },
  {
    keys: ['g', 'home'],
    shown: 'g',
    label: 'top',
    help: 'To the first row.',
    group: 'move',
    effect: () => ({ type: 'jumped', to: 'first' }),
  },
  {
    keys: ['G', 'end'],
    shown: 'G',
    label: 'bottom',
    help: 'To the last row.',
    group: 'move',
    effect: () => ({ type: 'jumped', to: 'last' }),
  },
  {
    keys: ['tab'],
    shown: 'Tab',
    label: 'panel',
    help: 'To the next panel; Shift-Tab to the one before.',
    group: 'move',
    footer: 60,
    where: (ui) => ui.view === 'home' && !ui.detail,
    effect: () => ({ type: 'focus-moved', by: 1 }),
  },
  {
    keys: ['shift+tab'],
    shown: 'Shift-Tab',
    label: 'panel before',
    help: 'To the panel before.',
    group: 'move',
    where: (ui) => ui.view === 'home' && !ui.detail,
    effect: () => ({ type: 'focus-moved', by: -1 }),
  },
  {
    keys: ['enter'],
    shown: 'Enter',
    label: 'detail',
    help: 'Everything about the row or the panel.',
    group: 'look',
    footer: 20,
    where: (ui) => !ui.detail,
    effect: () => ({ type: 'detail-opened' }),
  },
  {
    keys: ['esc'],
    shown: 'Esc',
    label: 'back',
    help: 'Back: closes, clears the filter, returns home.',
    group: 'look',
    footer: 15,
    where: (ui) => !isAtHome(ui) || ui.lists[ui.focus].filter !== '' || ui.strip?.isOver === true,
    effect: () => ({ type: 'went-back' }),
  },
  {
    keys: ['[', 'left'],
    shown: '[',
    label: 'shorter',
    help: 'A shorter range of time.',
    group: 'look',
    where: hasCurves,
    effect: () => ({ type: 'range-turned', by: -1 }),
  },
  {
    keys: [']', 'right'],
    shown: '[ ]',
    label: 'range',
    help: 'A longer range of time.',
    group: 'look',
    footer: 16,
    where: hasCurves,
    effect: () => ({ type: 'range-turned', by: 1 }),
  },
  ...views.map(
    ({ key, name }): Binding => ({
      keys: [key],
      shown: key,
      label: name,
      help: `The ${name} view.`,
      group: 'look',
      effect: () => ({ type: 'view-opened', view: name }),
    }),
  ),
  {
    keys: ['p'],
    shown: 'p',
    label: 'pause',
    help: 'Holds the picture still; reading goes on. Again: live.',
    group: 'look',
    footer: 50,
    effect: () => ({ type: 'pause-turned' }),
  },
  {
    keys: ['/', '&'],
    shown: '/',
    label: 'filter',
    help: 'Shows only the rows with these words: name, namespace, state.',
    group: 'find',
    footer: 30,
    where: isList,
    effect: () => ({ type: 'filter-opened' }),
  },
  {
    keys: ['o'],
    shown: 'o',
    label: 'sort',
    help: 'Sorts by the next column.',
    group: 'find',
    footer: 40,
    where: isList,
    effect: () => ({ type: 'sort-turned' }),
  },
  {
    keys: ['O'],
    shown: 'O',
    label: 'invert',
    help: 'Turns the order round.',
    group: 'find',
    where: isList,
    effect: () => ({ type: 'sort-inverted' }),
  },
  {
    keys: ['y'],
    shown: 'y',
    label: 'copy',
    help: 'Copies the command that does by hand what the key under the cursor does.',
    group: 'act',
    footer: 70,
    where: (ui) => ui.focus === 'bots' || ui.focus === 'database',
    effect: () => ({ type: 'copy' }),
  },
  {
    keys: ['W'],
    shown: 'W',
    label: 'lock',
    help: 'Locks the actions; again: opens them for 10 minutes.',
    group: 'act',
    effect: (_, at) => ({ type: 'lock-turned', at }),
  },
  {
    keys: ['?'],
    shown: '?',
    label: 'help',
    help: 'This page.',
    group: 'program',
    footer: 5,
    effect: () => ({ type: 'help-turned' }),
  },
  {
    keys: ['q'],
    shown: 'q',
    label: 'quit',
    help: 'Back; at home: quits.',
    group: 'program',
    footer: 8,
    effect: (ui) => (isAtHome(ui) ? { type: 'quit' } : { type: 'went-back' }),
  },
  {
    keys: ['ctrl+c'],
    shown: 'Ctrl-C',
    label: 'quit',
    help: 'Quits from anywhere.',
    group: 'program',
    effect: () => ({ type: 'quit' }),
  },
  {
    keys: ['ctrl+z'],
    shown: 'Ctrl-Z',
    label: 'suspend',
    help: 'To the shell; fg comes back.',
    group: 'program',
    effect: () => ({ type: 'suspend' }),
  },
  {
    keys: ['ctrl+l'],
    shown: 'Ctrl-L',
    label: 'redraw',
    help: 'Paints the whole screen anew.',
    group: 'program',
    effect: () => ({ type: 'redraw' }),
  },
];

/** Where the targets of each kind are rows. */
const PANEL_OF: Readonly<Record<Target['kind'], PanelId>> = { bot: 'bots', table: 'database' };

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The keys of the actions, from the actions themselves. */
function actionBinding(action: Action): Binding {
  return {
    keys: [action.key],
    shown: action.key,
    label: action.label,
    help: `${capital(action.label)}: asks first, for the ${action.targetKind} under the cursor.`,
    group: 'act',
    footer: 10,
    isAction: true,
    where: (ui) => (ui.detail?.panel ?? ui.focus) === PANEL_OF[action.targetKind],
    effect: () => ({ type: 'act', action }),
  };
}

/** All bindings, with those of the actions among them. */
export function createKeymap(actions: readonly Action[]): readonly Binding[] {
  return [...BINDINGS, ...actions.map(actionBinding)];
}

/** The binding of a key where the person stands; null when the key means nothing here. */
export function bindingOf(keymap: readonly Binding[], key: string, ui: UiState): Binding | null {
  return keymap.find((binding) => binding.keys.includes(key) && (binding.where?.(ui) ?? true)) ?? null;
}

/** The hints of the footer that fit, the most useful first. */
export function footerHints(keymap: readonly Binding[], ui: UiState): readonly Binding[] {
  return keymap
    .filter((binding) => binding.footer !== undefined && (binding.where?.(ui) ?? true))
    .sort((a, b) => (a.footer as number) - (b.footer as number));
}
