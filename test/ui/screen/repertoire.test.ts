import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { consoleOf } from '../../../src/ui/screen/ascii.ts';
import { otherLocale, repertoireOf } from '../../../src/ui/screen/repertoire.ts';

test('a terminal emulator is sent every character, the console of Linux what its fonts have', () => {
  expect(repertoireOf({ TERM: 'xterm-256color', LANG: 'de_DE.UTF-8' }, false)).toBe('all');
  expect(repertoireOf({ TERM: 'linux', LANG: 'C.UTF-8' }, false)).toBe('console');
  expect(repertoireOf({ TERM: 'linux' }, true)).toBe('ascii');
});

test('a locale that is not of UTF-8 gets ASCII; the first that is set decides, as in libc', () => {
  expect(repertoireOf({ TERM: 'xterm', LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false)).toBe('ascii');
  expect(repertoireOf({ TERM: 'xterm', LC_ALL: '', LC_CTYPE: 'POSIX', LANG: 'C.UTF-8' }, false)).toBe('ascii');
  expect(repertoireOf({ TERM: 'linux', LANG: 'en_US.ISO-8859-1' }, false)).toBe('ascii');
  expect(repertoireOf({ TERM: 'xterm', LC_ALL: 'C.utf8', LANG: 'C' }, false)).toBe('all');
  expect(repertoireOf({ TERM: 'xterm', LC_CTYPE: 'UTF-8' }, false)).toBe('all');
  expect(otherLocale({ LANG: 'POSIX' })).toBe('POSIX');
});

test('where no locale is set, as over SSH and in containers, the terminal is taken for one of UTF-8', () => {
  expect(repertoireOf({ TERM: 'xterm' }, false)).toBe('all');
  expect(repertoireOf({ TERM: 'xterm', LC_ALL: '', LANG: '' }, false)).toBe('all');
});

/** In the kernel's own font (code page 437) and in each of the 369 Latin, Greek and Cyrillic ones of Debian. */
const IN_EVERY_FONT = '─│┌┐└┘├┤┬┴┼═║╔╗╚╝█░▒•←↑→↓■▲▼';

test('every sign that the program draws has a look-alike that all fonts of the console have', () => {
  const source = fileURLToPath(new URL('../../../src', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const drawn = new Set(files.flatMap((file) => [...readFileSync(`${source}/${file}`, 'utf8')]));
  for (let block = 0x2581; block <= 0x258f; block += 1) drawn.add(String.fromCodePoint(block));
  expect(drawn.size).toBeGreaterThan(150);
  const signs = [...drawn].filter((sign) => /[\u2000-\u2bff]/.test(sign));
  const shown = signs.map((sign) => String.fromCodePoint(consoleOf(sign.codePointAt(0) as number)));
  expect(shown.filter((sign) => !IN_EVERY_FONT.includes(sign) && !/^[\x20-\x7e]$/.test(sign))).toEqual([]);
});
