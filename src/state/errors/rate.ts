/** How often something happened in each of the last sixty minutes. */

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** A ring of minutes. Reading it takes the moment it is read at: minutes pass while nothing happens. */
export class MinuteRing {
  readonly #counts = new Uint32Array(MINUTES);
  /** The newest minute that is in the ring, in minutes since the epoch. */
  #newest = Number.NEGATIVE_INFINITY;

  /** Counts `count` at a moment (epoch ms); what is older than the ring is left out. */
  add(at: number, count = 1): void {
    const minute = Math.floor(at / MINUTE_MS);
    if (minute > this.#newest) this.#advance(minute);
    if (minute <= this.#newest - MINUTES) return;
    const place = minute % MINUTES;
    this.#counts[place] = (this.#counts[place] as number) + count;
  }

  /** The clock was set back by so many ms, to `now`: every minute stays as long ago as it was. */
  setBack(ms: number, now: number): void {
    const minutes = Math.floor((now + ms) / MINUTE_MS) - Math.floor(now / MINUTE_MS);
    const turned = minutes % MINUTES;
    const first = this.#counts.slice(0, turned);
    this.#counts.copyWithin(0, turned);
    this.#counts.set(first, MINUTES - turned);
    this.#newest -= minutes;
  }

  /** How many in the `minutes` that end with the minute of `now`, at most sixty. */
  sum(now: number, minutes: number = MINUTES): number {
    let sum = 0;
    for (let i = Math.max(0, MINUTES - minutes); i < MINUTES; i += 1) sum += this.at(i, now);
    return sum;
  }

  /** The count of one minute, 59 being the minute of `now`. */
  at(index: number, now: number): number {
    const minute = Math.floor(now / MINUTE_MS) - (MINUTES - 1 - index);
    if (minute > this.#newest || minute <= this.#newest - MINUTES) return 0;
    return this.#counts[minute % MINUTES] as number;
  }

  copy(): MinuteRing {
    const ring = new MinuteRing();
    ring.#counts.set(this.#counts);
    ring.#newest = this.#newest;
    return ring;
  }

  #advance(minute: number): void {
    const passed = minute - this.#newest;
    if (passed >= MINUTES) this.#counts.fill(0);
    else for (let i = 1; i <= passed; i += 1) this.#counts[(this.#newest + i) % MINUTES] = 0;
    this.#newest = minute;
  }
}
