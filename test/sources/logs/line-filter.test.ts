import { describe, expect, test } from 'vitest';
import type { LineLevel } from '../../../src/sources/logs/level.ts';
import { compileFilter, compileSearch, parseFilter } from '../../../src/sources/logs/line-filter.ts';
import fc from '../../helpers/fast-check.ts';

const LEVELS: readonly LineLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];
const line = (level: LineLevel | null, text: string) => ({ level, text });

async function passes(filter: string, level: LineLevel | null, text: string): Promise<boolean> {
  return (await compileFilter(filter))?.passes(line(level, text)) ?? true;
}

describe('a filter', () => {
  test.each([
    ['level>=warn', ['warn', 'error', 'fatal']],
    ['level:error', ['error', 'fatal']],
    ['level<warn', ['debug', 'info']],
    ['level<=info', ['debug', 'info']],
    ['level>error', ['fatal']],
    ['level=info,fatal', ['info', 'fatal']],
    ['level!=info', ['debug', 'warn', 'error', 'fatal']],
    ['!level>=warn', ['debug', 'info']],
    ['LEVEL>=E', ['error', 'fatal']],
  ])('%s lets %j pass', async (text, expected) => {
    const filter = await compileFilter(text);
    expect(LEVELS.filter((level) => filter?.passes(line(level, 'x')))).toEqual(expected);
  });

  test('of bots asks for a part of the name, any of several, or none of them', async () => {
    const filter = await compileFilter('bot=api,work !bot=test');
    expect(['api', 'API-2', 'worker', 'api-test', 'other'].filter((name) => filter?.passesBot(name))).toEqual([
      'api',
      'API-2',
      'worker',
    ]);
  });

  test('of words and patterns asks for all of them', async () => {
    expect(await passes('"two words" !other', null, 'here are Two Words')).toBe(true);
    expect(await passes('two words', null, 'words, and two')).toBe(true);
    expect(await passes('"two words"', null, 'words, and two')).toBe(false);
    expect(await passes('/time(d )?out/i !/in [0-9]+ ms/', null, 'TIMED OUT in 5 s')).toBe(true);
    expect(await passes('/time(d )?out/', null, 'TIMED OUT')).toBe(false);
    expect(await passes('status=500', null, 'GET / status=500')).toBe(true);
    expect(await passes('', null, 'anything')).toBe(true);
  });

  test.each([
    ['level>=wran', 'no level is called wran'],
    ['levl>=warn', 'level>=warn is'],
    ['level=', 'needs a level'],
    ['bot>=a', 'bot= or bot!='],
    ['/open', 'another / ends it'],
    ['/var/log', '"…" for a text with slashes'],
    ['/(/', 'a ( is not closed'],
    ['/a(?=b)/', 'look-around'],
    ['/(a)\\1/', 'back references'],
  ])('%s is explained: %s', async (text, words) => {
    await expect(compileFilter(text)).rejects.toThrow(words);
  });

  test('whatever is typed is a filter or explained; a pattern cannot freeze it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60, unit: 'binary' }), async (text) => {
        try {
          const filter = await compileFilter(text);
          filter?.passes(line('warn', 'a text of a log'));
          for (const [from, to] of filter?.spans('a text of a log') ?? []) expect(to).toBeGreaterThan(from);
        } catch (error) {
          expect(['BadFilter', 'BadPattern']).toContain((error as Error).name);
        }
      }),
      { numRuns: 400 },
    );
    expect(await passes('/^(a+)+$/', null, `${'a'.repeat(4_000)}b`)).toBe(false);
  });

  test('is the sum of its terms, whatever their order; two inversions are none', async () => {
    const term = fc.oneof(
      fc.constantFrom('level>=warn', 'level=info', '/[0-9]{3}/', '"b c"'),
      fc.stringMatching(/^[abc]{1,3}$/),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), term), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...LEVELS, null),
        fc.stringMatching(/^[abc 0-9]{0,20}$/),
        async (terms, level, text) => {
          const texts = terms.map(([isInverse, each]) => `${isInverse ? '!' : ''}${each}`);
          const whole = await passes(texts.join(' '), level, text);
          const each = await Promise.all(texts.map((one) => passes(one, level, text)));
          expect(whole).toBe(each.every(Boolean));
          expect(await passes(texts.toReversed().join('  '), level, text)).toBe(whole);
          for (const one of texts) expect(await passes(`!!${one}`, level, text)).toBe(await passes(one, level, text));
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('a search is the text as it stands, or a pattern between slashes', async () => {
  expect((await compileSearch('a "b" !c'))?.passes(line(null, 'x a "B" !C'))).toBe(true);
  expect((await compileSearch('/a+/'))?.spans('caab')).toEqual([[1, 3]]);
  expect((await compileSearch('/var/log'))?.passes(line(null, 'in /var/log/x'))).toBe(true);
  expect(await compileSearch('')).toBeNull();
  expect(() => parseFilter('"unfinished')).not.toThrow();
});
