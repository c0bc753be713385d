/** What the shell is handed, and what it gives. */
import type { Target } from '../actions/target.ts';
import type { World } from '../state/world.ts';
import type { Acting, ActingPort } from './acting/acting.ts';
import type { Prompt } from './acting/prompt.ts';
import type { Binding } from './keys/binding.ts';
import type { KeyFlags } from './keys/keys.ts';
import type { Panel } from './panel.ts';
import type { News } from './repaint.ts';
import type { Cells } from './screen/cells.ts';
import type { Frame } from './shell-frame.ts';
import type { Look, MenuItem, Notice, UiState, ViewId } from './state.ts';
import type { Theme } from './theme.ts';
import type { OpenPeek, OpenViewer, Viewer } from './viewer.ts';

export interface ShellOptions {
  readonly panels: readonly Panel[];
  readonly keymap: readonly Binding[];
  readonly theme: Theme;
  readonly view: ViewId;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly hostname: string;
  readonly isReadOnly: boolean;
  /** The world at this moment; asked once a change and kept while paused. */
  takeWorld(): World;
  freezeWorld(world: World): World;
  /** Epoch and monotonic ms. */
  readonly clock: { now(): number; monotonic(): number };
  /** Starts actions and speaks to the prompt; made with the shell's own dispatch. */
  createActing(port: ActingPort): Acting;
  /** The command that does by hand what the first action of such targets does. */
  commandFor(targets: readonly Target[]): string;
  readonly openViewer: OpenViewer;
  readonly openPeek: OpenPeek;
  /** The person arranged the list of bots anew. */
  onLook?(look: Look): void;
  /** Puts a text on the person's clipboard and says how. */
  copy(text: string): string;
  /** The same for a text of many lines; `what` names it. */
  copyLines(text: string, what: string): Promise<string>;
  quit(): void;
  suspend(): void;
  redraw(): void;
}

export interface Shell {
  ui(): UiState;
  frame(): Frame;
  /** Called when `frame()` has changed. */
  onFrame(listener: () => void): () => void;
  /** Called when zones must be painted; without ids: all. */
  onPaint(listener: (ids?: readonly string[]) => void): () => void;
  /** One report of the keyboard: see `InputListener`. */
  report(input: string, key: KeyFlags): void;
  paste(text: string): void;
  /** The keys of what has the body, for the help; null when nothing has. */
  viewerKeys(): Viewer['keymap'] | null;
  /** The lines of the menu that stands. */
  menuItems(): readonly MenuItem[];
  /** The row of the screen the cursor of the focused list is on; null when no list is shown. */
  cursorRow(): number | null;
  /** The size may be the same as before, when the terminal was away meanwhile. */
  resize(columns: number, rows: number): void;
  /** Arranges the list of bots as it was before. */
  restore(look: Look): void;
  /** Says something in the footer for a while, or until the next key. */
  notify(text: string, severity: Notice['severity']): void;
  /** Readings have come in, or a second has passed; without `news`: anything may be new. */
  worldChanged(news?: News): void;
  /** This prompt is on the terminal, whole: from here on it begins to count. */
  painted(prompt: Prompt): void;
  /** Into blank cells. */
  draw(zone: string, cells: Cells): void;
  /** See `Amend`. */
  amend(zone: string, cells: Cells): readonly number[] | null;
  /** Ends the acting part; resolves when what is under way is finished and audited. */
  stop(reason: string): Promise<void>;
}
