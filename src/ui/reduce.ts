/** The next state of what the person is doing. Events are facts; here is decided what they mean. */
import { openTo, turnAllFolds, turnFold } from './lists/folding.ts';
import { openMenu, pressMenu } from './lists/menu.ts';
import { clearSelected, turnAll, turnSelected } from './lists/selection.ts';
import { openTyping, turnSearch, typeKey } from './lists/typing.ts';
import {
  BOT_RANGES,
  type ListState,
  NOTICE_MS,
  type PanelId,
  RANGES,
  type Scene,
  type UiEvent,
  type UiState,
  UNLOCK_MS,
} from './state.ts';

export function reduce(state: UiState, event: UiEvent, scene: Scene): UiState {
  switch (event.type) {
    case 'moved':
      return moveBy(state, event.by, scene);
    case 'paged':
      return moveBy(state, event.by * Math.max(1, scene.page(state.focus) - 1), scene);
    case 'jumped':
      return moveBy(state, event.to === 'first' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, scene);
    case 'row-held':
      return withList(state, state.focus, (list) => ({ ...list, key: event.key }));
    case 'focus-moved': {
      const panels = scene.panels(state.view);
      const at = panels.indexOf(state.focus);
      const next = panels[(at + event.by + panels.length) % panels.length];
      return next ? { ...state, focus: next } : state;
    }
    case 'view-opened': {
      const panels = scene.panels(event.view);
      // Home begins with the bots, whatever was looked at before: its keys are the ones that are wanted at once.
      const focus = panels[0] ?? 'bots';
      const isViewing = event.view === 'logs';
      return { ...state, view: event.view, focus, detail: null, isViewing, overlay: null, typing: null };
    }
    case 'detail-opened':
      return openDetail(state, scene);
    case 'row-opened':
      return openRow(state, event.panel, event.key, scene);
    case 'viewer-opened':
      return { ...state, isViewing: true };
    case 'range-turned':
      return { ...state, range: (state.range + event.by + rangesOf(state)) % rangesOf(state) };
    case 'went-back':
      return goBack(state);
    case 'filter-opened':
      return openTyping(state, 'filter', scene);
    case 'search-opened':
      return openTyping(state, 'search', scene);
    case 'search-turned':
      return turnSearch(state, event.by, scene);
    case 'text-typed':
      return typeKey(state, event.key, scene);
    case 'menu-opened':
      return openMenu(state, event.menu);
    case 'menu-pressed':
      return pressMenu(state, event.key, scene);
    case 'look-restored':
      return withList(state, 'bots', (list) => ({ ...list, ...event.look }));
    case 'grouping-turned':
      return withList(state, state.focus, (list) => ({ ...list, isGrouped: !list.isGrouped }));
    case 'fold-turned':
      return foldAt(state, event.to, scene);
    case 'folds-turned': {
      const group = scene.group(state.focus, cursorKey(state, scene));
      return withList(state, state.focus, (list) => turnAllFolds(list, scene.groups(state.focus), group));
    }
    case 'sort-turned':
      return withList(state, state.focus, (list) => ({
        ...list,
        sort: (list.sort + 1) % Math.max(1, scene.sorts(state.focus)),
        isInverted: false,
      }));
    case 'sort-inverted':
      return withList(state, state.focus, (list) => ({ ...list, isInverted: !list.isInverted }));
    case 'selection-turned':
      return turnRow(state, scene);
    case 'all-turned':
      return withList(state, state.focus, (list) => turnAll(list, scene.members(state.focus, null)));
    case 'pause-turned':
      return { ...state, isPaused: !state.isPaused };
    case 'help-turned':
      return { ...state, overlay: state.overlay?.kind === 'help' ? null : { kind: 'help', top: 0 } };
    case 'prompt-changed':
      return { ...state, overlay: event.prompt ? { kind: 'prompt', prompt: event.prompt } : null };
    case 'palette-changed':
      return { ...state, overlay: event.palette ? { kind: 'palette', palette: event.palette } : null };
    case 'strip-changed':
      return { ...state, strip: event.strip };
    case 'noticed': {
      const { text, severity, at } = event;
      return { ...state, notice: { text, severity, until: at + NOTICE_MS } };
    }
    case 'notice-cleared':
      return state.notice ? { ...state, notice: null } : state;
    case 'lock-turned':
      return {
        ...state,
        lock: state.lock.isLocked
          ? { isLocked: false, relockAt: event.at + UNLOCK_MS }
          : { isLocked: true, relockAt: null },
      };
    case 'world-changed':
      return settle(state, event.at, scene);
    default:
      return event satisfies never;
  }
}

/** The key of the row the cursor is on; null in an empty list. */
export function cursorKey(state: UiState, scene: Scene, panel: PanelId = state.focus): string | null {
  const keys = scene.keys(panel);
  return keys[cursorIndex(state.lists[panel], keys)] ?? null;
}

/** Where the cursor stands now: with its row if that is still there, else where it was. */
export function cursorIndex(list: ListState, keys: readonly string[]): number {
  if (list.index < 0) return -1;
  const found = list.key === null ? -1 : keys.indexOf(list.key);
  return found >= 0 ? found : Math.max(0, Math.min(list.index, keys.length - 1));
}

