/** From what Ink reports to names of keys: `j`, `G`, `up`, `pageDown`, `enter`, `esc`, `ctrl+l`, `space`. */

/** The part of Ink's key object that is looked at. */
export interface InkKey {
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

const NAMED: readonly (readonly [keyof InkKey, string])[] = [
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

export interface KeyDecoder {
  /** The keys in one report of Ink, in order; a held key arrives as `jjj`. `at` is monotonic ms. */
  decode(input: string, key: InkKey, at: number): readonly string[];
}

/**
 * Over a slow link an escape sequence arrives in pieces and Ink reports a lone Esc, then `[`, then `F`: the letter
 * must not become the key F. So after Esc a `[` or `O` and the character behind it are dropped for a moment.
 */
export function createKeyDecoder(): KeyDecoder {
  let escapedAt = Number.NEGATIVE_INFINITY;
  let isTorn = false;
  return {
    decode(input, key, at) {
      for (const [flag, name] of NAMED) if (key[flag]) return [name];
      if (key.tab) return [key.shift ? 'shift+tab' : 'tab'];
      if (key.escape && input === '') {
        escapedAt = at;
        isTorn = false;
        return ['esc'];
      }
      if (key.ctrl) return input === '' ? [] : [`ctrl+${input}`];
      // A terminal sends Alt and a letter as Esc and the letter, and a slow link joins the two: they are two keys.
      const keys: string[] = key.meta ? ['esc'] : [];
      for (const char of input) {
        if (at - escapedAt < TORN_MS) {
          if (isTorn) {
            // A parameter (`1;5`) keeps the sequence open, a letter or ~ ends it.
            if (!/[0-9;]/.test(char)) escapedAt = Number.NEGATIVE_INFINITY;
            continue;
          }
          if (char === '[' || char === 'O') {
            isTorn = true;
            continue;
          }
        }
        if (char === '\r' || char === '\n') keys.push('enter');
        else if (char === '\t') keys.push('tab');
        else if (char === ' ') keys.push('space');
        else if (char >= ' ' && char !== '\u007f') keys.push(char);
      }
      return keys;
    },
  };
}

/** What a key adds to a text that is being typed; empty for keys that are no character. */
export function typedBy(key: string): string {
  if (key === 'space') return ' ';
  return [...key].length === 1 ? key : '';
}
