/** Where the box of a question stands on the screen. Pure. */

/** The rows that it may cover: not the footer, which says what its keys do, where there is room without. */
const roomFor = (height: number, rows: number): number => (height < rows ? rows - 1 : rows);

/** The first row of a box: in the middle, unless that covers the row that is asked about and there is room beside it. */
export function placeBox(height: number, rows: number, cursorRow: number | null): number {
  const middle = Math.max(0, Math.floor((rows - height) / 2));
  if (cursorRow === null || cursorRow < middle || cursorRow >= middle + height) return middle;
  if (cursorRow + 1 + height <= roomFor(height, rows)) return cursorRow + 1;
  return cursorRow - height >= 0 ? cursorRow - height : middle;
}

/** A box that has another height now: its title stays where it is, or its last line where that is nearer to the row. */
export function placeAgain(
  was: { readonly y: number; readonly height: number },
  height: number,
  rows: number,
  cursorRow: number | null,
): number {
  const isAbove = cursorRow !== null && was.y + was.height <= cursorRow;
  const y = isAbove ? was.y + was.height - height : was.y;
  return Math.max(0, Math.min(y, roomFor(height, rows) - height));
}
