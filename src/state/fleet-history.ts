/** The short history of each bot. */
import type { Bot, Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { BotTracks, type Curve, type Span, type Tracked } from './bot-tracks.ts';
import { decode, encode, UNKNOWN_CODE } from './encoded.ts';
import { countMeantToRun, keyOf } from './fleet.ts';
import { MemoryPoints, type MemoryTrend } from './memory-trend.ts';
import { Rings } from './rings.ts';

/** So many trends are worked out between two samples, 0.2 ms each: a list that is sorted by them asks for all at once. */
export const TRENDS_A_TICK = 25;

/** Samples kept of each bot: two minutes at one a second. */
const SAMPLES = 120;
/** What stands side by side in a sample, in the order of `TRACKED`. */
const CPU = 0;
const MEMORY = 1;
const WIDTH = 2;

/** The last two minutes of one measure of one bot, oldest first; NaN marks a sample that is unknown. */
export class BotSamples {
  readonly #rings: Rings<Uint16Array>;
  readonly #slot: number;
  readonly #lane: number;

  constructor(rings: Rings<Uint16Array>, slot: number, lane: number) {
    this.#rings = rings;
    this.#slot = slot;
    this.#lane = lane;
  }

  get length(): number {
    return this.#rings.length(this.#slot);
  }

  /** The sample at `index`, 0 being the oldest; NaN outside. */
  at(index: number): number {
    if (index < 0 || index >= this.length) return Number.NaN;
    return decode(this.#lane, this.#rings.values[this.#rings.place(this.#slot, index) + this.#lane] as number);
  }

  /** The largest known of `count` samples, of which the newest `after` are younger; NaN when none is known. */
  max(count: number, after = 0): number {
    let found = UNKNOWN_CODE;
    const end = this.length - after;
    for (let i = Math.max(0, end - count); i < end; i++) {
      const code = this.#rings.values[this.#rings.place(this.#slot, i) + this.#lane] as number;
      // The codes have the order of the values, and the unknown is the largest.
      if (code !== UNKNOWN_CODE && (found === UNKNOWN_CODE || code > found)) found = code;
    }
    return decode(this.#lane, found);
  }

  /** The newest `count` samples, oldest first, as a plain array. */
  tail(count: number): number[] {
    const from = Math.max(0, this.length - count);
    return Array.from({ length: this.length - from }, (_, i) => this.at(from + i));
  }
}

/** What is kept of one bot. */
export interface BotSeries {
  readonly cpu: BotSamples;
  readonly memory: BotSamples;
  curve(measure: Tracked, span: Span): Curve;
}

/** The slots of the bots of a home, in the order of its list. */
interface HomeSlots {
  readonly bots: readonly Bot[];
  readonly slots: readonly number[];
  readonly meantToRun: number;
}

/** The short history of every bot, by key. Bots that are gone are forgotten. All of it lies in a few pieces of memory. */
export class FleetHistory {
  #samples: Rings<Uint16Array> = new Rings((length) => new Uint16Array(length), SAMPLES, WIDTH);
  #tracks = new BotTracks();
  #points = new MemoryPoints();
  readonly #slots = new Map<string, number>();
  #free: number[] = [];
  #room = 0;
  /** Of the bots that were asked for: those that were shown. */
  readonly #series = new Map<string, BotSeries>();
  readonly #mostMeantToRun = new Map<string, number>();
  readonly #homes = new Map<string, HomeSlots>();
  #trendsLeft = TRENDS_A_TICK;
  /** Those that were asked for and have to wait, the longest first. */
  readonly #trendsDue = new Set<string>();

  /** The most bots of a home that were seen meant to run at once. */
  mostMeantToRun(home: string): number {
    return this.#mostMeantToRun.get(home) ?? 0;
  }

  of(key: string): BotSeries | undefined {
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    const series: BotSeries = {
      cpu: new BotSamples(this.#samples, slot, CPU),
      memory: new BotSamples(this.#samples, slot, MEMORY),
      curve: (measure, span) => this.#tracks.curve(slot, measure, span),
    };
    this.#series.set(key, series);
    return series;
  }

  /**
   * How the memory of a bot's process goes, over all of its life that was seen; null while too little was. Where many are
   * asked for at once, the last one known, until it has its turn.
   */
  memoryTrendOf(key: string): MemoryTrend | null {
    const slot = this.#slots.get(key);
    if (slot === undefined) return null;
    if (!this.#points.isTrendDue(slot)) return this.#points.lastTrend(slot);
    if (this.#trendsLeft > 0) {
      this.#trendsLeft -= 1;
      return this.#points.trend(slot);
    }
    this.#trendsDue.add(key);
    return this.#points.lastTrend(slot);
  }

  /** One that later samples do not change. Nothing in it waits for its turn. */
  copy(): FleetHistory {
    const copy = new FleetHistory();
    copy.#samples = this.#samples.copy();
    copy.#tracks = this.#tracks.copy();
    copy.#points = this.#points.copy();
    for (const [key, slot] of this.#slots) copy.#slots.set(key, slot);
    copy.#free = [...this.#free];
    copy.#room = this.#room;
    for (const [home, most] of this.#mostMeantToRun) copy.#mostMeantToRun.set(home, most);
    copy.#trendsLeft = Number.POSITIVE_INFINITY;
    return copy;
  }

  /** Adds one sample of every bot of the snapshots that were just read; `now` is epoch ms. */
  push(snapshots: readonly Pm2Snapshot[], now: number): void {
    for (const snapshot of snapshots) {
      const { home, bots, cpuPercent, memoryBytes } = snapshot;
      const { slots, meantToRun } = this.#slotsOf(snapshot);
      this.#mostMeantToRun.set(home, Math.max(this.mostMeantToRun(home), meantToRun));
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i] as number;
        const { startedAt, metrics } = bots[i] as Bot;
        const percent = cpuPercent[i] as number;
        const bytes = memoryBytes[i] as number;
        if (startedAt !== null) this.#points.push(slot, now, bytes, startedAt);
        const at = this.#samples.next(slot);
        this.#samples.values[at + CPU] = encode(CPU, percent);
        this.#samples.values[at + MEMORY] = encode(MEMORY, bytes);
        this.#tracks.push(slot, now, percent, bytes, loopLatency(metrics));
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
      const slot = this.#slots.get(key);
      if (slot === undefined || !this.#points.isTrendDue(slot)) continue;
      this.#trendsLeft -= 1;
      this.#points.trend(slot);
    }
  }

  /** Found once a list and not once a tick: a thousand keys are a thousand texts. */
  #slotsOf(snapshot: Pm2Snapshot): HomeSlots {
    const known = this.#homes.get(snapshot.home);
    if (known?.bots === snapshot.bots) return known;
    const keys = snapshot.bots.map(keyOf);
    this.#makeRoom(keys.filter((key) => !this.#slots.has(key)).length);
    const slots = keys.map((key) => this.#slots.get(key) ?? this.#take(key));
    const found = { bots: snapshot.bots, slots, meantToRun: countMeantToRun(snapshot) };
    this.#homes.set(snapshot.home, found);
    return found;
  }

  /** For so many more, and an eighth besides: a fleet that grows by one bot at a time is not moved each time. */
  #makeRoom(more: number): void {
    if (this.#free.length >= more) return;
    const room = Math.ceil((this.#room - this.#free.length + more) * 1.125);
    this.#samples.grow(room);
    this.#tracks.grow(room);
    this.#points.grow(room);
    while (this.#room < room) this.#free.push(this.#room++);
  }

  #take(key: string): number {
    const slot = this.#free.pop() as number;
    this.#samples.cut(slot, 0);
    this.#tracks.reset(slot);
    this.#points.reset(slot);
    this.#slots.set(key, slot);
    return slot;
  }

  #forget(snapshots: readonly Pm2Snapshot[]): void {
    const total = snapshots.reduce((sum, snapshot) => sum + snapshot.bots.length, 0);
    if (this.#slots.size <= total) return;
    const present = new Set(snapshots.flatMap((snapshot) => snapshot.bots.map(keyOf)));
    for (const [key, slot] of this.#slots) {
      if (present.has(key)) continue;
      this.#slots.delete(key);
      this.#series.delete(key);
      this.#free.push(slot);
    }
    // One that comes back begins anew.
    this.#homes.clear();
  }
}

function loopLatency(metrics: Bot['metrics']): number {
  for (const metric of metrics) if (metric.kind === 'loop-latency') return metric.value;
  return Number.NaN;
}
