import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileFilter } from '../../../src/sources/logs/line-filter.ts';
import { LogMerge, type MergedLine } from '../../../src/sources/logs/merge.ts';
import { createLogPager, type LogLine, type LogPager } from '../../../src/sources/logs/pager.ts';
import fc from '../../helpers/fast-check.ts';

let folder: string;
let path: string;
const opened: LogPager[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-pager-'));
  path = join(folder, 'a.log');
});
afterEach(async () => {
  for (const pager of opened.splice(0)) await pager.close();
  rmSync(folder, { recursive: true });
});

async function open(of = path, now = Date.now() + 60_000): Promise<LogPager> {
  const pager = createLogPager(of, { now: () => now });
  opened.push(pager);
  await pager.refresh();
  return pager;
}

async function allBack(pager: LogPager, bytes: number): Promise<LogLine[]> {
  let lines: LogLine[] = [];
  for (let place = await pager.settledEnd(); ; ) {
    const piece = await pager.back(place, bytes, null);
    lines = [...piece.lines, ...lines];
    if (piece.isOver) return lines;
    expect(piece.from).toBeLessThan(place);
    place = piece.from;
  }
}

async function allForward(pager: LogPager, bytes: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let place = await pager.first(); ; ) {
    const piece = await pager.forward(place, bytes, null);
    lines.push(...piece.lines);
    if (piece.isOver) return lines;
    place = piece.to;
  }
}

const text = fc.oneof(
  fc.stringMatching(/^[ -~]{0,60}$/),
  fc.constantFrom('', '  at one (a.js:1)', '2026-11-21T12:00:00Z ERROR no', 'é'.repeat(300), 'x'.repeat(9_000)),
);

test('in both directions every line is read once, wherever pieces end, with and without an end of the last', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 16, max: 5_000 }),
      fc.boolean(),
      async (lines, bytes, isEnded) => {
        const whole = isEnded || lines.at(-1) === '' ? [...lines, ''] : lines;
        writeFileSync(path, whole.join('\n'));
        const pager = await open();
        const expected = whole.at(-1) === '' ? whole.length - 1 : whole.length;
        for (const read of [await allBack(pager, bytes), await allForward(pager, bytes)]) {
          expect(read).toHaveLength(expected);
          let place = 0;
          for (const [i, line] of read.entries()) {
            expect(line.place).toBe(place);
            expect(line.text.slice(0, 20).trim()).toBe((whole[i] as string).slice(0, 20).trim());
            place = line.end;
          }
          expect(place).toBe(pager.end);
        }
        await pager.close();
      },
    ),
    { numRuns: 120 },
  );
});

test('a stack trace has the time and the level of its event, and is not torn by a piece', async () => {
  const event = (i: number) =>
    `2026-11-21T12:00:${String(i % 60).padStart(2, '0')}Z ERROR no ${i}\n${'    at one (a.js:1)\n'.repeat(30)}`;
  writeFileSync(path, Array.from({ length: 50 }, (_, i) => event(i)).join(''));
  const pager = await open();
  for (const line of await allBack(pager, 4_096)) expect(line.level).toBe('error');
  const piece = await pager.back(pager.end, 4_096, null);
  expect(piece.lines[0]?.isPart).toBe(false);
});

test('a word finds the same lines as looking at each of them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[abA]{0,6} [abc]{0,6}$/), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 16, max: 400 }),
      async (lines, bytes) => {
        writeFileSync(path, lines.map((each) => `${each}\n`).join(''));
        const pager = await open();
        const filter = await compileFilter('aab');
        const found: string[] = [];
        for (let place = 0; ; ) {
          const piece = await pager.forward(place, bytes, filter);
          found.push(...piece.lines.map((line) => line.text));
          if (piece.isOver) break;
          place = piece.to;
        }
        expect(found.map((each) => each.trim())).toEqual(
          lines.filter((each) => each.toLowerCase().includes('aab')).map((each) => each.trim()),
        );
        await pager.close();
      },
    ),
    { numRuns: 100 },
  );
});

