import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogViewer, type LogViewer } from '../../../src/panels/logs/viewer.ts';
import { clockTime } from '../../../src/text/format.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import type { ViewerFile, ViewerPort, ViewerSubject } from '../../../src/ui/viewer.ts';
import { makeBot, makeExit, makePm2Snapshot } from '../../helpers/bots.ts';
import { createStillWorld } from '../../helpers/still-shell.ts';

const theme = createTheme('none');
const { world, read } = createStillWorld();
const NOON = Date.parse('2026-11-21T12:00:00Z');

let folder: string;
let viewer: LogViewer | null = null;
let size = { width: 80, height: 14 };
let copied: string[] = [];
let notices: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-view-'));
  size = { width: 80, height: 14 };
  copied = [];
  notices = [];
});

afterEach(async () => {
  viewer?.close();
  await viewer?.idle();
  viewer = null;
  rmSync(folder, { recursive: true });
});

const pathOf = (name: string): string => join(folder, `${name}.log`);
const fileOf = (bot: string): ViewerFile => ({ bot, path: pathOf(bot), stream: 'out' });
const subjectOf = (...bots: readonly string[]): ViewerSubject => ({
  title: bots.length === 1 ? (bots[0] as string) : `all ${bots.length} bots`,
  isAll: bots.length > 1,
  files: bots.map(fileOf),
});

function port(...bots: readonly string[]): ViewerPort {
  return {
    onChange() {},
    now: () => NOON,
    notice: (text) => void notices.push(text),
    copy: async (text) => void copied.push(text),
    world,
    palette() {},
    all: () => subjectOf(...bots),
    only: (bot) => subjectOf(bot),
  };
}

async function open(...bots: readonly string[]): Promise<void> {
  viewer = createLogViewer(subjectOf(...bots), port(...bots));
  await viewer.idle();
  frame();
}

function frame(): string[] {
  const cells = new Cells(size.width, size.height);
  (viewer as LogViewer).draw(cells, theme);
  return cells.plain();
}

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    (viewer as LogViewer).press(key, 10);
    await (viewer as LogViewer).idle();
    frame();
  }
}

const type = (text: string) => press(...[...text].map((char) => (char === ' ' ? 'space' : char)), 'enter');

async function tick(): Promise<void> {
  (viewer as LogViewer).tick(10);
  await (viewer as LogViewer).idle();
}

const stampAt = (second: number): string => new Date(NOON - 86_400_000 + second * 1_000).toISOString();
const line = (i: number, name = 'line') => `${stampAt(i)} ${i % 100 === 0 ? 'ERROR' : 'INFO'} ${name} ${i}\n`;
const lines = (from: number, to: number, name = 'line') =>
  Array.from({ length: to - from }, (_, i) => line(from + i, name)).join('');
const shown = () => frame().flatMap((text) => (/line (\d+)/.exec(text) ? [Number(/line (\d+)/.exec(text)?.[1])] : []));
const cursor = () => Number(/▸.*line (\d+)/.exec(frame().join('\n'))?.[1]);

