/**
 * Where keys, the world and the screen meet. It holds the one ui state, changes it through the reducer only, and says
 * which zones must be painted anew. It knows no terminal: what presents it asks for what it needs.
 */
import type { Target } from '../actions/target.ts';
import { createQuitGuard } from './acting/quit-guard.ts';
import { type Effect, type PanelWord, worksInHelp, worksInViewer } from './keys/binding.ts';
import { bindingOf } from './keys/keymap.ts';
import { createKeyDecoder, type KeyFlags } from './keys/keys.ts';
import { elsewhere } from './keys/places.ts';
import type { Layout } from './layout.ts';
import type { Panel, Scope } from './panel.ts';
import { cursorKey, reduce } from './reduce.ts';
import { isSettled, zonesChanged, zonesWithNews } from './repaint.ts';
import { createScene } from './scene.ts';
import type { Shell, ShellOptions } from './shell-contract.ts';
import { createLayouts, cursorRowOf, type Frame, sameFrame, zoneIn } from './shell-frame.ts';
import { initialUi, type Notice, type PanelId, type UiEvent } from './state.ts';
import type { ViewerSubject } from './viewer.ts';
import { createViewing } from './viewing.ts';
import { drawZone, scopeOf as scopeIn } from './zones.ts';

/** A paste where nothing is typed. */
const PASTED = 'Pasted text does nothing here: & takes a filter, / a search.';

