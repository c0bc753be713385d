import { EventEmitter } from 'node:events';
import { splitWrite } from './frame.ts';

/** What the screen is told of Ink's writing. */
export interface InkListener {
  size(): { readonly columns: number; readonly rows: number };
  /** A whole picture, possibly the same as before. */
  frame(frame: string): void;
  /** `ESC[?1049h` and `l`: Ink enters at mount and after a suspension, leaves at unmount and for one. */
  enter(): void;
  leave(): void;
  /** A mode the terminal must be told of, such as bracketed paste. */
  mode(sequence: string): void;
}

/**
 * The stream Ink writes to in place of stdout, with what of a terminal's stream Ink uses. `changed()` on the second
 * result tells Ink of a new size.
 */
export function createInkStream(listener: InkListener): { stream: NodeJS.WriteStream; changed: () => void } {
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const write = (chunk: string | Uint8Array, second?: unknown, third?: unknown): boolean => {
    const { modes, frame } = splitWrite(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    for (const mode of modes) {
      if (mode === '\x1b[?1049h') listener.enter();
      else if (mode === '\x1b[?1049l') listener.leave();
      // The cursor is the screen's own; all else goes through.
      else if (mode !== '\x1b[?25l' && mode !== '\x1b[?25h') listener.mode(mode);
    }
    if (frame !== undefined) listener.frame(frame);
    const written = typeof second === 'function' ? second : third;
    // Ink's exit waits for the callback of an empty write.
    if (typeof written === 'function') process.nextTick(() => written());
    return true;
  };
  const stream = Object.assign(events, { isTTY: true, writable: true, write });
  Object.defineProperty(stream, 'columns', { get: () => listener.size().columns });
  Object.defineProperty(stream, 'rows', { get: () => listener.size().rows });
  // Of a WriteStream Ink uses these members only; the test of what Ink writes would see another one missing.
  return { stream: stream as unknown as NodeJS.WriteStream, changed: () => events.emit('resize') };
}
