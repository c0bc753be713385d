/** Which characters a terminal is trusted with. */

/**
 * `all`, `ascii`, or `console`: what the fonts of the Linux console have, which is boxes of light lines, full and shaded
 * blocks, arrows and letters, and none of the eighths and round corners that are drawn elsewhere.
 */
export type Repertoire = 'all' | 'console' | 'ascii';

type Environment = Readonly<Record<string, string | undefined>>;

/** What to draw with, from `--ascii` and the environment. A terminal emulator says nothing of its font, and has one. */
export function repertoireOf(env: Environment, isAscii: boolean): Repertoire {
  if (isAscii || otherLocale(env) !== null) return 'ascii';
  return env['TERM'] === 'linux' ? 'console' : 'all';
}

/**
 * The locale that was asked for, where it is not one of UTF-8. Null where it is, and where nobody set one: over SSH and
 * in containers that is usual, and the terminal is one of UTF-8 all the same.
 */
export function otherLocale(env: Environment): string | null {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale) ? null : locale;
}
