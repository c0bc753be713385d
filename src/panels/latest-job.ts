/** Work of which only the latest counts: a newer job ends the one under way at its next step. */

export class LatestJob {
  #last: Promise<void> = Promise.resolve();
  #token = 0;
  #pending = 0;

  get isBusy(): boolean {
    return this.#pending > 0;
  }

  /** Starts when the job before has ended; `isOver` tells it that another was started or all was cancelled. */
  start(work: (isOver: () => boolean) => Promise<void>): void {
    this.#token += 1;
    const token = this.#token;
    const isOver = (): boolean => token !== this.#token;
    this.#pending += 1;
    this.#last = this.#last.then(async () => {
      try {
        if (!isOver()) await work(isOver);
      } finally {
        this.#pending -= 1;
      }
    });
  }

  cancel(): void {
    this.#token += 1;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#pending > 0) await this.#last;
  }
}
