/**
 * What a pattern, or a text in any case, asks of the characters of a line one after the other: steps of a machine that
 * is in many of them at once.
 */

/** Some characters, one of which is taken. */
export interface CharacterSet {
  /** For each of ASCII, whether it is one of them. */
  readonly ascii: Uint8Array;
  readonly beyond: Beyond;
}

/** Characters beyond ASCII: their code points, or ranges of them where they are many; `some` where they are not known. */
export type Beyond = readonly number[] | { readonly ranges: readonly (readonly [number, number])[] } | 'some';

export type PatternStep =
  | { readonly kind: 'character'; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: 'fork'; readonly nexts: readonly number[] }
  /** Goes on at the start of the line only, or at its end. */
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' }
  | { readonly kind: 'fail' };

export interface PatternProgram {
  readonly steps: readonly PatternStep[];
  readonly start: number;
}

/** The steps of RE2's engine, as far as they are read here. */
export interface EngineProgram {
  readonly inst: readonly EngineStep[];
  readonly start: number;
  readonly numLb: number;
}
interface EngineStep {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

const ALT = 1;
const ALT_MATCH = 2;
const CAPTURE = 3;
const EMPTY_WIDTH = 4;
const FAIL = 5;
const MATCH = 6;
const NOP = 7;
const RUNE = 8;
const RUNE1 = 9;
const RUNE_ANY = 10;
const RUNE_ANY_NOT_NL = 11;
const BEGINS = 1 | 4;
const ENDS = 2 | 8;
const FOLD_CASE = 1;

const ASCII = 128;
const LINE_FEED = 0x0a;
/** What bytes that are no UTF-8 become. */
const REPLACEMENT = 0xfffd;
/** More characters are told as ranges. */
const MAX_BEYOND = 16;

/** The program of a compiled pattern, in our words; null for what is not known here. Word borders count as anywhere. */
export function programOf(engine: EngineProgram): PatternProgram | null {
  if (engine.numLb !== 0) return null;
  const steps: PatternStep[] = [];
  for (const step of engine.inst) {
    const ours = stepOf(step);
    if (ours === null) return null;
    steps.push(ours);
  }
  return { steps, start: engine.start };
}

function stepOf(step: EngineStep): PatternStep | null {
  const { op, out, arg } = step;
  switch (op) {
    case ALT:
    case ALT_MATCH:
      return { kind: 'fork', nexts: [out, arg] };
    case CAPTURE:
    case NOP:
      return { kind: 'fork', nexts: [out] };
    case EMPTY_WIDTH:
      if ((arg & BEGINS) !== 0) return { kind: 'start', next: out };
      return (arg & ENDS) !== 0 ? { kind: 'end', next: out } : { kind: 'fork', nexts: [out] };
    case FAIL:
      return { kind: 'fail' };
    case MATCH:
      return { kind: 'match' };
    case RUNE_ANY:
    case RUNE_ANY_NOT_NL:
      return { kind: 'character', set: ANY, next: out };
    case RUNE:
    case RUNE1:
      return { kind: 'character', set: setOf(step), next: out };
    default:
      return null;
  }
}

/** Lines have no line feed. */
const ANY: CharacterSet = {
  ascii: Uint8Array.from({ length: ASCII }, (_, code) => (code === LINE_FEED ? 0 : 1)),
  beyond: 'some',
};

function setOf(step: EngineStep): CharacterSet {
  const ascii = Uint8Array.from({ length: ASCII }, (_, code) => (code !== LINE_FEED && step.matchRune(code) ? 1 : 0));
  return { ascii, beyond: beyondOf(step) };
}

function beyondOf({ runes, arg }: EngineStep): Beyond {
  // Letters in any case: those of other alphabets have cases of their own. The two that are ASCII's are tears.
  if (runes.length === 1) {
    const only = runes[0] as number;
    if (only < ASCII) return [];
    return (arg & FOLD_CASE) !== 0 || only === REPLACEMENT ? 'some' : [only];
  }
  const ranges: [number, number][] = [];
  let count = 0;
  for (let i = 0; i + 1 < runes.length; i += 2) {
    const from = Math.max(ASCII, runes[i] as number);
    const to = runes[i + 1] as number;
    if (from > to) continue;
    // Whatever is no UTF-8 is shown as this one.
    if ((from <= REPLACEMENT && to >= REPLACEMENT) || isHalf(from) || isHalf(to)) return 'some';
    ranges.push([from, to]);
    count += to - from + 1;
  }
  if (count > MAX_BEYOND) return { ranges };
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

/** A half of a character, which has no bytes of its own. */
function isHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** The program of a text that is looked for in any case, as `toLowerCase` tells them apart. */
export function textProgram(lowered: string): PatternProgram {
  const steps: PatternStep[] = Array.from(lowered, (character, at) => ({
    kind: 'character',
    set: anyCaseOf(character),
    next: at + 1,
  }));
  steps.push({ kind: 'match' });
  return { steps, start: 0 };
}

function anyCaseOf(lower: string): CharacterSet {
  const ascii = new Uint8Array(ASCII);
  const code = lower.codePointAt(0) as number;
  if (code < ASCII) {
    ascii[code] = 1;
    ascii[lower.toUpperCase().codePointAt(0) as number] = 1;
    return { ascii, beyond: [] };
  }
  if (code === REPLACEMENT || isHalf(code)) return { ascii, beyond: 'some' };
  return { ascii, beyond: [code, ...(upperCases().get(lower) ?? [])] };
}

let uppers: Map<string, number[]> | null = null;

/** For each letter beyond ASCII those that become it in lower case. Made when it is first needed. */
function upperCases(): ReadonlyMap<string, readonly number[]> {
  if (uppers) return uppers;
  uppers = new Map();
  for (let code = ASCII; code <= 0x1ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const lower = character.toLowerCase();
    if (lower === character) continue;
    uppers.set(lower, [...(uppers.get(lower) ?? []), code]);
  }
  // The letter has two lower cases, by what stands behind it.
  const sigmas = [0x3a3, 0x3c2, 0x3c3];
  for (const sigma of ['ς', 'σ']) uppers.set(sigma, sigmas);
  return uppers;
}
