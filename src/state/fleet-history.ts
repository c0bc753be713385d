/** The short history of each bot. */
import type { Bot, Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { BotTracks } from './bot-tracks.ts';
import { countMeantToRun, keyOf } from './fleet.ts';
import { MemoryPoints, type MemoryTrend } from './memory-trend.ts';
import { Series } from './series.ts';

/** Samples kept of each bot: two minutes at one a second. */
const SAMPLES = 120;

export interface BotSeries {
  readonly cpu: Series;
  readonly memory: Series;
  readonly tracks: BotTracks;
}

/** The short history of every bot, by key. Bots that are gone are forgotten. */
export class FleetHistory {
  readonly #series = new Map<string, BotSeries>();
  readonly #memory = new Map<string, MemoryPoints>();
  readonly #mostMeantToRun = new Map<string, number>();
  #bots: readonly Bot[] | null = null;
  #keys: string[] = [];

  /** The most bots of a home that were seen meant to run at once. */
  mostMeantToRun(home: string): number {
    return this.#mostMeantToRun.get(home) ?? 0;
  }

  of(key: string): BotSeries | undefined {
    return this.#series.get(key);
  }

  /** How the memory of a bot's process goes, over all of its life that was seen; null while too little was. */
  memoryTrendOf(key: string): MemoryTrend | null {
    return this.#memory.get(key)?.trend() ?? null;
  }

  /** Adds one sample of every bot of the snapshots that were just read; `now` is epoch ms. */
  push(snapshots: readonly Pm2Snapshot[], now: number): void {
    for (const snapshot of snapshots) {
      const most = Math.max(this.mostMeantToRun(snapshot.home), countMeantToRun(snapshot));
      this.#mostMeantToRun.set(snapshot.home, most);
      for (let i = 0; i < snapshot.bots.length; i++) {
        const key = this.#keyAt(snapshot, i);
        let series = this.#series.get(key);
        if (!series) {
          series = { cpu: new Series(SAMPLES), memory: new Series(SAMPLES), tracks: new BotTracks() };
          this.#series.set(key, series);
          this.#memory.set(key, new MemoryPoints());
        }
        const { startedAt, metrics } = snapshot.bots[i] as Bot;
        if (startedAt !== null) this.#memory.get(key)?.push(now, snapshot.memoryBytes[i] as number, startedAt);
        series.cpu.push(snapshot.cpuPercent[i] as number);
        series.memory.push(snapshot.memoryBytes[i] as number);
        series.tracks.push(
          now,
          snapshot.cpuPercent[i] as number,
          snapshot.memoryBytes[i] as number,
          loopLatency(metrics),
        );
      }
    }
    this.#forget(snapshots);
  }

  /** Keys are strings; they are built once a list, not once a tick, while there is one home. */
  #keyAt(snapshot: Pm2Snapshot, index: number): string {
    if (this.#bots !== snapshot.bots) {
      this.#bots = snapshot.bots;
      this.#keys = snapshot.bots.map(keyOf);
    }
    return this.#keys[index] as string;
  }

  #forget(snapshots: readonly Pm2Snapshot[]): void {
    const total = snapshots.reduce((sum, snapshot) => sum + snapshot.bots.length, 0);
    if (this.#series.size <= total) return;
    const present = new Set(snapshots.flatMap((snapshot) => snapshot.bots.map(keyOf)));
    for (const key of this.#series.keys()) {
      if (present.has(key)) continue;
      this.#series.delete(key);
      this.#memory.delete(key);
    }
  }
}

function loopLatency(metrics: Bot['metrics']): number {
  for (const metric of metrics) if (metric.kind === 'loop-latency') return metric.value;
  return Number.NaN;
}
