/** Passes over the lines that cannot be wanted, by their bytes. */
import type { ByteMachine } from './byte-machine.ts';
import { createFinder, type Finder } from './finder.ts';
import type { LineLevel } from './level.ts';
import { createPatternFinder, withWords } from './pattern-finder.ts';

/** What every wanted line holds. */
export interface LineSieve {
  /** Stops in each line that may be wanted. */
  readonly find: Finder;
  /** Lines that belong to an event of these levels may be wanted though they hold nothing themselves. */
  readonly eventLevels: readonly LineLevel[];
}

/** For lines that hold one of some words, which are printable ASCII of three characters at least, without blanks. */
export function wordSieve(words: readonly string[], anyCase: boolean): LineSieve {
  return { find: createFinder(words, { anyCase, tears: true }), eventLevels: [] };
}

/** Milder ones need no telling word. */
const GRAVE: ReadonlySet<LineLevel> = new Set(['warn', 'error', 'fatal']);

/** For lines that a pattern may match, where these words are in all of them; null where neither tells anything. */
export function patternSieve(words: LineSieve | null, machine: ByteMachine): LineSieve | null {
  const find = createPatternFinder(machine);
  if (find === null) return words;
  return { find: words ? withWords(words.find, find) : find, eventLevels: [] };
}

/** For lines that have one of some levels, or belong to an event that has; null where such lines need no telling word. */
export function levelSieve(levels: readonly LineLevel[], withParts = true): LineSieve | null {
  if (!levels.every((level) => GRAVE.has(level))) return null;
  finder ??= createFinder(LEVEL_NEEDLES, { anyCase: true, exactly: LEVEL_STARTS, tears: true });
  return { find: findLevel, eventLevels: withParts ? levels : [] };
}

/** Made when it is first needed. */
let finder: Finder | null = null;

/** `from` is the start of a line, which has nothing before it that the needles could hold. */
function findLevel(bytes: Buffer, from: number, to: number): number {
  const first = bytes[from];
  if (first === 0x3c || first === 0x45 || first === 0x46 || first === 0x57) return from;
  return (finder as Finder)(bytes, from, to);
}

const DIGITS = [...'0123456789'];
/**
 * What a line must hold to be taken for a warning or worse by `parseLine`, in any case. More than `ERROR_NEEDLES`, which
 * leave out what only one line in a million is known by: here nothing may be missed.
 */
const LEVEL_NEEDLES: readonly string[] = [
  ...['err', 'eror', 'warn', 'wrn', 'severe', 'crit', 'fatal', 'panic', 'emerg', 'alert'],
  ...['xception', 'uncaught', 'unhandled', 'segmentation fault', 'traceback'],
  ...['failed password', 'authentication failure', 'etelegram', 'too many requests'],
  // Levels that are numbers, and a name and a colon with blanks of somebody's own between.
  ...['level"', 'lvl"', 'levelname"', 'severity"'].flatMap((name) => [
    ...[...'0456789'].flatMap((digit) => [`${name}:${digit}`, `${name}: ${digit}`]),
    ...[' ', '\t', ':  ', ':\t', ': \t'].map((blanks) => name + blanks),
  ]),
  // Letters of JSON that are written as numbers.
  ...[...'4567'].map((digit) => `\\u00${digit}`),
  // Redis.
  ...DIGITS.map((digit) => `${digit} # `),
  // Access logs.
  ...['" 5', '" 429'],
];

/** At the start of a line or of the message in it: glog's letter with the month, syslog's priority. */
const LEVEL_STARTS: readonly string[] = [
  ...['\n', '"', ':', ' ', ']', 'Z', '\t', '\r'].flatMap((before) =>
    ['E0', 'E1', 'W0', 'W1', 'F0', 'F1'].map((it) => before + it),
  ),
  ...['\n', '"'].flatMap((before) => DIGITS.map((digit) => `${before}<${digit}`)),
];
