/** What the pinned Ink writes with `debug: true`. Not a contract of Ink's: when one of these fails, read frame.ts. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { createElement } from 'react';
import { expect, test, vi } from 'vitest';
import { loadInColor } from '../../../src/ui/overlays/load-ink.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { ansi, rgb } from '../../../src/ui/screen/color.ts';
import { parseFrame, splitWrite } from '../../../src/ui/screen/frame.ts';
import { lookOf } from '../../../src/ui/screen/style.ts';

const { ink, sheet } = await loadInColor(async () => ({
  ink: await import('ink'),
  sheet: await import('../../../src/ui/overlays/ink-sheet.ts'),
}));

function silentStdin(): NodeJS.ReadStream {
  const stdin: object = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  return stdin as NodeJS.ReadStream;
}

function recordInk(): { stream: NodeJS.WriteStream; writes: string[] } {
  const writes: string[] = [];
  const stream = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns: 20,
    rows: 3,
    writable: true,
    write(chunk: string, written?: () => void) {
      writes.push(chunk);
      if (written !== undefined) process.nextTick(written);
      return true;
    },
  });
  return { stream: stream as unknown as NodeJS.WriteStream, writes };
}

test('Ink writes modes and whole frames, each on its own', async () => {
  const { stream, writes } = recordInk();
  const view = (text: string) =>
    createElement(ink.Box, { width: 20, height: 3 }, createElement(ink.Text, { color: 'red', bold: true }, text));
  const options = { stdout: stream, stdin: silentStdin(), interactive: true, debug: true, alternateScreen: true };
  const instance = ink.render(view('one'), { ...options, patchConsole: false, exitOnCtrlC: false });
  const one = '\x1b[1m\x1b[31mone\x1b[39m\x1b[22m\n\n';
  expect(writes.splice(0)).toEqual(['\x1b[?1049h', '\x1b[?25l', one]);
  instance.rerender(view('two'));
  expect(writes.splice(0)).toEqual([one.replace('one', 'two')]);
  instance.rerender(view('two'));
  expect(writes.splice(0).filter((chunk) => chunk !== one.replace('one', 'two'))).toEqual([]);
  instance.unmount();
  await instance.waitUntilExit();
  expect(writes).toEqual([one.replace('one', 'two'), '\x1b[?25h', '\x1b[?1049l', '\x1b[?25h', '']);
});

test('a write is split into modes and frame', () => {
  expect(splitWrite('\x1b[?1049h')).toEqual({ modes: ['\x1b[?1049h'] });
  expect(splitWrite('\x1b[?25l\x1b[?2004h')).toEqual({ modes: ['\x1b[?25l', '\x1b[?2004h'] });
  expect(splitWrite('\x1b[>1u\x1b[1mbold')).toEqual({ modes: ['\x1b[>1u'], frame: '\x1b[1mbold' });
  expect(splitWrite('')).toEqual({ modes: [] });
  expect(splitWrite('\n\n')).toEqual({ modes: [], frame: '\n\n' });
});

test('a frame becomes cells', () => {
  const cells = new Cells(8, 2);
  parseFrame(
    '\x1b[48;2;1;240;7m  \x1b[49m\x1b[1;38;5;9;48;2;1;2;3m中\x1b[22;39;49mé!!!!\n\x1b[4:3;97mu\x1b]8;;x\x07v\x1b[0mw',
    cells,
  );
  expect(cells.plain()).toEqual(['  中é!!!', 'uvw']);
  expect(lookOf(cells.styles[1] ?? 0)).toMatchObject({ bg: rgb('#01f007') });
  expect(lookOf(cells.styles[2] ?? 0)).toMatchObject({ fg: ansi(9), bg: rgb('#010203'), bold: true });
  expect(cells.styles[4]).toBe(0);
  expect(lookOf(cells.styles[8] ?? 0)).toMatchObject({ fg: ansi(15), underline: true });
  expect(cells.styles[10]).toBe(0);
});

test('a frame larger than its cells, or broken, does no harm', () => {
  const cells = new Cells(3, 1);
  parseFrame('abcdef\nsecond\n\x1b[38;2', cells);
  expect(cells.plain()).toEqual(['abc']);
  parseFrame('a\x1b', cells);
  parseFrame('a\x1b]8;;', cells);
  expect(cells.plain()[0]).toMatch(/^a/);
});

test('the variable that forces colour is gone once Ink is loaded', async () => {
  vi.stubEnv('FORCE_COLOR', undefined);
  expect(await loadInColor(async () => process.env['FORCE_COLOR'])).toBe('3');
  expect(process.env['FORCE_COLOR']).toBeUndefined();
  vi.stubEnv('FORCE_COLOR', '1');
  await expect(loadInColor(() => Promise.reject(new Error('no such module')))).rejects.toThrow('no such module');
  expect(process.env['FORCE_COLOR']).toBe('1');
  vi.unstubAllEnvs();
});

test('a tree becomes a sheet at once, in each size it is given, and again after it was closed', () => {
  const box = sheet.createInkSheet();
  const node = (text: string) => createElement(ink.Text, { color: 'red', wrap: 'truncate' }, text);
  const shown = (text: string, width: number) => {
    const cells = new Cells(width, 1);
    box.render(node(text), { x: 5, y: 5, width, height: 1 }).draw(cells);
    return { lines: cells.plain(), fg: lookOf(cells.styles[0] ?? 0).fg };
  };
  expect(shown('one', 4)).toEqual({ lines: ['one'], fg: ansi(1) });
  expect(shown('a longer one', 12)).toEqual({ lines: ['a longer one'], fg: ansi(1) });
  expect(shown('a longer one', 6)).toEqual({ lines: ['a lon…'], fg: ansi(1) });
  box.close();
  expect(shown('two', 4)).toEqual({ lines: ['two'], fg: ansi(1) });
  box.close();
});
