/**
 * What is shown of the logs, as it is typed: `level>=warn bot=api !healthz "two words" /time(out|d)/i`. All terms must
 * hold; `!` before one inverts it.
 */
import { suggest } from '../../config/suggest.ts';
import { type LinearPattern, linearPattern, type Span } from '../../text/linear-pattern.ts';
import { type PatternProgram, textProgram } from '../../text/pattern-program.ts';
import { TRIGGER } from '../../text/redact.ts';
import { requiredWord, requiredWords } from '../../text/required-words.ts';
import { ByteMachine } from './byte-machine.ts';
import { type LineLevel, levelOfWord } from './level.ts';
import { type LineSieve, levelSieve, patternSieve, wordSieve } from './sieve.ts';

/** The mildest first. */
const LEVELS: readonly LineLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];
const OPERATORS = ['>=', '<=', '!=', '=', '>', '<', ':'] as const;
type Operator = (typeof OPERATORS)[number];

export type FilterTerm =
  | { readonly kind: 'level'; readonly isInverse: boolean; readonly levels: readonly LineLevel[] }
  | { readonly kind: 'bot'; readonly isInverse: boolean; readonly names: readonly string[] }
  | { readonly kind: 'text'; readonly isInverse: boolean; readonly text: string }
  | { readonly kind: 'pattern'; readonly isInverse: boolean; readonly source: string; readonly ignoresCase: boolean };

/** What a filter is asked about one line. */
export interface FilteredLine {
  /** Null: the line does not say. */
  readonly level: LineLevel | null;
  readonly text: string;
}

/** A filter, ready to be held against lines. */
export interface LineFilter {
  /** As it was typed. */
  readonly text: string;
  /** Whether lines of that bot can pass at all. */
  passesBot(name: string): boolean;
  passes(line: FilteredLine): boolean;
  /** What passing lines are known by; null when that tells nothing. */
  readonly sieve: LineSieve | null;
  /** Whether a line of this text may pass, whatever its level. */
  mayPass?(text: string): boolean;
  /** Where the terms that look for something match, in the order of the text. */
  spans(text: string): readonly Span[];
}

/** What is wrong with a filter, as a sentence without a full stop. */
export class BadFilter extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadFilter';
  }
}

/** No more matches of one term are marked in a line. */
const MAX_SPANS = 50;

/** The terms of a filter; throws `BadFilter`. */
export function parseFilter(text: string): readonly FilterTerm[] {
  const terms: FilterTerm[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ') {
      at += 1;
      continue;
    }
    let isInverse = false;
    while (text[at] === '!' && at + 1 < text.length && text[at + 1] !== ' ') {
      isInverse = !isInverse;
      at += 1;
    }
    const [term, end] = termAt(text, at, isInverse);
    terms.push(term);
    at = end;
  }
  return terms;
}

function termAt(text: string, from: number, isInverse: boolean): [FilterTerm, number] {
  if (text[from] === '/') return patternAt(text, from, isInverse);
  if (text[from] === '"') {
    const close = text.indexOf('"', from + 1);
    // While it is being typed the end is the closing quote.
    const end = close === -1 ? text.length : close;
    if (end === from + 1) throw new BadFilter('there is nothing between the quotes');
    return [{ kind: 'text', isInverse, text: text.slice(from + 1, end) }, end + 1];
  }
  const space = text.indexOf(' ', from);
  const end = space === -1 ? text.length : space;
  return [wordTerm(text.slice(from, end), isInverse), end];
}

function patternAt(text: string, from: number, isInverse: boolean): [FilterTerm, number] {
  let end = from + 1;
  while (end < text.length && text[end] !== '/') end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) {
    // A path is no pattern: `/var/log` closes nothing at its end, and neither does what is still being typed.
    throw new BadFilter('a / begins a pattern and another / ends it; "…" for a text with slashes');
  }
  const source = text.slice(from + 1, end);
  if (source === '') throw new BadFilter('there is nothing between the slashes');
  const space = text.indexOf(' ', end);
  const next = space === -1 ? text.length : space;
  const flags = text.slice(end + 1, next);
  if (flags !== '' && flags !== 'i') {
    throw new BadFilter(
      `behind a pattern stands a blank, or i for any case, not ${flags}; "…" for a text with slashes`,
    );
  }
  return [{ kind: 'pattern', isInverse, source, ignoresCase: flags === 'i' }, next];
}

