import { expect, test } from 'vitest';
import { compileFilter } from '../../../src/sources/logs/line-filter.ts';
import { LineReader, type LineTest } from '../../../src/sources/logs/line-reader.ts';
import { levelSieve } from '../../../src/sources/logs/sieve.ts';
import { isTear } from '../../../src/sources/logs/tear.ts';
import { clean } from '../../../src/text/clean.ts';
import fc from '../../helpers/fast-check.ts';

const NOW = Date.parse('2026-11-21T23:00:00Z');

/** Some lines were seen to come. */
const arrivalOf = (place: number) => ({ at: place % 5 < 2 ? NOW - place : Number.NaN, isBefore: place % 5 === 0 });

/** What a line may be made of: words that are looked for, what tears them, secrets, and the marks of levels. */
const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('timeout', 'TimeOut', 'refused', 'ref', 'used', 'order', ' ', ' ', '4711') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('é', '…', '👍', '👍️', 'К', 'ſ', '\u212a', 'İ', '\u200b', '\u00ad', '\ufeff'),
  },
  { weight: 2, arbitrary: fc.constantFrom('\t', '\r', '\0', '\b', '\x1b[31m', '\x1b[0m', '\x9b31m', '\x0b', '\u2028') },
  { weight: 2, arbitrary: fc.constantFrom('password=timeout', 'token: refused1234', '[redacted]', 'sk-timeout4711') },
);
const start = fc.constantFrom(
  ...[
    '',
    '',
    'Traceback (most recent call last):',
    '  File "a.py", line 1, in a',
    'ValueError: ',
    '    at run (a.js:1:2)',
    'Caused by: ',
    '2026-11-21T22:03:14Z ',
    '2026-11-21 22:03:14: ',
    '10:03:14 ',
  ],
  ...['2026-11-21T22:03:14Z ERROR ', '2026-11-21T22:03:14Z err: ', '2026-11-21T22:03:14Z [Err] ', 'WRN ', 'level=err '],
  ...[
    'E1121 22:06:47.093844    12 server/main.go:609] ',
    'I1121 22:06:47.093844    12 main.go:609] ',
    '<3>',
    '<14>',
    '<131>',
  ],
  ...['2026-11-21T22:03:14: W1121 22:06:47.093844    12 main.go:9] ', '4592:M 21 Nov 2026 22:03:07.816 # '],
  ...[
    '10.1.3.8 - - [21/Nov/2026:22:03:27 +0000] "GET /a HTTP/1.1" 503 884 ',
    'CRITICAL:root:',
    'TypeError: ',
    'panic: ',
  ],
  ...[
    '{"level":50,"time":1795298400123,"msg":"',
    '{"level" : 40,"msg":"',
    '{"severity":"ERROR","msg":"',
    '{"lvl":4.0e1,"msg":"',
  ],
  ...[
    '{"level":"\\u0065rror","msg":"',
    '{"level":"\\u001b[31merr\\u001b[39m","msg":"',
    '{"level":30,"msg":"',
    '\x1b[31mer\x1b[0mror: ',
  ],
  ...['{"message":"E1121 22:06:47.1 12 a.go:9] x","app_name":"a","process_id":1,"type":"err","x":"'],
  ...['{"message":"<3>x","app_name":"a","process_id":1,"x":"', 'pam_unix(sshd:auth): authentication failure;'],
);
const line = fc
  .tuple(start, fc.array(part, { maxLength: 6 }))
  .map(([first, parts]) => `${first}${parts.join('')}${first.startsWith('{') ? '"}' : ''}`);

const term = fc.constantFrom(
  ...[
    'timeout',
    'refused',
    '"order 4711"',
    '/time(out)?/',
    '/refused|timeout/i',
    '/\\d{4} /',
    '!timeout',
    '!/refused/',
  ],
  ...['level>=error', 'level=warn', 'level>=info', '!level>=error', 'edac', '/kso/i'],
);
const e: LineTest = {
  sieve: levelSieve(['error', 'fatal'], false),
  passes: ({ level, isPart }) => !isPart && (level === 'error' || level === 'fatal'),
};

test('what is passed over by its bytes is what would not have passed', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 25 }),
      fc.array(term, { maxLength: 2 }),
      fc.boolean(),
      async (lines, terms, hasHead) => {
        const wanted = (await compileFilter(terms.join(' '))) ?? e;
        const bytes = Buffer.from(lines.join('\n'));
        const head = hasHead ? { at: NOW, level: 'error' as const, isStamped: true, isTimed: true } : null;
        const read = (asked: LineTest) => new LineReader('UTC', () => NOW, arrivalOf).read(bytes, 7, asked, head);
        const whole = read({ passes: (each) => wanted.passes(each), sieve: null });
        const quick = read(wanted);
        expect(quick.lines).toEqual(whole.lines);
        const { head: last, lastAt, headOffset } = whole;
        expect(quick).toMatchObject({ head: last, lastAt, headOffset });
        found += quick.lines.length;
      },
    ),
    { numRuns: 800 },
  );
  expect(found).toBeGreaterThan(300);
});

test('whatever puts words together on the way to the screen is a tear', () => {
  const missed: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const bytes = Buffer.from(character);
    const isAscii = /^[a-z]$/i.test(character);
    const joins = !isAscii && (clean(`a${character}b`).includes('ab') || /[a-z]/.test(character.toLowerCase()));
    if (joins && !isTear(bytes, 0, bytes.length)) missed.push(code.toString(16));
  }
  expect(missed).toEqual([]);
});
