import { systemClock } from '../../sources/source.ts';
import type { Cells } from './cells.ts';
import type { Link } from './link.ts';
import { Painter, type PaintOptions } from './painter.ts';
import { type Layer, type OnDrawError, Picture } from './picture.ts';

/** What the screen needs of stdout. */
export interface TtyLike {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly writableNeedDrain?: boolean;
  write(bytes: string | Buffer, written: (error?: Error | null) => void): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

export interface ScreenOptions extends PaintOptions {
  /** Without it an error of a draw is thrown; with it the layer shows the message. */
  readonly onDrawError?: OnDrawError;
  /** What is known of the way to a terminal that may be far; without it every frame is sent at once. */
  readonly link?: Link;
  /** Default: true. See `Cells`. */
  readonly hasGraphs?: boolean;
}

/** Counted since the start, for benchmarks and tests. */
export interface ScreenStats {
  readonly framesWritten: number;
  readonly cellsWritten: number;
  readonly bytesWritten: number;
  readonly drawCalls: number;
}

type Place = Readonly<Record<'x' | 'y', number>>;

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[0m\x1b[2J';
/** Also ends a synchronized update that was under way. */
const LEAVE = '\x1b[?2026l\x1b[?2004l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';

/**
 * Writes the picture to the terminal where it differs from what the terminal shows. Changes are gathered in a
 * microtask and leave in one write. Nothing is written before `enter()`, after `leave()`, while held, or while the
 * terminal does not take what it was sent.
 */
export class Screen {
  readonly #out: TtyLike;
  readonly #picture: Picture;
  readonly #painter: Painter;
  readonly #link: Link | null;
  readonly #resized = new Set<() => void>();
  readonly #flushed = new Set<() => void>();
  #waiting: (() => void)[] = [];
  #columns: number;
  #rows: number;
  #cursor: Place | null = null;
  #framesWritten = 0;
  #cellsWritten = 0;
  #bytesWritten = 0;
  #unwritten = 0;
  #holds = 0;
  #isCleared = true;
  #isCursorNew = false;
  #isDirty = false;
  #isScheduled = false;
  #isEntered = false;
  #isBlocked = false;
  /** A key is being answered: what it changes goes first. */
  #isHurried = false;
  #isUrgent = false;
  #blockedSince: number | null = null;
  #retry: NodeJS.Timeout | undefined;

  constructor(out: TtyLike, { onDrawError, link, hasGraphs, ...painted }: ScreenOptions = {}) {
    this.#out = out;
    this.#link = link ?? null;
    // A terminal that says 0 or nothing is taken for the classic one.
    this.#columns = out.columns || 80;
    this.#rows = out.rows || 24;
    this.#picture = new Picture(this.#columns, this.#rows, onDrawError, hasGraphs);
    this.#painter = new Painter(this.#columns, this.#rows, painted);
  }

  get columns(): number {
    return this.#columns;
  }

  get rows(): number {
    return this.#rows;
  }

  get stats(): ScreenStats {
    return {
      framesWritten: this.#framesWritten,
      cellsWritten: this.#cellsWritten,
      bytesWritten: this.#bytesWritten,
      drawCalls: this.#picture.drawCalls,
    };
  }

  /** What the terminal shows, as the screen believes; for tests. */
  get shown(): Cells {
    return this.#painter.shown;
  }

  get isEntered(): boolean {
    return this.#isEntered;
  }

  /** Whether all that was asked for is on the terminal. While it is left, held or blocked, changes are not. */
  get isIdle(): boolean {
    return !this.#isDirty && this.#unwritten === 0 && this.#link?.isAwaiting !== true;
  }

  /** Takes the terminal: alternate screen, cursor hidden, no autowrap. Does nothing when it is taken. */
  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#link?.forget();
    this.#send(ENTER);
    this.repaint();
  }

  /** Gives the terminal back as it was. Does nothing when it is not taken. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    clearTimeout(this.#retry);
    this.#send(LEAVE);
  }

  /** Stops writing until the matching `release()`, which repaints everything. */
  hold(): void {
    this.#holds += 1;
  }

  release(): void {
    this.#holds = Math.max(0, this.#holds - 1);
    this.repaint();
  }

  /** Clears the terminal and writes everything again. */
  repaint(): void {
    this.#isCleared = true;
    this.#picture.touch();
    this.#schedule();
  }

  /** Takes over a new size of the terminal; whoever lays the screen out is told. */
  resize(columns: number, rows: number): void {
    if (columns === this.#columns && rows === this.#rows) return;
    this.#columns = Math.max(1, columns);
    this.#rows = Math.max(1, rows);
    this.#picture.resize(this.#columns, this.#rows);
    this.#painter.resize(this.#columns, this.#rows);
    this.repaint();
    for (const resized of this.#resized) resized();
  }

  /** Puts these layers on the screen, the later ones above; those before that are not among them are gone. */
  show(layers: readonly Layer[]): void {
    this.#picture.show(layers);
    this.#schedule();
  }

  /** Has layers drawn again. One that is not on the screen is passed over. */
  invalidate(...ids: string[]): void {
    for (const id of ids) if (this.#picture.invalidate(id)) this.#schedule();
  }

  /** Calls `resized` each time the size has changed, before anything is painted in it. */
  onResize(resized: () => void): void {
    this.#resized.add(resized);
  }

  /** Shows the terminal's cursor in a cell of the screen, or hides it. */
  cursor(place: Place | null): void {
    if (place?.x === this.#cursor?.x && place?.y === this.#cursor?.y) return;
    this.#cursor = place;
    this.#isCursorNew = true;
    this.#schedule();
  }

  /** Calls `flushed` each time a frame has gone out to the terminal; the result ends it. */
  onFlush(flushed: () => void): () => void {
    this.#flushed.add(flushed);
    return () => this.#flushed.delete(flushed);
  }

  /** What `change` asks for answers a key: on a far terminal it goes before data. */
  hurry(change: () => void): void {
    this.#isHurried = true;
    this.#link?.keyPressed();
    try {
      change();
    } finally {
      this.#isHurried = false;
    }
  }

  /** The terminal has come to the end of a frame: see `Link`. */
  answered(): void {
    this.#link?.answered();
    if (this.#isDirty) this.#schedule();
    this.#settleIfIdle();
  }

  /** Settles once the terminal has answered all it was asked, at the latest after so long: nobody else wants to read that. */
  async whenAnswered(mostMs: number): Promise<void> {
    for (let ms = 0; ms < mostMs && this.#link?.isAwaiting; ms += 5) await new Promise((go) => setTimeout(go, 5));
  }

  /** How long the terminal has taken nothing of what was written, ms; 0 while it does. */
  blockedMs(): number {
    return this.#blockedSince === null ? 0 : systemClock.monotonic() - this.#blockedSince;
  }

  /** Settles once all that was asked for so far is on the terminal: a prompt may then take keys. */
  async whenIdle(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    this.#isDirty = true;
    this.#isUrgent ||= this.#isHurried;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    if (!this.#isEntered || this.#holds > 0 || this.#isBlocked || !this.#maySend()) return;
    this.#isDirty = false;
    this.#isUrgent = false;
    this.#picture.update();
    this.#write();
    this.#settleIfIdle();
  }

  /** A frame that may not go now is not kept: what is sent later is composed then. */
  #maySend(): boolean {
    if (this.#link === null) return true;
    clearTimeout(this.#retry);
    if (this.#unwritten > 0) return false;
    if (this.#link.maySend(this.#isUrgent)) return true;
    this.#retry = setTimeout(() => this.#schedule(), this.#link.waitMs() + 1).unref();
    return false;
  }

  #write(): void {
    const isCleared = this.#isCleared;
    const { cells, touchedRows } = this.#picture;
    const painter = this.#painter;
    const at = this.#cursor;
    // Hidden while cells are written: without synchronized updates it would be seen running over the screen.
    const hide = at !== null || this.#isCursorNew ? '\x1b[?25l' : '';
    let written = 0;
    painter.begin(`\x1b[?2026h${hide}`, isCleared, cells, touchedRows);
    for (let y = 0; y < this.#rows; y += 1) if (touchedRows[y] === 1) written += painter.row(cells, y);
    touchedRows.fill(0);
    if (painter.isEmpty && !this.#isCursorNew) return;
    this.#isCleared = false;
    this.#isCursorNew = false;
    this.#framesWritten += 1;
    this.#cellsWritten += written;
    const cursor = at === null ? '' : `\x1b[${at.y + 1};${at.x + 1}H\x1b[?25h`;
    const length = painter.end(`${cursor}\x1b[?2026l`);
    this.#send(painter.taken(this.#link?.sent(length) ?? ''), true);
  }

  #send(bytes: string | Buffer, isFrame = false): void {
    this.#bytesWritten += Buffer.byteLength(bytes);
    this.#unwritten += 1;
    this.#blockedSince ??= systemClock.monotonic();
    const isTaken = this.#out.write(bytes, (error) => {
      this.#unwritten -= 1;
      this.#blockedSince = this.#unwritten > 0 ? systemClock.monotonic() : null;
      if (this.#link !== null && this.#isDirty) this.#schedule();
      // A failed write is the terminal's owner's to see, through the stream's error event.
      if (isFrame && !error) for (const flushed of this.#flushed) flushed();
      this.#settleIfIdle();
    });
    if (this.#isBlocked || (isTaken && this.#out.writableNeedDrain !== true)) return;
    // A terminal that cannot keep up misses frames; what it shows in the end is the last one.
    this.#isBlocked = true;
    this.#out.once('drain', () => {
      this.#isBlocked = false;
      if (this.#isDirty) this.#schedule();
    });
  }

  #settleIfIdle(): void {
    if (!this.isIdle || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
