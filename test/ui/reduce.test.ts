import { describe, expect, test } from 'vitest';
import { cursorKey, reduce, scrollTo } from '../../src/ui/reduce.ts';
import { initialUi, type Scene, type UiEvent, type UiState, UNLOCK_MS } from '../../src/ui/state.ts';

function sceneOf(keys: readonly string[], page = 3): Scene {
  return {
    keys: (panel) => (panel === 'bots' ? keys : []),
    page: () => page,
    members: (panel, key) => (panel === 'bots' ? (key === null ? keys : [key]) : []),
    group: () => null,
    groups: () => [],
    menu: () => [],
    filterError: (_, text) => (text.includes('?') ? 'what?' : null),
    within: () => [],
    find: (_, text) => keys.find((key) => key === text) ?? null,
    sorts: () => 7,
    panels: (view) => (view === 'home' ? ['bots', 'resources'] : view === 'logs' ? [] : [view]),
  };
}

const fleet = sceneOf(['a', 'b', 'c', 'd', 'e']);

function after(events: readonly UiEvent[], scene = fleet, from: UiState = initialUi('home')): UiState {
  return events.reduce((state, event) => reduce(state, event, scene), from);
}

const down: UiEvent = { type: 'moved', by: 1 };
const world = (at = 0): UiEvent => ({ type: 'world-changed', at });
const type = (...keys: string[]): UiEvent[] => keys.map((key) => ({ type: 'text-typed', key }));

describe('the cursor', () => {
  test('two keys in one chunk move two rows', () => {
    expect(cursorKey(after([down, down]), fleet)).toBe('c');
  });

  test('stops at the ends', () => {
    expect(cursorKey(after([{ type: 'moved', by: -1 }]), fleet)).toBe('a');
    expect(cursorKey(after([{ type: 'jumped', to: 'last' }, down]), fleet)).toBe('e');
  });

  test('stays with its row when the order changes', () => {
    const state = after([down, world()]);
    const sorted = sceneOf(['e', 'd', 'c', 'b', 'a']);
    expect(cursorKey(reduce(state, world(), sorted), sorted)).toBe('b');
  });

  test('stays at the top, on whatever is worst, as long as nobody moved it', () => {
    const sorted = sceneOf(['e', 'a', 'b', 'c', 'd']);
    expect(cursorKey(reduce(after([world()]), world(), sorted), sorted)).toBe('e');
  });

  test('goes to the row that takes its place when its own is gone', () => {
    const shorter = sceneOf(['a', 'b', 'd', 'e']);
    expect(cursorKey(reduce(after([down, down]), world(), shorter), shorter)).toBe('d');
  });

  test('keeps the window with it', () => {
    expect(after([down, down, down]).lists.bots).toMatchObject({ index: 3, top: 1 });
    expect(after([{ type: 'paged', by: 1 }]).lists.bots.index).toBe(2);
  });

  test('does nothing in an empty list', () => {
    const empty = sceneOf([]);
    expect(cursorKey(after([down, { type: 'paged', by: 1 }], empty), empty)).toBeNull();
  });
});

test('the window moves as little as it can', () => {
  expect(scrollTo(0, 2, 3, 9)).toBe(0);
  expect(scrollTo(0, 3, 3, 9)).toBe(1);
  expect(scrollTo(5, 4, 3, 9)).toBe(4);
  expect(scrollTo(8, 3, 5, 4)).toBe(0);
});

describe('the filter', () => {
  test('applies while it is typed, and Esc brings back what was', () => {
    const typed = after([{ type: 'filter-opened' }, ...type('w', 'e', 'space', 'x', 'backspace')]);
    expect(typed.lists.bots.filter).toBe('we ');
    expect(after(type('esc'), fleet, typed).lists.bots.filter).toBe('');
  });

  test('is kept by Enter and cleared by Esc afterwards', () => {
    const kept = after([{ type: 'filter-opened' }, ...type('w', 'enter')]);
    expect([kept.typing, kept.lists.bots.filter]).toEqual([null, 'w']);
    expect(after([{ type: 'went-back' }], fleet, kept).lists.bots.filter).toBe('');
  });

  test('takes the letters of commands as letters', () => {
    expect(after([{ type: 'filter-opened' }, ...type('r', 'y', 'q')]).lists.bots.filter).toBe('ryq');
  });
});

describe('back', () => {
  test('closes the nearest thing first', () => {
    const deep = after([{ type: 'view-opened', view: 'bots' }, { type: 'detail-opened' }, { type: 'help-turned' }]);
    const back: UiEvent = { type: 'went-back' };
    expect(after([back], fleet, deep).overlay).toBeNull();
    expect(after([back, back], fleet, deep).detail).toBeNull();
    expect(after([back, back, back], fleet, deep).view).toBe('home');
  });
});

