/** Samples there is room for at first. */
const FIRST_ROOM = 15;

/**
 * A ring of numbers, one a sample, oldest first. NaN marks a sample that is unknown. Memory grows with what there is, up to
 * the capacity: of a thousand bots most were seen for a short while, or never had so much to tell.
 */
export class Series {
  readonly capacity: number;
  #values: Float32Array;
  #start = 0;
  #length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#values = new Float32Array(Math.min(capacity, FIRST_ROOM));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length < this.capacity) {
      if (this.#length === this.#values.length) this.#widen();
      this.#values[(this.#start + this.#length++) % this.capacity] = value;
      return;
    }
    this.#values[this.#start] = value;
    this.#start = (this.#start + 1) % this.capacity;
  }

  /** The sample at `index`, 0 being the oldest; NaN outside. */
  at(index: number): number {
    if (index < 0 || index >= this.#length) return Number.NaN;
    return this.#values[(this.#start + index) % this.capacity] as number;
  }

  /** The newest sample; NaN when there is none. */
  last(): number {
    return this.at(this.#length - 1);
  }

  /** The largest known sample of the newest `count`; NaN when none is known. */
  max(count: number = this.#length): number {
    let found = Number.NaN;
    for (let i = Math.max(0, this.#length - count); i < this.#length; i++) {
      const value = this.at(i);
      if (!(value <= found) && !Number.isNaN(value)) found = value;
    }
    return found;
  }

  /** The newest `count` samples, oldest first, as a plain array. */
  tail(count: number): number[] {
    const from = Math.max(0, this.#length - count);
    return Array.from({ length: this.#length - from }, (_, i) => this.at(from + i));
  }

  /** One that later samples do not change. */
  copy(): Series {
    const copy = new Series(this.capacity);
    copy.#values = this.#values.slice();
    copy.#start = this.#start;
    copy.#length = this.#length;
    return copy;
  }

  clear(): void {
    this.#start = 0;
    this.#length = 0;
  }

  /** Nothing has gone round yet: the oldest stands at the beginning. */
  #widen(): void {
    const wider = new Float32Array(Math.min(this.capacity, this.#length * 2));
    wider.set(this.#values);
    this.#values = wider;
  }
}
