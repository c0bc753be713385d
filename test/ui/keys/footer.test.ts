import { expect, test } from 'vitest';
import { footerHints, type RowAtHand } from '../../../src/ui/keys/keymap.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { initialUi, type UiState } from '../../../src/ui/state.ts';
import { makeBot, makePm2Snapshot } from '../../helpers/bots.ts';
import { createStillShell, createStillWorld, keymap } from '../../helpers/still-shell.ts';

const shown = (ui: UiState, isThere: boolean, kind: RowAtHand['kind'] = null) =>
  footerHints(keymap, ui, 200, { isThere, kind }).map(({ shown: key }) => key);

test('without a row the footer names no key that needs one', () => {
  const ui = initialUi('home');
  expect(shown(ui, true)).toEqual(expect.arrayContaining(['r', 'S', 'l', 'Enter', '&', 'o', 'y', 'q']));
  expect(shown(ui, false)).toEqual(['?', 'q', '1-9', 'p', ':', 'Tab']);
});

test('where a filter hides every row, what changes it stays', () => {
  const ui = initialUi('bots');
  const bots = { ...ui.lists.bots, filter: 'zz' };
  const keys = shown({ ...ui, lists: { ...ui.lists, bots } }, false);
  expect(keys).toContain('&');
  expect(keys).not.toContain('r');
});

test('the database without a table can be opened still: Enter is about the server', () => {
  const keys = shown({ ...initialUi('database'), focus: 'database' }, false);
  expect(keys).toContain('Enter');
  expect(keys).not.toContain('v');
});

test('the screen takes what is under the cursor for it: nothing without a bot, restart with one', () => {
  const footer = (bots: ReturnType<typeof makeBot>[]) => {
    const cells = new Cells(120, 1);
    createStillShell(createStillWorld({ pm2: makePm2Snapshot(bots) }), 120, 40).draw('footer', cells);
    return cells.plain()[0];
  };
  expect(footer([])).not.toContain('restart');
  expect(footer([makeBot()])).toContain('r restart');
});

test('among sessions and tables the footer names what can be done to the one under the cursor', () => {
  const ui: UiState = { ...initialUi('database'), focus: 'database' };
  expect(shown(ui, true, 'session')).toEqual(expect.arrayContaining(['c', 'K']));
  expect(shown(ui, true, 'session')).not.toContain('v');
  expect(shown(ui, true, 'table')).toContain('v');
  expect(shown(ui, true, 'table')).not.toContain('K');
});

test('the footer is painted anew when the first row comes, the last one goes, or one of another kind is at hand', () => {
  const still = createStillWorld({ pm2: makePm2Snapshot([]) });
  const shell = createStillShell(still, 120, 40);
  const painted: (readonly string[] | undefined)[] = [];
  shell.onPaint((ids) => painted.push(ids));
  const isFooterPainted = (bots: ReturnType<typeof makeBot>[]) => {
    painted.length = 0;
    still.read('pm2', makePm2Snapshot(bots));
    shell.worldChanged({ isBeat: true, kinds: new Set(['pm2']) });
    return painted.some((ids) => ids?.includes('footer'));
  };
  isFooterPainted([]);
  expect(isFooterPainted([])).toBe(false);
  expect(isFooterPainted([makeBot()])).toBe(true);
  expect(isFooterPainted([makeBot(), makeBot({ id: 1, name: 'second' })])).toBe(false);
  expect(isFooterPainted([])).toBe(true);
});