function wordTerm(word: string, isInverse: boolean): FilterTerm {
  const [, name = '', operator, value = ''] = /^([a-z]+)(>=|<=|!=|=|>|<|:)(.*)$/i.exec(word) ?? [];
  const key = name.toLowerCase();
  if (operator !== undefined && (key === 'level' || key === 'bot')) {
    if (value === '') throw new BadFilter(`${key}${operator} needs a ${key === 'level' ? 'level' : 'name'} behind it`);
    if (key === 'level') return levelTerm(operator as Operator, value, isInverse);
    if (!['=', ':', '!='].includes(operator))
      throw new BadFilter(`a bot is compared by bot= or bot!=, not bot${operator}`);
    const names = value.toLowerCase().split(',').filter(Boolean);
    return { kind: 'bot', isInverse: isInverse !== (operator === '!='), names };
  }
  // `status=500` is a text to look for; with an operator that only levels have, it is a slip.
  if (operator !== undefined && ['>=', '<='].includes(operator)) {
    const meant = suggest(name, ['level', 'bot']);
    if (meant !== null) throw new BadFilter(`${name} is nothing to filter by; ${meant}${operator}${value} is`);
  }
  return { kind: 'text', isInverse, text: word };
}

function levelTerm(operator: Operator, value: string, isInverse: boolean): FilterTerm {
  const wanted = value.split(',').map((word) => {
    const level = LEVELS.find((each) => each.startsWith(word.toLowerCase()) && word !== '') ?? levelOfWord(word);
    if (!level) throw new BadFilter(`no level is called ${word}: ${LEVELS.join(', ')}`);
    return level;
  });
  const rank = LEVELS.indexOf(wanted[0] as LineLevel);
  const isKept: Readonly<Record<Operator, (level: LineLevel, at: number) => boolean>> = {
    ':': (_, at) => at >= rank,
    '>=': (_, at) => at >= rank,
    '<=': (_, at) => at <= rank,
    '>': (_, at) => at > rank,
    '<': (_, at) => at < rank,
    '=': (level) => wanted.includes(level),
    '!=': (level) => wanted.includes(level),
  };
  const levels = LEVELS.filter((level, at) => isKept[operator](level, at));
  return { kind: 'level', isInverse: isInverse !== (operator === '!='), levels };
}

/** A filter from what was typed; an empty one is null. Rejects with `BadFilter` or `BadPattern`. */
export async function compileFilter(text: string): Promise<LineFilter | null> {
  const terms = parseFilter(text);
  return terms.length === 0 ? null : compile(text, terms);
}

/** What is searched for: the text as it stands, or a pattern between slashes. Null when empty. Rejects with `BadPattern`. */
export async function compileSearch(text: string): Promise<LineFilter | null> {
  if (text === '') return null;
  const [, source, flags] = /^\/(.+)\/(i?)$/.exec(text) ?? [];
  if (source === undefined) return compile(text, [{ kind: 'text', isInverse: false, text }]);
  return compile(text, [{ kind: 'pattern', isInverse: false, source, ignoresCase: flags === 'i' }]);
}

/** What a text must hold to be redacted; made with the first pattern. */
let secrets: PatternProgram | null = null;

