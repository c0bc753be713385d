/** The command palette: everything that can be done here, found by typing. Pure: what a choice starts is its opener's. */
import { typedBy } from './keys/keys.ts';

/** One line of it. Frozen when it was opened: nothing moves under the cursor but by typing. */
export interface Choice {
  /** Names it to who opened the palette. */
  readonly id: string;
  /** The key that does the same; empty without one. */
  readonly key: string;
  readonly label: string;
  /** `R2`, or a word of what it is about. */
  readonly tag: string;
  /** What it would do it to, or a sentence about it. */
  readonly about: string;
  /** Why it can do nothing here and now; null when it can. */
  readonly barred: string | null;
  /** It stands there only once something is typed: there may be a thousand of them. */
  readonly isTypedOnly?: true;
}

/** What is wanted before the choice can be done. */
export interface Wanted {
  readonly id: string;
  /** `scale api to how many instances`. */
  readonly title: string;
  /** What may be typed; empty: anything. The rows then follow what is typed. */
  readonly options: readonly string[];
  /** What stands there was not typed: the first character takes its place. */
  readonly isInitial: boolean;
  /** Why the last text would not do; empty before. */
  readonly problem: string;
}

export interface Palette {
  readonly choices: readonly Choice[];
  readonly text: string;
  /** The row the cursor is on, of those that are found. */
  readonly index: number;
  /** Null while a choice is looked for. */
  readonly wanted: Wanted | null;
}

/** What a key leads to. */
export type PaletteTurn =
  | { readonly type: 'changed'; readonly palette: Palette }
  | { readonly type: 'closed' }
  | { readonly type: 'chosen'; readonly choice: Choice }
  | { readonly type: 'answered'; readonly id: string; readonly text: string };

const TEXT_MAX = 200;

export function openPalette(choices: readonly Choice[]): Palette {
  return { choices, text: '', index: 0, wanted: null };
}

/** A palette that only wants an argument. */
export function openWanted(wanted: Omit<Wanted, 'problem' | 'isInitial'>, text: string): Palette {
  return { choices: [], text, index: 0, wanted: { ...wanted, problem: '', isInitial: true } };
}

export function paletteKey(palette: Palette, key: string): PaletteTurn {
  switch (key) {
    case 'esc':
    case 'ctrl+c':
      return { type: 'closed' };
    case 'enter':
      return enter(palette);
    case 'down':
    case 'tab':
      return changed(move(palette, 1));
    case 'up':
    case 'shift+tab':
      return changed(move(palette, -1));
    case 'pageDown':
      return changed(move(palette, 8));
    case 'pageUp':
      return changed(move(palette, -8));
    case 'backspace':
      return changed(withText(palette, [...palette.text].slice(0, -1).join('')));
    case 'ctrl+u':
      return changed(withText(palette, ''));
    default: {
      const typed = typedBy(key);
      if (typed === '') return changed(palette);
      return changed(withText(palette, palette.wanted?.isInitial ? typed : palette.text + typed));
    }
  }
}

/** The answer will not do, and why. */
export function withProblem(palette: Palette, problem: string): Palette {
  return palette.wanted === null ? palette : { ...palette, wanted: { ...palette.wanted, problem } };
}

function changed(palette: Palette): PaletteTurn {
  return { type: 'changed', palette };
}

function enter(palette: Palette): PaletteTurn {
  const { wanted, index, text } = palette;
  if (wanted === null) {
    const choice = found(palette)[index];
    return choice === undefined ? changed(palette) : { type: 'chosen', choice };
  }
  const option = foundOptions(palette)[index];
  // What is typed in full counts as it is; else the option under the cursor is meant.
  const isWhole = option === undefined || wanted.options.includes(text);
  return { type: 'answered', id: wanted.id, text: isWhole ? text : option };
}

function move(palette: Palette, by: number): Palette {
  const total = palette.wanted === null ? found(palette).length : foundOptions(palette).length;
  return { ...palette, index: Math.max(0, Math.min(palette.index + by, total - 1)) };
}

function withText(palette: Palette, text: string): Palette {
  if (text.length > TEXT_MAX) return palette;
  const wanted = palette.wanted && { ...palette.wanted, problem: '', isInitial: false };
  return { ...palette, text, index: 0, wanted };
}

/** The choices that match what is typed, the best first; all in their own order where nothing is. */
export function found({ choices, text }: Palette): readonly Choice[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return choices.filter(({ isTypedOnly }) => !isTypedOnly);
  // A key typed alone means that key first: `R` is not `r`.
  const rank = (choice: Choice): number =>
    choice.key === text.trim() ? -1 : rankOf(wanted, choice.label.toLowerCase());
  return choices
    .map((choice, place) => ({ choice, place, rank: rank(choice) }))
    .filter((entry) => entry.rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ choice }) => choice);
}

/** The options that hold what is typed. */
export function foundOptions({ wanted, text }: Palette): readonly string[] {
  const part = text.trim().toLowerCase();
  return (wanted?.options ?? []).filter((option) => option.toLowerCase().includes(part));
}

/**
 * How far a text is from what was typed: 0 begins with it, 1 has a word that does, 2 holds it, from 3 on its letters in
 * order, the wider apart the worse; infinite where it does not hold them.
 */
function rankOf(typed: string, text: string): number {
  if (text.startsWith(typed)) return 0;
  if (text.includes(` ${typed}`)) return 1;
  if (text.includes(typed)) return 2;
  let at = -1;
  let first = -1;
  for (const letter of typed.replaceAll(' ', '')) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return Number.POSITIVE_INFINITY;
    if (first < 0) first = at;
  }
  return 3 + (at - first - typed.length);
}
