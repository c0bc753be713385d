import { expect, test } from 'vitest';
import { footerHints, type RowAtHand } from '../../../src/ui/keys/keymap.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { initialUi, type UiState } from '../../../src/ui/state.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { makeBot, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { makeHomeGuard, makeOrphan } from '../../helpers/guards.ts';
import { createStillShell, createStillWorld, keymap } from '../../helpers/still-shell.ts';
import { makePostgres } from '../../panels/database/worlds.ts';

const shown = (ui: UiState, isThere: boolean, kind: RowAtHand['kind'] = null) =>
  footerHints(keymap, ui, 200, { isThere, kind }).map(({ shown: key }) => key);

test('without a row the footer names no key that needs one', () => {
  const ui = initialUi('home');
  expect(shown(ui, true)).toEqual(expect.arrayContaining(['r', 'S', 'l', 'Enter', '&', 'o', 'y', 'q']));
  expect(shown(ui, false)).toEqual(['?', 'q', '1-5 9', 'p', ':', 'Tab']);
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

test('on what outlived its daemon the footer names what ends it, and nothing that PM2 would have to do', () => {
  const orphans = [1, 2, 3, 4].map((pid) => makeOrphan({ pid }));
  const still = createStillWorld({ pm2: makePm2Snapshot([makeBot()]) });
  const homes = [makeHomeGuard({ orphans: orphans.slice(0, 1) })];
  const footer = (keys: readonly string[], columns = 160) => {
    const value = { homes, cli: null };
    const guard = {
      kind: 'guard',
      id: 'guard',
      cadenceMs: 2_000,
      reading: { state: 'fresh', value, readAt: NOON, tookMs: 1 },
    } as const;
    const shell = createStillShell({ ...still, world: () => ({ ...still.world(), guard }) }, 120, 40);
    for (const key of keys) shell.report(key === 'enter' ? '' : key, key === 'enter' ? { return: true } : {});
    const cells = new Cells(columns, 1);
    shell.draw('footer', cells);
    return cells.plain()[0] ?? '';
  };
  const isOfOrphan = (line: string) => line.includes('K kill an orphan') && !/\b[rSLF] \w|\+ start/.test(line);
  const isOfBot = (line: string) => line.includes('r restart') && !line.includes('K kill');
  // The orphan is the worst there is, so it stands first.
  expect(footer([])).toSatisfy(isOfOrphan);
  expect(footer([], 40)).toSatisfy(isOfOrphan);
  expect(footer(['enter'])).toSatisfy(isOfOrphan);
  expect(footer(['j'])).toSatisfy(isOfBot);
  expect(footer(['j', 'enter'])).toSatisfy(isOfBot);
  // What is selected counts, not where the cursor is; of both kinds each has its keys.
  expect(footer([' ', 'j'])).toSatisfy(isOfOrphan);
  expect(footer(['j', ' ', 'k'])).toSatisfy(isOfBot);
  expect(footer(['*'])).toMatch(/r restart.*K kill an orphan|K kill an orphan.*r restart/);
  homes[0] = makeHomeGuard({ orphans });
  expect(footer([])).toSatisfy(isOfOrphan);
});

test('actions on what is not freshly read are dimmed: a bot of a home that does not answer, a table of a server that went away', () => {
  const still = createStillWorld({ pm2: makePm2Snapshot([makeBot()]), postgres: makePostgres() });
  const theme = createTheme('none');
  const shell = createStillShell(still, 120, 40);
  /** The keys that are dimmed, in their order. */
  const dimmed = () => {
    const cells = new Cells(200, 1);
    shell.draw('footer', cells);
    return [...(cells.plain()[0] ?? '')].filter((char, x) => char !== ' ' && cells.styles[x] === theme.dim).join('');
  };
  const painted: (readonly string[] | undefined)[] = [];
  shell.onPaint((ids) => painted.push(ids));
  const fail = (kind: 'pm2' | 'postgres') => {
    still.fail(kind, new Error('gone'));
    shell.worldChanged({ isBeat: true, kinds: new Set([kind]) });
  };
  expect(dimmed()).toBe('');
  fail('pm2');
  expect(painted.at(-1)).toContain('footer');
  expect(dimmed()).toMatch(/^rrestart.*Sstop.*\+start/);
  expect(dimmed()).not.toMatch(/help|detail|filter|copy/);
  shell.report('5', {});
  expect(dimmed()).toBe('');
  fail('postgres');
  expect(dimmed()).toContain('vvacuum');
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
