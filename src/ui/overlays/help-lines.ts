/** The text of the help, from the bindings that mean something where the person stands. Pure. */
import { measure } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { type Binding, type Group, isViewKey, viewDigits, worksInViewer } from '../keys/binding.ts';
import type { UiState } from '../state.ts';
import type { Viewer } from '../viewer.ts';

/** What somebody looks for at three in the morning comes first. */
const ORDER: readonly Group[] = ['act', 'look', 'find', 'move', 'program'];
const TITLES: Readonly<Record<Group, string>> = {
  move: 'Move',
  look: 'Look',
  find: 'Find',
  act: 'Act',
  program: 'Program',
};
/** As they are engraved; all other keys are called by their character. */
const NAMES: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageUp: 'PgUp',
  pageDown: 'PgDn',
  home: 'Home',
  end: 'End',
  enter: 'Enter',
  esc: 'Esc',
  tab: 'Tab',
  space: 'Space',
};

/** One key with what it does. */
export interface HelpRow {
  readonly shown: string;
  readonly help: string;
}

export interface HelpSection {
  readonly title: string;
  readonly rows: readonly HelpRow[];
}

/** One line of a column: a title, a key with the beginning of its text, or the rest of a text. */
export interface HelpLine {
  readonly kind: 'title' | 'key' | 'rest' | 'blank';
  readonly shown: string;
  readonly help: string;
}

/**
 * The help for a state, as if no overlay were in it. `viewer` holds the keys of what has the body; most of the others
 * mean nothing then, as the shell has it.
 */
export function helpSections(keymap: readonly Binding[], ui: UiState, viewer: Viewer['keymap'] | null): HelpSection[] {
  const here = { ...ui, overlay: null };
  const isMeant = (binding: Binding): boolean => (binding.where?.(here) ?? true) && (!viewer || worksInViewer(binding));
  const sections = ORDER.map((group) => ({
    title: TITLES[group],
    rows: rowsOf(
      keymap
        .filter((binding) => binding.group === group && isMeant(binding))
        // What acts before what only copies or locks.
        .sort((a, b) => Number(b.isAction ?? false) - Number(a.isAction ?? false)),
    ),
  }));
  const own = viewer ? [{ title: 'Here', rows: viewer }] : [];
  return [...own, ...sections].filter(({ rows }) => rows.length > 0);
}

/** The views in one row, and Shift-Tab with Tab, which tells of it. */
function rowsOf(bindings: readonly Binding[]): HelpRow[] {
  const rows: HelpRow[] = [];
  const views = bindings.filter(isViewKey);
  for (const binding of bindings) {
    if (binding.keys.includes('shift+tab')) continue;
    if (!isViewKey(binding)) rows.push({ shown: binding.keys.map(nameOf).join(' '), help: helpOf(binding) });
    else if (binding === views[0]) {
      const names = views.map(({ keys, label }) => `${keys[0]} ${label}`).join(', ');
      rows.push({ shown: viewDigits(views), help: `Views: ${names}.` });
    }
  }
  return rows;
}

/** An action's own words are about its targets; who asks for help has one of them under the cursor. */
function helpOf({ isAction, label, help }: Binding): string {
  return isAction ? `${label.charAt(0).toUpperCase()}${label.slice(1)}; asks first.` : help;
}

function nameOf(key: string): string {
  const control = /^ctrl\+(.)$/.exec(key)?.[1];
  return control ? `Ctrl-${control.toUpperCase()}` : (NAMES[key] ?? key);
}

/** The sections as one column, wrapped. */
export function helpColumn(sections: readonly HelpSection[], columns: number): HelpLine[] {
  return sections.flatMap((section, index) => [
    ...(index > 0 ? [BLANK] : []),
    ...blocksOf(section, keyWidth(sections), columns).flat(),
  ]);
}

/** The sections in two columns of this width, as even as can be without parting a key from its text. */
export function helpColumns(sections: readonly HelpSection[], columns: number): readonly [HelpLine[], HelpLine[]] {
  const width = keyWidth(sections);
  const blocks = sections.flatMap((section) => blocksOf(section, width, columns));
  let best: readonly [HelpLine[], HelpLine[]] = [blocks.flat(), []];
  for (let split = 1; split < blocks.length; split++) {
    const parts = [blocks.slice(0, split).flat(), blocks.slice(split).flat()] as const;
    if (heightOf(parts) < heightOf(best)) best = parts;
  }
  return best;
}

export const heightOf = ([left, right]: readonly [HelpLine[], HelpLine[]]): number =>
  Math.max(left.length, right.length);

/** Including the gap before the text. */
export function keyWidth(sections: readonly HelpSection[]): number {
  return Math.max(...sections.flatMap(({ rows }) => rows.map(({ shown }) => measure(shown)))) + 2;
}

const BLANK: HelpLine = { kind: 'blank', shown: '', help: '' };

/** What stays together: a key with all of its text, and a title with its first key. */
function blocksOf({ title, rows }: HelpSection, width: number, columns: number): HelpLine[][] {
  const blocks = rows.map(({ shown, help }) =>
    wrap(help, columns - width).map(
      (text, index): HelpLine => ({ kind: index === 0 ? 'key' : 'rest', shown: index === 0 ? shown : '', help: text }),
    ),
  );
  return blocks.map((block, index) => (index === 0 ? [{ kind: 'title', shown: title, help: '' }, ...block] : block));
}
