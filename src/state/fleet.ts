/** What is derived of all bots together: how many should run and do, and the short history of each. */
import type { Bot, Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { Series } from './series.ts';
import { type BotState, judgeBot } from './judge.ts';
import type { Entry } from './store.ts';

/** Identity of a bot: kept across restarts, new when it is deleted and added again. */
export function keyOf(bot: Pick<Bot, 'home' | 'id' | 'uniqueId'>): string {
  return `${bot.home}\n${bot.id}\n${bot.uniqueId}`;
}

/** Where the number of expected bots comes from. */
export type ExpectedFrom = 'dump' | 'most seen';

export interface FleetCount {
  /** Bots that run and do not flap. */
  readonly running: number;
  /** How many should run; null while nothing is known. */
  readonly expected: number | null;
  readonly expectedFrom: ExpectedFrom;
  /** Stopped because somebody said so. */
  readonly stoppedOnPurpose: number;
  readonly byState: Readonly<Partial<Record<BotState, number>>>;
  readonly total: number;
}

/** Running is what serves, or is about to: a flapping bot does not. */
const RUNNING: ReadonlySet<BotState> = new Set(['ok', 'starting', 'silent']);

/**
 * Counts the fleet. `mostSeen` is the most bots ever seen meant to run, kept by the caller: it stands in where there
 * is no dump. Modules are not bots.
 */
export function countFleet(entries: readonly Entry<'pm2'>[], mostSeen: number, now: number): FleetCount {
  const byState: Partial<Record<BotState, number>> = {};
  let running = 0;
  let total = 0;
  let stoppedOnPurpose = 0;
  let fromDump: number | null = null;
  let isKnown = false;
  for (const { reading } of entries) {
    if (reading.state !== 'fresh' && reading.state !== 'stale') continue;
    isKnown = true;
    const snapshot = reading.value;
    if (snapshot.dump) {
      fromDump = (fromDump ?? 0) + snapshot.dump.bots.reduce((sum, bot) => sum + (bot.isStopped ? 0 : 1), 0);
    }
    for (const bot of snapshot.bots) {
      if (bot.isModule) continue;
      total++;
      const { state } = judgeBot(bot, reading.state === 'fresh', now);
      byState[state] = (byState[state] ?? 0) + 1;
      if (RUNNING.has(state)) running++;
      if (isStoppedOnPurpose(bot)) stoppedOnPurpose++;
    }
  }
  const expected = isKnown ? Math.max(fromDump ?? mostSeen, 0) : null;
  return {
    running,
    expected,
    expectedFrom: fromDump === null ? 'most seen' : 'dump',
    stoppedOnPurpose,
    byState,
    total,
  };
}

/** Stopped, and not because it ended by itself. */
export function isStoppedOnPurpose(bot: Bot): boolean {
  if (bot.status !== 'stopped') return false;
  const last = bot.exits.at(-1);
  return !last || last.cause === 'asked';
}

/** Bots of a snapshot that are meant to run, whatever they do now. */
export function countMeantToRun(snapshot: Pm2Snapshot): number {
  let count = 0;
  for (const bot of snapshot.bots) if (!bot.isModule && !isStoppedOnPurpose(bot)) count++;
  return count;
}

/** Samples kept of each bot: two minutes at one a second. */
const SAMPLES = 120;

export interface BotSeries {
  readonly cpu: Series;
  readonly memory: Series;
}

/** The short history of every bot, by key. Bots that are gone are forgotten. */
export class FleetHistory {
  readonly #series = new Map<string, BotSeries>();
  #mostMeantToRun = 0;
  #bots: readonly Bot[] | null = null;
  #keys: string[] = [];

  /** The most bots seen meant to run at once, in one home or all homes together. */
  get mostMeantToRun(): number {
    return this.#mostMeantToRun;
  }

  of(key: string): BotSeries | undefined {
    return this.#series.get(key);
  }

  /** Adds one sample of every bot of the snapshots that were just read. */
  push(snapshots: readonly Pm2Snapshot[]): void {
    let meant = 0;
    for (const snapshot of snapshots) {
      meant += countMeantToRun(snapshot);
      for (let i = 0; i < snapshot.bots.length; i++) {
        const key = this.#keyAt(snapshot, i);
        let series = this.#series.get(key);
        if (!series) {
          series = { cpu: new Series(SAMPLES), memory: new Series(SAMPLES) };
          this.#series.set(key, series);
        }
        series.cpu.push(snapshot.cpuPercent[i] as number);
        series.memory.push(snapshot.memoryBytes[i] as number);
      }
    }
    this.#mostMeantToRun = Math.max(this.#mostMeantToRun, meant);
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
    for (const key of this.#series.keys()) if (!present.has(key)) this.#series.delete(key);
  }
}
