/** What is drawn in each zone of the layout: pure, from the world and the ui state. */
import { valueOf } from '../sources/source.ts';
import type { World } from '../state/world.ts';
import { offsetAt } from '../text/format.ts';
import {
  type ChromeScope,
  drawFooter,
  drawHeader,
  drawStrip,
  drawTooSmall,
  type Hint,
  type TypingRemark,
} from './chrome.ts';
import { type Binding } from './keys/binding.ts';
import { footerHints, type RowAtHand } from './keys/keymap.ts';
import { type Layout, layoutScreen, MIN_COLUMNS, MIN_ROWS } from './layout.ts';
import type { Panel, Scope } from './panel.ts';
import { cursorIndex } from './reduce.ts';
import type { Cells } from './screen/cells.ts';
import type { Overlay, PanelId, UiState } from './state.ts';
import type { Theme } from './theme.ts';
import type { PeekFile, Viewer } from './viewer.ts';

/** All that a picture is made from. */
export interface Picture {
  readonly world: World;
  readonly ui: UiState;
  readonly panels: readonly Panel[];
  readonly keymap: readonly Binding[];
  readonly theme: Theme;
  readonly hostname: string;
  readonly isReadOnly: boolean;
  /** Epoch ms of the real moment. */
  readonly clockNow: number;
  /** The ends of the logs of what the detail is about. */
  readonly logs?: readonly PeekFile[];
  /** What has the body, when something has. */
  readonly viewer: Viewer | null;
}

export function layoutOf(ui: UiState, world: World, size: { readonly columns: number; readonly rows: number }): Layout {
  const { columns, rows } = size;
  const { view, focus } = ui;
  const bots = world.pm2.reduce((sum, { reading }) => sum + (valueOf(reading)?.bots.length ?? 0), 0);
  return layoutScreen({
    columns,
    rows,
    view,
    focus,
    hasDetail: ui.detail !== null || ui.isViewing,
    hasStrip: ui.strip !== null,
    bots,
  });
}

export function scopeOf(picture: Pick<Picture, 'world' | 'ui' | 'theme' | 'logs'>, id: PanelId): Scope {
  const { world, ui, theme, logs } = picture;
  return { world, ui, list: ui.lists[id], theme, isFocused: ui.focus === id, ...(logs ? { logs } : {}) };
}

export function drawZone(zone: string, cells: Cells, picture: Picture): void {
  const { ui, theme, panels } = picture;
  const panelOf = (id: string): Panel | undefined => panels.find((panel) => panel.id === id);
  switch (zone) {
    case 'header':
      return drawHeader(cells, chromeOf(picture));
    case 'footer':
      return drawFooter(cells, chromeOf(picture), hintsOf(picture, cells.width), typingRemark(picture));
    case 'strip':
      return drawStrip(cells, ui.strip, theme);
    case 'small':
      return drawTooSmall(cells, theme, MIN_COLUMNS, MIN_ROWS);
    case 'summary':
      return panelOf('resources')?.drawSummary?.(cells, scopeOf(picture, 'resources'));
    case 'detail': {
      const { detail } = ui;
      if (detail) panelOf(detail.panel)?.drawDetail(cells, scopeOf(picture, detail.panel), detail.key);
      return;
    }
    default:
      panelOf(zone)?.draw(cells, scopeOf(picture, zone as PanelId));
  }
}

function chromeOf({ world, ui, theme, hostname, isReadOnly, clockNow }: Picture): ChromeScope {
  const offsetMinutes = offsetAt(clockNow);
  return { world, ui, theme, hostname, isReadOnly, clockNow, offsetMinutes };
}

/** What is wrong with what is typed, or how much it finds. */
function typingRemark(picture: Picture): TypingRemark {
  const { ui, panels } = picture;
  const panel = panels.find(({ id }) => id === ui.focus);
  if (!ui.typing || !panel) return { text: '', isWrong: false };
  const scope = scopeOf(picture, ui.focus);
  if (ui.typing.kind === 'filter') {
    const error = panel.filterError?.(ui.typing.text) ?? null;
    return error === null ? { text: '', isWrong: false } : { text: error, isWrong: true };
  }
  const wanted = ui.typing.text.toLowerCase();
  const found = panel.keys(scope).filter((key) => panel.textOf?.(scope, key).includes(wanted)).length;
  if (wanted === '') return { text: '', isWrong: false };
  return { text: found === 0 ? 'found nowhere' : `in ${found} ${found === 1 ? 'row' : 'rows'}`, isWrong: found === 0 };
}

/** What the footer shows: the viewer's own keys first, else the bindings that mean something here. */
function hintsOf(picture: Picture, width: number): readonly Hint[] {
  const { viewer, keymap, ui } = picture;
  if (ui.overlay) return overlayHints(ui.overlay);
  const row = rowAtHand(picture);
  const bindings = footerHints(keymap, ui, width, row).map((binding) => ({
    shown: binding.shown,
    label: binding.label,
    isOff: isBarred(binding, row, picture),
  }));
  if (!viewer) return bindings;
  const back = bindings.filter(({ shown }) => shown === 'Esc' || shown === '?');
  return [...back, ...viewer.keymap.map(({ shown, label }) => ({ shown, label, isOff: false }))];
}

/** The row under the cursor, or the one that the detail is about. */
function rowAtHand(picture: Picture): RowAtHand {
  const { ui, panels, viewer } = picture;
  const panel = panels.find(({ id }) => id === (ui.detail?.panel ?? ui.focus));
  if (!panel || viewer) return { isThere: true, kind: null, isUnread: false };
  const scope = scopeOf(picture, panel.id);
  const keys = panel.keys(scope);
  const key = ui.detail ? ui.detail.key : (keys[cursorIndex(ui.lists[panel.id], keys)] ?? null);
  if (key === null) return { isThere: false, kind: null, isUnread: false };
  return { isThere: true, kind: panel.kindOf?.(scope, key) ?? null, isUnread: panel.isUnread?.(scope, key) ?? false };
}

/** Only what the overlay takes. */
function overlayHints(overlay: Overlay): readonly Hint[] {
  const hint = (shown: string, label: string): Hint => ({ shown, label, isOff: false });
  if (overlay.kind === 'menu') {
    const take = overlay.menu === 'sort' ? hint('Enter', 'sort') : hint('Space', 'choose');
    return [hint('j k', 'move'), take, hint('Esc', 'close')];
  }
  if (overlay.kind === 'help') return [hint('j k', 'scroll'), hint('Esc', 'close'), hint('q', 'close')];
  if (overlay.kind === 'palette')
    return [hint('Esc', 'close'), hint('↑ ↓', 'choose'), hint('Enter', overlay.palette.wanted ? 'go on' : 'pick')];
  const { ask, state } = overlay.prompt;
  if (state === 'refused') return [hint('Esc', 'close')];
  const { action, answer } = ask;
  const yes = answer.kind === 'y' ? hint('y', action.label) : hint('Enter', `${action.label}, when it matches`);
  return [hint('Esc', 'cancel'), { ...yes, isOff: state !== 'armed' }];
}

/** Actions that cannot be done now stay in the footer, dimmed: the key says why when it is pressed. */
function isBarred({ isAction, mayBeUnread }: Binding, { isUnread }: RowAtHand, { ui, isReadOnly }: Picture): boolean {
  return isAction === true && (isReadOnly || ui.lock.isLocked || (isUnread && mayBeUnread !== true));
}
