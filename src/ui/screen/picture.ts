import { Cells, type Draw } from './cells.ts';
import { blit, markRect, type Rect } from './compose.ts';
import { parseFrame, SURFACES_MAX } from './frame.ts';
import { style } from './style.ts';

/** A part of the screen that is painted without React. `rect` is asked again after every frame of Ink. */
export interface PaintedSurface {
  readonly draw: Draw;
  readonly rect: () => Rect;
}

/** Paints what lies around and between the surfaces before Ink is there; `hole` puts a surface. */
export type PaintBase = (base: Cells, hole: (id: string, rect: Rect, draw: Draw) => void) => void;

/** Told when a surface's draw throws. */
export type OnDrawError = (id: string, error: unknown) => void;

interface Attached {
  readonly number: number;
  readonly surface: PaintedSurface;
  /** Put by the base: gone once Ink's first frame is there, unless Ink attached it too. */
  readonly isPlaced: boolean;
  rect: Rect;
  cells: Cells;
  isDirty: boolean;
}

/**
 * The picture that should be on the terminal: Ink's frame or the base painted before Ink, its holes filled from the
 * surfaces' cells. Knows which rows changed since they were last taken; knows nothing of the terminal.
 */
export class Picture {
  /** Counts the surfaces drawn. */
  drawCalls = 0;
  readonly #numbers = new Map<string, number>();
  readonly #surfaces = new Map<string, Attached>();
  readonly #onDrawError: OnDrawError | undefined;
  #base: Cells;
  #mask: Uint8Array;
  #cells: Cells;
  #touchedRows: Uint8Array;
  #frame: string | undefined;
  #paintBase: PaintBase | undefined;
  #isFrameNew = false;
  #isLayoutNew = true;

  constructor(width: number, height: number, onDrawError: OnDrawError | undefined) {
    this.#onDrawError = onDrawError;
    this.#base = new Cells(width, height);
    this.#cells = new Cells(width, height);
    this.#mask = new Uint8Array(width * height);
    this.#touchedRows = new Uint8Array(height);
  }

  get cells(): Cells {
    return this.#cells;
  }

  /** 1 for each row that may have changed; whoever has written them fills it with 0. */
  get touchedRows(): Uint8Array {
    return this.#touchedRows;
  }

  get hasFrame(): boolean {
    return this.#frame !== undefined;
  }

  resize(width: number, height: number): void {
    this.#base = new Cells(width, height);
    this.#cells = new Cells(width, height);
    this.#mask = new Uint8Array(width * height);
    this.#touchedRows = new Uint8Array(height);
    this.#isFrameNew = true;
  }

  /** Has every row looked at again. */
  touch(): void {
    this.#touchedRows.fill(1);
  }

  /** The number a surface has in the mask and in its sentinel colour; kept for ever. Throws past 255 names. */
  surfaceNumber(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    if (number > SURFACES_MAX) throw new Error(`More than ${SURFACES_MAX} surfaces: ${id} has no number left`);
    this.#numbers.set(id, number);
    return number;
  }

  /** Puts a surface, in place of one with the same id; the result takes it off again and says whether it was there. */
  attach(id: string, surface: PaintedSurface, isPlaced = false): () => boolean {
    const number = this.surfaceNumber(id);
    const rect = { x: 0, y: 0, width: 0, height: 0 };
    const attached: Attached = { number, surface, isPlaced, rect, cells: new Cells(0, 0), isDirty: true };
    this.#surfaces.set(id, attached);
    this.#isLayoutNew = true;
    return () => {
      if (this.#surfaces.get(id) !== attached) return false;
      this.#surfaces.delete(id);
      this.#isLayoutNew = true;
      return true;
    };
  }

  /** Whether there is such a surface to draw again. */
  invalidate(id: string): boolean {
    const attached = this.#surfaces.get(id);
    if (attached === undefined) return false;
    attached.isDirty = true;
    return true;
  }

  setBase(paint: PaintBase): void {
    this.#paintBase = paint;
    this.#isFrameNew = true;
  }

  setFrame(frame: string): void {
    if (frame !== this.#frame || this.#paintBase !== undefined) this.#isFrameNew = true;
    this.#paintBase = undefined;
    this.#frame = frame;
    // An unchanged frame can still mean that a surface moved: its hole looks the same wherever it scrolled to.
    this.#isLayoutNew = true;
  }

  /** Brings `cells` up to date. */
  update(): void {
    if (this.#isFrameNew) this.#takeFrame();
    if (this.#isFrameNew || this.#isLayoutNew) this.#layOut();
    this.#isFrameNew = false;
    this.#isLayoutNew = false;
    for (const [id, attached] of this.#surfaces) {
      if (attached.isDirty) this.#draw(id, attached);
    }
  }

  #takeFrame(): void {
    if (this.#paintBase !== undefined) this.#runBase(this.#paintBase);
    else if (this.#frame !== undefined) {
      parseFrame(this.#frame, this.#base, this.#mask);
      for (const [id, attached] of this.#surfaces) if (attached.isPlaced) this.#surfaces.delete(id);
    }
  }

  #runBase(paint: PaintBase): void {
    this.#base.clear();
    this.#mask.fill(0);
    this.#surfaces.clear();
    paint(this.#base, (id, rect, draw) => {
      this.attach(id, { draw, rect: () => rect }, true);
      markRect(this.#mask, this.#base.width, this.#base.height, rect, this.surfaceNumber(id));
    });
  }

  #layOut(): void {
    this.#cells.glyphs.set(this.#base.glyphs);
    this.#cells.styles.set(this.#base.styles);
    this.touch();
    for (const attached of this.#surfaces.values()) {
      attached.rect = attached.surface.rect();
      const { width, height } = attached.rect;
      if (attached.cells.width !== width || attached.cells.height !== height) {
        attached.cells = new Cells(width, height);
        attached.isDirty = true;
      }
      if (!attached.isDirty) this.#blit(attached);
    }
  }

  #draw(id: string, attached: Attached): void {
    attached.isDirty = false;
    attached.cells.clear();
    this.drawCalls += 1;
    try {
      attached.surface.draw(attached.cells);
    } catch (error) {
      if (this.#onDrawError === undefined) throw error;
      this.#onDrawError(id, error);
      attached.cells.clear();
      attached.cells.text(0, 0, `cannot draw ${id}: ${String(error)}`, style({ bold: true }));
    }
    this.#blit(attached);
  }

  #blit(attached: Attached): void {
    blit(attached.cells, attached.rect, attached.number, this.#mask, this.#cells, this.#touchedRows);
  }
}
