/** Words that a text must hold to match, so that much text can be passed over without looking closer. */
import { REDACTED } from './redact.ts';

/** A shorter word stands in every second line. */
const MIN_CHARACTERS = 3;
/** More words than this are hardly rarer than nothing. */
const MAX_WORDS = 16;
/** What may stand on the screen and not in the file: blanks for tabs, and what is put in the place of a secret. */
const UNSURE = /[^!-~]|[[\]']/;
/** Escapes that stand for one character of several, or for a place. */
const VAGUE_ESCAPES = 'dDwWsSbBAztnrfva';
const REPEAT = /^\{(\d{1,4})(?:,\d{0,4})?\}/;
const GROUP = /^\((?:\?(?::|P?<[A-Za-z_]\w*>)|(?!\?))/;

/** The longest part of a text that stands in a file as it does on the screen; null when there is none. */
export function requiredWord(text: string): string | null {
  const words = text.split(new RegExp(UNSURE, 'g')).filter(isTelling);
  return words.length === 0 ? null : words.reduce((best, word) => (word.length > best.length ? word : best));
}

/**
 * Of a pattern in RE2's language: words of which each text that it matches holds one at least; in the pattern's case.
 * Null when none are known, as for all that is not plainly understood here.
 */
export function requiredWords(pattern: string): readonly string[] | null {
  try {
    const reader = new PatternReader(pattern);
    const words = reader.alternatives();
    return reader.isAtEnd ? words : null;
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

function isTelling(word: string): boolean {
  return word.length >= MIN_CHARACTERS && !REDACTED.toLowerCase().includes(word.toLowerCase());
}

class NotUnderstood extends Error {}

type Words = readonly string[] | null;

/** One piece of a pattern: a character, a group with words of its own, or null for what tells nothing. */
type Piece = { readonly character: string } | { readonly words: Words };

class PatternReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  alternatives(): Words {
    let all: Words = this.#sequence();
    while (this.#pattern[this.#at] === '|') {
      this.#at += 1;
      const next = this.#sequence();
      all = all === null || next === null || all.length + next.length > MAX_WORDS ? null : [...all, ...next];
    }
    return all;
  }

  #sequence(): Words {
    let best = null as Words;
    let run = '';
    const offer = (words: Words): void => {
      if (words !== null && (best === null || shortest(words) > shortest(best))) best = words;
    };
    const endRun = (): void => {
      if (isTelling(run)) offer([run]);
      run = '';
    };
    while (!this.isAtEnd && this.#pattern[this.#at] !== '|' && this.#pattern[this.#at] !== ')') {
      const piece = this.#piece();
      const least = this.#repeat();
      if ('character' in piece && least !== 0) run += piece.character;
      // A piece that comes again, or not at all, is the end of a run.
      if (!('character' in piece) || least !== null) endRun();
      if ('words' in piece && least !== 0) offer(piece.words);
    }
    endRun();
    return best;
  }

  #piece(): Piece {
    const character = this.#pattern[this.#at] as string;
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '\\') return this.#escape();
    if ('*+?{'.includes(character)) throw new NotUnderstood();
    this.#at += 1;
    return '.^$'.includes(character) || UNSURE.test(character) ? { words: null } : { character };
  }

  #group(): Piece {
    const [opening] = GROUP.exec(this.#pattern.slice(this.#at)) ?? [];
    // Flags, which change what follows.
    if (opening === undefined) throw new NotUnderstood();
    this.#at += opening.length;
    const words = this.alternatives();
    if (this.#pattern[this.#at] !== ')') throw new NotUnderstood();
    this.#at += 1;
    return { words };
  }

  #class(): Piece {
    let at = this.#at + 1;
    if (this.#pattern[at] === '^') at += 1;
    // A bracket at the start of a class is one of its characters.
    if (this.#pattern[at] === ']') at += 1;
    for (; this.#pattern[at] !== ']'; at += 1) {
      if (at >= this.#pattern.length || this.#pattern[at] === '[') throw new NotUnderstood();
      if (this.#pattern[at] === '\\') at += 1;
    }
    this.#at = at + 1;
    return { words: null };
  }

  #escape(): Piece {
    const character = this.#pattern[this.#at + 1] ?? '';
    this.#at += 2;
    if (character !== '' && VAGUE_ESCAPES.includes(character)) return { words: null };
    if (!/[!-/:-@[-`{-~]/.test(character)) throw new NotUnderstood();
    return UNSURE.test(character) ? { words: null } : { character };
  }

  /** How often the piece comes at least, when it has a count; null without one. */
  #repeat(): number | null {
    const rest = this.#pattern.slice(this.#at, this.#at + 12);
    const counted = REPEAT.exec(rest);
    const length = counted ? counted[0].length : rest !== '' && '*+?'.includes(rest[0] as string) ? 1 : 0;
    if (length === 0) return null;
    this.#at += length;
    if (this.#pattern[this.#at] === '?') this.#at += 1;
    if (counted) return Number(counted[1]);
    return rest[0] === '+' ? 1 : 0;
  }
}

function shortest(words: readonly string[]): number {
  return Math.min(...words.map((word) => word.length));
}
