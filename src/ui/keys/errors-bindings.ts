/** The keys of the errors, as data. */

import type { UiState } from '../state.ts';
import type { Binding } from './binding.ts';

const isErrors = (ui: UiState): boolean => (ui.detail?.panel ?? ui.focus) === 'errors';

export const ERRORS_BINDINGS: readonly Binding[] = [
  {
    keys: ['m'],
    shown: 'm',
    label: 'known',
    help: 'Marks the error as known: never NEW again, in later sessions too. Again: takes it back.',
    group: 'look',
    footer: 25,
    where: isErrors,
    effect: () => ({ type: 'tell', what: 'known' }),
  },
  {
    keys: ['x'],
    shown: 'x',
    label: 'hide',
    help: 'Hides the error; the filter is:hidden shows it, and x takes it back.',
    group: 'look',
    footer: 26,
    where: isErrors,
    effect: () => ({ type: 'tell', what: 'hidden' }),
  },
  {
    keys: ['b'],
    shown: 'b',
    label: 'new since',
    help: 'What NEW means: not in the hour read back, since a bot’s restart, from now on.',
    group: 'look',
    footer: 45,
    where: isErrors,
    effect: () => ({ type: 'tell', what: 'baseline' }),
  },
];
