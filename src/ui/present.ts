/** Puts what the shell has to show on the screen: its zones, and above them what stands there for a while. */

import { isOpen, type OpenPrompt, type Prompt } from './acting/prompt.ts';
import { placeZones } from './compose-plain.ts';
import type { Binding } from './keys/binding.ts';
import { helpSheet } from './overlays/help.ts';
import { menuSheet } from './overlays/menu.ts';
import { paletteSheet } from './overlays/palette.ts';
import { promptLines, promptWidth } from './overlays/prompt-lines.ts';
import { paintPrompt } from './overlays/prompt-paint.ts';
import { placeAgain, placeBox } from './overlays/prompt-place.ts';
import type { Questions } from './overlays/question.tsx';
import type { Draw } from './screen/cells.ts';
import type { Rect } from './screen/compose.ts';
import type { Layer } from './screen/picture.ts';
import type { Screen } from './screen/screen.ts';
import type { Sheet } from './screen/sheet.ts';
import type { Shell } from './shell-contract.ts';

export interface PresentOptions {
  readonly shell: Shell;
  readonly screen: Screen;
  readonly keymap: readonly Binding[];
  readonly clock: { monotonic(): number };
  /** Loads what lays questions out; called in a pause in which the first one is read. Until then they are painted. */
  loadQuestions(): Promise<Questions>;
  /** Written to the terminal, as the help tells it. */
  bytesPerSecond(): number;
  /** Called when that fails. */
  onError(error: unknown): void;
}

export interface Presenter {
  /** A key was pressed: what would hold up the next one waits for another pause. */
  touched(): void;
  /** Takes down what stands above the zones. */
  close(): void;
}

/** Whoever has pressed nothing for so long reads the question, ms. Loading then takes about 85, a first layout 30. */
const PAUSE_MS = 300;

export function present(options: PresentOptions): Presenter {
  const { shell, screen, keymap, clock, loadQuestions, bytesPerSecond, onError } = options;
  /** One function a zone, for ever: the same function is taken to draw the same. */
  const draws = new Map<string, Draw>();
  let questions: Questions | null = null;
  let isLoading = false;
  let isWarm = false;
  let pause: NodeJS.Timeout | undefined;
  /** Where it was asked: the list may be sorted anew behind the question, which stays where it is. */
  let asked: { readonly key: string; readonly cursorRow: number | null; readonly rect: Rect } | null = null;

  function drawOf(id: string): Draw {
    const known = draws.get(id);
    if (known) return known;
    const draw: Draw = (cells) => shell.draw(id, cells);
    draws.set(id, draw);
    return draw;
  }

  function load(): void {
    if (isLoading) return;
    isLoading = true;
    loadQuestions().then((loaded) => {
      questions = loaded;
    }, onError);
  }

  /** Does one of the two things that take time, so that a key between them need not wait for both. */
  function warm(): void {
    if (questions === null) load();
    else {
      isWarm = true;
      questions.warm();
      // It takes over what was painted, without a cell becoming another.
      if (asked !== null) show();
    }
    waitForPause();
  }

  function waitForPause(): void {
    clearTimeout(pause);
    pause = isWarm ? undefined : setTimeout(warm, PAUSE_MS).unref();
  }

  function endPause(): void {
    clearTimeout(pause);
    pause = undefined;
  }

  /** Where the box stands now. It grows with what is read again, and moves no more than it must. */
  function placeQuestion(prompt: OpenPrompt, columns: number, rows: number): Rect {
    const key = `${prompt.openedAt} ${columns}x${rows}`;
    const width = promptWidth(columns);
    const height = promptLines(prompt, clock.monotonic()).length + 2;
    const x = Math.floor((columns - width) / 2);
    const was = asked?.key === key ? asked : null;
    const cursorRow = was === null ? shell.cursorRow() : was.cursorRow;
    const y = was === null ? placeBox(height, rows, cursorRow) : placeAgain(was.rect, height, rows, cursorRow);
    const rect = { x, y, width, height };
    asked = { key, cursorRow, rect };
    return rect;
  }

  function questionSheet(prompt: Prompt, columns: number, rows: number): Sheet | null {
    if (!isOpen(prompt)) return null;
    const at = clock.monotonic();
    const rect = placeQuestion(prompt, columns, rows);
    // Nobody waits for a layout to see that the key was heard, nor for React and Ink to be loaded.
    const isPainted = prompt.state === 'reading' || prompt.state === 'refused' || !isWarm;
    if (prompt.state === 'armed' && pause === undefined) waitForPause();
    if (questions === null || isPainted) return { rect, draw: (cells) => paintPrompt(cells, prompt, at) };
    return questions.sheet(prompt, rect, at);
  }

  function sheetAbove(): Sheet | null {
    const { overlay, columns, rows, layout } = shell.frame();
    if (overlay?.kind !== 'prompt' && asked) {
      asked = null;
      endPause();
      questions?.close();
    }
    if (layout.isTooSmall) return null;
    switch (overlay?.kind) {
      case undefined:
        return null;
      case 'help':
        return helpSheet({
          keymap,
          ui: shell.ui(),
          viewer: shell.viewerKeys(),
          columns,
          rows,
          top: overlay.top,
          bytesPerSecond,
        });
      case 'palette':
        return paletteSheet({ palette: overlay.palette, columns, rows });
      case 'menu':
        return menuSheet({ overlay, items: shell.menuItems(), columns, rows });
      case 'prompt':
        return questionSheet(overlay.prompt, columns, rows);
      default:
        return overlay satisfies never;
    }
  }

  function show(): void {
    const { layout, overlay } = shell.frame();
    const layers: Layer[] = placeZones(layout).map(({ id, x, y, width, height }) => ({
      id,
      rect: { x, y, width, height },
      draw: drawOf(id),
      amend: (cells) => shell.amend(id, cells),
    }));
    const sheet = sheetAbove();
    if (sheet) layers.push({ id: 'sheet', ...sheet });
    screen.show(layers);
    // Only when its frame is on the terminal can anybody have read it.
    if (sheet && overlay?.kind === 'prompt') void screen.whenIdle().then(() => shell.painted(overlay.prompt));
  }

  shell.onFrame(show);
  shell.onPaint((ids) => {
    screen.invalidate(...(ids ?? placeZones(shell.frame().layout).map(({ id }) => id)));
    // It tells how much is written just now.
    if (shell.frame().overlay?.kind === 'help') screen.invalidate('sheet');
  });
  screen.onResize(() => shell.resize(screen.columns, screen.rows));
  show();
  return {
    touched() {
      if (pause !== undefined) waitForPause();
    },
    close() {
      endPause();
      isWarm = true;
      questions?.close();
    },
  };
}
