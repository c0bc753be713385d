import { describe, expect, test } from 'vitest';
import { cursorKey, reduce } from '../../../src/ui/reduce.ts';
import { initialUi, type MenuItem, type Scene, type UiEvent, type UiState } from '../../../src/ui/state.ts';

const ROWS = ['group', 'alpha', 'beta', 'gamma', 'delta'];
const ITEMS: readonly MenuItem[] = ['state', 'name', 'cpu'].map((id) => ({ id, label: id, mark: '', note: '' }));

/** A list with one group that holds all rows below it. */
const scene: Scene = {
  keys: () => ROWS,
  page: () => 3,
  sorts: () => ITEMS.length,
  panels: () => ['bots'],
  members: (_, key) => (key === null || key === 'group' ? ROWS.slice(1) : [key]),
  group: () => 'group',
  groups: () => ['group'],
  menu: () => ITEMS,
  filterError: (_, text) => (text.includes('>>') ? 'what is >>?' : null),
  within: () => [],
  find(_, text, origin, by, isPast) {
    const from = Math.max(0, ROWS.indexOf(origin ?? ''));
    for (let step = isPast ? 1 : 0; step < ROWS.length; step++) {
      const key = ROWS[(from + by * step + ROWS.length) % ROWS.length] as string;
      if (key.includes(text)) return key;
    }
    return null;
  },
};

function after(events: readonly UiEvent[], from: UiState = initialUi('bots')): UiState {
  return events.reduce((state, event) => {
    const next = reduce(state, event, scene);
    return reduce(next, { type: 'world-changed', at: 0 }, scene);
  }, from);
}

const type = (text: string, ...more: string[]): UiEvent[] =>
  [...text, ...more].map((key) => ({ type: 'text-typed', key }));
const press = (...keys: string[]): UiEvent[] => keys.map((key) => ({ type: 'menu-pressed', key }));
const down = (by: number): UiEvent => ({ type: 'moved', by });

describe('a search', () => {
  const open: UiEvent = { type: 'search-opened' };

  test('takes the cursor to the first row with these letters, and hides none', () => {
    const state = after([open, ...type('ga')]);
    expect(cursorKey(state, scene)).toBe('gamma');
    expect(state.lists.bots.filter).toBe('');
  });

  test('goes on with n and N, round the ends', () => {
    const found = after([open, ...type('a', 'enter')]);
    expect(cursorKey(found, scene)).toBe('alpha');
    const turn = (by: 1 | -1): UiEvent => ({ type: 'search-turned', by });
    expect(cursorKey(after([turn(1)], found), scene)).toBe('beta');
    expect(cursorKey(after([turn(-1)], found), scene)).toBe('delta');
  });

  test('leaves the cursor where it was when nothing is found, and after Esc', () => {
    const there = after([down(2)]);
    expect(cursorKey(after([open, ...type('zz')], there), scene)).toBe('beta');
    const dropped = after([open, ...type('del', 'esc')], there);
    expect(cursorKey(dropped, scene)).toBe('beta');
    expect([dropped.typing, dropped.lists.bots.search]).toEqual([null, '']);
  });
});

test('a filter that is not understood is not kept, and can be mended or dropped', () => {
  const wrong = after([{ type: 'filter-opened' }, ...type('x>>', 'enter')]);
  expect(wrong.typing?.text).toBe('x>>');
  expect(after(type('backspace').slice(-1), wrong).typing).not.toBeNull();
  const mended = after(
    [
      { type: 'text-typed', key: 'backspace' },
      { type: 'text-typed', key: 'enter' },
    ],
    wrong,
  );
  expect([mended.typing, mended.lists.bots.filter]).toEqual([null, 'x>']);
  expect(after([{ type: 'text-typed', key: 'esc' }], wrong).lists.bots.filter).toBe('');
});

describe('the menu of orders', () => {
  const open: UiEvent = { type: 'menu-opened', menu: 'sort' };

  test('sorts by what is chosen, and by the same turned round', () => {
    const sorted = after([open, ...press('j', 'enter')]);
    expect(sorted.lists.bots).toMatchObject({ sort: 1, isInverted: false });
    expect(sorted.overlay).toBeNull();
    expect(after([open, ...press('O', 'enter')], sorted).lists.bots).toMatchObject({ sort: 1, isInverted: true });
  });

  test('goes on with the key that opened it, and changes nothing with Esc', () => {
    expect(after([open, ...press('o', 'o', 'enter')]).lists.bots.sort).toBe(2);
    expect(after([open, ...press('o', 'esc')]).lists.bots.sort).toBe(0);
  });
});

test('a column is there always, never, or by width again', () => {
  const open: UiEvent = { type: 'menu-opened', menu: 'columns' };
  const chosen = (...keys: string[]) => after([open, ...press('j', ...keys)]).lists.bots.columns;
  expect(chosen('space')).toEqual({ name: 'on' });
  expect(chosen('space', 'space')).toEqual({ name: 'off' });
  expect(chosen('space', 'space', 'space')).toEqual({});
  expect(chosen('space', 'j', 'space', 'backspace')).toEqual({});
});

describe('a group', () => {
  test('is folded and opened by Enter, and opens no detail', () => {
    const enter: UiEvent = { type: 'detail-opened' };
    const folded = after([enter]);
    expect([folded.detail, folded.lists.bots.folded.has('group')]).toEqual([null, true]);
    expect(after([enter], folded).lists.bots.folded.has('group')).toBe(false);
  });

  test('takes the cursor from its row when it is folded there', () => {
    const state = after([down(3), { type: 'fold-turned', to: 'folded' }]);
    expect(cursorKey(state, scene)).toBe('group');
    expect(state.lists.bots.folded.has('group')).toBe(true);
  });

  test('is folded with all, and opened with all', () => {
    const all: UiEvent = { type: 'folds-turned' };
    expect(after([all]).lists.bots.folded.has('group')).toBe(true);
    // What is not there now keeps its fold for when it comes.
    expect([...after([all, all]).lists.bots.folded]).toEqual([...initialUi('bots').lists.bots.folded]);
  });

  test('is selected with all that is in it', () => {
    expect([...after([{ type: 'selection-turned' }]).lists.bots.selected].sort()).toEqual(ROWS.slice(1).sort());
  });
});

test('the detail of a bot has one range more than the others', () => {
  const turn: UiEvent = { type: 'range-turned', by: 1 };
  const of = (panel: 'bots' | 'resources') => {
    const state = { ...initialUi(panel), detail: { panel, key: null, top: 0 } };
    return [1, 2, 3, 4].map(
      (times) =>
        after(
          Array.from({ length: times }, () => turn),
          state,
        ).range,
    );
  };
  expect(of('bots')).toEqual([1, 2, 3, 0]);
  expect(of('resources')).toEqual([1, 2, 0, 1]);
});
