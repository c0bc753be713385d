/** Tables of named counters, one device a line: /proc/diskstats and /proc/net/dev. */
import type { Scanner } from './scan.ts';
import { growth } from './scan.ts';

/** One device with its counters and what they grew by, a second. NaN is unknown: its first reading, or a reset. */
export class Counters {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly perSecond: Float64Array;
  /** In the last table read. */
  isPresent = false;
  readonly #before: Float64Array;

  constructor(name: string, bytes: Uint8Array, fields: number) {
    this.name = name;
    this.bytes = bytes;
    this.perSecond = new Float64Array(fields).fill(Number.NaN);
    this.#before = new Float64Array(fields).fill(Number.NaN);
  }

  /** Takes in one counter; `seconds` since the table before, NaN when there was none. */
  set(field: number, value: number, seconds: number): void {
    this.perSecond[field] = seconds > 0 ? growth(this.#before[field] as number, value) / seconds : Number.NaN;
    this.#before[field] = value;
  }

  /** What was counted up to now. */
  total(field: number): number {
    return this.#before[field] as number;
  }

  forget(): void {
    this.#before.fill(Number.NaN);
    this.perSecond.fill(Number.NaN);
    this.isPresent = false;
  }
}

/** A guard against a table of nonsense. */
const MAX_ROWS = 4096;

/**
 * The rows of a table, found by position as long as it stays the same, so that a tick makes no strings.
 * A device that goes and comes back begins anew.
 */
export class CounterTable {
  readonly #fields: number;
  readonly #byName = new Map<string, Counters>();
  #order: Counters[] = [];
  #at = 0;

  constructor(fields: number) {
    this.#fields = fields;
  }

  begin(): void {
    this.#at = 0;
    for (const row of this.#order) row.isPresent = false;
  }

  /** The row of the name that lies between `from` and the cursor. Null when the table is full. */
  row(scan: Scanner, from: number): Counters | null {
    const length = scan.at - from;
    const guess = this.#order[this.#at];
    if (guess !== undefined && !guess.isPresent && guess.bytes.length === length) {
      const end = scan.at;
      scan.at = from;
      const isSame = scan.isNext(guess.bytes);
      scan.at = end;
      if (isSame) return this.#take(guess);
    }
    const name = scan.text(from);
    let row = this.#byName.get(name);
    if (row?.isPresent) return null;
    if (row === undefined) {
      if (this.#byName.size >= MAX_ROWS) return null;
      row = new Counters(name, Buffer.from(name, 'utf8'), this.#fields);
      this.#byName.set(name, row);
    }
    const old = this.#order.indexOf(row);
    if (old >= 0) this.#order.splice(old, 1);
    this.#order.splice(this.#at, 0, row);
    return this.#take(row);
  }

  #take(row: Counters): Counters {
    row.isPresent = true;
    this.#at++;
    return row;
  }

  /** Forgets what is no longer there and returns the rows of the table just read. */
  end(): readonly Counters[] {
    if (this.#order.length !== this.#at || this.#order.some((row) => !row.isPresent)) {
      for (const row of this.#order) if (!row.isPresent) this.#byName.delete(row.name);
      this.#order = this.#order.filter((row) => row.isPresent);
    }
    return this.#order;
  }
}
