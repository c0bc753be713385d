/** What the pinned Ink writes with `debug: true`. Not a contract of Ink's: when one of these fails, read frame.ts. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { createElement, useEffect } from 'react';
import { expect, test, vi } from 'vitest';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { ansi, rgb } from '../../../src/ui/screen/color.ts';
import { parseFrame, sentinelColor, splitWrite } from '../../../src/ui/screen/frame.ts';
import { assertSentinel, loadInTrueColor, mountInk } from '../../../src/ui/screen/mount.ts';
import { Screen } from '../../../src/ui/screen/screen.ts';
import { lookOf } from '../../../src/ui/screen/style.ts';
import { Emulator } from './emulator.ts';

const { ink, surface } = await loadInTrueColor(async () => ({
  ink: await import('ink'),
  surface: await import('../../../src/ui/screen/surface.tsx'),
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

test('a frame becomes cells, its sentinels the mask', () => {
  const cells = new Cells(8, 2);
  const mask = new Uint8Array(16).fill(9);
  parseFrame(
    '\x1b[48;2;1;240;7m  \x1b[49m\x1b[1;38;5;9;48;2;1;2;3m中\x1b[22;39;49mé!!!!\n\x1b[4:3;97mu\x1b]8;;x\x07v\x1b[0mw',
    cells,
    mask,
  );
  expect(cells.plain()).toEqual(['  中é!!!', 'uvw']);
  expect([...mask.slice(0, 4)]).toEqual([7, 7, 0, 0]);
  expect(lookOf(cells.styles[2] ?? 0)).toMatchObject({ fg: ansi(9), bg: rgb('#010203'), bold: true });
  expect(cells.styles[4]).toBe(0);
  expect(lookOf(cells.styles[8] ?? 0)).toMatchObject({ fg: ansi(15), underline: true });
  expect(cells.styles[10]).toBe(0);
  expect(sentinelColor(7)).toBe('#01f007');
});

test('a frame larger than the screen, or broken, does no harm', () => {
  const cells = new Cells(3, 1);
  parseFrame('abcdef\nsecond\n\x1b[38;2', cells, new Uint8Array(3));
  expect(cells.plain()).toEqual(['abc']);
  parseFrame('a\x1b', cells, new Uint8Array(3));
  parseFrame('a\x1b]8;;', cells, new Uint8Array(3));
  expect(cells.plain()[0]).toMatch(/^a/);
});

test('the variable that forces colour is gone once Ink is loaded', async () => {
  vi.stubEnv('FORCE_COLOR', undefined);
  expect(await loadInTrueColor(async () => process.env['FORCE_COLOR'])).toBe('3');
  expect(process.env['FORCE_COLOR']).toBeUndefined();
  vi.stubEnv('FORCE_COLOR', '1');
  await expect(loadInTrueColor(() => Promise.reject(new Error('no such module')))).rejects.toThrow('no such module');
  expect(process.env['FORCE_COLOR']).toBe('1');
  vi.unstubAllEnvs();
});

test('without true colour mounting fails with a reason instead of blank panels', () => {
  expect(() => assertSentinel(ink)).not.toThrow();
  const colourless = { ...ink, renderToString: () => ' ' };
  expect(() => assertSentinel(colourless)).toThrow('without true colour');
});

test('a surface that React moves, resizes and removes is painted where it is', async () => {
  const emulator = new Emulator(20, 4);
  const screen = new Screen(emulator);
  const view = (place: { left: number; width: number } | null) =>
    createElement(
      surface.ScreenContext,
      { value: screen },
      createElement(
        ink.Box,
        { width: 20, height: 4, overflow: 'hidden', paddingLeft: place?.left ?? 0 },
        place === null
          ? createElement(ink.Text, null, 'none')
          : createElement(surface.Surface, {
              id: 'panel',
              width: place.width,
              height: 1,
              draw: (cells: Cells) => void cells.text(0, 0, '<'.padEnd(cells.width - 1, '-').concat('>')),
            }),
      ),
    );
  const instance = mountInk(ink, screen, view({ left: 0, width: 6 }), { stdin: silentStdin() });
  await screen.whenIdle();
  expect(emulator.lines()[0]).toBe('<---->');
  instance.rerender(view({ left: 3, width: 9 }));
  await screen.whenIdle();
  expect(emulator.lines()[0]).toBe('   <------->');
  instance.rerender(view(null));
  await screen.whenIdle();
  expect(emulator.lines()[0]).toBe('none');
  const { drawCalls } = screen.stats;
  screen.invalidate('panel');
  await screen.whenIdle();
  expect(screen.stats.drawCalls).toBe(drawCalls);
  instance.unmount();
});

test('what was painted before Ink is replaced by what Ink attaches', async () => {
  const emulator = new Emulator(20, 3);
  const screen = new Screen(emulator);
  screen.paintBase((base, hole) => {
    base.text(0, 2, 'loading');
    hole('panel', { x: 0, y: 0, width: 20, height: 1 }, (cells) => cells.text(0, 0, 'early'));
    hole('other', { x: 0, y: 1, width: 20, height: 1 }, (cells) => cells.text(0, 0, 'early too'));
  });
  screen.enter();
  await screen.whenIdle();
  expect(emulator.lines()).toEqual(['early', 'early too', 'loading']);
  let effects = 0;
  const View = () => {
    useEffect(() => {
      effects += 1;
    }, []);
    return createElement(surface.Surface, {
      id: 'panel',
      width: 20,
      height: 1,
      draw: (cells: Cells) => void cells.text(0, 0, 'late'),
    });
  };
  const root = createElement(ink.Box, { width: 20, height: 3 }, createElement(View));
  const instance = mountInk(ink, screen, createElement(surface.ScreenContext, { value: screen }, root), {
    stdin: silentStdin(),
  });
  await screen.whenIdle();
  expect(emulator.lines()).toEqual(['late', '', '']);
  expect(effects).toBe(1);
  instance.unmount();
  await new Promise<void>((resolve) => emulator.term.write('', resolve));
  expect(emulator.term.buffer.active.type).toBe('normal');
});

test('without a screen a surface is text', () => {
  const draw = (cells: Cells): void => cells.box(0, 0, cells.width, cells.height, { title: 'Bots' });
  const text = ink.renderToString(createElement(surface.Surface, { id: 'panel', width: 12, height: 3, draw }), {
    columns: 20,
  });
  expect(text).toBe('╭─ Bots ───╮\n│          │\n╰──────────╯');
});
