import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drawLogView, logViewPage } from '../../src/panels/log-view.ts';
import {
  LOG_PAGE_LINES,
  type LogViewEvent,
  type LogViewState,
  openLogView,
  reduceLogView,
} from '../../src/panels/log-view-state.ts';
import { createLogPager, type LogPager } from '../../src/sources/logs/pager.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { createTheme } from '../../src/ui/theme.ts';

const HEIGHT = 12;
const page = logViewPage(HEIGHT);
const theme = createTheme('none');

let folder: string;
let path: string;
let pager: LogPager;
let state: LogViewState;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-view-'));
  path = join(folder, 'bot.log');
  pager = createLogPager(path);
  state = openLogView(path, 'weather-bot');
});

afterEach(async () => {
  await pager.close();
  rmSync(folder, { recursive: true });
});

/** What drives the view: reads what it wants until it wants nothing more. */
async function settle(): Promise<void> {
  for (let want = state.wants; want !== null; want = state.wants) {
    try {
      const read =
        want.kind === 'end'
          ? await pager.readBack(null, LOG_PAGE_LINES)
          : want.kind === 'back'
            ? await pager.readBack(want.before, LOG_PAGE_LINES)
            : await pager.readForward(want.kind === 'start' ? 0 : want.from, LOG_PAGE_LINES);
      state = reduceLogView(state, { type: 'page-read', want, read, page });
    } catch (error) {
      state = reduceLogView(state, { type: 'failed', message: (error as Error).message });
    }
  }
}

async function send(event: LogViewEvent): Promise<void> {
  state = reduceLogView(state, event);
  await settle();
}

function frame(width = 60): string[] {
  const cells = new Cells(width, HEIGHT);
  drawLogView(cells, state, theme);
  return cells.plain();
}

const line = (i: number) => `2026-11-21T22:00:00Z ${i % 100 === 0 ? 'ERROR' : 'INFO'} line ${i}\n`;
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
const shown = () =>
  frame()
    .slice(1, -1)
    .map((text) => Number(/line (\d+)/.exec(text)?.[1] ?? Number.NaN));

test('it opens at the end of the log and follows it', async () => {
  writeFileSync(path, lines(0, 5_000));
  await settle();
  expect(shown().at(-1)).toBe(4_999);
  expect(frame()[0]).toContain('following');
  appendFileSync(path, lines(5_000, 5_003));
  await send({ type: 'grown', page });
  expect(shown().at(-1)).toBe(5_002);
});

test('paging back shows every line of the file once, in order, to its first', async () => {
  writeFileSync(path, lines(0, 3_000));
  await settle();
  const seen = new Set(shown());
  for (let i = 0; i < 400; i += 1) {
    await send({ type: 'paged', by: -1, page });
    for (const number of shown()) seen.add(number);
  }
  expect(seen.size).toBe(3_000);
  expect(shown()[0]).toBe(0);
  expect(state.lines.length).toBeLessThanOrEqual(5_000);
  for (let i = 0; i < 400; i += 1) await send({ type: 'paged', by: 1, page });
  expect(shown().at(-1)).toBe(2_999);
});

test('the pause shows what was there; following again shows all that came', async () => {
  writeFileSync(path, lines(0, 100));
  await settle();
  await send({ type: 'follow-turned', page });
  appendFileSync(path, lines(100, 2_000));
  await send({ type: 'grown', page });
  expect(shown().at(-1)).toBe(99);
  expect(frame()[0]).toContain('paused · more has come');
  await send({ type: 'follow-turned', page });
  expect(shown().at(-1)).toBe(1_999);
});

test('a search finds lines far back in the file, and says when there is none before', async () => {
  writeFileSync(path, `needle at the start\n${lines(0, 4_000)}`);
  await settle();
  await send({ type: 'search-opened' });
  await send({ type: 'search-typed', text: 'NEEDLE' });
  await send({ type: 'search-ended', isKept: true, page });
  expect(frame().join('\n')).toContain('▸needle at the start');
  await send({ type: 'match-asked', by: -1, page });
  expect(frame().at(-1)).toContain('no match before this');
});

test('matches are stepped through in both directions', async () => {
  writeFileSync(path, lines(0, 1_000));
  await settle();
  for (const event of [
    { type: 'search-opened' },
    { type: 'search-typed', text: 'error' },
    { type: 'search-ended', isKept: true, page },
  ] as const) {
    await send(event);
  }
  const at = () => Number(/▸.*line (\d+)/.exec(frame().join('\n'))?.[1]);
  expect(at()).toBe(900);
  await send({ type: 'match-asked', by: -1, page });
  expect(at()).toBe(800);
  await send({ type: 'match-asked', by: 1, page });
  expect(at()).toBe(900);
});

test('found text is marked, the level has its colour', async () => {
  writeFileSync(path, lines(99, 102));
  await settle();
  state = reduceLogView(reduceLogView(state, { type: 'search-opened' }), { type: 'search-typed', text: 'line 100' });
  const cells = new Cells(60, HEIGHT);
  drawLogView(cells, state, theme);
  const at = (cells.plain()[2] as string).indexOf('line 100');
  expect(cells.styles[2 * 60 + at]).toBe(theme.selected.accent);
  expect(cells.styles[2 * 60 + 3]).toBe(theme.bad);
});

test('a file that is replaced while it is followed is shown from its beginning', async () => {
  writeFileSync(path, lines(0, 100));
  await settle();
  renameSync(path, `${path}.1`);
  writeFileSync(path, lines(500, 503));
  await send({ type: 'grown', page });
  expect(shown().slice(0, 3)).toEqual([500, 501, 502]);
  expect(frame().at(-1)).toContain('the file was replaced');
});

test('a missing file is said to be missing, an empty one to be empty', async () => {
  await settle();
  expect(frame().join('\n')).toContain('no such file');
  writeFileSync(path, '');
  state = openLogView(path, 'weather-bot');
  await settle();
  expect(frame().join('\n')).toContain('The log is empty.');
});

test('secrets and control sequences are gone before a line is held', async () => {
  const token = `123456789:${'A'.repeat(35)}`;
  writeFileSync(path, `\x1b[2J\x1b]0;owned\x07token=${token}\u0000 end\n`);
  await settle();
  expect(JSON.stringify(state)).not.toContain(token);
  expect(JSON.stringify(state)).not.toContain('owned');
  expect(frame().join('\n')).toContain('end');
});

test('the first key does not wait for the file: jumping to the start of a large log reads one page', async () => {
  writeFileSync(path, lines(0, 200_000));
  await settle();
  await send({ type: 'jumped', to: 'first', page });
  expect(shown()[0]).toBe(0);
  expect(state.lines).toHaveLength(LOG_PAGE_LINES);
  await send({ type: 'jumped', to: 'last', page });
  expect(shown().at(-1)).toBe(199_999);
});
