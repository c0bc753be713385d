/**
 * Regular expressions of the person's, run by an engine whose time grows with the text only: no pattern, however it is
 * written, can freeze the screen. RE2's language: no look-around, no back references.
 */

import { type EngineProgram, type PatternProgram, programOf } from './pattern-program.ts';

/** A part of a text, as indices of its units. */
export type Span = readonly [from: number, to: number];

export interface LinearPattern {
  test(text: string): boolean;
  /** What it asks of a text, character by character; null when that is not known. */
  readonly program: PatternProgram | null;
  /** The first places where it matches, at most `most`. */
  spans(text: string, most: number): readonly Span[];
}

/** What is wrong with a pattern, as a sentence without a full stop. */
export class BadPattern extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadPattern';
  }
}

/** A longer pattern would be slow for each line it is held against. */
const MAX_CHARACTERS = 500;

/** Compiles a pattern. The engine is loaded with the first one. Rejects with `BadPattern`. */
export async function linearPattern(
  source: string,
  options: { readonly ignoresCase: boolean },
): Promise<LinearPattern> {
  if (source.length > MAX_CHARACTERS) throw new BadPattern(`a pattern has at most ${MAX_CHARACTERS} characters`);
  const { RE2JS } = await import('re2js');
  let compiled: ReturnType<typeof RE2JS.compile>;
  try {
    compiled = RE2JS.compile(source, options.ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    throw new BadPattern(explain(error instanceof Error ? error.message : String(error)));
  }
  return {
    test: (text) => compiled.test(text),
    program: programOf(compiled.re2Input.prog as EngineProgram),
    spans(text, most) {
      const found: Span[] = [];
      const matcher = compiled.matcher(text);
      while (found.length < most && matcher.find()) {
        // What matches nothing marks nothing.
        if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()]);
      }
      return found;
    },
  };
}

/** The engine's words about the commonest mistakes, in ours. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/missing closing \)/, 'a ( is not closed'],
  [/unexpected \)/, 'a ) was never opened: \\) is the character'],
  [/missing closing \]/, 'a [ is not closed'],
  [/Perl syntax: `\(\?[=!<]/, 'look-around is not there: this engine keeps to linear time'],
  [/invalid escape sequence: `\\\d/, 'back references are not there: this engine keeps to linear time'],
  [/missing argument to repetition|invalid nested repetition/, '*, + or ? stands where nothing can be repeated'],
  [/trailing backslash/, 'it ends in a lone \\'],
  [/invalid repeat count/, 'a repeat count is at most 1000'],
];

function explain(message: string): string {
  const known = WORDS.find(([pattern]) => pattern.test(message));
  return known ? known[1] : message.replace(/^error parsing regexp: /, '').replaceAll('`', '');
}