test('the detail stays with the row it was opened on', () => {
  const state = after([down, { type: 'detail-opened' }]);
  expect(reduce(state, world(), sceneOf(['z', 'a', 'b'])).detail).toEqual({ panel: 'bots', key: 'b', top: 0 });
});

test('a bot is gone to from any view: its detail opens, its folded groups do too, and Esc leaves the cursor on it', () => {
  const scene: Scene = { ...fleet, within: () => ['tg'] };
  const from = after([{ type: 'view-opened', view: 'logs' }]);
  const bots = { ...from.lists.bots, folded: new Set(['tg', 'web']) };
  const went = after([{ type: 'row-opened', panel: 'bots', key: 'd' }], scene, {
    ...from,
    lists: { ...from.lists, bots },
  });
  expect(went).toMatchObject({ view: 'bots', isViewing: false, detail: { panel: 'bots', key: 'd', top: 0 } });
  expect([...went.lists.bots.folded]).toEqual(['web']);
  const back = after([{ type: 'went-back' }, world()], scene, went);
  expect([back.view, back.detail, cursorKey(back, scene)]).toEqual(['bots', null, 'd']);
});

test('a detail scrolls and leaves the cursor where it is', () => {
  const state = after([down, { type: 'detail-opened' }, down, down]);
  expect(state.detail?.top).toBe(2);
  expect(cursorKey(state, fleet)).toBe('b');
});

test('what a list does not show cannot be opened', () => {
  const none = sceneOf([]);
  const state = after([{ type: 'filter-opened' }, ...type('z', 'enter'), { type: 'detail-opened' }], none);
  expect(state.detail).toBeNull();
});

test('before any bot is known there is none to open', () => {
  const state = after([{ type: 'view-opened', view: 'bots' }, { type: 'detail-opened' }], sceneOf([]));
  expect(state.detail).toBeNull();
  const errors = after([{ type: 'view-opened', view: 'errors' }, { type: 'detail-opened' }], sceneOf([]));
  expect(errors.detail).toBeNull();
});

test('the lock opens for ten minutes and closes by itself', () => {
  const turn = (at: number): UiEvent => ({ type: 'lock-turned', at });
  const locked = after([turn(0)]);
  expect(locked.lock).toEqual({ isLocked: true, relockAt: null });
  const open = after([turn(5)], fleet, locked);
  expect(open.lock.isLocked).toBe(false);
  expect(after([world(5 + UNLOCK_MS - 1)], fleet, open).lock.isLocked).toBe(false);
  expect(after([world(5 + UNLOCK_MS)], fleet, open).lock.isLocked).toBe(true);
});

test('the order of the list is turned by o through every column and by O round', () => {
  const turn: UiEvent = { type: 'sort-turned' };
  expect(after([turn, turn, { type: 'sort-inverted' }]).lists.bots).toMatchObject({ sort: 2, isInverted: true });
  expect(after(Array.from({ length: 7 }, () => turn)).lists.bots.sort).toBe(0);
});

describe('what is selected', () => {
  const select: UiEvent = { type: 'selection-turned' };
  const all: UiEvent = { type: 'all-turned' };
  const selectedOf = (state: UiState) => [...state.lists.bots.selected].sort();

  test('is the row under the cursor, which then goes on to the next', () => {
    const state = after([select, select]);
    expect(selectedOf(state)).toEqual(['a', 'b']);
    expect(cursorKey(state, fleet)).toBe('c');
  });

  test('is let go by the same key', () => {
    expect(selectedOf(after([select, { type: 'moved', by: -1 }, select]))).toEqual([]);
  });

  test('is all that is shown after *, and nothing after a second one', () => {
    expect(selectedOf(after([all]))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(selectedOf(after([all, all]))).toEqual([]);
  });

  test('grows by what a filter shows and keeps what it hides', () => {
    const state = after([select, all], sceneOf(['d', 'e']), after([select]));
    expect(selectedOf(state)).toEqual(['a', 'd', 'e']);
    expect(selectedOf(after([all], sceneOf(['d', 'e']), state))).toEqual([]);
  });

  test('is let go by Esc, before the filter is', () => {
    const filtered = after([...type('x'), { type: 'filter-opened' }, ...type('w', 'enter'), select]);
    const back = after([{ type: 'went-back' }], fleet, filtered);
    expect([selectedOf(back), back.lists.bots.filter]).toEqual([[], 'w']);
    expect(after([{ type: 'went-back' }], fleet, back).lists.bots.filter).toBe('');
  });
});
