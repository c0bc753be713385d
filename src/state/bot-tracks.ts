/** The longer history of one bot: ten minutes, an hour, and all that was seen, of what is drawn as curves, in 2 kB at most. */

export const TRACKED = ['cpuPercent', 'memoryBytes', 'loopMs'] as const;
export type Tracked = (typeof TRACKED)[number];

/** `all` begins with the finest step and doubles it each time it is full. */
export const SPANS = ['10m', '1h', 'all'] as const;
export type Span = (typeof SPANS)[number];

const SAMPLES = 120;
/** Samples of each ring there is room for at first. */
const FIRST_ROOM = 15;
const FINE_STEP_MS = 5_000;
const HOUR_STEP_MS = 30_000;

/** The samples of one measure, oldest first; NaN where nothing was known. The last ends at `endAt`, epoch ms. */
export interface Curve {
  readonly values: readonly number[];
  readonly stepMs: number;
  readonly endAt: number;
}

/** Where the codes of each measure are finest: below it they tell nothing apart. */
const GRAIN: readonly number[] = [0.1, 1e5, 0.01];
const LARGEST: readonly number[] = [1e5, 1e13, 1e7];
const CODES = 65_534;
const UNKNOWN_CODE = 65_535;
const STEPS = GRAIN.map((grain, i) => CODES / Math.log1p((LARGEST[i] as number) / grain));

/** A value in 16 bits, to three hundredths of a percent of itself. */
function encode(measure: number, value: number): number {
  if (!(value >= 0)) return UNKNOWN_CODE;
  const code = Math.round(Math.log1p(value / (GRAIN[measure] as number)) * (STEPS[measure] as number));
  return Math.min(code, CODES);
}

function decode(measure: number, code: number): number {
  return code === UNKNOWN_CODE
    ? Number.NaN
    : Math.expm1(code / (STEPS[measure] as number)) * (GRAIN[measure] as number);
}

const RINGS_OF_MEASURES = SPANS.flatMap(() => TRACKED);

export class BotTracks {
  /** Three rings of samples, in each the measures side by side. */
  #codes = new Uint16Array(SPANS.length * FIRST_ROOM * TRACKED.length);
  /** How many samples each ring has room for now. */
  #room = FIRST_ROOM;
  // Plain arrays: a typed one of nine numbers takes 200 bytes besides.
  readonly #lengths = SPANS.map(() => 0);
  /** The number of the newest block of each ring, in steps since the epoch; it is not complete. */
  #block = Number.NaN;
  #hourBlock = Number.NaN;
  #allBlock = Number.NaN;
  #allStepMs = FINE_STEP_MS;
  /** Sums and counts of the blocks that are not complete, of the three rings. */
  readonly #sums = RINGS_OF_MEASURES.map(() => 0);
  readonly #counts = RINGS_OF_MEASURES.map(() => 0);

