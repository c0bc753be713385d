/** What the shell hands to React. */
import type { Layout } from './layout.ts';
import type { Overlay } from './state.ts';

/** What React composes: it changes only when zones or overlays do, never with the data. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly layout: Layout;
  readonly overlay: Overlay | null;
}

/** Whether React has nothing to do. The layout is made anew each time; its numbers decide. */
export function sameFrame(a: Frame, b: Frame): boolean {
  return (
    a.columns === b.columns &&
    a.rows === b.rows &&
    a.overlay === b.overlay &&
    JSON.stringify(a.layout.rows) === JSON.stringify(b.layout.rows)
  );
}
