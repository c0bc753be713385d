/** How fast each log grows: what was written to it within the last hour, through rotations and cuts. */
import type { LogFile } from '../sources/logs/snapshot.ts';
import { SetBack } from '../sources/set-back.ts';

/** A log that grows has one sample of each such step, kept for an hour. */
const STEP_MS = 60_000;
const WINDOW_MS = 3_600_000;
/** Before this much was seen no rate is told. */
const LEAST_MS = 30_000;

/** When it last grew within a step, epoch ms, and what had been written by then since the log was first seen. */
interface Sample {
  at: number;
  written: number;
}

interface Track {
  size: number;
  /** Bytes written since it was first seen. */
  written: number;
  /** Epoch ms. */
  seenAt: number;
  /** The oldest first; of a log that nobody writes to there are none. */
  samples: Sample[];
}

/** Of most logs of a large fleet. It is never written to. */
const noSamples: Sample[] = [];

export class LogGrowth {
  readonly #tracks = new Map<string, Track>();
  readonly #setBack = new SetBack();

  /** Takes in the sizes of one reading; files that are no longer named are forgotten. `now` is epoch ms. */
  push(files: readonly LogFile[], now: number): void {
    const setBackMs = this.#setBack.since(now);
    if (setBackMs > 0) this.#age(setBackMs);
    for (const { path, sizeBytes } of files) {
      if (Number.isNaN(sizeBytes)) continue;
      const track = this.#tracks.get(path);
      if (!track) {
        this.#tracks.set(path, { size: sizeBytes, written: 0, seenAt: now, samples: noSamples });
        continue;
      }
      if (sizeBytes === track.size) continue;
      // A file that is shorter was cut or replaced: what stands in it was written since.
      track.written += sizeBytes >= track.size ? sizeBytes - track.size : sizeBytes;
      track.size = sizeBytes;
      keepSample(track, now);
    }
    if (this.#tracks.size > files.length) this.#forget(files);
  }

  /** Bytes an hour, of the last hour or what was seen of it; NaN while too little was seen. */
  perHour(path: string, now: number): number {
    const track = this.#tracks.get(path);
    if (!track || now - track.seenAt < LEAST_MS) return Number.NaN;
    const since = Math.max(track.seenAt, now - WINDOW_MS);
    const before = track.samples.findLast(({ at }) => at <= since)?.written ?? 0;
    return ((track.written - before) / (now - since)) * 3_600_000;
  }

  /** What was written stays as long ago as it was. */
  #age(ms: number): void {
    for (const track of this.#tracks.values()) {
      track.seenAt -= ms;
      for (const sample of track.samples) sample.at -= ms;
    }
  }

  #forget(files: readonly LogFile[]): void {
    const named = new Set(files.map(({ path }) => path));
    for (const path of this.#tracks.keys()) if (!named.has(path)) this.#tracks.delete(path);
  }
}

/** The last that is older than the window tells what had been written when it began. */
function keepSample(track: Track, at: number): void {
  const { samples, written } = track;
  const last = samples.at(-1);
  if (!last) track.samples = [{ at, written }];
  else if (Math.floor(last.at / STEP_MS) === Math.floor(at / STEP_MS)) Object.assign(last, { at, written });
  else samples.push({ at, written });
  while (samples.length > 1 && at - (samples[1] as Sample).at >= WINDOW_MS) samples.shift();
}
