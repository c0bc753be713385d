/** The longer history of each bot: ten minutes, an hour, and all that was seen, of what is drawn as curves, in 2 kB at most. */
import { decode, encode } from './encoded.ts';
import { grown, Rings } from './rings.ts';

export const TRACKED = ['cpuPercent', 'memoryBytes', 'loopMs'] as const;
export type Tracked = (typeof TRACKED)[number];

/** `all` begins with the finest step and doubles it each time it is full. */
export const SPANS = ['10m', '1h', 'all'] as const;
export type Span = (typeof SPANS)[number];

const SAMPLES = 120;
const FINE_STEP_MS = 5_000;
const HOUR_STEP_MS = 30_000;

/** The samples of one measure, oldest first; NaN where nothing was known. The last ends at `endAt`, epoch ms. */
export interface Curve {
  readonly values: readonly number[];
  readonly stepMs: number;
  readonly endAt: number;
}

const MEASURES = TRACKED.length;
const RINGS = SPANS.length;
const ALL = 2;
/** Of each slot: one for each measure of each ring. */
const SUMS = RINGS * MEASURES;

/** The tracks of all bots; each is a slot. */
export class BotTracks {
  readonly #rings: readonly Rings<Uint16Array>[];
  /** The number of the newest block of each ring, in steps since the epoch; it is not complete. NaN before the first. */
  #blocks = new Float64Array(0);
  #allStepMs = new Float64Array(0);
  /** Sums and counts of the blocks that are not complete. */
  #sums = new Float64Array(0);
  #counts = new Uint32Array(0);

  constructor(
    rings: readonly Rings<Uint16Array>[] = SPANS.map(
      () => new Rings((length) => new Uint16Array(length), SAMPLES, MEASURES),
    ),
  ) {
    this.#rings = rings;
  }

  /** Makes room for so many slots. */
  grow(slots: number): void {
    for (const ring of this.#rings) ring.grow(slots);
    this.#blocks = grown(this.#blocks, new Float64Array(slots * RINGS));
    this.#allStepMs = grown(this.#allStepMs, new Float64Array(slots));
    this.#sums = grown(this.#sums, new Float64Array(slots * SUMS));
    this.#counts = grown(this.#counts, new Uint32Array(slots * SUMS));
  }

  /** Begins anew, for a bot that has nothing yet. */
  reset(slot: number): void {
    for (const ring of this.#rings) ring.cut(slot, 0);
    this.#blocks.fill(Number.NaN, slot * RINGS, (slot + 1) * RINGS);
    this.#allStepMs[slot] = FINE_STEP_MS;
    this.#sums.fill(0, slot * SUMS, (slot + 1) * SUMS);
    this.#counts.fill(0, slot * SUMS, (slot + 1) * SUMS);
  }

  /** Takes a sample at `now`, epoch ms; NaN is unknown. */
  push(slot: number, now: number, cpuPercent: number, memoryBytes: number, loopMs: number): void {
    this.#advance(slot, 0, Math.floor(now / FINE_STEP_MS));
    this.#advance(slot, 1, Math.floor(now / HOUR_STEP_MS));
    const all = Math.floor(now / (this.#allStepMs[slot] as number));
    const isFull = (this.#rings[ALL] as Rings<Uint16Array>).length(slot) === SAMPLES;
    if (isFull && all !== this.#blocks[slot * RINGS + ALL]) this.#thin(slot);
    this.#advance(slot, ALL, Math.floor(now / (this.#allStepMs[slot] as number)));
    this.#add(slot, 0, cpuPercent);
    this.#add(slot, 1, memoryBytes);
    this.#add(slot, 2, loopMs);
  }

  curve(slot: number, measure: Tracked, span: Span): Curve {
    const at = SPANS.indexOf(span);
    const lane = TRACKED.indexOf(measure);
    const ring = this.#rings[at] as Rings<Uint16Array>;
    const stepMs = [FINE_STEP_MS, HOUR_STEP_MS, this.#allStepMs[slot]][at] as number;
    const values = Array.from({ length: ring.length(slot) }, (_, i) =>
      decode(lane, ring.values[ring.place(slot, i) + lane] as number),
    );
    // The block that is not complete yet is the newest there is.
    const sum = slot * SUMS + at * MEASURES + lane;
    const count = this.#counts[sum] as number;
    values.push(count > 0 ? (this.#sums[sum] as number) / count : Number.NaN);
    return { values, stepMs, endAt: ((this.#blocks[slot * RINGS + at] as number) + 1) * stepMs };
  }

  /** Those that later samples do not change. */
  copy(): BotTracks {
    const copy = new BotTracks(this.#rings.map((ring) => ring.copy()));
    copy.#blocks = this.#blocks.slice();
    copy.#allStepMs = this.#allStepMs.slice();
    copy.#sums = this.#sums.slice();
    copy.#counts = this.#counts.slice();
    return copy;
  }

  #add(slot: number, measure: number, value: number): void {
    if (Number.isNaN(value)) return;
    const end = (slot + 1) * SUMS;
    for (let at = slot * SUMS + measure; at < end; at += MEASURES) {
      this.#sums[at] = (this.#sums[at] as number) + value;
      this.#counts[at] = (this.#counts[at] as number) + 1;
    }
  }

  /** Closes the block that was open when `block` is another; those between, without a sample, are unknown. */
  #advance(slot: number, ring: number, block: number): void {
    const at = slot * RINGS + ring;
    const open = this.#blocks[at] as number;
    if (block === open) return;
    // A clock that was set back: what comes is put behind what there is.
    const passed = Number.isNaN(open) ? 0 : Math.max(1, Math.min(block - open, SAMPLES));
    for (let i = 0; i < passed; i++) this.#close(slot, ring);
    this.#blocks[at] = block;
  }

  #close(slot: number, index: number): void {
    const ring = this.#rings[index] as Rings<Uint16Array>;
    const to = ring.next(slot);
    for (let measure = 0; measure < MEASURES; measure++) {
      const at = slot * SUMS + index * MEASURES + measure;
      const count = this.#counts[at] as number;
      const value = count > 0 ? (this.#sums[at] as number) / count : Number.NaN;
      ring.values[to + measure] = encode(measure, value);
      this.#sums[at] = 0;
      this.#counts[at] = 0;
    }
  }

  /** Two samples of the ring of all become one. */
  #thin(slot: number): void {
    const ring = this.#rings[ALL] as Rings<Uint16Array>;
    for (let i = 0; i < SAMPLES / 2; i++) {
      const to = ring.place(slot, i);
      const from = [ring.place(slot, 2 * i), ring.place(slot, 2 * i + 1)] as const;
      for (let measure = 0; measure < MEASURES; measure++) {
        const early = decode(measure, ring.values[from[0] + measure] as number);
        const late = decode(measure, ring.values[from[1] + measure] as number);
        const mean = Number.isNaN(early) ? late : Number.isNaN(late) ? early : (early + late) / 2;
        ring.values[to + measure] = encode(measure, mean);
      }
    }
    ring.cut(slot, SAMPLES / 2);
    this.#allStepMs[slot] = (this.#allStepMs[slot] as number) * 2;
    const block = slot * RINGS + ALL;
    this.#blocks[block] = Math.floor((this.#blocks[block] as number) / 2);
  }
}