test('merged, lines of all logs stand by their time, each once, in both directions', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      async (logs, step) => {
        const paths = [0, 1, 2].map((i) => join(folder, `${i}.log`));
        const texts = ['', '', ''];
        logs.forEach((log, i) => {
          texts[log] += `${new Date(Date.UTC(2026, 10, 21) + i * 1_000).toISOString()} INFO line ${i}\n`;
        });
        paths.forEach((each, i) => writeFileSync(each, texts[i] as string));
        const pagers = await Promise.all(paths.map((each) => open(each)));
        const merged = pagers.map((pager) => ({ pager, test: null }));
        for (const by of [-1, 1] as const) {
          const places = by < 0 ? pagers.map((pager) => pager.end) : [0, 0, 0];
          const merge = new LogMerge(merged, places, by);
          let lines: MergedLine[] = [];
          for (let isOver = false; !isOver; ) {
            const found = await merge.step({ lines: step, bytes: 4_096 });
            lines = by < 0 ? [...found.lines, ...lines] : [...lines, ...found.lines];
            ({ isOver } = found);
          }
          expect(lines.map((line) => Number(/line (\d+)/.exec(line.text)?.[1]))).toEqual(logs.map((_, i) => i));
        }
        for (const pager of pagers) await pager.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('of a file of 100 MB a page, a time and the first line cost little reading and no memory', async () => {
  const block = Array.from({ length: 20_000 }, (_, i) => `INFO handled update ${i} ${'x'.repeat(110)}`);
  const from = Date.UTC(2026, 10, 21);
  const blocks = 34;
  for (let i = 0; i < blocks; i += 1) {
    const stamp = new Date(from + i * 60_000).toISOString();
    appendFileSync(path, block.map((each) => `${stamp} ${each}\n`).join(''));
  }
  const pager = await open();
  expect(pager.end).toBeGreaterThan(100e6);
  const before = process.memoryUsage();
  const started = process.cpuUsage();
  const page = await pager.back(pager.end, 64 * 1024, null);
  expect(page.lines.length).toBeGreaterThan(300);
  const place = await pager.seek(from + 20 * 60_000);
  const there = await pager.forward(place, 64 * 1024, null);
  expect(there.lines[0]?.text).toContain(`${new Date(from + 20 * 60_000).toISOString()} INFO handled update 0 `);
  expect((await pager.forward(await pager.first(), 1_024, null)).lines[0]?.place).toBe(0);
  const after = process.memoryUsage();
  expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(30e6);
  const { user, system } = process.cpuUsage(started);
  // Reading it whole would take seconds.
  expect(user + system).toBeLessThan(1_000_000);
});

test('the generations of a rotation are paged back through, compressed ones too, each line once', async () => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `2026-11-21T12:00:00Z INFO line ${from + i}\n`).join('');
  writeFileSync(`${path}.3.gz`, gzipSync(lines(0, 500)));
  writeFileSync(`${path}.2.gz`, gzipSync(lines(500, 1_000)));
  writeFileSync(`${path}.1`, lines(1_000, 1_500));
  writeFileSync(path, lines(1_500, 2_000));
  writeFileSync(`${path}.4.gz`, 'no gzip at all');
  writeFileSync(join(folder, 'other.log.1.gz'), gzipSync(lines(9_000, 9_100)));
  for (const [i, name] of [`${path}.4.gz`, `${path}.3.gz`, `${path}.2.gz`, `${path}.1`].entries()) {
    utimesSync(name, 1_000 + i, 1_000 + i);
  }
  const pager = await open();
  const numbers = (read: readonly LogLine[]) => read.map((line) => Number(/line (\d+)/.exec(line.text)?.[1]));
  const expected = Array.from({ length: 2_000 }, (_, i) => i);
  expect(numbers(await allBack(pager, 4_096))).toEqual(expected);
  expect(numbers(await allForward(pager, 4_096))).toEqual(expected);
});

