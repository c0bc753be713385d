/** The words for levels, and what they come to. */

/** Every level a line can have; `LogLevel` are those that are kept. */
export type LineLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

const WORDS: Readonly<Record<string, LineLevel>> = {
  trace: 'debug',
  verbose: 'debug',
  silly: 'debug',
  debug: 'debug',
  dbg: 'debug',
  http: 'info',
  info: 'info',
  inf: 'info',
  information: 'info',
  log: 'info',
  notice: 'info',
  statement: 'info',
  success: 'info',
  warn: 'warn',
  wrn: 'warn',
  warning: 'warn',
  err: 'error',
  eror: 'error',
  error: 'error',
  severe: 'error',
  critical: 'fatal',
  crit: 'fatal',
  fatal: 'fatal',
  panic: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  alert: 'fatal',
};

/** The level a word stands for, in any case; null for any other word. */
export function levelOfWord(word: string): LineLevel | null {
  if (word.length < 3 || word.length > 11) return null;
  const key = word.toLowerCase();
  return Object.hasOwn(WORDS, key) ? (WORDS[key] as LineLevel) : null;
}

/** The level of pino's and bunyan's numbers; null for what is none of theirs. */
export function levelOfNumber(value: number): LineLevel | null {
  if (!(value >= 10 && value < 100)) return null;
  if (value < 30) return 'debug';
  if (value < 40) return 'info';
  if (value < 50) return 'warn';
  return value < 60 ? 'error' : 'fatal';
}
