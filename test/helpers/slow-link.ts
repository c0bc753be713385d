/** The way between a program and its terminal. */
export interface LinkSpeed {
  /** A line of 9,600 baud carries 960. Unlimited when left out. */
  readonly bytesPerSecond?: number;
  /** There and back, ms. */
  readonly latencyMs?: number;
}

const SLICE_MS = 10;

/** Hands bytes on as a slow line does: late, and no more of them than it carries. What waits is kept, however much. */
export function slowLink(
  speed: LinkSpeed,
  deliver: (bytes: Buffer) => void,
): { push(bytes: Buffer): void; close(): void } {
  const { bytesPerSecond = Number.POSITIVE_INFINITY, latencyMs = 0 } = speed;
  const waiting: { bytes: Buffer; readonly dueAt: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let credit = 0;
  let lookedAt = 0;

  function carry(): void {
    const now = performance.now();
    // What the line could have carried while it was idle is lost.
    credit = Math.min(credit + ((now - lookedAt) * bytesPerSecond) / 1_000, bytesPerSecond);
    lookedAt = now;
    for (;;) {
      const first = waiting[0];
      if (!first || first.dueAt > now || credit < 1) break;
      const part = first.bytes.subarray(0, Math.min(first.bytes.length, Math.floor(credit)));
      credit -= part.length;
      if (part.length === first.bytes.length) waiting.shift();
      else first.bytes = first.bytes.subarray(part.length);
      deliver(part);
    }
    timer = waiting.length > 0 ? setTimeout(carry, SLICE_MS) : undefined;
  }

  return {
    push(bytes) {
      const now = performance.now();
      if (waiting.length === 0) {
        credit = 0;
        lookedAt = now;
      }
      waiting.push({ bytes, dueAt: now + latencyMs / 2 });
      timer ??= setTimeout(carry, SLICE_MS);
    },
    close() {
      clearTimeout(timer);
      waiting.length = 0;
    },
  };
}