/** Events as their writers leave them, the lines of one in one text; `i` tells them apart. */
const written: readonly ((i: number) => string)[] = [
  (i) => `${stamp(i)} INFO fine ${i}`,
  (i) => `${stamp(i)} ERROR no ${i}\nTraceback (most recent call last):\n${frames(1 + (i % 5))}ValueError: bad ${i}`,
  (i) => `Traceback (most recent call last):\n${frames(2)}KeyError: ${i}`,
  (i) =>
    `${stamp(i)} ERROR ${i}\nTraceback (most recent call last):\n${frames(1)}KeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n${frames(3)}RuntimeError: two`,
  (i) =>
    `TypeError: x is not a function ${i}\n    at a (/srv/a.js:1:2)\n    at b (/srv/b.js:3:4) {\n  code: 'E${i}'\n}`,
  (i) =>
    `${stamp(i)} ERROR c.e.Shop - ${i}\njava.lang.IllegalStateException: no\n\tat c.e.Shop.buy(Shop.java:9)\nCaused by: java.io.IOException: gone\n\t... 12 more`,
  (i) =>
    `panic: boom ${i}\n\ngoroutine 1 [running]:\nmain.run(0x${i})\n\t/srv/main.go:12 +0x1d\nmain.main()\n\t/srv/main.go:20 +0x25\ncreated by main.start in goroutine 7\n\t/srv/main.go:3 +0x1\nexit status 2`,
  (i) =>
    `${stamp(i)} [41] ERROR:  duplicate key ${i}\n${stamp(i)} [41] DETAIL:  Key (id)=(1) exists.\n${stamp(i)} [41] STATEMENT:  INSERT INTO a`,
  (i) => `plain ${i}`,
  (i) => `main.go(${i})`,
];
const stamp = (i: number): string => new Date(Date.UTC(2026, 10, 21) + i * 1_000).toISOString();
const TRACEBACK = 'Traceback (most recent call last):\n';
const frames = (count: number): string =>
  Array.from({ length: count }, (_, i) => `  File "/srv/w.py", line ${i}, in f\n    self.commit(${i})\n`).join('');

test('events read backwards are the events read forwards, wherever the pieces end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...written), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 16, max: 3_000 }),
      fc.integer({ min: 16, max: 3_000 }),
      fc.boolean(),
      async (events, sizeBack, sizeForward, isPrefixed) => {
        const lines = events.flatMap((make, i) => make(i).split('\n'));
        // PM2 puts its time before each line where it is asked to.
        writeFileSync(path, lines.map((line) => `${isPrefixed ? '2026-11-21T09:00:00: ' : ''}${line}\n`).join(''));
        const pager = await open();
        const forward = await allForward(pager, 1_000_000);
        const told = (read: readonly LogLine[]) =>
          read.map(({ place, level, isPart, text: shown }) => ({ place, level, isPart, shown }));
        expect(told(await allForward(pager, sizeForward))).toEqual(told(forward));
        expect(told(await allBack(pager, sizeBack))).toEqual(told(forward));
        await pager.close();
      },
    ),
    { numRuns: 200 },
  );
});

test('a stack trace longer than what is read at once has the level of its event', async () => {
  writeFileSync(path, `${stamp(0)} INFO before\n${stamp(1)} ERROR no\n${TRACEBACK}${frames(40)}KeyError: 1\n`);
  const lines = await allBack(await open(), 512);
  expect(lines.map(({ level }) => level)).toEqual(['info', ...Array(83).fill('error')]);
});

test('the lines of one stack trace are parts of the event that they belong to', async () => {
  for (const make of written) {
    const lines = make(7).split('\n');
    writeFileSync(path, `${stamp(0)} INFO before\n${lines.join('\n')}\n${stamp(9)} INFO behind\n`);
    const read = await allForward(await open(), 65_536);
    expect(read.slice(1, -1).map(({ isPart }) => isPart)).toEqual(lines.map((_, i) => i > 0));
  }
});

test('from a place within a stack trace its lines have the level and the time of their event', async () => {
  writeFileSync(path, `${stamp(0)} INFO before\n${written[1]?.(4)}\n${stamp(9)} INFO behind\n`);
  const pager = await open();
  const whole = await allForward(pager, 65_536);
  for (const { place } of whole) {
    const { lines } = await (await open()).forward(place, 65_536, null);
    expect(lines).toEqual(whole.filter((line) => line.place >= place));
  }
});
