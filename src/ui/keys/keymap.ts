/** The keys as data: footer, help and dispatch are made from these rows. */
import type { Action } from '../../actions/action.ts';
import type { Target } from '../../actions/target.ts';
import { ONE_PANEL_COLUMNS } from '../layout.ts';
import type { PanelId, UiState } from '../state.ts';
import { type Binding, viewDigits } from './binding.ts';
import { BINDINGS, isAtHome } from './bindings.ts';

/** Where the targets of each kind are rows. */
const PANEL_OF: Readonly<Record<Target['kind'], PanelId>> = {
  bot: 'bots',
  home: 'bots',
  orphan: 'bots',
  session: 'database',
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
    footer: action.footer ?? 10,
    isAction: true,
    mayBeUnread: action.mayBeUnread === true,
    targetKind: action.targetKind,
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

/** What the digits do, said once. */
const VIEWS_HINT: Omit<Binding, 'shown'> = {
  keys: [],
  label: 'views',
  help: '',
  group: 'look',
  footer: 14,
  effect: () => ({ type: 'view-opened', view: 'home' }),
};

/** The row that the keys are about. */
export interface RowAtHand {
  /** Whether there is one. */
  readonly isThere: boolean;
  /** What an action on it would be aimed at, in a list with rows of several kinds; null elsewhere. */
  readonly kind: Target['kind'] | null;
  /** What it shows is not freshly read. */
  readonly isUnread: boolean;
}

/** Whether a key does nothing in a list without a row; where a filter hides them all, what looks for others does. */
function needsRow({ keys, group, isAction }: Binding, { focus, lists }: UiState): boolean {
  if (isAction || keys.some((key) => ['l', 'm', 'x', 'y', 'space'].includes(key))) return true;
  // Without a row the detail of the database is about the server.
  if (keys.includes('enter')) return focus !== 'database';
  return group === 'find' && lists[focus].filter === '';
}

/**
 * The hints of the footer, the most useful first, without those that do nothing to the row at hand. `q` is named where
 * it quits; elsewhere it is Esc. Where home shows one panel at a time, `Tab` is the way to the others.
 */
export function footerHints(
  keymap: readonly Binding[],
  ui: UiState,
  width: number,
  { isThere, kind }: Omit<RowAtHand, 'isUnread'>,
): readonly Binding[] {
  const rank = ({ keys, footer = 0 }: Binding): number =>
    keys.includes('tab') && width < ONE_PANEL_COLUMNS ? 9 : footer;
  const isShown = (binding: Binding): boolean =>
    binding.footer !== undefined && (binding.where?.(ui) ?? true) && (isAtHome(ui) || !binding.keys.includes('q'));
  const isFor = (binding: Binding): boolean =>
    (isThere || !needsRow(binding, ui)) && (kind === null || !binding.isAction || binding.targetKind === kind);
  const hints = keymap.filter((binding) => isShown(binding) && isFor(binding));
  if (isAtHome(ui)) hints.push({ ...VIEWS_HINT, shown: viewDigits(keymap) });
  return hints.sort((a, b) => rank(a) - rank(b));
}
