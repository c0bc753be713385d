/** One Redis as a source: INFO every two seconds, the slow log every ten. Needs no CONFIG and writes nothing. */
import { keptConnection } from '../kept-connection.ts';
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
/** How far back the share of hits is counted, readings. */
const HIT_READINGS = 6;

export function redisSource({
  found,
  clock,
  id = 'redis',
  offReason = REDIS_OFF,
  mayLoad = () => Promise.resolve(),
}: RedisSourceOptions): Source<'redis'> {
  let counters: readonly RedisCounters[] = [];
  let slowlog: readonly RedisSlowCommand[] | null = null;
  let slowlogProblem = '';
  let slowlogMono = Number.NEGATIVE_INFINITY;
  /** From its first answer on it is one that is watched, named or not. */
  let wasRead = false;

  const kept = keptConnection<RedisConnection>({
    clock,
    name: 'Redis',
    frozenHint: 'a long command or script keeps it busy, or it is stopped or swapping',
    async open(onLost) {
      if (found === null) throw new SourceOff(offReason);
      const { address, isConfigured } = found;
      // Most machines have none in the usual place: the client is not loaded for them.
      if (!isConfigured) await knock(address, CONNECT_TIMEOUT_MS);
      await mayLoad();
      const { openRedis } = await import('./client.ts');
      return openRedis(address, { timeoutMs: CONNECT_TIMEOUT_MS, onLost });
    },
    onDrop() {
      counters = [];
      slowlogMono = Number.NEGATIVE_INFINITY;
    },
  });

  const call = (at: RedisConnection, signal: AbortSignal, command: string, ...args: string[]): Promise<unknown> =>
    kept.answered(at.call(command, ...args), ANSWER_MS, signal);

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
    const at = await kept.get();
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
        kept.dropIfLost();
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
    watch: (poke) => kept.watch(poke),
    close: () => kept.close(),
  };
}
