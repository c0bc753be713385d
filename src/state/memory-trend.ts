/** Where a bot's memory is going: how fast it grows since its process started, and when it will be too much. */
import { grown, Rings } from './rings.ts';

/** A straight line through the memory of one process. */
export interface MemoryTrend {
  /** May be negative. */
  readonly bytesPerHour: number;
  /** Whether it goes up by and large, rather than up and down as garbage is collected: only then is there an end to tell. */
  readonly isGrowing: boolean;
  /** The time that was looked at, ms. */
  readonly spanMs: number;
}

const capacity = 64;
/** Between two points at first; doubled each time there is no room left, so that the whole life of a process fits. */
const firstStepMs = 4_000;
/** A program loads what it needs in its first minute: that growth is none. */
const warmUpMs = 60_000;
const leastPoints = 15;
/** Of all pairs of points, so many have to go up; half of them do in noise. */
const growingShare = 0.75;
/** The times of points are kept in 32 bits, from the start of the process on: thirteen years. */
const grainMs = 100;

/**
 * The points of each bot's process, from its start or from when we first saw it; each bot is a slot. The slope is Theil
 * and Sen's, the median of the slopes of all pairs: a collected heap or a short peak does not bend it.
 */
export class MemoryPoints {
  /** Since the start of the process. */
  readonly #ages: Rings<Uint32Array>;
  readonly #bytes: Rings<Float32Array>;
  #stepMs = new Float64Array(0);
  #processes = new Float64Array(0);
  #isDue = new Uint8Array(0);
  readonly #trends: (MemoryTrend | null)[] = [];

  constructor(
    ages: Rings<Uint32Array> = new Rings((length) => new Uint32Array(length), capacity, 1),
    bytes: Rings<Float32Array> = new Rings((length) => new Float32Array(length), capacity, 1),
  ) {
    this.#ages = ages;
    this.#bytes = bytes;
  }

  /** Makes room for so many slots. */
  grow(slots: number): void {
    this.#ages.grow(slots);
    this.#bytes.grow(slots);
    this.#stepMs = grown(this.#stepMs, new Float64Array(slots));
    this.#processes = grown(this.#processes, new Float64Array(slots));
    this.#isDue = grown(this.#isDue, new Uint8Array(slots));
  }

  /** Begins anew, for a bot that has nothing yet. */
  reset(slot: number): void {
    this.#begin(slot, Number.NaN);
    this.#isDue[slot] = 0;
    this.#trends[slot] = null;
  }

  /** `startedAt` tells one process from the next; `at` is epoch ms, `bytes` NaN where unknown. */
  push(slot: number, at: number, bytes: number, startedAt: number): void {
    if (startedAt !== this.#processes[slot]) this.#begin(slot, startedAt);
    const ageMs = at - startedAt;
    if (Number.isNaN(bytes) || ageMs < warmUpMs) return;
    const length = this.#ages.length(slot);
    const lastMs = length > 0 ? this.#ageMs(slot, length - 1) : Number.NEGATIVE_INFINITY;
    // A clock that was set back would spoil the line: what was before does not count any more.
    if (ageMs < lastMs - grainMs) this.#cut(slot, 0);
    // Readings come a little early or late.
    else if (ageMs - lastMs < (this.#stepMs[slot] as number) - 500) return;
    if (this.#ages.length(slot) === capacity) this.#thin(slot);
    this.#ages.values[this.#ages.next(slot)] = ageMs / grainMs;
    this.#bytes.values[this.#bytes.next(slot)] = bytes;
    this.#isDue[slot] = 1;
  }

  /** Whether `trend` would have to be worked out. */
  isTrendDue(slot: number): boolean {
    return this.#isDue[slot] === 1;
  }

  /** As it was last worked out. */
  lastTrend(slot: number): MemoryTrend | null {
    return this.#trends[slot] ?? null;
  }

  /** Those that later points do not change. */
  copy(): MemoryPoints {
    const copy = new MemoryPoints(this.#ages.copy(), this.#bytes.copy());
    copy.#stepMs = this.#stepMs.slice();
    copy.#processes = this.#processes.slice();
    copy.#isDue = this.#isDue.slice();
    copy.#trends.push(...this.#trends);
    return copy;
  }

  /** Null while too little was seen. Worked out when it is asked for and something is new: 2,000 pairs take 0.2 ms. */
  trend(slot: number): MemoryTrend | null {
    if (!this.isTrendDue(slot)) return this.lastTrend(slot);
    this.#isDue[slot] = 0;
    const trend = this.#ages.length(slot) < leastPoints ? null : this.#fit(slot);
    this.#trends[slot] = trend;
    return trend;
  }

  #begin(slot: number, startedAt: number): void {
    this.#processes[slot] = startedAt;
    this.#cut(slot, 0);
    this.#stepMs[slot] = firstStepMs;
    this.#isDue[slot] = 1;
  }

  #cut(slot: number, length: number): void {
    this.#ages.cut(slot, length);
    this.#bytes.cut(slot, length);
  }

  #ageMs(slot: number, index: number): number {
    return (this.#ages.values[this.#ages.place(slot, index)] as number) * grainMs;
  }

  #thin(slot: number): void {
    this.#stepMs[slot] = (this.#stepMs[slot] as number) * 2;
    for (const { ring, values } of [
      { ring: this.#ages, values: this.#ages.values },
      { ring: this.#bytes, values: this.#bytes.values },
    ]) {
      for (let i = 1; i * 2 < capacity; i += 1) values[ring.place(slot, i)] = values[ring.place(slot, i * 2)] as number;
    }
    this.#cut(slot, capacity / 2);
  }

  #fit(slot: number): MemoryTrend {
    const length = this.#ages.length(slot);
    const ages = Array.from({ length }, (_, i) => this.#ageMs(slot, i));
    const bytes = Array.from({ length }, (_, i) => this.#bytes.values[this.#bytes.place(slot, i)] as number);
    const slopes: number[] = [];
    let rising = 0;
    for (let late = 1; late < length; late += 1) {
      for (let early = 0; early < late; early += 1) {
        const rise = (bytes[late] as number) - (bytes[early] as number);
        slopes.push(rise / ((ages[late] as number) - (ages[early] as number)));
        if (rise > 0) rising += 1;
      }
    }
    slopes.sort((a, b) => a - b);
    const spanMs = (ages[length - 1] as number) - (ages[0] as number);
    const bytesPerHour = (slopes[slopes.length >> 1] as number) * 3_600_000;
    return { bytesPerHour, isGrowing: bytesPerHour > 0 && rising / slopes.length >= growingShare, spanMs };
  }
}

/**
 * How long until `memoryBytes` reaches a limit, ms: 0 when it has, null when it does not grow towards it, or when that is
 * further away than a thousand days.
 */
export function timeToReach(memoryBytes: number, trend: MemoryTrend | null, limitBytes: number): number | null {
  if (memoryBytes >= limitBytes) return 0;
  if (trend === null || !trend.isGrowing || !(limitBytes > memoryBytes)) return null;
  const ms = ((limitBytes - memoryBytes) / trend.bytesPerHour) * 3_600_000;
  return ms < 1_000 * 86_400_000 ? ms : null;
}
