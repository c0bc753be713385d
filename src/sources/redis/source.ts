/** One Redis as a source: INFO every two seconds, the slow log every ten. Needs no CONFIG and writes nothing. */
import { isOverWithin } from '../deadline.ts';
import { type Clock, type Source, SourceError, SourceOff } from '../source.ts';
import type { FoundRedis } from './address.ts';
import type { RedisConnection } from './client.ts';
import { knock } from './knock.ts';
import { countersOf, growth, hitShare, parseInfo, parseServerInfo, parseSlowlog, type RedisCounters } from './parse.ts';
import type { RedisSlowCommand, RedisSnapshot } from './snapshot.ts';

export interface RedisSourceOptions {
  /** See `findRedis`; null for none at all. */
  readonly found: FoundRedis | null;
  readonly clock: Clock;
  readonly id?: string;
  /** What is said while there is nothing to watch. */
  readonly offReason?: string;
  /** Resolves when the client may be loaded, which blocks the program for 30 ms. At once unless said. */
  readonly mayLoad?: () => Promise<void>;
}

/** Said where nothing is configured and nothing answers in the usual place. */
export const REDIS_OFF = 'Redis: not configured. REDIS_URL or --redis-url names one';

const CADENCE_MS = 2_000;
const SLOWLOG_EVERY_MS = 10_000;
const SLOWLOG_ENTRIES = '16';
const CONNECT_TIMEOUT_MS = 2_500;
/** With the cadence a freeze is told within three seconds. */
const ANSWER_MS = 900;
const GIVE_UP_MS = 15_000;
/** How far back the share of hits is counted, readings. */
const HIT_READINGS = 6;

export function redisSource({
  found,
  clock,
  id = 'redis',
  offReason = REDIS_OFF,
  mayLoad = () => Promise.resolve(),
}: RedisSourceOptions): Source<'redis'> {
  let poke: () => void = () => {};
  let connection: RedisConnection | null = null;
  /** An answer that did not come in time and is still awaited: nothing else is sent meanwhile. */
  let overdue: { readonly since: number; readonly ended: Promise<void> } | null = null;
  let counters: readonly RedisCounters[] = [];
  let slowlog: readonly RedisSlowCommand[] | null = null;
  let slowlogProblem = '';
  let slowlogMono = Number.NEGATIVE_INFINITY;
  /** From its first answer on it is one that is watched, named or not. */
  let wasRead = false;
  let isClosed = false;

  function drop(): void {
    connection?.close();
    connection = null;
    overdue = null;
    counters = [];
    slowlogMono = Number.NEGATIVE_INFINITY;
  }

  async function connect({ address, isConfigured }: FoundRedis): Promise<RedisConnection> {
    if (connection?.isOpen) return connection;
    drop();
    // Most machines have none in the usual place: the client is not loaded for them.
    if (!isConfigured) await knock(address, CONNECT_TIMEOUT_MS);
    await mayLoad();
    const { openRedis } = await import('./client.ts');
    const opened = await openRedis(address, { timeoutMs: CONNECT_TIMEOUT_MS, onLost: () => poke() });
    if (isClosed) {
      opened.close();
      throw new SourceError('failed', 'closed');
    }
    connection = opened;
    return opened;
  }

  async function call(at: RedisConnection, signal: AbortSignal, command: string, ...args: string[]): Promise<unknown> {
    const since = clock.monotonic();
    const answer = at.call(command, ...args);
    const ended = answer.then(
      () => {},
      () => {},
    );
    if (await isOverWithin(ended, ANSWER_MS, signal)) return answer;
    overdue = { since, ended };
    void ended.then(() => {
      if (overdue?.ended === ended) overdue = null;
      poke();
    });
    throw frozen(since);
  }

  function frozen(since: number): SourceError {
    const seconds = ((clock.monotonic() - since) / 1000).toFixed(1);
    return new SourceError('frozen', `Redis has not answered for ${seconds} s`, {
      hint: 'a long command or script keeps it busy, or it is stopped or swapping',
    });
  }

  async function readSlowlog(at: RedisConnection, signal: AbortSignal): Promise<void> {
    const now = clock.monotonic();
    if (now - slowlogMono < SLOWLOG_EVERY_MS) return;
    slowlogMono = now;
    try {
      slowlog = parseSlowlog(await call(at, signal, 'SLOWLOG', 'GET', SLOWLOG_ENTRIES));
      slowlogProblem = '';
    } catch (error) {
      if (!at.isOpen || !(error instanceof SourceError) || error.code === 'frozen') throw error;
      slowlog = null;
      slowlogProblem = `the slow log cannot be read: ${error.message}`;
    }
  }

  async function observe(place: FoundRedis, signal: AbortSignal): Promise<RedisSnapshot> {
    if (overdue !== null && connection?.isOpen) {
      if (clock.monotonic() - overdue.since < GIVE_UP_MS) throw frozen(overdue.since);
      drop();
    }
    const at = await connect(place);
    const text = await call(at, signal, 'INFO');
    if (typeof text !== 'string') throw new SourceError('protocol', 'Redis answered INFO with no text');
    const fields = parseInfo(text);
    const now = countersOf(fields);
    const last = counters.at(-1);
    const hitPercent = hitShare(counters[0], now);
    counters = [...counters, now].slice(-HIT_READINGS);
    await readSlowlog(at, signal);
    return {
      address: place.address.label,
      ...parseServerInfo(fields, clock.now()),
      hitPercent,
      newEvictedKeys: growth(last?.evicted, now.evicted),
      newRejectedConnections: growth(last?.rejected, now.rejected),
      slowlog,
      problems: slowlogProblem === '' ? [] : [slowlogProblem],
    };
  }

  return {
    kind: 'redis',
    id,
    cadenceMs: CADENCE_MS,
    timeoutMs: 6_000,
    async read(signal) {
      if (found === null) throw new SourceOff(offReason);
      try {
        const snapshot = await observe(found, signal);
        wasRead = true;
        return snapshot;
      } catch (error) {
        if (!connection?.isOpen) drop();
        if (found.isConfigured || wasRead || !(error instanceof SourceError)) throw error;
        // Nobody named one, and in the usual place there is none, or none for us.
        if (error.code === 'refused' || error.code === 'absent') throw new SourceOff(offReason);
        if (error.code === 'denied') {
          throw new SourceOff(
            `Redis at ${found.address.label}: ${error.message}. REDIS_URL or --redis-url names a login`,
          );
        }
        throw error;
      }
    },
    watch(onChange) {
      poke = onChange;
      return () => {
        poke = () => {};
      };
    },
    close() {
      isClosed = true;
      poke = () => {};
      drop();
    },
  };
}
