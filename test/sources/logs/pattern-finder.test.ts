import { describe, expect, test } from 'vitest';
import { ByteMachine } from '../../../src/sources/logs/byte-machine.ts';
import { createFinder, type Finder } from '../../../src/sources/logs/finder.ts';
import { compileFilter } from '../../../src/sources/logs/line-filter.ts';
import { LineReader } from '../../../src/sources/logs/line-reader.ts';
import { createPatternFinder, withWords } from '../../../src/sources/logs/pattern-finder.ts';
import type { LineSieve } from '../../../src/sources/logs/sieve.ts';
import { isTear } from '../../../src/sources/logs/tear.ts';
import { linearPattern } from '../../../src/text/linear-pattern.ts';
import { textProgram } from '../../../src/text/pattern-program.ts';
import { TRIGGER } from '../../../src/text/redact.ts';
import fc from '../../helpers/fast-check.ts';

const NOW = Date.parse('2026-11-21T23:00:00Z');

async function finderOf(source: string, ignoresCase = false): Promise<Finder> {
  const { program } = await linearPattern(source, { ignoresCase });
  const secrets = (await linearPattern(TRIGGER.source, { ignoresCase: true })).program;
  if (!program || !secrets) throw new Error(`${source} has no program`);
  const find = createPatternFinder(new ByteMachine(program, secrets));
  if (!find) throw new Error(`${source} tells nothing`);
  return find;
}

/** Pieces of lines, as bytes: words that patterns ask for, what tears them, secrets, blanks, and what is no UTF-8. */
const piece = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('time', 'Out', 'out ', 'ab', 'a', 'b', '4', '71', ' ', 'x', 'Δ', 'жук', 'ЖУК'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('é', '…', '👍', '\u0301', '\u212a', 'ſ', 'İ', 'ς', 'Σ', '\u200b', '\ufeff', '�'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\t', '\r', '\r\r', '\v', '\f', '\0', '\x1b[31m', '\x9b1m', '\u0085', '\u2028'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'password=ab',
      'token: 4711',
      "password 'x' ",
      'password $a$b$a$',
      '://u:4@h',
      '[redacted]',
    ),
  },
);
const line = fc.oneof(
  { weight: 9, arbitrary: fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.from(pieces.join(''))) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes.filter((it) => it !== 10))),
  },
  // Cut on the screen.
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(1_100, 4_090, 4_096, 4_100),
        fc.constantFrom('a', 'ab ', '\t', 'é'),
        fc.constantFrom('', '4', 'time'),
      )
      .map(([length, filler, last]) => Buffer.from(filler.repeat(length).slice(0, length) + last)),
  },
);

const atom = fc.constantFrom(
  ...['time', 'out', 'a', 'b', 'x', '4', '71', ' ', 'ж', 'Δ', 'σ', 'é', '…', '\\[', 'red', "'", '=', 'к', 's', 'i'],
  ...[
    '.',
    '\\d',
    '\\w',
    '\\s',
    '\\S',
    '\\W',
    '[ab]',
    '[^a]',
    '[а-я]',
    '[^\\n]',
    '\\pL',
    '\\x{fffd}',
    '\\t',
    '\\b',
    '\\B',
  ],
);
const pattern = fc.letrec<{ whole: string; part: string }>((tie) => ({
  part: fc.oneof({ weight: 5, arbitrary: atom }, { weight: 1, arbitrary: tie('whole').map((inner) => `(${inner})`) }),
  whole: fc
    .tuple(
      fc.constantFrom('', '', '', '^'),
      fc.array(fc.tuple(tie('part'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '+?')), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.constantFrom('', '', '', '$', '|a4', '|x$'),
    )
    .map(([before, parts, after]) => before + parts.map((each) => each.join('')).join('') + after),
})).whole;
const text = fc
  .array(fc.constantFrom('time', 'OUT', ' ', 'a', '4', 'жук', 'Σ', 'σ', 'red', 'é', '['), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => `"${parts.join('')}"`);
const filter = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(pattern, fc.constantFrom('', 'i')).map(([source, flags]) => `/${source}/${flags}`) },
  { weight: 1, arbitrary: text },
);

