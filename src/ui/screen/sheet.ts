/** What stands above the panels for a while: where, and how it is painted. */
import type { Draw } from './cells.ts';
import type { Rect } from './compose.ts';

export interface Sheet {
  readonly rect: Rect;
  /** Fills its rectangle: nothing of what is below shows through. */
  readonly draw: Draw;
}
