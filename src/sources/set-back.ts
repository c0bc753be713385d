/** A clock that is set back while we run: what is reckoned by it must be told, or it lies in the future for as long. */

/** Whoever sets it back by less changes little of what is told in minutes and hours, ms. */
const LEAST_MS = 60_000;

/** Looks at the moments that somebody reckons by, one after the other. */
export class SetBack {
  #last = Number.NEGATIVE_INFINITY;

  /** By how many ms the clock was set back since the last call; 0 where it was not. `now` is epoch ms. */
  since(now: number): number {
    const ms = this.#last - now;
    this.#last = now;
    return ms >= LEAST_MS ? ms : 0;
  }
}
