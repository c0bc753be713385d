import { clusterRunEnd, isPlainAt, walkClusters } from '../../text/width.ts';
import type { Cells } from './cells.ts';
import { ansi, type Color, rgbParts } from './color.ts';
import { glyphOf } from './glyphs.ts';
import { styleOf } from './style.ts';

/** What one write of Ink to its stream was. */
export interface InkWrite {
  /** Mode switches such as `ESC[?1049h`, in order. */
  readonly modes: readonly string[];
  /** The whole picture, when the write held one: with `debug: true` Ink writes each picture at once, uncut. */
  readonly frame?: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: mode switches begin with ESC
const MODES = /\x1b\[[?<>=]?[\d;]*[hlu]/y;

/** Splits a write of Ink into the mode switches it begins with and the frame. An empty write is a barrier: neither. */
export function splitWrite(chunk: string): InkWrite {
  const modes: string[] = [];
  let at = 0;
  for (;;) {
    MODES.lastIndex = at;
    const mode = MODES.exec(chunk)?.[0];
    if (mode === undefined) break;
    modes.push(mode);
    at += mode.length;
  }
  return at < chunk.length ? { modes, frame: chunk.slice(at) } : { modes };
}

/** The colours and attributes a frame is at. */
class Pen {
  foreground: Color = 0;
  background: Color = 0;
  flags = 0;
  style = 0;
  readonly #codes: number[] = [];

  /** Reads the SGR sequence whose parameters begin at `from`; returns the index after its `m`. */
  read(frame: string, from: number): number {
    const codes = this.#codes;
    codes.length = 0;
    let code = 0;
    let at = from;
    for (; at < frame.length; at += 1) {
      const unit = frame.charCodeAt(at);
      if (unit >= 0x30 && unit <= 0x39) code = code * 10 + unit - 0x30;
      else {
        codes.push(code);
        code = 0;
        if (unit !== 0x3b && unit !== 0x3a) break;
      }
    }
    if (frame.charCodeAt(at) === 0x6d) this.#apply();
    return at + 1;
  }

  #apply(): void {
    const codes = this.#codes;
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index] ?? 0;
      if (code === 38 || code === 48) {
        const isTrue = codes[index + 1] === 2;
        const [first = 0, second = 0, third = 0] = codes.slice(index + 2, index + 5);
        this.#color(code === 48, isTrue ? rgbParts(first, second, third) : ansi(first));
        index += isTrue ? 4 : 2;
      } else this.#basic(code);
    }
    this.style = styleOf(this.foreground, this.background, this.flags);
  }

  #color(isBackground: boolean, color: Color): void {
    if (isBackground) this.background = color;
    else this.foreground = color;
  }

  #basic(code: number): void {
    if (code === 0) {
      this.flags = 0;
      this.#color(false, 0);
      this.#color(true, 0);
    } else if (code === 22) this.flags &= ~3;
    else if (code in FLAGS_ON) this.flags |= FLAGS_ON[code as keyof typeof FLAGS_ON];
    else if (code in FLAGS_OFF) this.flags &= ~FLAGS_OFF[code as keyof typeof FLAGS_OFF];
    else if (code >= 30 && code <= 37) this.#color(false, ansi(code - 30));
    else if (code === 39) this.#color(false, 0);
    else if (code >= 40 && code <= 47) this.#color(true, ansi(code - 40));
    else if (code === 49) this.#color(true, 0);
    else if (code >= 90 && code <= 97) this.#color(false, ansi(code - 82));
    else if (code >= 100 && code <= 107) this.#color(true, ansi(code - 92));
  }
}

const FLAGS_ON = { 1: 1, 2: 2, 3: 4, 4: 8, 7: 16, 9: 32 } as const;
const FLAGS_OFF = { 23: 4, 24: 8, 27: 16, 29: 32 } as const;

/** The end of the run of clusters at `index`, not past the sequence or line end that follows. */
function runEnd(frame: string, index: number): number {
  const limit = clusterRunEnd(frame, index);
  for (let at = index; at < limit; at += 1) {
    const unit = frame.charCodeAt(at);
    if (unit === 0x1b || unit === 0x0a) return at;
  }
  return limit;
}

/** The index after the escape sequence at `index`: SGR is read, a hyperlink is skipped to its end. */
function readSequence(frame: string, index: number, pen: Pen): number {
  if (frame.charCodeAt(index + 1) === 0x5b) return pen.read(frame, index + 2);
  const bell = frame.indexOf('\x07', index);
  const terminator = frame.indexOf('\x1b\\', index + 1);
  if (bell !== -1 && (terminator === -1 || bell < terminator)) return bell + 1;
  return terminator === -1 ? index + 1 : terminator + 2;
}

/** Paints Ink's frame into cells, overwritten and cut at their edges. Text is reduced as everywhere, so the columns stay Ink's. */
export function parseFrame(frame: string, into: Cells): void {
  into.clear();
  const pen = new Pen();
  let x = 0;
  let y = 0;
  for (let index = 0; index < frame.length && y < into.height; ) {
    const unit = frame.charCodeAt(index);
    if (unit === 0x1b) index = readSequence(frame, index, pen);
    else if (unit === 0x0a) {
      x = 0;
      y += 1;
      index += 1;
    } else if (isPlainAt(frame, index)) {
      into.put(x, y, unit, 1, pen.style);
      x += 1;
      index += 1;
    } else {
      const end = runEnd(frame, index);
      walkClusters(frame.slice(index, end), (glyphs) => {
        for (const glyph of glyphs) {
          into.put(x, y, glyphOf(glyph.text), glyph.columns, pen.style);
          x += glyph.columns;
        }
        return true;
      });
      index = end === index ? index + 1 : end;
    }
  }
}
