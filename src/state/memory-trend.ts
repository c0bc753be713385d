/** Where a bot's memory is going: how fast it grows since its process started, and when it will be too much. */

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
/** Room there is at first: of a process that just started nothing is kept. */
const firstRoom = 16;
const noTimes = new Float64Array(0);
const noBytes = new Float32Array(0);
/** Between two points at first; doubled each time there is no room left, so that the whole life of a process fits. */
const firstStepMs = 4_000;
/** A program loads what it needs in its first minute: that growth is none. */
const warmUpMs = 60_000;
const leastPoints = 15;
/** Of all pairs of points, so many have to go up; half of them do in noise. */
const growingShare = 0.75;

/**
 * The points of one process, from its start or from when we first saw it. The slope is Theil and Sen's, the median of
 * the slopes of all pairs: a collected heap or a short peak does not bend it.
 */
export class MemoryPoints {
  #at = noTimes;
  #bytes = noBytes;
  #length = 0;
  #stepMs = firstStepMs;
  #process = Number.NaN;
  #trend: MemoryTrend | null = null;
  #isTrendDue = false;

  /** `startedAt` tells one process from the next; `at` is epoch ms, `bytes` NaN where unknown. */
  push(at: number, bytes: number, startedAt: number): void {
    if (startedAt !== this.#process) {
      this.#process = startedAt;
      this.#length = 0;
      this.#stepMs = firstStepMs;
      this.#isTrendDue = true;
    }
    if (Number.isNaN(bytes) || at - startedAt < warmUpMs) return;
    const last = this.#length > 0 ? (this.#at[this.#length - 1] as number) : Number.NEGATIVE_INFINITY;
    // A clock that was set back would spoil the line: what was before does not count any more.
    if (at < last) this.#length = 0;
    // Readings come a little early or late.
    else if (at - last < this.#stepMs - 500) return;
    if (this.#length === capacity) this.#thin();
    if (this.#length === this.#at.length) this.#widen();
    this.#at[this.#length] = at;
    this.#bytes[this.#length] = bytes;
    this.#length += 1;
    this.#isTrendDue = true;
  }

  /** Whether `trend` would have to be worked out. */
  get isTrendDue(): boolean {
    return this.#isTrendDue;
  }

  /** As it was last worked out. */
  get lastTrend(): MemoryTrend | null {
    return this.#trend;
  }

  /** Those that later points do not change. */
  copy(): MemoryPoints {
    const copy = new MemoryPoints();
    copy.#at = this.#at.slice();
    copy.#bytes = this.#bytes.slice();
    copy.#length = this.#length;
    copy.#stepMs = this.#stepMs;
    copy.#process = this.#process;
    copy.#trend = this.#trend;
    copy.#isTrendDue = this.#isTrendDue;
    return copy;
  }

  /** Null while too little was seen. Worked out when it is asked for and something is new: 2,000 pairs take 0.2 ms. */
  trend(): MemoryTrend | null {
    if (!this.#isTrendDue) return this.#trend;
    this.#isTrendDue = false;
    this.#trend = this.#length < leastPoints ? null : this.#fit();
    return this.#trend;
  }

  #thin(): void {
    this.#stepMs *= 2;
    for (let index = 1; index * 2 < capacity; index += 1) {
      this.#at[index] = this.#at[index * 2] as number;
      this.#bytes[index] = this.#bytes[index * 2] as number;
    }
    this.#length = capacity / 2;
  }

  #widen(): void {
    const room = Math.min(capacity, Math.max(firstRoom, this.#length * 2));
    const at = new Float64Array(room);
    const bytes = new Float32Array(room);
    at.set(this.#at);
    bytes.set(this.#bytes);
    this.#at = at;
    this.#bytes = bytes;
  }

  #fit(): MemoryTrend {
    const slopes: number[] = [];
    let rising = 0;
    for (let late = 1; late < this.#length; late += 1) {
      for (let early = 0; early < late; early += 1) {
        const rise = (this.#bytes[late] as number) - (this.#bytes[early] as number);
        slopes.push(rise / ((this.#at[late] as number) - (this.#at[early] as number)));
        if (rise > 0) rising += 1;
      }
    }
    slopes.sort((a, b) => a - b);
    const spanMs = (this.#at[this.#length - 1] as number) - (this.#at[0] as number);
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
