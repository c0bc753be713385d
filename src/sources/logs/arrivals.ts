/** When the bytes of logs came that say no time themselves: how long each file was at which moment. */

/** Moments kept of one file; where more come, every second of them goes. */
const MAX_MOMENTS = 300;
/** Files that are remembered; the one noted longest ago goes first. */
const MAX_FILES = 512;

/** How long the file was, and when, in turn; both rising. Of most files one moment is all there ever is. */
type Growth = number[];

export interface Arrival {
  /** Epoch ms; NaN unknown. */
  readonly at: number;
  readonly isBefore: boolean;
}

/** Nobody was looking. */
export const UNSEEN: Arrival = { at: Number.NaN, isBefore: false };

/** By device and inode (see `fileIdOf`). */
const growths = new Map<string, Growth>();

/** A file was so long when it was last written to, epoch ms. */
export function noteArrival(fileId: string, size: number, at: number): void {
  const growth = growths.get(fileId);
  const known = growth?.at(-2);
  if (known === size) return;
  if (!growth || (known !== undefined && size < known)) {
    growths.delete(fileId);
    // Cut: all that is in it has come since.
    growths.set(fileId, growth ? [0, at, size, at] : [size, at]);
    const [oldest] = growths.size > MAX_FILES ? growths.keys() : [];
    if (oldest !== undefined) growths.delete(oldest);
    return;
  }
  growth.push(size, at);
  if (growth.length <= 2 * MAX_MOMENTS) return;
  // What came before we did, and the newest, stay exact.
  growths.set(
    fileId,
    growth.filter((_, i) => i % 4 < 2),
  );
}

/**
 * When the byte at an offset was there, epoch ms, a little late at most; NaN where nobody was looking. Of what stood
 * there before the first look `isBefore` is true: it came at that moment or at any time before.
 */
export function arrivalOf(fileId: string, offset: number): Arrival {
  const growth = growths.get(fileId);
  if (!growth) return UNSEEN;
  let low = 0;
  let high = growth.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((growth[2 * middle] as number) > offset) high = middle;
    else low = middle + 1;
  }
  const at = growth[2 * low + 1];
  return at === undefined ? UNSEEN : { at, isBefore: low === 0 };
}
