/** What can take the whole body for itself, with keys of its own: the view of one log. Handed in, like panels. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import type { Binding } from './binding.ts';
import type { Cells } from './screen/cells.ts';
import type { Theme } from './theme.ts';

export interface Viewer {
  /** Draws the body. */
  draw(cells: Cells, theme: Theme): void;
  /** Does what the key means here; false when it means nothing, and Esc and q then close the viewer. */
  press(key: string, page: number): boolean;
  /** How many lines a body of this height shows. */
  page(height: number): number;
  /** A beat has passed. */
  tick(page: number): void;
  /** The keys that mean something here, for footer and help. */
  readonly keymap: readonly Pick<Binding, 'shown' | 'label' | 'help'>[];
  close(): void;
}

/** What a viewer can be opened on: files with the words for each. */
export interface ViewerSubject {
  readonly title: string;
  readonly files: readonly { readonly label: string; readonly path: string }[];
}

/** Opens a viewer; `onChange` is called when it must be drawn anew. */
export type OpenViewer = (subject: ViewerSubject, onChange: () => void) => Viewer;

/** The logs of a bot; null when PM2 names none. */
export function logsOf({ name, outLogPath, errLogPath }: Bot): ViewerSubject | null {
  const files = [
    ...(errLogPath ? [{ label: 'error', path: errLogPath }] : []),
    ...(outLogPath && outLogPath !== errLogPath ? [{ label: 'out', path: outLogPath }] : []),
  ];
  return files.length > 0 ? { title: name, files } : null;
}