describe('one log', () => {
  test('times without a zone are those of the zone that its glob has, in the margin and where a time is gone to', async () => {
    // Noon and the minutes behind, as a clock in India shows them.
    const theirs = (i: number) => new Date(NOON + (330 + i) * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    writeFileSync(pathOf('api'), Array.from({ length: 60 }, (_, i) => `${theirs(i)} INFO line ${i}\n`).join(''));
    const file: ViewerFile = { ...fileOf('api'), stream: 'glob', zone: '+05:30' };
    viewer = createLogViewer({ title: 'api', isAll: false, files: [file] }, port('api'));
    await viewer.idle();
    const clockOf = (i: number) => clockTime(NOON + i * 60_000, -new Date(NOON + i * 60_000).getTimezoneOffset());
    expect(frame().find((text) => text.includes('line 59'))).toContain(clockOf(59));
    await press(':');
    const at = new Date(NOON + 30 * 60_000);
    const two = (n: number) => String(n).padStart(2, '0');
    await type(`2026-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`);
    expect(cursor()).toBe(30);
  });

  test('it opens at the end, follows it, and shows all that came during a pause', async () => {
    writeFileSync(pathOf('bot'), lines(0, 5_000));
    await open('bot');
    expect(shown().at(-1)).toBe(4_999);
    expect(frame()[0]).toContain('live');
    appendFileSync(pathOf('bot'), lines(5_000, 5_003));
    await tick();
    expect(shown().at(-1)).toBe(5_002);
    await press('p');
    appendFileSync(pathOf('bot'), lines(5_003, 7_000));
    await tick();
    expect(shown().at(-1)).toBe(5_002);
    expect(frame()[0]).toMatch(/paused · [\d.]+ kB more/);
    for (let i = 5_003; i < 5_201; i += 1) await press('j');
    expect(cursor()).toBe(5_199);
    await press('p');
    expect(shown().at(-1)).toBe(6_999);
  });

  test('paging back shows every line once, in order, to the first, and holds a bounded part', async () => {
    writeFileSync(pathOf('bot'), lines(0, 9_000));
    await open('bot');
    const seen = new Set(shown());
    for (let i = 0; i < 1_100 && shown()[0] !== 0; i += 1) {
      await press('pageUp');
      for (const number of shown()) seen.add(number);
    }
    expect(seen.size).toBe(9_000);
    for (let i = 0; i < 1_100 && shown().at(-1) !== 8_999; i += 1) await press('pageDown');
    expect(shown().at(-1)).toBe(8_999);
    await press('g');
    expect(shown()[0]).toBe(0);
  });

  test('lines that are written while a rotation renames, or copies and cuts, the file are shown, each once', async () => {
    const path = pathOf('bot');
    writeFileSync(path, lines(0, 50));
    await open('bot');
    await press('p');
    appendFileSync(path, lines(50, 60));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(60, 70));
    await tick();
    for (let i = 0; i < 30; i += 1) await press('j');
    expect(shown()).toEqual([59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69]);
    await press('p');
    // The copy is made, then the file is cut, as logrotate's copytruncate does.
    writeFileSync(`${path}.2`, lines(60, 70));
    truncateSync(path);
    appendFileSync(path, lines(70, 72));
    await tick();
    expect(shown().slice(-4)).toEqual([68, 69, 70, 71]);
    await press('g');
    expect(shown()[0]).toBe(0);
  });

  test('a search goes up from the end, n and N step to newer and older matches, far back in the file too', async () => {
    writeFileSync(pathOf('bot'), `${stampAt(0)} INFO needle at line 0\n${lines(1, 40_000)}`);
    await open('bot');
    await press('/');
    await type('ERROR line');
    expect(cursor()).toBe(39_900);
    await press('N');
    expect(cursor()).toBe(39_800);
    await press('n');
    expect(cursor()).toBe(39_900);
    await press('n');
    expect(frame().at(-1)).toContain('no match of ERROR line after this');
    await press('/', 'ctrl+u');
    await type('NEEDLE');
    expect(cursor()).toBe(0);
    await press('N');
    expect(frame().at(-1)).toContain('before this');
  });

  test('e and E go from error to error: the newest first', async () => {
    writeFileSync(pathOf('bot'), lines(0, 30_050));
    await open('bot');
    await press('e');
    expect(cursor()).toBe(30_000);
    await press('E', 'E');
    expect(cursor()).toBe(29_800);
    await press('e');
    expect(cursor()).toBe(29_900);
  });

  test('pages and halves of them are gone by the keys of pagers', async () => {
    writeFileSync(pathOf('bot'), lines(0, 500));
    await open('bot');
    // A page of ten lines; the first key up puts the cursor on the last line.
    for (const [keys, at] of [
      [['k', 'b'], 488],
      [['ctrl+b'], 478],
      [['u'], 473],
      [['ctrl+u'], 468],
      [['d'], 473],
      [['ctrl+d', 'ctrl+f'], 488],
      [['<'], 0],
    ] as const) {
      await press(...keys);
      expect(cursor()).toBe(at);
    }
    await press('>');
    expect(frame()[0]).toContain('live');
  });

  test('a time is gone to by halving: the first line at it or behind', async () => {
    writeFileSync(pathOf('bot'), lines(0, 60_000));
    await open('bot');
    const at = new Date(NOON - 86_400_000 + 1_234_000);
    const two = (n: number) => String(n).padStart(2, '0');
    await press(':');
    await type(
      `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
    );
    expect(cursor()).toBe(1_234);
    await press(':');
    await type('soon');
    expect(frame().at(-1)).toContain('no time');
  });

  test('a file that is missing is said to be; it is shown once it is there', async () => {
    await open('bot');
    expect(frame().join('\n')).toContain('no such file');
    writeFileSync(pathOf('bot'), lines(0, 3));
    await tick();
    expect(shown()).toEqual([0, 1, 2]);
  });
});

test('what stands in the journal is no file: that is said, with the command that shows it', async () => {
  const files = [{ bot: 'nginx', path: 'journal:nginx', stream: 'glob' as const }];
  viewer = createLogViewer({ title: 'nginx', isAll: false, files }, port('nginx'));
  await viewer.idle();
  size = { width: 120, height: 14 };
  expect(frame().join('\n')).toContain('in the journal; journalctl -f -u nginx shows it');
});

test('t counts the times from the line under the cursor, before and after it, and gives the clock back', async () => {
  const at = (ms: number): string => new Date(NOON - 60_000 + ms).toISOString();
  writeFileSync(pathOf('bot'), `${at(0)} INFO line 1\n${at(1_250)} INFO line 2\n${at(1_500)} INFO line 3\n`);
  await open('bot');
  const clock = clockTime(NOON - 60_000, -new Date(NOON).getTimezoneOffset());
  await press('k', 't');
  const margins = frame().flatMap((text) => /(\S+) +INFO +line \d/.exec(text)?.[1] ?? []);
  expect(margins).toEqual(['-1.25s', '0', '+250ms']);
  await press('t');
  expect(frame().find((text) => text.includes('line 1'))).toContain(clock);
});

test('x goes to where a bot ended, the newest first while following, and X to the one before; its second is shown', async () => {
  const path = pathOf('bot');
  writeFileSync(path, lines(0, 2_000));
  const exits = [500, 1_200].map((second) => makeExit({ at: NOON - 86_400_000 + second * 1_000 + 400 }));
  const other = makeBot({ id: 2, name: 'other', exits: [makeExit({ at: NOON - 86_400_000 + 700_000 })] });
  read('pm2', makePm2Snapshot([makeBot({ id: 1, name: 'bot', outLogPath: path, errLogPath: null, exits }), other]));
  await open('bot');
  await press('x');
  expect(cursor()).toBe(1_200);
  expect(frame().at(-1)).toContain('bot: exit 1 at');
  await press('X');
  expect(cursor()).toBe(500);
  await press('X');
  expect(frame().at(-1)).toContain('no exit before this');
  await press('x');
  expect(cursor()).toBe(1_200);
});

test('an exit in whose second nothing was written is gone to once, and left again', async () => {
  const path = pathOf('bot');
  writeFileSync(path, lines(0, 100) + lines(300, 400));
  const exits = [50, 200, 900].map((second) => makeExit({ at: NOON - 86_400_000 + second * 1_000 }));
  read('pm2', makePm2Snapshot([makeBot({ name: 'bot', outLogPath: path, errLogPath: null, exits })]));
  await open('bot');
  await press('X');
  expect(frame().at(-1)).toContain('nothing was written');
  expect(cursor()).toBe(399);
  await press('X');
  expect(cursor()).toBe(300);
  await press('X');
  expect(cursor()).toBe(50);
  await press('x', 'x');
  expect(cursor()).toBe(399);
});

describe('all logs as one', () => {
  test('lines stand by their time, each with the name of its bot, in both directions', async () => {
    const path = (i: number) => pathOf(`bot-${i % 3}`);
    for (let i = 0; i < 3; i += 1) writeFileSync(path(i), '');
    const texts = ['', '', ''];
    for (let i = 0; i < 6_000; i += 1) texts[i % 3] += line(i);
    texts.forEach((text, i) => writeFileSync(path(i), text));
    await open('bot-0', 'bot-1', 'bot-2');
    const isInOrder = () => {
      const numbers = shown();
      return numbers.every((number, i) => i === 0 || number === (numbers[i - 1] as number) + 1);
    };
    expect(shown().at(-1)).toBe(5_999);
    expect(frame().find((text) => text.includes('line 5999'))).toContain('bot-2');
    for (let i = 0; i < 650 && shown()[0] !== 0; i += 1) {
      await press('pageUp');
      expect(isInOrder()).toBe(true);
    }
    expect(shown()[0]).toBe(0);
    await press('E', 'e');
    await press('m');
    expect(frame()[0]).toContain('Logs · bot-');
  });

  test('a filter keeps what passes, says what is wrong with itself, and goes with Esc', async () => {
    writeFileSync(pathOf('api'), lines(0, 3_000, 'api line'));
    writeFileSync(pathOf('worker'), lines(0, 3_000, 'worker line'));
    await open('api', 'worker');
    await press('&');
    await type('level>=error bot=api !/line 2\\d+$/');
    const texts = frame()
      .slice(1, -2)
      .filter((text) => text.includes('line'));
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) expect(text).toMatch(/api +E ERROR api line (?!2)\d*00/);
    expect(frame().at(-1)).toContain('&level>=error');
    await press('&', 'ctrl+u', ...'/a(b/', 'enter');
    expect(frame().at(-1)).toContain('a ( is not closed');
    await press('esc', 'esc');
    expect(shown().at(-1)).toBe(2_999);
    expect((viewer as LogViewer).press('esc', 10)).toBe(false);
  });
});

test('an event is shown whole: the fields of JSON, each line of a stack trace; secrets are not', async () => {
  const event = {
    level: 50,
    time: NOON,
    msg: 'no answer',
    err: { code: 'ETIMEDOUT', stack: 'Error: x\n    at a.js:1' },
    token: 's3cr3t-value',
  };
  writeFileSync(pathOf('bot'), `${JSON.stringify(event)}\n`);
  size = { width: 80, height: 24 };
  await open('bot');
  expect(frame().join('\n')).toContain('no answer');
  await press('enter');
  const text = frame().join('\n');
  expect(text).toContain('err.code');
  expect(text).toContain('ETIMEDOUT');
  expect(text).toContain('    at a.js:1');
  expect(text).not.toContain('s3cr3t');
  await press('esc');
  expect(frame()[0]).toContain('Logs');
});

test('what is marked is copied, else the event under the cursor with its stack trace', async () => {
  writeFileSync(pathOf('bot'), `${line(1)}${stampAt(2)} ERROR line 2\n    at one\n    at two\n${line(3)}`);
  await open('bot');
  await press('k', 'k', 'y');
  expect(copied).toEqual([`${stampAt(2)} ERROR line 2\n    at one\n    at two`]);
  await press('g', 'space', 'G', 'k', 'space', 'y');
  expect(copied[1]?.split('\n')).toHaveLength(2);
});

test.each([
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
])('at %ix%i every row is full, and what is long is cut or wrapped', async (width, height) => {
  size = { width, height };
  writeFileSync(pathOf('api'), lines(0, 300));
  writeFileSync(
    pathOf('worker'),
    Array.from({ length: 300 }, (_, i) => line(i).trim() + ` ${'long '.repeat(60)}\n`).join(''),
  );
  await open('api', 'worker');
  for (const key of ['p', 'w', 'k', 'w', 'right']) {
    await press(key);
    const rows = frame();
    expect(rows).toHaveLength(height);
    for (const row of rows.slice(1, -1)) expect(row).toMatch(/^│.*│$/u);
    expect(rows.slice(1, height - 3).every((row) => row.length > 3)).toBe(true);
  }
});
