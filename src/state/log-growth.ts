/** How fast each log grows: what was written to it within the last hour, through rotations and cuts. */
import type { LogFile } from '../sources/logs/snapshot.ts';

/** A sample is taken this often, and kept for an hour. */
const STEP_MS = 60_000;
const SAMPLES = 61;
/** Before this much was seen no rate is told. */
const LEAST_MS = 30_000;

interface Track {
  size: number;
  /** Bytes written since it was first seen. */
  written: number;
  /** Epoch ms and `written` then, the oldest first. */
  readonly samples: { readonly at: number; readonly written: number }[];
}

export class LogGrowth {
  readonly #tracks = new Map<string, Track>();

  /** Takes in the sizes of one reading; files that are no longer named are forgotten. `now` is epoch ms. */
  push(files: readonly LogFile[], now: number): void {
    for (const { path, sizeBytes } of files) {
      if (Number.isNaN(sizeBytes)) continue;
      const track = this.#tracks.get(path);
      if (!track) {
        this.#tracks.set(path, { size: sizeBytes, written: 0, samples: [{ at: now, written: 0 }] });
        continue;
      }
      // A file that is shorter was cut or replaced: what stands in it was written since.
      track.written += sizeBytes >= track.size ? sizeBytes - track.size : sizeBytes;
      track.size = sizeBytes;
      const last = track.samples.at(-1);
      if (last && now - last.at >= STEP_MS) {
        track.samples.push({ at: now, written: track.written });
        if (track.samples.length > SAMPLES) track.samples.shift();
      }
    }
    if (this.#tracks.size > files.length) this.#forget(files);
  }

  /** Bytes an hour, of the last hour or what was seen of it; NaN while too little was seen. */
  perHour(path: string, now: number): number {
    const track = this.#tracks.get(path);
    const first = track?.samples[0];
    if (!track || !first || now - first.at < LEAST_MS) return Number.NaN;
    return ((track.written - first.written) / (now - first.at)) * 3_600_000;
  }

  #forget(files: readonly LogFile[]): void {
    const named = new Set(files.map(({ path }) => path));
    for (const path of this.#tracks.keys()) if (!named.has(path)) this.#tracks.delete(path);
  }
}
