import { expect, test } from 'vitest';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { ansi, type ColorDepth, rgb } from '../../../src/ui/screen/color.ts';
import type { Repertoire } from '../../../src/ui/screen/repertoire.ts';
import { Screen, type TtyLike } from '../../../src/ui/screen/screen.ts';
import { style } from '../../../src/ui/screen/style.ts';
import { Emulator, expectedCell, shownCell } from './emulator.ts';

/** A terminal that takes nothing until told to. */
class Clogged implements TtyLike {
  readonly columns = 20;
  readonly rows = 4;
  readonly writes: string[] = [];
  writableNeedDrain = false;
  #drain: (() => void) | undefined;
  #written: ((error?: Error | null) => void)[] = [];

  write(bytes: string | Buffer, written: (error?: Error | null) => void): boolean {
    this.writes.push(bytes.toString());
    this.writableNeedDrain = true;
    this.#written.push(written);
    return false;
  }

  once(_: 'drain', listener: () => void): void {
    this.#drain = listener;
  }

  drain(): void {
    this.writableNeedDrain = false;
    for (const written of this.#written.splice(0)) written();
    this.#drain?.();
  }
}

interface Shown {
  readonly emulator: Emulator;
  readonly screen: Screen;
  /** What the panel draws; change it and invalidate `panel`. */
  content: (cells: Cells) => void;
}

async function show(
  content: Shown['content'],
  options: { depth?: ColorDepth; repertoire?: Repertoire } = {},
): Promise<Shown> {
  const emulator = new Emulator(30, 6);
  const screen = new Screen(emulator, options);
  const shown: Shown = { emulator, screen, content };
  screen.show([
    { id: 'header', rect: { x: 0, y: 0, width: 30, height: 1 }, draw: (cells) => cells.text(0, 0, 'header') },
    { id: 'panel', rect: { x: 2, y: 1, width: 20, height: 4 }, draw: (cells) => shown.content(cells) },
  ]);
  screen.enter();
  await screen.whenIdle();
  return shown;
}

test('layers are painted where they are', async () => {
  const { emulator } = await show((cells) => cells.box(0, 0, 20, 4, { title: 'Bots' }));
  expect(emulator.term.buffer.active.type).toBe('alternate');
  expect(emulator.lines()).toEqual([
    'header',
    '  ╭─ Bots ───────────╮',
    '  │                  │',
    '  │                  │',
    '  ╰──────────────────╯',
    '',
  ]);
});

test('nothing is written when nothing changed', async () => {
  const { emulator, screen } = await show((cells) => cells.text(0, 0, 'same'));
  const before = { ...screen.stats, writes: emulator.writes.length };
  screen.invalidate('panel');
  screen.invalidate('panel', 'unknown');
  await screen.whenIdle();
  expect({ ...screen.stats, writes: emulator.writes.length }).toEqual({ ...before, drawCalls: before.drawCalls + 1 });
});

test('only the cells that changed are written, in one synchronized write', async () => {
  const shown = await show((cells) => cells.text(0, 1, 'restarts 41'));
  const before = shown.screen.stats;
  shown.content = (cells) => cells.text(0, 1, 'restarts 42');
  shown.screen.invalidate('panel');
  await shown.screen.whenIdle();
  expect(shown.screen.stats.cellsWritten - before.cellsWritten).toBe(1);
  expect(shown.emulator.writes.at(-1)).toBe('\x1b[?2026h\x1b[3;13H2\x1b[?2026l');
});

test('many invalidations in one turn are one draw and one write', async () => {
  const shown = await show((cells) => cells.text(0, 0, 'a'));
  const before = shown.screen.stats;
  shown.content = (cells) => cells.text(0, 0, 'b');
  for (let count = 0; count < 50; count += 1) shown.screen.invalidate('panel');
  await shown.screen.whenIdle();
  expect(shown.screen.stats.drawCalls - before.drawCalls).toBe(1);
  expect(shown.screen.stats.framesWritten - before.framesWritten).toBe(1);
});

test('a redraw clears the terminal and brings everything back, whatever was written behind our back', async () => {
  const { emulator, screen } = await show((cells) => cells.text(0, 0, 'panel 中文'));
  await new Promise<void>((resolve) => emulator.term.write('\x1b[Hgarbage\x1b[44mmore\x1b[0m', resolve));
  screen.repaint();
  await screen.whenIdle();
  expect(emulator.lines().slice(0, 2)).toEqual(['header', '  panel 中文']);
});

test('the cell behind a character with marks is written too: some terminals give a mark a column', async () => {
  const shown = await show((cells) => cells.text(0, 0, 'a|'));
  shown.content = (cells) => cells.text(0, 0, 'q\u0301|');
  shown.screen.invalidate('panel');
  await shown.screen.whenIdle();
  expect(shown.emulator.writes.at(-1)).toBe('\x1b[?2026h\x1b[2;3Hq\u0301\x1b[4G|\x1b[?2026l');
});

test('the end of a row is erased where it became blank', async () => {
  const shown = await show((cells) => cells.text(0, 0, 'a long line of it'));
  shown.content = (cells) => cells.text(0, 0, 'a');
  shown.screen.invalidate('panel');
  await shown.screen.whenIdle();
  expect(shown.emulator.lines()[1]?.trimEnd()).toBe('  a');
  expect(shown.emulator.writes.at(-1)).toContain('\x1b[K');
});

test('nothing is written while held or left, and everything afterwards', async () => {
  const shown = await show((cells) => cells.text(0, 0, 'one'));
  const { emulator, screen } = shown;
  screen.hold();
  const count = emulator.writes.length;
  shown.content = (cells) => cells.text(0, 0, 'two');
  screen.invalidate('panel');
  await Promise.resolve();
  expect(emulator.writes.length).toBe(count);
  expect(screen.isIdle).toBe(false);
  screen.release();
  await screen.whenIdle();
  expect(emulator.lines()[1]).toBe('  two');
  screen.leave();
  screen.leave();
  const left = emulator.writes.length;
  expect(left).toBeGreaterThan(count);
  shown.content = (cells) => cells.text(0, 0, 'three');
  screen.invalidate('panel');
  await Promise.resolve();
  expect(emulator.writes.length).toBe(left);
  screen.enter();
  await screen.whenIdle();
  expect(emulator.lines()[1]).toBe('  three');
});

test('leaving gives back the main screen, the cursor and the wrap', async () => {
  const { emulator, screen } = await show((cells) => cells.text(0, 0, 'x'));
  expect(emulator.term.modes.wraparoundMode).toBe(false);
  screen.leave();
  await screen.whenIdle();
  expect(emulator.term.buffer.active.type).toBe('normal');
  expect(emulator.term.modes.wraparoundMode).toBe(true);
  expect(emulator.writes.at(-1)).toContain('\x1b[?25h');
});

test('a terminal that does not keep up misses frames, and shows the last one once it has drained', async () => {
  const terminal = new Clogged();
  const screen = new Screen(terminal);
  let count = 0;
  screen.show([
    { id: 'panel', rect: { x: 0, y: 0, width: 20, height: 4 }, draw: (cells) => cells.text(0, 0, `tick ${count}`) },
  ]);
  screen.enter();
  await Promise.resolve();
  const flushes: number[] = [];
  screen.onFlush(() => flushes.push(count));
  for (count = 1; count < 100; count += 1) {
    screen.invalidate('panel');
    await Promise.resolve();
  }
  expect(terminal.writes).toHaveLength(1);
  expect(screen.isIdle).toBe(false);
  terminal.drain();
  await Promise.resolve();
  expect(terminal.writes).toHaveLength(2);
  expect(terminal.writes[1]).toContain('tick 100');
  expect(flushes).toEqual([]);
  terminal.drain();
  await screen.whenIdle();
  expect(flushes).toEqual([100]);
});

test('a flush is told of once its frame has been taken, until told no more', async () => {
  const shown = await show((cells) => cells.text(0, 0, 'a'));
  const seen: (string | undefined)[] = [];
  const stop = shown.screen.onFlush(() => seen.push(shown.emulator.lines()[1]));
  for (const letter of ['b', 'c', 'd']) {
    shown.content = (cells) => cells.text(0, 0, letter);
    shown.screen.invalidate('panel');
    await shown.screen.whenIdle();
    if (letter === 'c') stop();
  }
  expect(seen).toEqual(['  b', '  c']);
});

test('the cursor is shown where asked, stays there over later frames, and is hidden again', async () => {
  const shown = await show((cells) => cells.text(0, 0, 'name:'));
  const { emulator, screen } = shown;
  screen.cursor({ x: 8, y: 1 });
  await screen.whenIdle();
  shown.content = (cells) => cells.text(0, 3, 'tick');
  screen.invalidate('panel');
  await screen.whenIdle();
  expect([emulator.term.buffer.active.cursorX, emulator.term.buffer.active.cursorY]).toEqual([8, 1]);
  expect(emulator.writes.at(-1)).toMatch(/\x1b\[2;9H\x1b\[\?25h\x1b\[\?2026l$/);
  screen.cursor(null);
  await screen.whenIdle();
  expect(emulator.writes.at(-1)).toBe('\x1b[?2026h\x1b[?25l\x1b[?2026l');
});

test('after a resize whoever lays the screen out is told, before anything is painted', async () => {
  const emulator = new Emulator(30, 6);
  const screen = new Screen(emulator);
  const lay = () =>
    screen.show([
      {
        id: 'all',
        rect: { x: 0, y: 0, width: screen.columns, height: screen.rows },
        draw: (cells) => cells.text(0, cells.height - 1, `${cells.width}x${cells.height}`),
      },
    ]);
  screen.onResize(lay);
  lay();
  screen.enter();
  await screen.whenIdle();
  emulator.term.resize(20, 3);
  screen.resize(20, 3);
  await screen.whenIdle();
  expect(emulator.lines()).toEqual(['', '', '20x3']);
  expect(screen.stats).toMatchObject({ framesWritten: 2, drawCalls: 2 });
});

test('a layer that moves is painted where it is, not drawn again, and gone when it is not shown any more', async () => {
  const below = (cells: Cells) => void cells.text(0, 0, 'panel below');
  const above = (cells: Cells) => void cells.text(0, 0, 'box');
  const { emulator, screen } = await show(below);
  const panel = { id: 'panel', rect: { x: 2, y: 1, width: 20, height: 4 }, draw: below };
  const box = (x: number) => ({ id: 'box', rect: { x, y: 1, width: 4, height: 1 }, draw: above });
  screen.show([panel, box(0)]);
  await screen.whenIdle();
  expect(emulator.lines().slice(0, 2)).toEqual(['', 'box nel below']);
  const { drawCalls } = screen.stats;
  screen.show([panel, box(3)]);
  await screen.whenIdle();
  expect(emulator.lines()[1]).toBe('  pbox  below');
  expect(screen.stats.drawCalls).toBe(drawCalls);
  screen.show([box(3)]);
  await screen.whenIdle();
  expect(emulator.lines()[1]?.trimEnd()).toBe('   box');
  screen.invalidate('panel');
  expect(screen.isIdle).toBe(true);
});

test('a layer that can amend what it has drawn is drawn whole first, after a throw, and where its cells were lost', async () => {
  const emulator = new Emulator(20, 4);
  const screen = new Screen(emulator, { onDrawError: () => {} });
  const words = ['one', 'two', 'three'];
  const calls: string[] = [];
  let isBroken = false;
  const list = (height: number) => ({
    id: 'list',
    rect: { x: 1, y: 0, width: 12, height },
    draw(cells: Cells) {
      calls.push('draw');
      if (isBroken) throw new Error('oh');
      words.forEach((word, y) => cells.text(0, y, word));
    },
    amend(cells: Cells) {
      calls.push('amend');
      if (words[1] === 'whole') return null;
      cells.fill(0, 1, 12, 1);
      cells.text(0, 1, words[1] as string);
      return [1];
    },
  });
  const { draw, ...rest } = list(3);
  const layer = { ...rest, draw };
  const box = {
    id: 'box',
    rect: { x: 3, y: 0, width: 2, height: 2 },
    draw: (cells: Cells) => void cells.text(0, 0, '##'),
  };
  const change = async (word: string, act = () => screen.invalidate('list')) => {
    calls.length = 0;
    words[1] = word;
    act();
    await screen.whenIdle();
    return { calls: [...calls], lines: emulator.lines().slice(0, 3) };
  };
  screen.enter();
  expect(await change('two', () => screen.show([layer]))).toEqual({
    calls: ['draw'],
    lines: [' one', ' two', ' three'],
  });
  expect(await change('zwei')).toEqual({ calls: ['amend'], lines: [' one', ' zwei', ' three'] });
  expect(await change('whole')).toEqual({ calls: ['amend', 'draw'], lines: [' one', ' whole', ' three'] });
  // What comes above in the same moment, and what was below it when it goes, is painted as ever.
  const both = () => {
    screen.show([layer, box]);
    screen.invalidate('list');
  };
  expect(await change('deux', both)).toEqual({ calls: ['amend'], lines: [' on##', ' de', ' three'] });
  expect(await change('second')).toEqual({ calls: ['amend'], lines: [' on##', ' se  nd', ' three'] });
  const alone = () => {
    screen.show([layer]);
    screen.invalidate('list');
  };
  expect(await change('zweite', alone)).toEqual({ calls: ['amend'], lines: [' one', ' zweite', ' three'] });
  isBroken = true;
  expect((await change('whole')).lines[0]).toContain('cannot draw');
  isBroken = false;
  expect(await change('two')).toEqual({ calls: ['draw'], lines: [' one', ' two', ' three'] });
  expect(await change('two', () => screen.show([{ ...list(2), draw }]))).toEqual({
    calls: ['draw'],
    lines: [' one', ' two', ''],
  });
});

test('a draw that throws shows what went wrong in its own cells when somebody is told', async () => {
  const errors: string[] = [];
  const emulator = new Emulator(40, 3);
  const screen = new Screen(emulator, { onDrawError: (id, error) => errors.push(`${id}: ${String(error)}`) });
  screen.show([
    {
      id: 'broken',
      rect: { x: 0, y: 0, width: 40, height: 1 },
      draw: () => {
        throw new Error('no such row');
      },
    },
    { id: 'sound', rect: { x: 0, y: 1, width: 40, height: 1 }, draw: (cells) => cells.text(0, 0, 'still here') },
  ]);
  screen.enter();
  await screen.whenIdle();
  expect(emulator.lines()).toEqual(['cannot draw broken: Error: no such row', 'still here', '']);
  expect(errors).toEqual(['broken: Error: no such row']);
});

test.each([
  ['true', '#ff8700'],
  [256, '208'],
  [16, '3'],
  ['none', 'default'],
] as const)('at depth %s orange is %s', async (depth, expected) => {
  const { emulator } = await show((cells) => cells.text(0, 0, 'x', style({ fg: rgb('#ff8700'), bold: true })), {
    depth,
  });
  expect(shownCell(emulator, 2, 1)).toBe(`x ${expected} on default 100000`);
});

test('in ASCII nothing else is written for lines, blocks, braille and arrows', async () => {
  const draw = (cells: Cells) => {
    cells.box(0, 0, 20, 3, { title: 'CPU …' });
    cells.text(2, 1, '▁▃█ ⣿⠁ → ● – ×', style({ fg: ansi(2) }));
  };
  const { emulator } = await show(draw, { repertoire: 'ascii' });
  expect(emulator.lines().slice(1, 4)).toEqual([
    '  +- CPU . ----------+',
    '  | _-# #. > * - x   |',
    '  +------------------+',
  ]);
  expect(emulator.writes.join('')).toMatch(/^[\x00-\x7e]*$/);
});

test('a name of another script is as wide in ASCII', async () => {
  const draw = (cells: Cells) => {
    cells.text(0, 0, 'é e\u0301 бот 文字 😀|');
    cells.text(0, 1, 'next');
  };
  const { emulator } = await show(draw, { repertoire: 'ascii' });
  expect(emulator.lines().slice(1, 3)).toEqual(['  e e ??? ???? ??|', '  next']);
  expect(emulator.writes.join('')).toMatch(/^[\x00-\x7e]*$/);
});

test('on the console of Linux only what all its fonts have is written for signs, and letters as they are', async () => {
  const draw = (cells: Cells) => {
    cells.box(0, 0, 20, 3, { title: 'CPU …' });
    cells.text(2, 1, '▁▅█ ▏▉ → ● ✓ бот é', style({ fg: ansi(2) }));
  };
  const { emulator } = await show(draw, { repertoire: 'console' });
  expect(emulator.lines().slice(1, 4)).toEqual([
    '  ┌─ CPU . ──────────┐',
    '  │ ░▒█ │▒ → • + бот é',
    '  └──────────────────┘',
  ]);
});

test('hostile text changes nothing but its own cells', async () => {
  const clean = new Cells(20, 4);
  const draw = (cells: Cells) => {
    cells.text(0, 0, '\x1b[31mbot\x1b]0;owned\x07\x1b[2J\x9b5;5H');
    cells.text(0, 1, 'next');
  };
  draw(clean);
  const { emulator } = await show(draw);
  expect(emulator.lines().slice(0, 3)).toEqual(['header', '  bot', '  next']);
  for (let x = 0; x < 20; x += 1) expect(shownCell(emulator, x + 2, 1)).toBe(expectedCell(clean, x, 0));
});

test('more layers than can be told apart are refused', () => {
  const screen = new Screen(new Clogged());
  const layers = Array.from({ length: 256 }, (_, index) => ({
    id: `layer ${index}`,
    rect: { x: 0, y: 0, width: 1, height: 1 },
    draw: () => {},
  }));
  expect(() => screen.show(layers.slice(1))).not.toThrow();
  expect(() => screen.show(layers)).toThrow('More than 255 layers');
});

test('a terminal that takes a frame later gets that frame, not what was painted meanwhile', async () => {
  const frames: (string | Buffer)[] = [];
  const screen = new Screen({
    columns: 20,
    rows: 4,
    write(bytes, written) {
      frames.push(bytes);
      queueMicrotask(written);
      return true;
    },
    once() {},
  });
  let text = 'first';
  screen.show([{ id: 'panel', rect: { x: 0, y: 0, width: 20, height: 4 }, draw: (cells) => cells.text(0, 0, text) }]);
  screen.enter();
  await screen.whenIdle();
  text = 'other';
  screen.invalidate('panel');
  await screen.whenIdle();
  const [first, other] = frames.slice(-2).map(String);
  expect(first).toContain('first');
  expect(other).toContain('other');
});
