/** What can take the whole body for itself, with keys of its own: the view of the logs. Handed in, like panels. */
import type { LogLine } from '../sources/logs/pager.ts';
import { journalUnitOf, type LogStream } from '../sources/logs/snapshot.ts';
import type { Bot } from '../sources/pm2/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import type { World } from '../state/world.ts';
import type { Binding } from './keys/binding.ts';
import type { Cells } from './screen/cells.ts';
import type { Notice } from './state.ts';
import type { Theme } from './theme.ts';

export interface Viewer {
  /** Draws the body. */
  draw(cells: Cells, theme: Theme): void;
  /** Does what the key means here; false when it means nothing, and Esc and q then close the viewer. */
  press(key: string, page: number): boolean;
  /** A pasted text, one line of it; it counts only where something is being typed. */
  paste(text: string): void;
  /** How many lines a body of this height shows. */
  page(height: number): number;
  /** A beat has passed. */
  tick(page: number): void;
  /** What it was opened on has changed: a bot has come. */
  update(subject: ViewerSubject): void;
  /** The file of the row under the cursor; null without one. */
  path(): string | null;
  /** The keys that mean something here, for footer and help. */
  readonly keymap: readonly Pick<Binding, 'shown' | 'label' | 'help'>[];
  close(): void;
}

/** One log. */
export interface ViewerFile {
  /** What its lines are shown under. */
  readonly bot: string;
  readonly path: string;
  readonly stream: LogStream;
  /** Of stamps that tell none; see `LogTarget`. */
  readonly zone?: string | null;
}

/** What a viewer can be opened on. */
export interface ViewerSubject {
  readonly title: string;
  /** Every log that is known, instead of those of one bot. */
  readonly isAll: boolean;
  readonly files: readonly ViewerFile[];
}

/** What a viewer may do to the shell. */
export interface ViewerPort {
  /** It must be drawn anew. */
  onChange(): void;
  /** Epoch ms. */
  now(): number;
  notice(text: string, severity: Notice['severity']): void;
  /** Puts a text on the clipboard, or into a file, and says so; `what` names it: `12 lines`. */
  copy(text: string, what: string): Promise<void>;
  world(): World;
  /** Opens the palette of all commands. */
  palette(): void;
  all(): ViewerSubject;
  only(bot: string): ViewerSubject;
}

export type OpenViewer = (subject: ViewerSubject, port: ViewerPort) => Viewer;

/** The end of one log, as it is known. `error` says why not, where it is unreadable. */
export interface PeekFile {
  readonly label: string;
  readonly path: string;
  readonly state: 'reading' | 'read' | 'unreadable';
  readonly error: string;
  /** The newest last. */
  readonly lines: readonly LogLine[];
}

/** The ends of a few logs, beside other things on the screen. */
export interface LogPeek {
  /** Follows these logs from now on; null: none. */
  look(subject: ViewerSubject | null): void;
  /** The same, but read once nothing else was looked for within a moment: a cursor that runs past many bots opens no file. */
  lookSoon(subject: ViewerSubject | null): void;
  /** A beat has passed. */
  tick(): void;
  files(): readonly PeekFile[];
  close(): void;
}

/** `onChange` is called when there are other lines, `isFirst` with the first of a file, or why there are none. */
export type OpenPeek = (onChange: (isFirst: boolean) => void) => LogPeek;

/** The logs of a bot; null when PM2 names none. */
export function logsOf({ name, outLogPath, errLogPath }: Bot): ViewerSubject | null {
  const files: ViewerFile[] = [];
  if (outLogPath) files.push({ bot: name, path: outLogPath, stream: 'out' });
  if (errLogPath && errLogPath !== outLogPath) files.push({ bot: name, path: errLogPath, stream: 'err' });
  return files.length > 0 ? { title: name, isAll: false, files } : null;
}

/** Every log that is read from a file, each once. */
export function allLogs(world: World): ViewerSubject {
  const files: ViewerFile[] = [];
  const logs = world.logs && valueOf(world.logs.reading);
  for (const { path, bots, stream, state, zone } of logs?.files ?? []) {
    if (state === 'same-file' || state === 'no-file' || journalUnitOf(path) !== null) continue;
    files.push({ bot: nameOf(bots, path), path, stream, ...(zone == null ? {} : { zone }) });
  }
  const isOfBots = logs?.files.every(({ bots }) => bots.length > 0) ?? true;
  const count = isOfBots ? new Set(files.map(({ bot }) => bot)).size : files.length;
  const noun = isOfBots ? 'bot' : 'log';
  return { title: count === 0 ? 'none known' : `all ${count} ${noun}${count === 1 ? '' : 's'}`, isAll: true, files };
}

/** Of a file that no bot writes its own name; of one that several write the first of theirs. */
function nameOf(bots: readonly string[], path: string): string {
  const [first] = bots;
  return first ?? path.slice(path.lastIndexOf('/') + 1);
}
