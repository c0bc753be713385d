import { expect, test } from 'vitest';
import { ansi } from '../../../src/ui/screen/color.ts';
import { Screen } from '../../../src/ui/screen/screen.ts';
import { style } from '../../../src/ui/screen/style.ts';
import { Emulator, expectedCell, shownCell } from './emulator.ts';
import { createChance, randomText } from './tree.tsx';

const COLUMNS = 60;
const ROWS = 24;

interface Log {
  readonly emulator: Emulator;
  readonly screen: Screen;
  lines: readonly string[];
  top: number;
  title: string;
  /** Paints what the log is now; the bytes that took. */
  paint(): Promise<number>;
}

/** A log with a border, a scrollbar in it and a header above, as the viewer has it. */
async function openLog(): Promise<Log> {
  const emulator = new Emulator(COLUMNS, ROWS);
  const screen = new Screen(emulator);
  const log: Log = {
    emulator,
    screen,
    lines: [],
    top: 0,
    title: 'log',
    async paint() {
      const before = screen.stats.bytesWritten;
      screen.invalidate('header', 'log');
      await screen.whenIdle();
      return screen.stats.bytesWritten - before;
    },
  };
  screen.show([
    { id: 'header', rect: { x: 0, y: 0, width: COLUMNS, height: 1 }, draw: (cells) => cells.text(0, 0, log.title) },
    {
      id: 'log',
      rect: { x: 0, y: 1, width: COLUMNS, height: ROWS - 1 },
      draw(cells) {
        cells.box(0, 0, cells.width, cells.height, { title: 'Log' });
        for (let y = 1; y < cells.height - 1; y += 1) {
          const text = log.lines[log.top + y - 1] ?? '';
          cells.text(1, y, text, text.includes('o') ? style({ fg: ansi(1) }) : 0, cells.width - 2);
        }
        cells.set(cells.width - 1, 1 + (log.top % (cells.height - 2)), 0x2503);
      },
    },
  ]);
  screen.enter();
  await screen.whenIdle();
  return log;
}

function differences({ screen, emulator }: Log): string[] {
  const found: string[] = [];
  for (let y = 0; y < ROWS; y += 1) {
    for (let x = 0; x < COLUMNS; x += 1) {
      const [shown, expected] = [shownCell(emulator, x, y), expectedCell(screen.shown, x, y)];
      if (shown !== expected) found.push(`(${x}, ${y}) terminal ${shown}, believed ${expected}`);
    }
  }
  return found;
}

const numbered = Array.from(
  { length: 400 },
  (_, i) => `line ${i} of a bot that says the same again and again ${i * 7}`,
);

test('a log that goes on by a line costs little more than the line', async () => {
  const log = await openLog();
  log.lines = numbered;
  const whole = await log.paint();
  for (const by of [1, 1, 3, -1, -2, 10]) {
    log.top += by;
    const bytes = await log.paint();
    expect(bytes).toBeLessThan(whole * (0.15 + Math.abs(by) / 20));
    expect(differences(log)).toEqual([]);
  }
  // The margins are the whole screen again: a line feed at the bottom moves what is at the top.
  await new Promise<void>((resolve) => log.emulator.term.write(`\x1b[${ROWS}H\n`, resolve));
  expect(log.emulator.lines()[0]).not.toBe('log');
});

test('lines that move and leave only blanks behind have moved on the terminal too', async () => {
  const emulator = new Emulator(COLUMNS, ROWS);
  const screen = new Screen(emulator);
  let gone = 0;
  screen.show([
    {
      id: 'list',
      rect: { x: 0, y: 0, width: COLUMNS, height: ROWS },
      draw(cells) {
        numbered.slice(gone, ROWS).forEach((line, y) => {
          cells.text(0, y, line);
        });
      },
    },
  ]);
  screen.enter();
  await screen.whenIdle();
  gone = 2;
  screen.invalidate('list');
  await screen.whenIdle();
  expect(emulator.lines()).toEqual([...numbered.slice(2, ROWS), '', '']);
});

test('however it moves and whatever changes with it, the terminal shows what the screen believes', async () => {
  const chance = createChance(20261122);
  const log = await openLog();
  const text = () => randomText(chance, 9, true);
  let lines = Array.from({ length: 200 }, text);
  let scrolls = 0;
  for (let step = 0; step < 300; step += 1) {
    const kind = chance(10);
    if (kind < 6) log.top = Math.max(0, Math.min(170, log.top + chance(9) - 4));
    else if (kind < 8) lines = lines.map((line) => (chance(40) === 0 ? text() : line));
    else if (kind === 8) lines = [...lines.slice(chance(3)), text()];
    else log.title = text();
    log.lines = lines;
    await log.paint();
    if (/\x1b\[\d+;\d+r/.test(log.emulator.writes.at(-1) ?? '')) scrolls += 1;
    const wrong = differences(log);
    if (wrong.length > 0) expect({ step, wrong: wrong.slice(0, 3) }).toBeNull();
  }
  expect(scrolls).toBeGreaterThan(50);
});

test('a list whose figures change does not move', async () => {
  const log = await openLog();
  log.lines = numbered;
  await log.paint();
  log.lines = numbered.map((line) => line.replace(/\d+$/, (figure) => String(Number(figure) + 1)));
  await log.paint();
  expect(log.emulator.writes.at(-1)).not.toMatch(/\x1b\[\d+;\d+r/);
  expect(differences(log)).toEqual([]);
});