/** The first row to show so that row `index` is visible, moving as little as possible. */
export function scrollTo(top: number, index: number, page: number, total: number): number {
  const least = index - page + 1;
  const wanted = Math.min(Math.max(top, least), index);
  return Math.max(0, Math.min(wanted, Math.max(0, total - page)));
}

/** Where there are rows it is about one of them: an empty list has nothing to open. */
function openDetail(state: UiState, scene: Scene): UiState {
  const key = cursorKey(state, scene);
  if (key !== null && scene.group(state.focus, key) === key) return foldAt(state, 'other', scene);
  const isList = scene.sorts(state.focus) > 0;
  // Without a row the detail of the database is about the server.
  const isAboutRows = state.focus !== 'database' || state.lists[state.focus].filter !== '';
  if (isList && key === null && isAboutRows) return state;
  const next: UiState = { ...state, detail: { panel: state.focus, key, top: 0 } };
  return { ...next, range: Math.min(state.range, rangesOf(next) - 1) };
}

/** The detail of a row wherever the person stands, with the cursor on it: what a filter hides has a detail as well. */
function openRow(state: UiState, panel: PanelId, key: string, scene: Scene): UiState {
  const opened = reduce(state, { type: 'view-opened', view: panel }, scene);
  const folded = openTo(state.lists[panel].folded, scene.within(panel, key));
  const found = withList(opened, panel, (list) => ({ ...list, key, index: Math.max(0, list.index), folded }));
  return { ...found, detail: { panel, key, top: 0 } };
}

/** How many ranges the detail that stands has. */
function rangesOf({ detail }: UiState): number {
  return detail?.panel === 'bots' ? BOT_RANGES.length : RANGES.length;
}

/** No detail is longer; the drawing clamps to what there is. */
const DETAIL_ROWS_MAX = 400;

function withList(state: UiState, panel: PanelId, change: (list: ListState) => ListState): UiState {
  const list = state.lists[panel];
  const next = change(list);
  return next === list ? state : { ...state, lists: { ...state.lists, [panel]: next } };
}

function moveBy(state: UiState, by: number, scene: Scene): UiState {
  if (state.overlay?.kind === 'help') {
    return { ...state, overlay: { kind: 'help', top: Math.max(0, Math.min(state.overlay.top + by, 200)) } };
  }
  // A detail scrolls and leaves the cursor behind it alone.
  if (state.detail) {
    const top = Math.max(0, Math.min(state.detail.top + by, DETAIL_ROWS_MAX));
    return { ...state, detail: { ...state.detail, top } };
  }
  const keys = scene.keys(state.focus);
  if (keys.length === 0) return state;
  return withList(state, state.focus, (list) => {
    const index = Math.max(0, Math.min(cursorIndex(list, keys) + by, keys.length - 1));
    const top = scrollTo(list.top, index, scene.page(state.focus), keys.length);
    // At the very top nothing is pinned: the worst stays under the cursor as it changes.
    return { ...list, key: index === 0 ? null : (keys[index] ?? null), index, top };
  });
}

/** After the world changed: the cursor stays with its row, the window with the cursor, and what is over goes. */
function settle(state: UiState, at: number, scene: Scene): UiState {
  let next = state;
  for (const panel of Object.keys(state.lists) as PanelId[]) {
    const keys = scene.keys(panel);
    next = withList(next, panel, (list) => {
      const index = cursorIndex(list, keys);
      const top = scrollTo(list.top, index, scene.page(panel), keys.length);
      return index === list.index && top === list.top ? list : { ...list, index, top };
    });
  }
  if (next.notice && next.notice.until <= at) next = { ...next, notice: null };
  if (next.lock.relockAt !== null && next.lock.relockAt <= at) {
    next = { ...next, lock: { isLocked: true, relockAt: null } };
  }
  return next;
}

/** The next row is then under the cursor, so that holding the key selects one after the other. */
function turnRow(state: UiState, scene: Scene): UiState {
  const key = cursorKey(state, scene);
  if (key === null) return state;
  const turned = withList(state, state.focus, (list) => turnSelected(list, scene.members(state.focus, key)));
  return turned === state ? state : moveBy(turned, 1, scene);
}

/** Folds or opens the group under the cursor, or folds the one that its row stands in. */
function foldAt(state: UiState, to: 'folded' | 'open' | 'other', scene: Scene): UiState {
  const key = cursorKey(state, scene);
  const group = scene.group(state.focus, key);
  if (group === null || (to === 'open' && group !== key)) return state;
  return withList(state, state.focus, (list) => turnFold(list, group, to));
}

function goBack(state: UiState): UiState {
  if (state.overlay) return { ...state, overlay: null };
  if (state.typing) return state;
  if (state.isViewing) return { ...state, isViewing: false, view: state.view === 'logs' ? 'home' : state.view };
  if (state.detail) return { ...state, detail: null };
  if (state.strip?.isOver && !state.strip.isQuiet) return { ...state, strip: null };
  if (state.lists[state.focus].selected.size > 0) return withList(state, state.focus, clearSelected);
  if (state.lists[state.focus].search !== '') return withList(state, state.focus, (list) => ({ ...list, search: '' }));
  if (state.lists[state.focus].filter !== '') return withList(state, state.focus, (list) => ({ ...list, filter: '' }));
  if (state.view !== 'home') return { ...state, view: 'home' };
  return state.strip?.isOver ? { ...state, strip: null } : state;
}
