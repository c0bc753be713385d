import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { arrivalOf, noteArrival } from '../../../src/sources/logs/arrivals.ts';
import { createLogPager, type LogLine, type LogPager } from '../../../src/sources/logs/pager.ts';
import { wordSieve } from '../../../src/sources/logs/sieve.ts';

const folders: string[] = [];
let path: string;
let pager: LogPager;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-arrivals-'));
  folders.push(folder);
  path = join(folder, 'a.log');
  pager = createLogPager(path, { now: () => 10_000_000 });
});
afterEach(async () => {
  await pager.close();
});
// Not before: the inode of a file that is gone is given to the next.
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** What stands at the end of the file was written at that second. */
async function write(text: string, second: number): Promise<void> {
  appendFileSync(path, text);
  utimesSync(path, second, second);
  await pager.refresh();
}

async function linesBack(): Promise<readonly LogLine[]> {
  return (await pager.back(await pager.settledEnd(), 100_000, null)).lines;
}

test('a line that tells no time has the moment at which it came; one from before has none of its own', async () => {
  await write('old one\nold two\n', 100);
  await write('first\n', 200);
  await write('Error: no\n    at one (a.js:1)\n', 300);
  expect((await linesBack()).map(({ text, at, isTimed, isStamped }) => [text, at, isTimed, isStamped])).toEqual([
    ['old one', 100_000, false, false],
    ['old two', 100_000, false, false],
    ['first', 200_000, true, false],
    ['Error: no', 300_000, true, false],
    ['    at one (a.js:1)', 300_000, true, false],
  ]);
  expect(await pager.seek(150_000)).toBe('old one\nold two\n'.length);
  expect(await pager.seek(250_000)).toBe('old one\nold two\nfirst\n'.length);
});

test('a stamp goes before the moment of coming, which goes before the stamp of an older line', async () => {
  await write('1970-01-01T00:00:50.000Z INFO dated\nbefore us\n', 100);
  await write('1970-01-01T00:00:55.000Z INFO late\nplain\n', 200);
  expect((await linesBack()).map(({ at }) => at)).toEqual([50_000, 50_000, 55_000, 200_000]);
});

test('what is in a file after it was cut has come since', async () => {
  await write('old old old\n', 100);
  writeFileSync(path, '');
  await write('new\n', 200);
  expect((await linesBack()).map(({ text, at, isTimed }) => [text, at, isTimed])).toEqual([['new', 200_000, true]]);
});

test('a file that grows for ever is remembered in bounded memory, the newest most exactly', () => {
  for (let i = 1; i <= 10_000; i += 1) noteArrival('1:1', i * 10, i);
  expect(arrivalOf('1:1', 99_995).at).toBe(10_000);
  expect(arrivalOf('1:1', 99_500).at - 9_951).toBeLessThan(4);
  const early = arrivalOf('1:1', 50_000);
  expect(early.at).toBeGreaterThan(5_000);
  expect(early.isBefore).toBe(false);
  expect(arrivalOf('1:1', 0)).toEqual({ at: 1, isBefore: true });
  expect(arrivalOf('1:1', 100_000).at).toBeNaN();
});

test('the last line of a traceback of Python belongs to it, wherever pieces end and with the time of PM2', async () => {
  const bare = [
    'ERROR handler failed',
    'Traceback (most recent call last):',
    '  File "/a.py", line 10, in <module>',
    '    try: inner(i)',
    '         ^^^^^^^^',
    '  File "/a.py", line 5, in inner',
    '    def inner(i): return {}[i]',
    "KeyError: 'one'",
    'INFO polling',
    '    indented, and no traceback',
    'ERROR of its own',
  ];
  const isPart = [false, true, true, true, true, true, true, true, false, true, false];
  for (const prefix of ['', '1970-01-01T00:00:50: ']) {
    writeFileSync(path, bare.map((line) => `${prefix}${line}\n`).join(''));
    await pager.refresh();
    expect((await linesBack()).map((line) => line.isPart)).toEqual(isPart);
    for (const size of [40, 100, 400]) {
      const found: LogLine[] = [];
      for (let place = await pager.first(), isOver = false; !isOver; ) {
        const piece = await pager.forward(place, size, null);
        found.push(...piece.lines);
        ({ isOver } = piece);
        place = piece.to;
      }
      expect(found.slice(-bare.length).map((line) => line.isPart)).toEqual(isPart);
    }
    const sought = { sieve: wordSieve(['keyerror'], true), passes: ({ text }: LogLine) => text.includes('KeyError') };
    const [line] = (await pager.back(await pager.settledEnd(), 100_000, sought)).lines;
    expect(line).toMatchObject({ isPart: true });
  }
});
