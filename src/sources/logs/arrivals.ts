/** When the bytes of logs came that say no time themselves: how long each file was at which moment. */

/** Moments kept of one file; where more come, every second of them goes. */
const MAX_MOMENTS = 300;
/** Files that are remembered; the one noted longest ago goes first. */
const MAX_FILES = 512;

interface Growth {
  /** Rising; `sizes[i]` is how long the file was at `at[i]`. */
  sizes: number[];
  at: number[];
}

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
  let growth = growths.get(fileId);
  const known = growth?.sizes.at(-1);
  if (known === size) return;
  if (!growth || (known !== undefined && size < known)) {
    // Cut: all that is in it has come since. Of most files one moment is all there ever is: lists of exactly that.
    growth = growth ? { sizes: [0, size], at: [at, at] } : { sizes: [size], at: [at] };
    growths.delete(fileId);
    growths.set(fileId, growth);
    const [oldest] = growths.size > MAX_FILES ? growths.keys() : [];
    if (oldest !== undefined) growths.delete(oldest);
    return;
  }
  growth.sizes.push(size);
  growth.at.push(at);
  if (growth.sizes.length <= MAX_MOMENTS) return;
  // What came before we did, and the newest, stay exact.
  const isKept = (_: number, i: number): boolean => i % 2 === 0;
  growth.sizes = growth.sizes.filter(isKept);
  growth.at = growth.at.filter(isKept);
}

/**
 * When the byte at an offset was there, epoch ms, a little late at most; NaN where nobody was looking. Of what stood
 * there before the first look `isBefore` is true: it came at that moment or at any time before.
 */
export function arrivalOf(fileId: string, offset: number): Arrival {
  const growth = growths.get(fileId);
  if (!growth) return UNSEEN;
  let low = 0;
  let high = growth.sizes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((growth.sizes[middle] as number) > offset) high = middle;
    else low = middle + 1;
  }
  return low === growth.sizes.length ? UNSEEN : { at: growth.at[low] as number, isBefore: low === 0 };
}
