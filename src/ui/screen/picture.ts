import { type Amend, Cells, type Draw } from './cells.ts';
import { blit, copyWhole, doMeet, markRect, type Rect } from './compose.ts';
import { style } from './style.ts';

/** A rectangle of the screen that is drawn by itself. */
export interface Layer {
  /** Unique among those shown; what is invalidated. One name stands for one place, not for one bot. */
  readonly id: string;
  readonly rect: Rect;
  /** Called with blank cells of the rectangle's size. The same function is taken to draw the same until invalidated. */
  readonly draw: Draw;
  /** Asked before `draw`, with cells that it has drawn. */
  readonly amend?: Amend;
}

/** Told when a layer's draw throws. */
export type OnDrawError = (id: string, error: unknown) => void;

/** How many layers one picture can tell apart. */
const LAYERS_MAX = 255;

interface Shown {
  layer: Layer;
  cells: Cells;
  isDirty: boolean;
  /** Its cells hold what its draw has made of them. */
  isDrawn: boolean;
  /** Nothing stands above it, and all of it is on the screen. */
  isWhole: boolean;
}

/**
 * The picture that should be on the terminal: layers, the later ones above. Knows which rows changed since they were
 * last taken; knows nothing of the terminal.
 */
export class Picture {
  /** Counts the layers drawn. */
  drawCalls = 0;
  readonly #onDrawError: OnDrawError | undefined;
  readonly #hasGraphs: boolean;
  #shown: readonly Shown[] = [];
  /** Which layer is seen in a cell: its place among them from 1, 0 for none. */
  #mask: Uint8Array;
  #cells: Cells;
  #touchedRows: Uint8Array;
  #isLayoutNew = true;

  constructor(width: number, height: number, onDrawError: OnDrawError | undefined, hasGraphs = true) {
    this.#hasGraphs = hasGraphs;
    this.#onDrawError = onDrawError;
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

  resize(width: number, height: number): void {
    this.#cells = new Cells(width, height);
    this.#mask = new Uint8Array(width * height);
    this.#touchedRows = new Uint8Array(height);
    this.#isLayoutNew = true;
  }

  /** Has every row looked at again. */
  touch(): void {
    this.#touchedRows.fill(1);
  }

  /** Puts these layers in place of those before. What stays as it was keeps its cells. Throws past 255. */
  show(layers: readonly Layer[]): void {
    if (layers.length > LAYERS_MAX) throw new Error(`More than ${LAYERS_MAX} layers on one screen`);
    const before = this.#shown;
    this.#isLayoutNew ||=
      layers.length !== before.length || !layers.every((layer, index) => isSamePlace(layer, before[index]?.layer));
    this.#shown = layers.map((layer) => {
      const known = before.find((shown) => shown.layer.id === layer.id);
      const { width, height } = layer.rect;
      if (known?.cells.width !== width || known.cells.height !== height) {
        const cells = new Cells(width, height, this.#hasGraphs);
        return { layer, cells, isDirty: true, isDrawn: false, isWhole: false };
      }
      const isSame = known.layer.draw === layer.draw;
      return { ...known, layer, isDirty: known.isDirty || !isSame, isDrawn: known.isDrawn && isSame };
    });
  }

  /** Whether there is such a layer to draw again. */
  invalidate(id: string): boolean {
    const shown = this.#shown.find(({ layer }) => layer.id === id);
    if (shown === undefined) return false;
    shown.isDirty = true;
    return true;
  }

  /** Brings `cells` up to date. */
  update(): void {
    const isNew = this.#isLayoutNew;
    if (isNew) this.#layOut();
    this.#isLayoutNew = false;
    this.#shown.forEach((shown, index) => {
      if (!shown.isDirty) return;
      const rows = this.#draw(shown);
      this.#blit(shown, index, isNew ? null : rows);
    });
  }

  #layOut(): void {
    this.#cells.clear();
    this.#mask.fill(0);
    this.touch();
    this.#shown.forEach(({ layer }, index) => {
      markRect(this.#mask, this.#cells.width, this.#cells.height, layer.rect, index + 1);
    });
    this.#shown.forEach((shown, index) => {
      shown.isWhole = this.#isWhole(shown, index);
      if (!shown.isDirty) this.#blit(shown, index);
    });
  }

  #isWhole({ layer: { rect }, cells }: Shown, index: number): boolean {
    const isInside =
      rect.x >= 0 &&
      rect.y >= 0 &&
      rect.x + cells.width <= this.#cells.width &&
      rect.y + cells.height <= this.#cells.height &&
      Number.isInteger(rect.x) &&
      Number.isInteger(rect.y);
    return isInside && !this.#shown.some((other, above) => above > index && doMeet(rect, other.layer.rect));
  }

  /** Gives the rows that were drawn; null for all. */
  #draw(shown: Shown): readonly number[] | null {
    const { layer, cells, isDrawn } = shown;
    shown.isDirty = false;
    shown.isDrawn = false;
    this.drawCalls += 1;
    try {
      const rows = (isDrawn && layer.amend?.(cells)) || null;
      if (rows === null) {
        cells.clear();
        layer.draw(cells);
      }
      shown.isDrawn = true;
      return rows;
    } catch (error) {
      if (this.#onDrawError === undefined) throw error;
      this.#onDrawError(layer.id, error);
      cells.clear();
      cells.text(0, 0, `cannot draw ${layer.id}: ${String(error)}`, style({ bold: true }));
      return null;
    }
  }

  #blit({ layer, cells, isWhole }: Shown, index: number, rows: readonly number[] | null = null): void {
    if (isWhole) copyWhole(cells, rows, layer.rect, this.#cells, this.#touchedRows);
    else blit(cells, layer.rect, index + 1, this.#mask, this.#cells, this.#touchedRows);
  }
}

function isSamePlace(layer: Layer, other: Layer | undefined): boolean {
  const [a, b] = [layer.rect, other?.rect];
  return layer.id === other?.id && a.x === b?.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
