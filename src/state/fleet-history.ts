/** The short history of each bot. */
import type { Bot, Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { BotTracks } from './bot-tracks.ts';
import { countMeantToRun, keyOf } from './fleet.ts';
import { MemoryPoints, type MemoryTrend } from './memory-trend.ts';
import { Series } from './series.ts';

/** So many trends are worked out between two samples, 0.2 ms each: a list that is sorted by them asks for all at once. */
export const TRENDS_A_TICK = 25;

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
  #trendsLeft = TRENDS_A_TICK;
  /** Those that were asked for and have to wait, the longest first. */
  readonly #trendsDue = new Set<string>();

  /** The most bots of a home that were seen meant to run at once. */
  mostMeantToRun(home: string): number {
    return this.#mostMeantToRun.get(home) ?? 0;
  }

  of(key: string): BotSeries | undefined {
    return this.#histories.get(key);
  }

  /**
   * How the memory of a bot's process goes, over all of its life that was seen; null while too little was. Where many are
   * asked for at once, the last one known, until it has its turn.
   */
  memoryTrendOf(key: string): MemoryTrend | null {
    const points = this.#histories.get(key)?.points;
    if (points === undefined || !points.isTrendDue) return points?.lastTrend ?? null;
    if (this.#trendsLeft > 0) {
      this.#trendsLeft -= 1;
      return points.trend();
    }
    this.#trendsDue.add(key);
    return points.lastTrend;
  }

  /** One that later samples do not change. Nothing in it waits for its turn. */
  copy(): FleetHistory {
    const copy = new FleetHistory();
    for (const [key, { cpu, memory, tracks, points }] of this.#histories) {
      const history = { cpu: cpu.copy(), memory: memory.copy(), tracks: tracks.copy(), points: points.copy() };
      copy.#histories.set(key, history);
    }
    for (const [home, most] of this.#mostMeantToRun) copy.#mostMeantToRun.set(home, most);
    copy.#trendsLeft = Number.POSITIVE_INFINITY;
    return copy;
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
    this.#workOutTrends();
  }

  /** Those that waited come before those that are asked for next: with an order by trend each has its turn. */
  #workOutTrends(): void {
    this.#trendsLeft = TRENDS_A_TICK;
    for (const key of this.#trendsDue) {
      if (this.#trendsLeft === 0) return;
      this.#trendsDue.delete(key);
      const points = this.#histories.get(key)?.points;
      if (!points?.isTrendDue) continue;
      this.#trendsLeft -= 1;
      points.trend();
    }
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