describe('what is passed over by the bytes of a line', () => {
  test('is what does not match as it is shown, whatever the pattern and the bytes', async () => {
    let found = 0;
    let sieved = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        filter,
        fc.boolean(),
        async (lines, typed, isLong) => {
          const wanted = await compileFilter(typed);
          if (!wanted?.sieve) return;
          sieved += 1;
          // Many lines that are in nobody's way, so that several are looked at beside each other.
          const quiet = Buffer.from('2026-11-21T22:03:14Z q\n'.repeat(isLong ? 70 : 0));
          const bytes = Buffer.concat(lines.flatMap((each) => [quiet, each, Buffer.from('\n')]).slice(0, -1));
          const read = (sieve: LineSieve | null) =>
            new LineReader(
              'UTC',
              () => NOW,
              () => ({ at: NOW, isBefore: false }),
            ).read(bytes, 0, { passes: (each) => wanted.passes(each), sieve }, null).lines;
          const whole = read(null);
          expect(read(wanted.sieve)).toEqual(whole);
          found += whole.length;
        },
      ),
      { numRuns: 400 },
    );
    expect(sieved).toBeGreaterThan(100);
    expect(found).toBeGreaterThan(100);
  }, 60_000);

  test.each([
    ['[0-9]{5} [a-z]{9}'],
    ['x[0-9]+y'],
    ['^[a-z]+:'],
    ['(GET|POST) .* 5[0-9][0-9]'],
    ['\\berror\\b.*\\d$'],
    ['user \\S+ failed'],
    ['^$'],
    ['[а-я]{3}'],
  ])('is each line that %s does not match, where nothing is dropped or hidden in it', async (source) => {
    const find = await finderOf(source);
    const bytes = Buffer.from(
      '2026-11-21T22:03:14Z INFO order 4711: GET taken in 45 ms for 26535 – café\n'.repeat(3_000),
    );
    expect(find(bytes, 0, bytes.length)).toBe(-1);
  });

  test('is found wherever it stands, the first one first', async () => {
    const find = await finderOf('x[0-9]+y$');
    const quiet = Buffer.from('a line without x7 y, of some length\n'.repeat(400));
    const lines = quiet.length / 400 - 1;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(399), { minLength: 1, maxLength: 5 }), async (places) => {
        const bytes = Buffer.from(quiet);
        for (const place of places) bytes.write('x42y', place * (lines + 1) + lines - 4);
        const first = Math.min(...places) * (lines + 1);
        const hit = find(bytes, 0, bytes.length);
        expect(hit).toBeGreaterThanOrEqual(first);
        expect(hit).toBeLessThanOrEqual(first + lines);
      }),
    );
  });

  test('a pattern of too many states is not held against bytes, and finds what it did', async () => {
    const find = await finderOf('a[ab]{14}x');
    let state = 1;
    const letters = Array.from({ length: 60_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state > 2 ** 30 ? 'a' : 'b';
    });
    const bytes = Buffer.from(letters.join(''));
    expect(find(bytes, 0, bytes.length)).not.toBe(-1);
    expect(find(Buffer.from('quiet\n'), 0, 6)).toBe(0);
  });
});

test('every tear is one for the machine', () => {
  const find = createPatternFinder(new ByteMachine(textProgram('~never~'), null)) as Finder;
  const missed: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code === 0x0a || (code >= 0xd800 && code <= 0xdfff)) continue;
    const bytes = Buffer.from(`a${String.fromCodePoint(code)}b`);
    const isTorn = isTear(bytes, 1, bytes.length - 1);
    if ((find(bytes, 0, bytes.length) !== -1) !== isTorn) missed.push(code.toString(16));
  }
  expect(missed).toEqual([]);
});

test('where most lines with the words do not match, the words are not looked for', async () => {
  const pattern = await finderOf('order [0-9]+: failed');
  let asked = 0;
  const words = createFinder(['order'], { anyCase: false, tears: true });
  const find = withWords((bytes, from, to) => {
    asked += 1;
    return words(bytes, from, to);
  }, pattern);
  const quiet = Buffer.from('INFO order 4711: taken\n'.repeat(2_000));
  expect(find(quiet, 0, quiet.length)).toBe(-1);
  expect(asked).toBeLessThan(100);
  const one = Buffer.concat([quiet, Buffer.from('order 5: failed\n'), quiet]);
  expect(find(one, 0, one.length)).toBeGreaterThanOrEqual(quiet.length);
  expect(find(one, 0, one.length)).toBeLessThan(quiet.length + 16);
});
