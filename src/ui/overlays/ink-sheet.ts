/** An Ink tree as large as the box it shows: Ink lays it out and writes its frames here, the painter shows them. */
import { EventEmitter } from 'node:events';
import { type Instance, render } from 'ink';
import type { ReactNode } from 'react';
import { Cells } from '../screen/cells.ts';
import type { Rect } from '../screen/compose.ts';
import { parseFrame, splitWrite } from '../screen/frame.ts';
import type { Sheet } from '../screen/sheet.ts';

export interface InkSheet {
  /** Renders a tree of that size, at once. */
  render(node: ReactNode, rect: Rect): Sheet;
  /** Takes the tree down; the next one is mounted anew. */
  close(): void;
}

export function createInkSheet(): InkSheet {
  let instance: Instance | null = null;
  let size = { width: 1, height: 1 };
  let latest = '';
  const stream = createStream(
    () => size,
    (frame) => {
      latest = frame;
    },
  );
  return {
    render(node, rect) {
      size = rect;
      if (instance) instance.rerender(node);
      else {
        instance = render(node, {
          stdout: stream,
          interactive: true,
          // Whole frames, each in one write, as soon as React commits: what splitWrite expects.
          debug: true,
          exitOnCtrlC: false,
          patchConsole: false,
          incrementalRendering: false,
        });
        // An error while rendering is an unhandled rejection, which the terminal's owner answers; else nobody would know.
        void instance.waitUntilExit();
      }
      const picture = new Cells(rect.width, rect.height);
      parseFrame(latest, picture);
      return {
        rect,
        draw(cells) {
          cells.glyphs.set(picture.glyphs);
          cells.styles.set(picture.styles);
        },
      };
    },
    close() {
      instance?.unmount();
      instance = null;
    },
  };
}

/** What of a terminal's stream Ink uses. Of what it writes only the frames count: the modes are the screen's own. */
function createStream(
  size: () => { readonly width: number; readonly height: number },
  onFrame: (frame: string) => void,
): NodeJS.WriteStream {
  const write = (chunk: string | Uint8Array, second?: unknown, third?: unknown): boolean => {
    const { frame } = splitWrite(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    if (frame !== undefined) onFrame(frame);
    const written = typeof second === 'function' ? second : third;
    // Ink's exit waits for the callback of an empty write.
    if (typeof written === 'function') process.nextTick(() => written());
    return true;
  };
  const stream = Object.assign(new EventEmitter(), { isTTY: true, writable: true, write });
  Object.defineProperty(stream, 'columns', { get: () => size().width });
  Object.defineProperty(stream, 'rows', { get: () => size().height });
  // Of a WriteStream Ink uses these members only; the test of what Ink writes would see another one missing.
  return stream as unknown as NodeJS.WriteStream;
}