  /** Takes a sample at `now`, epoch ms; NaN is unknown. */
  push(now: number, cpuPercent: number, memoryBytes: number, loopMs: number): void {
    this.#block = this.#advance(0, this.#block, Math.floor(now / FINE_STEP_MS));
    this.#hourBlock = this.#advance(1, this.#hourBlock, Math.floor(now / HOUR_STEP_MS));
    const allBlock = Math.floor(now / this.#allStepMs);
    if (allBlock !== this.#allBlock && (this.#lengths[2] as number) === SAMPLES) this.#thin();
    this.#allBlock = this.#advance(2, this.#allBlock, Math.floor(now / this.#allStepMs));
    this.#add(0, cpuPercent);
    this.#add(1, memoryBytes);
    this.#add(2, loopMs);
  }

  curve(measure: Tracked, span: Span): Curve {
    const ring = SPANS.indexOf(span);
    const at = TRACKED.indexOf(measure);
    const length = this.#lengths[ring] as number;
    const stepMs = [FINE_STEP_MS, HOUR_STEP_MS, this.#allStepMs][ring] as number;
    const block = [this.#block, this.#hourBlock, this.#allBlock][ring] as number;
    const values = Array.from({ length }, (_, i) =>
      decode(at, this.#codes[(ring * this.#room + i) * TRACKED.length + at] as number),
    );
    // The block that is not complete yet is the newest there is.
    const count = this.#counts[ring * TRACKED.length + at] as number;
    values.push(count > 0 ? (this.#sums[ring * TRACKED.length + at] as number) / count : Number.NaN);
    return { values, stepMs, endAt: (block + 1) * stepMs };
  }

  /** One that later samples do not change. */
  copy(): BotTracks {
    const copy = new BotTracks();
    copy.#codes = this.#codes.slice();
    copy.#room = this.#room;
    copy.#lengths.splice(0, SPANS.length, ...this.#lengths);
    copy.#sums.splice(0, RINGS_OF_MEASURES.length, ...this.#sums);
    copy.#counts.splice(0, RINGS_OF_MEASURES.length, ...this.#counts);
    copy.#block = this.#block;
    copy.#hourBlock = this.#hourBlock;
    copy.#allBlock = this.#allBlock;
    copy.#allStepMs = this.#allStepMs;
    return copy;
  }

  #add(measure: number, value: number): void {
    if (Number.isNaN(value)) return;
    for (let at = measure; at < this.#sums.length; at += TRACKED.length) {
      this.#sums[at] = (this.#sums[at] as number) + value;
      this.#counts[at] = (this.#counts[at] as number) + 1;
    }
  }

  /** Closes the block that was open when `block` is another; those between, without a sample, are unknown. */
  #advance(ring: number, open: number, block: number): number {
    if (block === open) return open;
    // A clock that was set back: what comes is put behind what there is.
    const passed = Number.isNaN(open) ? 0 : Math.max(1, Math.min(block - open, SAMPLES));
    for (let i = 0; i < passed; i++) this.#close(ring);
    return block;
  }

  #close(ring: number): void {
    const width = TRACKED.length;
    let length = this.#lengths[ring] as number;
    if (length === this.#room && length < SAMPLES) this.#widen();
    const from = ring * this.#room * width;
    if (length === SAMPLES) {
      this.#codes.copyWithin(from, from + width, from + SAMPLES * width);
      length--;
    }
    for (let measure = 0; measure < width; measure++) {
      const at = ring * width + measure;
      const count = this.#counts[at] as number;
      const value = count > 0 ? (this.#sums[at] as number) / count : Number.NaN;
      this.#codes[from + length * width + measure] = encode(measure, value);
      this.#sums[at] = 0;
      this.#counts[at] = 0;
    }
    this.#lengths[ring] = length + 1;
  }

  #widen(): void {
    const room = Math.min(SAMPLES, this.#room * 2);
    const wider = new Uint16Array(SPANS.length * room * TRACKED.length);
    for (let ring = 0; ring < SPANS.length; ring++) {
      const from = ring * this.#room * TRACKED.length;
      wider.set(this.#codes.subarray(from, from + this.#room * TRACKED.length), ring * room * TRACKED.length);
    }
    this.#codes = wider;
    this.#room = room;
  }

  /** Two samples of the ring of all become one. */
  #thin(): void {
    const width = TRACKED.length;
    const from = 2 * this.#room * width;
    for (let i = 0; i < SAMPLES / 2; i++) {
      for (let measure = 0; measure < width; measure++) {
        const early = decode(measure, this.#codes[from + 2 * i * width + measure] as number);
        const late = decode(measure, this.#codes[from + (2 * i + 1) * width + measure] as number);
        const mean = Number.isNaN(early) ? late : Number.isNaN(late) ? early : (early + late) / 2;
        this.#codes[from + i * width + measure] = encode(measure, mean);
      }
    }
    this.#lengths[2] = SAMPLES / 2;
    this.#allStepMs *= 2;
    this.#allBlock = Math.floor(this.#allBlock / 2);
  }
}
