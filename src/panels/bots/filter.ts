/** The filter of the bots: words, and fields with values: `tg mem>200 restarts>3 state=flapping,errored !test`. */
import { suggest } from '../../config/suggest.ts';
import type { World } from '../../state/world.ts';
import { ALIASES, FIELDS, type Field, type FieldName, type Unit } from './fields.ts';
import { type BotRow, ROW_STATES } from './row.ts';

type Test = (row: BotRow, world: World) => boolean;

export interface BotFilter {
  /** All of them must hold. */
  readonly tests: readonly Test[];
  /** What of the text is not understood, and what is wanted instead; null when all of it is. It filters nothing. */
  readonly error: string | null;
}

type Parsed = Test | { readonly error: string };

const TERM = /^([a-z][a-z0-9]*)(>=|<=|!=|[=><~])(.*)$/i;

export function parseBotFilter(text: string): BotFilter {
  const tests: Test[] = [];
  let error: string | null = null;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const isNot = word.startsWith('!') && word.length > 1;
    const parsed = parseTerm(isNot ? word.slice(1) : word);
    if (typeof parsed !== 'function') error ??= parsed.error;
    else tests.push(isNot ? (row, world) => !parsed(row, world) : parsed);
  }
  return { tests, error };
}

function parseTerm(term: string): Parsed {
  const [, typed = '', operator = '', value = ''] = TERM.exec(term) ?? [];
  if (operator === '') {
    const word = term.toLowerCase();
    return (row) => row.text.includes(word);
  }
  const word = typed.toLowerCase();
  const name = ALIASES[word] ?? (word in FIELDS ? (word as FieldName) : null);
  if (name === null) return { error: unknownField(word) };
  const field: Field = FIELDS[name];
  if (field.kind === 'text') return parseText(name, field.text, operator, value.toLowerCase(), term);
  if (operator === '~') return { error: `${typed} is a number: ${typed}>${EXAMPLES[field.unit]}` };
  const wanted = parseNumber(value, field.unit);
  if (wanted === null)
    return { error: `${term}: ${WANTED[field.unit]}, as ${typed}${operator}${EXAMPLES[field.unit]}` };
  // What is not known is neither more nor less.
  return numberTest(operator, wanted, NEAR[field.unit], field.value);
}

function unknownField(word: string): string {
  const near = suggest(word, [...Object.keys(FIELDS), ...Object.keys(ALIASES)]);
  return near === null ? `no field ${word}; there are ${Object.keys(FIELDS).join(' ')}` : `no field ${word}: ${near}?`;
}

function parseText(
  name: FieldName,
  read: (row: BotRow) => string,
  operator: string,
  value: string,
  term: string,
): Parsed {
  if (operator.startsWith('>') || operator.startsWith('<'))
    return { error: `${name} is a word: ${name}=… or ${name}~…` };
  if (value === '')
    return { error: `${term} wants a word after it${name === 'state' ? ': flapping, errored, ok…' : ''}` };
  if (operator === '~') return (row) => read(row).toLowerCase().includes(value);
  const wanted = value.split(',').filter(Boolean);
  if (name === 'state') {
    const wrong = wanted.find((word) => !word.includes('*') && !STATES.includes(word));
    if (wrong !== undefined) {
      const near = suggest(wrong, STATES);
      return { error: `no state ${wrong}${near === null ? `; there are ${ROW_STATES.join(' ')}` : `: ${near}?`}` };
    }
  }
  const patterns = wanted.map(patternOf);
  const isOne: Test = (row) => {
    const known = read(row).toLowerCase();
    return patterns.some((pattern) => pattern(known));
  };
  return operator === '=' ? isOne : (row, world) => !isOne(row, world);
}

/** As they are called on the screen, too. */
const STATES: readonly string[] = [...ROW_STATES, 'waiting'];

/** Whole, with `*` for anything. */
function patternOf(wanted: string): (known: string) => boolean {
  if (wanted === 'waiting') return (known) => known === 'restart-wait' || known === 'waiting';
  if (!wanted.includes('*')) return (known) => known === wanted;
  const parts = wanted.split('*');
  const [head = '', tail = ''] = [parts[0], parts.at(-1)];
  return (known) => {
    if (!known.startsWith(head) || !known.endsWith(tail) || known.length < head.length + tail.length) return false;
    let at = head.length;
    for (const part of parts.slice(1, -1)) {
      const found = known.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= known.length - tail.length;
  };
}

const EXAMPLES: Readonly<Record<Unit, string>> = {
  size: '200',
  percent: '50',
  count: '3',
  duration: '10m',
  milliseconds: '50',
};
const WANTED: Readonly<Record<Unit, string>> = {
  size: 'megabytes, or a size with its unit',
  percent: 'a share of one core in percent',
  count: 'a number',
  duration: 'a time with its unit',
  milliseconds: 'milliseconds',
};
/** Values this near are equal: nobody sees the rest of the digits. */
const NEAR: Readonly<Record<Unit, number>> = { size: 5e5, percent: 0.5, count: 0, duration: 500, milliseconds: 0.5 };
const SIZES: Readonly<Record<string, number>> = { '': 1e6, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };

/** The number, in bytes, percent or ms; null when it is none. */
function parseNumber(text: string, unit: Unit): number | null {
  if (unit === 'duration') {
    if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/i.test(text)) return null;
    let sum = 0;
    for (const [, digits, name = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/gi)) {
      sum += Number(digits) * (TIMES[name.toLowerCase()] ?? Number.NaN);
    }
    return sum;
  }
  const [, digits, suffix = ''] = /^(-?\d+(?:\.\d+)?)([a-z%]*)$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  const word = suffix.toLowerCase();
  const value = Number(digits);
  if (unit === 'size') {
    const scale = SIZES[word.replace(/b$/, '')];
    return scale === undefined || word === 'b' ? null : value * scale;
  }
  const allowed = unit === 'percent' ? '%' : unit === 'milliseconds' ? 'ms' : '';
  return word === '' || word === allowed ? value : null;
}

function numberTest(
  operator: string,
  wanted: number,
  near: number,
  value: (row: BotRow, world: World) => number,
): Test {
  switch (operator) {
    case '>':
      return (row, world) => value(row, world) > wanted;
    case '>=':
      return (row, world) => value(row, world) >= wanted;
    case '<':
      return (row, world) => value(row, world) < wanted;
    case '<=':
      return (row, world) => value(row, world) <= wanted;
    case '=':
      return (row, world) => Math.abs(value(row, world) - wanted) <= near;
    default:
      return (row, world) => Math.abs(value(row, world) - wanted) > near;
  }
}