async function compile(text: string, terms: readonly FilterTerm[]): Promise<LineFilter> {
  const patterns = new Map<FilterTerm, LinearPattern>();
  for (const term of terms) {
    if (term.kind === 'pattern') patterns.set(term, await linearPattern(term.source, term));
  }
  if (patterns.size > 0) secrets ??= (await linearPattern(TRIGGER.source, { ignoresCase: true })).program;
  const lowered = new Map(terms.map((term) => [term, term.kind === 'text' ? term.text.toLowerCase() : '']));
  const bots = terms.filter((term) => term.kind === 'bot');
  const others = terms.filter((term) => term.kind !== 'bot');
  // The cheapest first: a level is a comparison, a pattern a run over the text.
  const order = { level: 0, text: 1, pattern: 2 } as const;
  others.sort((a, b) => order[a.kind] - order[b.kind]);
  const textual = others.filter(({ kind }) => kind !== 'level');
  const sought = others.filter(({ kind, isInverse }) => kind !== 'level' && !isInverse);

  function holds(term: (typeof others)[number], line: FilteredLine, lower: () => string): boolean {
    switch (term.kind) {
      case 'level':
        return line.level !== null && term.levels.includes(line.level);
      case 'text':
        return lower().includes(lowered.get(term) as string);
      case 'pattern':
        return (patterns.get(term) as LinearPattern).test(line.text);
      default:
        return term satisfies never;
    }
  }

  function machineOf(term: FilterTerm): ByteMachine | null {
    if (term.kind === 'pattern') {
      const program = patterns.get(term)?.program;
      return program ? new ByteMachine(program, secrets) : null;
    }
    // A word alone is what is searched for anyhow.
    if (term.kind !== 'text' || requiredWord(term.text)?.length === term.text.length) return null;
    return new ByteMachine(textProgram(lowered.get(term) as string), null);
  }

  function passesAll(asked: typeof others, line: FilteredLine): boolean {
    let lower: string | null = null;
    const lowerText = (): string => {
      lower ??= line.text.toLowerCase();
      return lower;
    };
    return asked.every((term) => holds(term, line, lowerText) !== term.isInverse);
  }

  return {
    text,
    passesBot(name) {
      const lower = name.toLowerCase();
      return bots.every(({ names, isInverse }) => names.some((each) => lower.includes(each)) !== isInverse);
    },
    passes: (line) => passesAll(others, line),
    sieve: sieveOf(others, machineOf),
    ...(textual.length === 0 ? {} : { mayPass: (shown) => passesAll(textual, { level: null, text: shown }) }),
    spans(line) {
      const found = sought.flatMap((term) =>
        term.kind === 'text'
          ? textSpans(line, lowered.get(term) as string)
          : (patterns.get(term)?.spans(line, MAX_SPANS) ?? []),
      );
      return found.sort((a, b) => a[0] - b[0]);
    },
  };
}

/** By the longest word that some term asks for and by what else it asks of bytes; else by the mildest level. */
function sieveOf(terms: readonly FilterTerm[], machineOf: (term: FilterTerm) => ByteMachine | null): LineSieve | null {
  let best: { readonly term: FilterTerm; readonly words: readonly string[]; readonly anyCase: boolean } | null = null;
  let levels: LineSieve | null = null;
  for (const term of terms) {
    if (term.isInverse) continue;
    if (term.kind === 'level') levels ??= levelSieve(term.levels);
    const words = wordsOf(term);
    if (words && (!best || shortest(words) > shortest(best.words))) {
      best = { term, words, anyCase: term.kind !== 'pattern' || term.ignoresCase };
    }
  }
  const sought = best ? [best.term] : terms.filter(({ isInverse }) => !isInverse);
  const words = best && wordSieve(best.words, best.anyCase);
  for (const term of sought) {
    const machine = machineOf(term);
    const sieve = machine && patternSieve(words, machine);
    if (sieve) return sieve;
  }
  return words ?? levels;
}

function wordsOf(term: FilterTerm): readonly string[] | null {
  if (term.kind === 'pattern') return requiredWords(term.source);
  const word = term.kind === 'text' ? requiredWord(term.text) : null;
  return word === null ? null : [word];
}

function shortest(words: readonly string[]): number {
  return Math.min(...words.map(({ length }) => length));
}

function textSpans(text: string, needle: string): Span[] {
  const lower = text.toLowerCase();
  // Of texts whose length changes with their case (ß, İ) the places would be wrong.
  if (lower.length !== text.length || needle === '') return [];
  const found: Span[] = [];
  for (
    let at = lower.indexOf(needle);
    at !== -1 && found.length < MAX_SPANS;
    at = lower.indexOf(needle, at + needle.length)
  ) {
    found.push([at, at + needle.length]);
  }
  return found;
}
