/** What the sections of the database panel are drawn with: parts in a line, section titles, and sharing rows out. */
import { measure, truncate } from '../../text/width.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { StyleId } from '../../ui/screen/style.ts';
import type { Theme } from '../../ui/theme.ts';

export type Part = readonly [text: string, style: StyleId];

/** A rectangle of the panel. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something that takes rows of the panel. */
export interface Section {
  /** The rows below which it is left out. */
  readonly least: number;
  /** The rows that show all of it. */
  readonly want: number;
  /** Takes what the others leave. */
  readonly isGreedy?: boolean;
  draw(area: Area): void;
}

/** Whole parts from the left, two blanks between, as many as fit; returns the columns taken. The first is cut if it must. */
export function putParts(cells: Cells, x: number, y: number, width: number, parts: readonly Part[]): number {
  let used = 0;
  for (const [index, [text, style]] of parts.entries()) {
    if (text === '') continue;
    const gap = used > 0 ? 2 : 0;
    const room = width - used - gap;
    const columns = measure(text);
    if (columns > room) {
      if (index > 0 || room < 1) continue;
      used += cells.text(x, y, truncate(text, room), style, room);
      continue;
    }
    used += gap + cells.text(x + used + gap, y, text, style, room);
  }
  return used;
}

/** `Blocked ─────────`: the first row of a section that has rows to spare. */
export function putTitle(cells: Cells, { x, y, width }: Area, title: string, remark: string, theme: Theme): void {
  const taken = cells.text(x, y, truncate(title, width), theme.title, width) + 1;
  const room = width - taken - (remark === '' ? 0 : measure(remark) + 1);
  if (room < 1) return;
  cells.fill(x + taken, y, room, 1, '─', theme.border);
  if (remark !== '') cells.text(x + taken + room + 1, y, remark, theme.muted);
}

/**
 * Draws sections one below the other. Each gets its least, in the order given, while there are rows; then its want, in
 * the same order; what is left goes to the greedy one.
 */
export function stack(sections: readonly Section[], { x, y, width, height }: Area): void {
  let rest = height;
  const rows = sections.map(({ least }) => {
    const given = least <= rest ? least : 0;
    rest -= given;
    return given;
  });
  for (const [i, { want }] of sections.entries()) {
    const given = rows[i] as number;
    if (given === 0) continue;
    const more = Math.min(rest, Math.max(0, want - given));
    rows[i] = given + more;
    rest -= more;
  }
  const greedy = sections.findIndex(({ isGreedy }, i) => isGreedy === true && rows[i] !== 0);
  if (greedy >= 0) rows[greedy] = (rows[greedy] as number) + rest;
  let at = y;
  for (const [i, section] of sections.entries()) {
    const own = rows[i] as number;
    if (own > 0) section.draw({ x, y: at, width, height: own });
    at += own;
  }
}

/** What is said of a server, with its name where it does not stand in it. */
export const remarkOf = (name: 'PostgreSQL' | 'Redis', remark: string): string =>
  remark.includes(name) ? remark : `${name}: ${remark}`;
