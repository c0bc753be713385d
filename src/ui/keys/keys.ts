/** From what the keyboard reports to names of keys: `j`, `G`, `up`, `pageDown`, `enter`, `esc`, `ctrl+l`, `space`. */

/** What a key is beside its text: its name, and what was held with it. The names are Ink's. */
export interface KeyFlags {
  readonly upArrow?: boolean;
  readonly downArrow?: boolean;
  readonly leftArrow?: boolean;
  readonly rightArrow?: boolean;
  readonly pageUp?: boolean;
  readonly pageDown?: boolean;
  readonly home?: boolean;
  readonly end?: boolean;
  readonly return?: boolean;
  readonly escape?: boolean;
  readonly tab?: boolean;
  readonly shift?: boolean;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly backspace?: boolean;
  readonly delete?: boolean;
}

const NAMED: readonly (readonly [keyof KeyFlags, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageUp'],
  ['pageDown', 'pageDown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

/** How long after a lone Esc the rest of a torn escape sequence may still arrive, ms. */
const TORN_MS = 300;
/** How long after its last piece a paste whose beginning was torn may still go on, ms. */
const PASTE_MS = 500;

/** A sequence without its Esc: whole, or cut off before its last character. */
const WHOLE = /^\[[0-9:;<=>?]*[ -/]*[@-Z\\-~]/;
const CUT = /^\[[0-9:;<=>?]+$/;
const PASTE_MARK = '[200~';

export interface KeyDecoder {
  /** The keys in one report, in order; a held key arrives as `jjj`. `at` is monotonic ms. */
  decode(input: string, key: KeyFlags, at: number): readonly string[];
  /** Whether the last report was part of a paste whose beginning was torn. */
  isPasting(): boolean;
}

/**
 * Over a slow link an escape sequence arrives in pieces and is reported as a lone Esc, then `[`, then `F`: the letter
 * must not become the key F. So after Esc a `[` or `O` and what belongs to it are dropped for a moment. The mark of a paste
 * can be torn alike, and then all that is pasted would be keys.
 */
export function createKeyDecoder(): KeyDecoder {
  let escapedAt = Number.NEGATIVE_INFINITY;
  /** What has come of a torn sequence since its Esc; empty when none is open. */
  let torn = '';
  let pastedAt: number | null = null;

  /** Takes the rest of a torn sequence off the input. */
  function withoutTorn(input: string, at: number): string {
    let rest = input;
    while (rest !== '' && at - escapedAt < TORN_MS) {
      const char = rest[0] as string;
      if (torn === '' && char !== '[' && char !== 'O') break;
      torn += char;
      rest = rest.slice(1);
      // A parameter (`1;5`) keeps the sequence open, a letter or ~ ends it.
      if (torn.length === 1 || /[0-9;]/.test(char)) continue;
      escapedAt = Number.NEGATIVE_INFINITY;
      if (torn === PASTE_MARK) pastedAt = at;
    }
    return rest;
  }

  function keysIn(text: string): string[] {
    const keys: string[] = [];
    for (const char of text) {
      if (char === '\r' || char === '\n') keys.push('enter');
      else if (char === '\t') keys.push('tab');
      else if (char === ' ') keys.push('space');
      else if (char >= ' ' && char !== '\u007f') keys.push(char);
    }
    return keys;
  }

  return {
    decode(input, key, at) {
      if (pastedAt !== null && at - pastedAt < PASTE_MS) {
        // Its end is the first report after which nothing is part of it; that report is.
        pastedAt = input.includes('[201~') ? Number.NEGATIVE_INFINITY : at;
        return [];
      }
      pastedAt = null;
      for (const [flag, name] of NAMED) if (key[flag]) return [name];
      if (key.tab) return [key.shift ? 'shift+tab' : 'tab'];
      if (key.escape && input === '') {
        escapedAt = at;
        torn = '';
        return ['esc'];
      }
      if (key.ctrl) return input === '' ? [] : [`ctrl+${input}`];
      if (CUT.test(input)) {
        escapedAt = at;
        torn = input;
        return [];
      }
      const rest = withoutTorn(input, at);
      if (pastedAt !== null) return [];
      // A terminal sends Alt and a letter as Esc and the letter, and a slow link joins the two: they are two keys.
      const keys: string[] = key.meta ? ['esc'] : [];
      if (rest !== input) return [...keys, ...keysIn(rest)];
      const [unknown = ''] = WHOLE.exec(input) ?? [];
      if (unknown === PASTE_MARK) {
        pastedAt = at;
        return [];
      }
      return [...keys, ...keysIn(input.slice(unknown.length))];
    },
    isPasting: () => pastedAt !== null,
  };
}

/** What a key adds to a text that is being typed; empty for keys that are no character. */
export function typedBy(key: string): string {
  if (key === 'space') return ' ';
  return [...key].length === 1 ? key : '';
}
