/** What PostgreSQL and Redis did in the last hour: a sample every two seconds for ten minutes, means of twenty beyond. */
import { longestTransaction, type PostgresSnapshot } from '../sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../sources/redis/snapshot.ts';
import { Series } from './series.ts';

const POSTGRES_SERIES = [
  'connectionsUsedPercent',
  'transactionsPerSecond',
  'cacheHitPercent',
  'blockedSessions',
  'longestTransactionMs',
] as const;

const REDIS_SERIES = [
  'redisMemoryBytes',
  'redisOpsPerSecond',
  'redisHitPercent',
  'redisClients',
  'redisEvictions',
] as const;

export type DatabaseSeriesName = (typeof POSTGRES_SERIES)[number] | (typeof REDIS_SERIES)[number];

export const DATABASE_FINE_STEP_MS = 2_000;
export const DATABASE_COARSE_STEP_MS = 20_000;
const FINE_SAMPLES = 300;
const COARSE_SAMPLES = 180;

/** One measure at two grains. Both end now. */
export interface DatabaseTrack {
  readonly fine: Series;
  readonly coarse: Series;
}

/** The series of one server, which are sampled together. */
class Group<Name extends string> {
  readonly names: readonly Name[];
  readonly tracks: Readonly<Record<Name, DatabaseTrack>>;
  /** The step that the newest fine sample stands for; NaN before the first. */
  #step = Number.NaN;
  #block = Number.NaN;
  #sums: Float64Array;
  #counts: Float64Array;

  constructor(names: readonly Name[]) {
    this.names = names;
    this.#sums = new Float64Array(names.length);
    this.#counts = new Float64Array(names.length);
    const track = (): DatabaseTrack => ({ fine: new Series(FINE_SAMPLES), coarse: new Series(COARSE_SAMPLES) });
    this.tracks = Object.fromEntries(names.map((name) => [name, track()])) as Record<Name, DatabaseTrack>;
  }

  /** Null is unknown. A second reading of one step is left out: an action asks for one out of turn. */
  push(values: Readonly<Record<Name, number | null>>, at: number): void {
    const step = Math.round(at / DATABASE_FINE_STEP_MS);
    const passed = Number.isNaN(this.#step) ? 1 : step - this.#step;
    // A clock set back by more than a minute begins a new count; less is waited out.
    if (passed <= 0 && passed > -30) return;
    if (passed < 0) this.#block = Number.NaN;
    // Steps without a reading are gaps; a single one is a reading that came late.
    if (passed > 2) {
      for (let i = Math.min(passed - 1, FINE_SAMPLES); i > 0; i--) {
        for (const name of this.names) this.tracks[name].fine.push(Number.NaN);
      }
    }
    this.#step = step;
    this.#advance(Math.floor((step * DATABASE_FINE_STEP_MS) / DATABASE_COARSE_STEP_MS));
    this.names.forEach((name, i) => {
      const value = values[name] ?? Number.NaN;
      this.tracks[name].fine.push(value);
      if (Number.isNaN(value)) return;
      this.#sums[i] = (this.#sums[i] as number) + value;
      this.#counts[i] = (this.#counts[i] as number) + 1;
    });
  }

  #advance(block: number): void {
    const passed = Number.isNaN(this.#block) ? 0 : Math.min(block - this.#block, COARSE_SAMPLES);
    for (let i = 0; i < passed; i++) {
      this.names.forEach((name, at) => {
        const known = this.#counts[at] as number;
        this.tracks[name].coarse.push(known > 0 ? (this.#sums[at] as number) / known : Number.NaN);
      });
      this.#sums.fill(0);
      this.#counts.fill(0);
    }
    this.#block = block;
  }

  copy(): Group<Name> {
    const copy = new Group(this.names);
    copy.#step = this.#step;
    copy.#block = this.#block;
    copy.#sums = this.#sums.slice();
    copy.#counts = this.#counts.slice();
    for (const name of this.names) {
      for (const grain of ['fine', 'coarse'] as const) {
        const from = this.tracks[name][grain];
        for (let i = 0; i < from.length; i++) copy.tracks[name][grain].push(from.at(i));
      }
    }
    return copy;
  }
}

/** The tracks of all measures, at most an hour back. */
export class DatabaseHistory {
  #postgres = new Group(POSTGRES_SERIES);
  #redis = new Group(REDIS_SERIES);

  track(name: DatabaseSeriesName): DatabaseTrack {
    return { ...this.#postgres.tracks, ...this.#redis.tracks }[name];
  }

  /** Takes in a reading of PostgreSQL; `at` is epoch ms. */
  pushPostgres(snapshot: PostgresSnapshot, at: number): void {
    this.#postgres.push(
      {
        connectionsUsedPercent: snapshot.connections.usedPercent,
        transactionsPerSecond: snapshot.transactionsPerSecond,
        cacheHitPercent: snapshot.cacheHitPercent,
        blockedSessions: snapshot.sessions.filter(({ blockedBy }) => blockedBy.length > 0).length,
        longestTransactionMs: longestTransaction(snapshot.sessions)?.transactionMs ?? 0,
      },
      at,
    );
  }

  /** Takes in a reading of Redis; `at` is epoch ms. */
  pushRedis(snapshot: RedisSnapshot, at: number): void {
    this.#redis.push(
      {
        redisMemoryBytes: snapshot.usedMemoryBytes,
        redisOpsPerSecond: snapshot.opsPerSecond,
        redisHitPercent: snapshot.hitPercent,
        redisClients: snapshot.connectedClients,
        redisEvictions: snapshot.newEvictedKeys,
      },
      at,
    );
  }

  /** A copy that later readings do not change, for a screen that is paused. */
  copy(): DatabaseHistory {
    const copy = new DatabaseHistory();
    copy.#postgres = this.#postgres.copy();
    copy.#redis = this.#redis.copy();
    return copy;
  }
}