export function createShell(options: ShellOptions): Shell {
  const { panels, keymap, theme, clock } = options;
  let ui = initialUi(options.view);
  let size = options.size;
  let world = options.takeWorld();
  let frame: Frame | null = null;
  const peek = options.openPeek((isFirst) => {
    if (ui.detail) paint(['detail']);
    // What comes later is drawn with everything else of the list, at the next beat.
    else if (isFirst) paint([ui.focus]);
  });
  const decoder = createKeyDecoder();
  const frameListeners = new Set<() => void>();
  const paintListeners = new Set<(ids?: readonly string[]) => void>();

  const panelOf = (id: string): Panel | undefined => panels.find((panel) => panel.id === id);
  const scopeOf = (id: PanelId): Scope => scopeIn({ world, ui, theme, logs: peek.files() }, id);
  const zoneOf = (id: string) => zoneIn(layout(), id);
  const scene = createScene({ panels, scopeOf, sizeOf: (id) => zoneOf(id) });

  const layouts = createLayouts();
  const layout = (): Layout => layouts(ui, world, size);

  function dispatch(event: UiEvent): void {
    const before = ui;
    ui = reduce(ui, event, scene);
    // What is above or below the list, and the size, change without the person.
    if (!ui.detail) peek.lookSoon(previewedLogs());
    else if (ui.detail.key !== before.detail?.key) peek.look(detailLogs());
    if (ui === before) return;
    viewing.settle(before, ui);
    if (ui.isPaused !== before.isPaused) world = ui.isPaused ? options.freezeWorld(world) : options.takeWorld();
    // A zone that shrank or a list that changed may have left the cursor outside its window.
    if (!isSettled(event)) ui = reduce(ui, { type: 'world-changed', at: clock.monotonic() }, scene);
    const [{ bots: was }, { bots: is }] = [before.lists, ui.lists];
    const isArranged = was.columns !== is.columns || was.isGrouped !== is.isGrouped;
    if (isArranged && event.type !== 'look-restored')
      options.onLook?.({ columns: is.columns, isGrouped: is.isGrouped });
    refreshFrame();
    paint(zonesChanged(before, ui));
    if (event.type === 'went-back' && before.strip && !ui.strip) acting.dismissed();
  }

  const viewerPage = (): number => viewing.viewer?.page(zoneOf('detail')?.height ?? 1) ?? 1;

  /** What kind of row was at hand when something was last painted, and whether that was read: the footer tells what can be done to it. */
  let handPainted: string | null = null;

  function paint(ids?: readonly string[]): void {
    const at = focused();
    let hand = '';
    if (at !== null && at.key !== null) {
      const { panel, scope: seen, key } = at;
      hand = `${panel.kindOf?.(seen, key) ?? 'row'}${panel.isUnread?.(seen, key) === true ? ' unread' : ''}`;
    }
    const zones = ids && hand !== handPainted ? [...ids, 'footer'] : ids;
    handPainted = hand;
    for (const listener of paintListeners) listener(zones);
  }

  function refreshFrame(): void {
    const next: Frame = { ...size, layout: layout(), overlay: ui.overlay };
    if (frame && sameFrame(frame, next)) return;
    frame = next;
    for (const listener of frameListeners) listener();
  }

  const notice = (text: string, severity: Notice['severity']): void =>
    dispatch({ type: 'noticed', text, severity, at: clock.monotonic() });
  const room = () => (layout().isTooSmall ? null : size);
  const acting = options.createActing({ ui: () => ui, world: () => world, dispatch, room, chosen, start });

  const viewing = createViewing(options.openViewer, {
    world: () => world,
    now: () => clock.now(),
    notice,
    palette: () => acting.openPalette(),
    onChange: () => paint(['detail', 'footer']),
    copy: async (text, what) => notice(await options.copyLines(text, what), 'plain'),
  });

  function start(effect: Effect): void {
    switch (effect.type) {
      case 'quit':
        return quit();
      case 'redraw':
        return options.redraw();
      case 'suspend':
        return suspend();
      case 'copy':
        return copy();
      case 'open-log':
        return openLog();
      case 'act':
        return acting.act(effect.action);
      case 'tell':
        return tell(effect.what);
      case 'open-palette':
        return acting.openPalette();
      case 'search-turned':
        return turnSearch(effect);
      default:
        return dispatch(effect);
    }
  }

  /** A key that means nothing here says where it does. */
  function explain(key: string): void {
    const text = elsewhere(keymap, key, ui);
    if (text !== null) notice(text, 'plain');
  }

  /** `n` where nothing has been found says so: the cursor stays, as it does where the only row found is its own. */
  function turnSearch(event: Extract<UiEvent, { type: 'search-turned' }>): void {
    const { search } = ui.lists[ui.focus];
    if (scene.find(ui.focus, search, null, 1, false) === null) notice(`/${search} is found nowhere.`, 'plain');
    else dispatch(event);
  }

  const quit = createQuitGuard({ acting, clock, notice, quit: options.quit });

  /** Nobody can see a question while the shell has the terminal: it is dropped, and audited, before the job stops. */
  function suspend(): void {
    void acting.giveUp('suspended').then(() => options.suspend());
  }

  function focused(): { panel: Panel; scope: Scope; key: string | null } | null {
    const id = ui.detail?.panel ?? ui.focus;
    const panel = panelOf(id);
    return panel ? { panel, scope: scopeOf(id), key: ui.detail ? ui.detail.key : cursorKey(ui, scene, id) } : null;
  }

  function chosen(): readonly Target[] {
    const at = focused();
    return ui.view === 'logs' ? viewing.targets() : (at?.panel.targets?.(at.scope, at.key) ?? []);
  }

  /** The logs whose ends stand in the detail. */
  function detailLogs(): ViewerSubject | null {
    const at = ui.detail && focused();
    return at?.panel.hasLogs ? (at.panel.subject?.(at.scope, at.key) ?? null) : null;
  }

  /** The logs whose ends stand beside the list; at home the errors of all bots do. */
  function previewedLogs(): ViewerSubject | null {
    const panel = panelOf(ui.focus);
    const zone = panel?.preview && ui.view !== 'home' && !ui.isViewing ? zoneOf(ui.focus) : undefined;
    return (zone && panel?.preview?.(zone, scopeOf(ui.focus), cursorKey(ui, scene))) ?? null;
  }

  function openLog(): void {
    const at = focused();
    const subject = at?.panel.subject?.(at.scope, at.key) ?? null;
    if (!subject) return notice('No log file is known for this row.', 'warn');
    viewing.open(subject);
    dispatch({ type: 'viewer-opened' });
  }

  function tell(what: PanelWord): void {
    const at = focused();
    // Known errors sort elsewhere: the cursor goes with its row, or the same key again would tell of another.
    if (what === 'known' && !ui.detail && at?.key) dispatch({ type: 'row-held', key: at.key });
    const answer = at?.panel.tell?.(at.scope, at.key, what);
    if (answer === undefined) return;
    notice(answer, 'plain');
    paint([at?.panel.id ?? '', 'detail']);
  }

  function copy(): void {
    const at = focused();
    const text = at?.panel.copyText?.(at.scope, at.key) ?? options.commandFor(chosen());
    if (text === '') return notice('Nothing to copy here.', 'warn');
    notice(options.copy(text), 'plain');
  }

  function report(input: string, key: KeyFlags): void {
    // The decoder sees every report, or it would take the rest of a torn sequence for keys.
    const keys = decoder.decode(input, key, clock.monotonic());
    // What a notice said is over once the person goes on, who must have seen it: not where the screen is too small.
    if (ui.notice && keys.length > 0 && !layout().isTooSmall) dispatch({ type: 'notice-cleared' });
    if (decoder.isPasting()) return acting.paste();
    if (keys.includes('ctrl+z')) return suspend();
    if (keys.includes('ctrl+l')) return options.redraw();
    if (acting.takesKeys()) return acting.report(input, key);
    for (const name of keys) {
      // What follows in the same chunk was typed before the question could be read.
      if (acting.takesKeys()) return;
      if (name === 'ctrl+c') start({ type: 'quit' });
      else if (acting.press(name)) continue;
      else if (ui.typing) dispatch({ type: 'text-typed', key: name });
      else if (ui.overlay?.kind === 'menu') dispatch({ type: 'menu-pressed', key: name });
      else if (!ui.overlay && viewing.viewer?.press(name, viewerPage())) continue;
      else {
        const binding = bindingOf(keymap, name, ui);
        // Nothing acts from under the help.
        if (ui.overlay && binding && !worksInHelp(binding)) continue;
        if (viewing.viewer && !ui.overlay && binding && !worksInViewer(binding)) explain(name);
        else if (binding) start(binding.effect(ui, clock.monotonic()));
        else if (!ui.overlay) explain(name);
      }
    }
  }

  viewing.settle(ui, ui);
  return {
    ui: () => ui,
    frame() {
      if (!frame) refreshFrame();
      return frame as unknown as Frame;
    },
    onFrame: (listener) => {
      frameListeners.add(listener);
      return () => frameListeners.delete(listener);
    },
    onPaint: (listener) => {
      paintListeners.add(listener);
      return () => paintListeners.delete(listener);
    },
    report,
    notify: notice,
    restore: (look) => dispatch({ type: 'look-restored', look }),
    viewerKeys: () => viewing.viewer?.keymap ?? null,
    menuItems: () => (ui.overlay?.kind === 'menu' ? scene.menu(ui.focus, ui.overlay.menu) : []),
    cursorRow: () => cursorRowOf(layout(), ui),
    paste(text) {
      acting.paste();
      // Only what is being typed takes pasted text, and only its first line; a paste never fires a key.
      const [line = ''] = text.split(/\r\n|\r|\n/);
      if (!ui.typing && !ui.overlay && !viewing.viewer) return notice(PASTED, 'plain');
      if (!ui.typing) return ui.overlay ? undefined : viewing.viewer?.paste(line);
      for (const char of line) dispatch({ type: 'text-typed', key: char === ' ' ? 'space' : char });
    },
    resize(columns, rows) {
      size = { columns, rows };
      acting.resized();
      refreshFrame();
      dispatch({ type: 'world-changed', at: clock.monotonic() });
      paint();
    },
    worldChanged(news) {
      if (!ui.isPaused) world = options.takeWorld();
      acting.tick();
      viewing.tick(viewerPage());
      if (!ui.isPaused) peek.tick();
      dispatch({ type: 'world-changed', at: clock.monotonic() });
      refreshFrame();
      // The picture of a paused world stands still; how long it has is in the header.
      paint(ui.isPaused ? ['header'] : news && zonesWithNews(news, world, ui));
    },
    painted: (prompt) => acting.painted(prompt),
    draw(zone, cells) {
      const { hostname, isReadOnly } = options;
      const logs = peek.files();
      const { viewer } = viewing;
      if (viewer && zone === 'detail') return viewer.draw(cells, theme);
      drawZone(zone, cells, {
        world,
        ui,
        panels,
        keymap,
        theme,
        hostname,
        isReadOnly,
        clockNow: clock.now(),
        viewer,
        logs,
      });
    },
    amend: (zone, cells) => panelOf(zone)?.amend?.(cells, scopeOf(zone as PanelId)) ?? null,
    stop: (reason) => acting.stop(reason),
  };
}
