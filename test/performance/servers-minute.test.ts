import { afterAll, describe, expect, test } from 'vitest';
import { openRedisSession } from '../../bench/redis-wire.ts';
import { createPoller, type Ticker } from '../../src/sources/poller.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { parseRedisUrl } from '../../src/sources/redis/address.ts';
import { redisSource } from '../../src/sources/redis/source.ts';
import type { Clock, Kind, Source } from '../../src/sources/source.ts';
import { LOGGED, saidByBotop } from '../helpers/postgres-log.ts';
import { postgresPrograms, startTestPostgres, type TestPostgres } from '../helpers/postgres-server.ts';
import { redisProgram, startTestRedis, type TestRedis } from '../helpers/redis-server.ts';

/** A clock that only the test moves. */
let seconds = 0;
const clock: Clock = { now: () => 1_800_000_000_000 + seconds * 1_000, monotonic: () => seconds * 1_000 };

/** Runs a source by its cadence on that clock, as the poller does; resolves after so many seconds of it. */
async function runFor(duration: number, source: Source<Kind>, before: () => unknown): Promise<number> {
  let tick = () => {};
  let inFlight: Promise<unknown> = Promise.resolve();
  let readings = 0;
  const ticker: Ticker = {
    every(_, beat) {
      tick = beat;
      return () => {};
    },
  };
  const poller = createPoller({
    sources: [
      {
        ...source,
        read(signal) {
          const reading = source.read(signal);
          inFlight = reading.catch(() => undefined);
          return reading;
        },
      },
    ],
    sink: {
      succeed: () => void readings++,
      fail: (_, error) => {
        throw error;
      },
      grow() {},
    },
    clock,
    ticker,
    intervalMs: 1_000,
  });
  const beat = async () => {
    seconds++;
    tick();
    await inFlight;
    // The poller takes the answer over.
    await new Promise((resolve) => setImmediate(resolve));
  };
  poller.start();
  // The first readings connect and learn what is there.
  for (let i = 0; i < 4; i++) await beat();
  readings = 0;
  await before();
  for (let i = 0; i < duration; i++) await beat();
  const counted = readings;
  await poller.stop();
  return counted;
}

const [programs] = postgresPrograms();
describe.skipIf(!programs || programs.folder === null)(`PostgreSQL (${programs?.title})`, () => {
  let server: TestPostgres;
  afterAll(() => server.remove());

  test('is sent one message every two seconds and nothing else', async () => {
    server = await startTestPostgres(LOGGED);
    const found = { address: server.address(), isConfigured: true };
    const messages = () => saidByBotop(server).filter(({ text }) => text.startsWith('BEGIN')).length;
    let sentBefore = 0;
    const readings = await runFor(60, postgresSource({ found, clock }), () => {
      sentBefore = messages();
    });
    expect(readings).toBe(30);
    // Sizes of tables and of databases are messages of their own, twice and once a minute.
    expect(messages() - sentBefore).toBeGreaterThanOrEqual(30);
    expect(messages() - sentBefore).toBeLessThanOrEqual(30 + 2 * 2 + 2);
  });
});

describe.skipIf(typeof redisProgram === 'string')('Redis', () => {
  let server: TestRedis;
  afterAll(() => server.remove());

  test('is asked INFO every two seconds, the slow log every ten, and nothing else', async () => {
    server = await startTestRedis();
    const session = await openRedisSession(server);
    let before: ReadonlyMap<string, number> = new Map();
    const calls = async () => {
      const said = await session.ask('INFO commandstats');
      return new Map([...said.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', n]) => [name, Number(n)]));
    };
    const found = { address: parseRedisUrl(server.url), isConfigured: true };
    await runFor(60, redisSource({ found, clock }), async () => {
      before = await calls();
    });
    const after = await calls();
    session.close();
    const asked = new Map([...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)]));
    // One INFO is the test's own.
    expect((asked.get('info') ?? 0) - 1).toBe(30);
    expect(asked.get('slowlog|get')).toBe(6);
    const others = [...asked].filter(([name, count]) => count > 0 && name !== 'info' && name !== 'slowlog|get');
    expect(others).toEqual([]);
  });
});
