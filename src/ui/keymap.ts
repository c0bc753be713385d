/** The keys as data: footer, help and dispatch are made from these rows. */
import type { Action } from '../actions/action.ts';
import type { Target } from '../actions/target.ts';
import type { Binding } from './binding.ts';
import { BINDINGS } from './bindings.ts';
import type { PanelId, UiState } from './state.ts';

/** Where the targets of each kind are rows. */
const PANEL_OF: Readonly<Record<Target['kind'], PanelId>> = {
  bot: 'bots',
  home: 'bots',
  orphan: 'bots',
  table: 'database',
};

/** The keys of the actions, from the actions themselves. */
function actionBinding(action: Action, key: string): Binding {
  return {
    keys: [key],
    shown: key,
    label: action.label,
    help: `Asks first; for ${action.targetKind === 'bot' ? 'what is selected, else ' : ''}the ${action.targetKind} under the cursor.`,
    group: 'act',
    ...(action.footer === null ? {} : { footer: action.footer ?? 10 }),
    isAction: true,
    where: (ui) => (ui.detail?.panel ?? ui.focus) === PANEL_OF[action.targetKind],
    effect: () => ({ type: 'act', action }),
  };
}

/** All bindings, with those of the actions among them. */
export function createKeymap(actions: readonly Action[]): readonly Binding[] {
  return [...BINDINGS, ...actions.flatMap((action) => (action.key ? [actionBinding(action, action.key)] : []))];
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
