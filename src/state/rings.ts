/**
 * Rings of samples for many bots in one piece of memory. An array of its own for each ring would take 370 bytes before
 * its first sample, and a list of a thousand bots makes six thousand rings.
 */

type Numbers = Float32Array | Uint32Array | Uint16Array;

/** The most samples of a ring. */
const MOST = 255;

/**
 * Each bot is a slot; of each slot a ring of `capacity` samples at most (255), each of `width` numbers side by side. The
 * oldest samples of all slots lie together, then the next: what is not filled yet is memory that nobody has touched.
 */
export class Rings<T extends Numbers> {
  /** See `next` and `place` for what stands where. */
  values: T;
  readonly #make: (length: number) => T;
  readonly #capacity: number;
  readonly #width: number;
  #slots = 0;
  #starts = new Uint8Array(0);
  #lengths = new Uint8Array(0);
  /** Behind the last row that was ever written. */
  #rows = 0;

  constructor(make: (length: number) => T, capacity: number, width: number) {
    if (capacity > MOST) throw new RangeError(`a ring has ${MOST} samples at most`);
    this.#make = make;
    this.#capacity = capacity;
    this.#width = width;
    this.values = make(0);
  }

  /** Makes room for so many slots; those there are keep what they have. */
  grow(slots: number): void {
    const values = this.#make(this.#capacity * slots * this.#width);
    const row = this.#slots * this.#width;
    for (let i = 0; i < this.#rows; i++) {
      values.set(this.values.subarray(i * row, (i + 1) * row), i * slots * this.#width);
    }
    this.values = values;
    this.#starts = grown(this.#starts, new Uint8Array(slots));
    this.#lengths = grown(this.#lengths, new Uint8Array(slots));
    this.#slots = slots;
  }

  length(slot: number): number {
    return this.#lengths[slot] as number;
  }

  /** Forgets all but the oldest samples. */
  cut(slot: number, length: number): void {
    this.#lengths[slot] = length;
    if (length === 0) this.#starts[slot] = 0;
  }

  /** Where the sample at `index` begins in `values`, 0 being the oldest; there must be one. */
  place(slot: number, index: number): number {
    const row = ((this.#starts[slot] as number) + index) % this.#capacity;
    return (row * this.#slots + slot) * this.#width;
  }

  /** Where the next sample is to be written, which takes the place of the oldest when the ring is full. */
  next(slot: number): number {
    const length = this.#lengths[slot] as number;
    if (length < this.#capacity) this.#lengths[slot] = length + 1;
    else this.#starts[slot] = ((this.#starts[slot] as number) + 1) % this.#capacity;
    const row = ((this.#starts[slot] as number) + (this.#lengths[slot] as number) - 1) % this.#capacity;
    if (row >= this.#rows) this.#rows = row + 1;
    return (row * this.#slots + slot) * this.#width;
  }

  /** One that later samples do not change. */
  copy(): Rings<T> {
    const copy = new Rings(this.#make, this.#capacity, this.#width);
    copy.values = this.values.slice() as T;
    copy.#slots = this.#slots;
    copy.#starts = this.#starts.slice();
    copy.#lengths = this.#lengths.slice();
    copy.#rows = this.#rows;
    return copy;
  }
}

/** `into` with what is known at its beginning. */
export function grown<T extends Numbers | Uint8Array | Float64Array>(known: T, into: T): T {
  into.set(known);
  return into;
}
