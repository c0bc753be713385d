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

interface BotHistory extends BotSeries {
  readonly points: MemoryPoints;
}

/** The histories of the bots of a home, in the order of its list. */
interface HomeRows {
  readonly bots: readonly Bot[];
  readonly rows: readonly BotHistory[];
  readonly meantToRun: number;
}

/** The short history of every bot, by key. Bots that are gone are forgotten. */
export class FleetHistory {
  readonly #histories = new Map<string, BotHistory>();
  readonly #mostMeantToRun = new Map<string, number>();
  readonly #homes = new Map<string, HomeRows>();

  /** The most bots of a home that were seen meant to run at once. */
  mostMeantToRun(home: string): number {
    return this.#mostMeantToRun.get(home) ?? 0;
  }

  of(key: string): BotSeries | undefined {
    return this.#histories.get(key);
  }

  /** How the memory of a bot's process goes, over all of its life that was seen; null while too little was. */
  memoryTrendOf(key: string): MemoryTrend | null {
    return this.#histories.get(key)?.points.trend() ?? null;
  }

  /** Adds one sample of every bot of the snapshots that were just read; `now` is epoch ms. */
  push(snapshots: readonly Pm2Snapshot[], now: number): void {
    for (const snapshot of snapshots) {
      const { home, bots, cpuPercent, memoryBytes } = snapshot;
      const { rows, meantToRun } = this.#rowsOf(snapshot);
      this.#mostMeantToRun.set(home, Math.max(this.mostMeantToRun(home), meantToRun));
      for (let i = 0; i < rows.length; i++) {
        const { cpu, memory, tracks, points } = rows[i] as BotHistory;
        const { startedAt, metrics } = bots[i] as Bot;
        const percent = cpuPercent[i] as number;
        const bytes = memoryBytes[i] as number;
        if (startedAt !== null) points.push(now, bytes, startedAt);
        cpu.push(percent);
        memory.push(bytes);
        tracks.push(now, percent, bytes, loopLatency(metrics));
      }
    }
    this.#forget(snapshots);
  }

  /** Found once a list and not once a tick: a thousand keys are a thousand texts. */
  #rowsOf(snapshot: Pm2Snapshot): HomeRows {
    const known = this.#homes.get(snapshot.home);
    if (known?.bots === snapshot.bots) return known;
    const rows = snapshot.bots.map((bot) => this.#historyOf(keyOf(bot)));
    const found = { bots: snapshot.bots, rows, meantToRun: countMeantToRun(snapshot) };
    this.#homes.set(snapshot.home, found);
    return found;
  }

  #historyOf(key: string): BotHistory {
    const known = this.#histories.get(key);
    if (known !== undefined) return known;
    const cpu = new Series(SAMPLES);
    const history = { cpu, memory: new Series(SAMPLES), tracks: new BotTracks(), points: new MemoryPoints() };
    this.#histories.set(key, history);
    return history;
  }

  #forget(snapshots: readonly Pm2Snapshot[]): void {
    const total = snapshots.reduce((sum, snapshot) => sum + snapshot.bots.length, 0);
    if (this.#histories.size <= total) return;
    const present = new Set(snapshots.flatMap((snapshot) => snapshot.bots.map(keyOf)));
    for (const key of this.#histories.keys()) if (!present.has(key)) this.#histories.delete(key);
    // One that comes back begins anew.
    this.#homes.clear();
  }
}

function loopLatency(metrics: Bot['metrics']): number {
  for (const metric of metrics) if (metric.kind === 'loop-latency') return metric.value;
  return Number.NaN;
}
