import { expect, test } from 'vitest';
import { actions } from '../../../src/actions/all.ts';
import { measure } from '../../../src/text/width.ts';
import { createKeymap } from '../../../src/ui/keys/keymap.ts';
import { helpSheet } from '../../../src/ui/overlays/help.ts';
import { helpSections } from '../../../src/ui/overlays/help-lines.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { initialUi, type UiState } from '../../../src/ui/state.ts';
import type { Viewer } from '../../../src/ui/viewer.ts';
import { createStillShell, createStillWorld } from '../../helpers/still-shell.ts';

const keymap = createKeymap(actions);
const home = initialUi('home');
const log: Viewer['keymap'] = [{ shown: 'n N', label: 'match', help: 'The match before; the match after.' }];

function frame(columns: number, rows: number, ui: UiState = home, viewer: Viewer['keymap'] | null = null, top = 0) {
  const { rect, draw } = helpSheet({ keymap, ui, viewer, columns, rows, top, bytesPerSecond: () => 412 });
  expect(rect.x + rect.width).toBeLessThanOrEqual(columns);
  expect(rect.y + rect.height).toBeLessThanOrEqual(rows);
  const cells = new Cells(rect.width, rect.height);
  draw(cells);
  return cells.plain();
}

test('at home all of it fits a screen of 120x40, what acts first', () => {
  const lines = frame(120, 40);
  expect(lines.length).toBeLessThanOrEqual(40);
  for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(120);
  const text = lines.join('\n');
  expect(text).not.toMatch(/more below|…/);
  expect(lines.findIndex((line) => line.includes('Act'))).toBe(lines.findIndex((line) => line.includes('╭')) + 1);
  for (const key of ['r ', 'F ', 'j ↓', 'k ↑', 'PgDn', 'Ctrl-Z', 'Tab']) expect(text).toContain(key);
});

test('on a classic screen what acts comes first, and the rest is scrolled to', () => {
  const lines = frame(80, 24);
  expect(lines.length).toBeLessThanOrEqual(24);
  for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(80);
  expect(lines.findIndex((line) => line.includes('Act'))).toBeLessThan(2);
  expect(lines.join('\n')).not.toContain('…');
  const seen = [0, 5, 10, 20].map((top) => frame(80, 24, home, null, top).join('\n')).join('\n');
  for (const key of ['r ', 'F ', 'j ↓', 'k ↑', 'PgDn', 'Ctrl-Z', 'Tab']) expect(seen).toContain(key);
});

test('on a phone texts are wrapped, not cut, and the rest is scrolled to', () => {
  const seen = new Set<string>();
  for (let top = 0; top < 80; top += 10) {
    const lines = frame(40, 20, home, null, top);
    expect(lines.length).toBeLessThanOrEqual(20);
    for (const line of lines) seen.add(line.replaceAll(/[│╭╮╰╯─]/g, '').trim());
  }
  const text = [...seen].join(' ');
  expect(text).not.toContain('…');
  for (const { help } of helpSections(keymap, home, null).flatMap(({ rows }) => rows)) {
    for (const word of help.split(' ')) expect(text).toContain(word);
  }
});

test('under a log it lists the keys of the log first, and none that mean nothing there', () => {
  const sections = helpSections(keymap, { ...home, isViewing: true }, log);
  expect(sections[0]).toEqual({ title: 'Here', rows: log });
  expect(sections.map(({ title }) => title)).not.toContain('Find');
  expect(sections.find(({ title }) => title === 'Look')?.rows.map(({ shown }) => shown)).toEqual(['Esc', '1-5 9']);
});

test('the views are one row', () => {
  const look = helpSections(keymap, home, null).find(({ title }) => title === 'Look');
  const views = look?.rows.filter(({ help }) => help.startsWith('Views:')) ?? [];
  expect(views).toHaveLength(1);
  expect(views[0]?.help).toMatch(/1 home, 2 bots/);
});

test('under a log it is scrolled as elsewhere, and its keys do nothing to the log', () => {
  const pressed: string[] = [];
  const viewer: Viewer = {
    draw() {},
    press: (key) => key !== '?' && pressed.push(key) > 0,
    paste() {},
    page: () => 1,
    tick() {},
    update() {},
    path: () => null,
    keymap: log,
    close() {},
  };
  const shell = createStillShell(createStillWorld(), 80, 24, { openViewer: () => viewer });
  shell.report('9', {});
  shell.report('?', {});
  shell.report('j', {});
  shell.report('', { downArrow: true });
  expect(shell.ui()).toMatchObject({ isViewing: true, overlay: { kind: 'help', top: 2 }, notice: null });
  expect(pressed).toEqual([]);
});
