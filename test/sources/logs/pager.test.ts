import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileFilter } from '../../../src/sources/logs/line-filter.ts';
import { LogMerge, type MergedLine } from '../../../src/sources/logs/merge.ts';
import { createLogPager, type LogLine, type LogPager } from '../../../src/sources/logs/pager.ts';

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
