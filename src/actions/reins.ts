/** What the person holds while an action goes through many targets: to wait, or to begin no more. */
export interface Reins {
  readonly isPaused: boolean;
  /** Why no more is begun; null while more is. */
  readonly stoppedFor: string | null;
  /** Called after each change. */
  onChange: () => void;
  pause(isPaused: boolean): void;
  /** No target is begun any more; those begun are watched to their end. */
  stop(reason: string): void;
  /** Resolves when the next may be begun: at once, when it goes on, or when it is stopped. */
  free(): Promise<void>;
}

export function createReins(): Reins {
  let isPaused = false;
  let stoppedFor: string | null = null;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const go of woken) go();
  };
  const reins: Reins = {
    onChange: () => {},
    get isPaused() {
      return isPaused;
    },
    get stoppedFor() {
      return stoppedFor;
    },
    pause(next) {
      if (next === isPaused) return;
      isPaused = next;
      if (!isPaused) wake();
      reins.onChange();
    },
    stop(reason) {
      if (stoppedFor !== null) return;
      stoppedFor = reason;
      wake();
      reins.onChange();
    },
    free: () => (isPaused && stoppedFor === null ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
  };
  return reins;
}
