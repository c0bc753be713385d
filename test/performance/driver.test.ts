import { expect, test, vi } from 'vitest';
import { parseRedisUrl } from '../../src/sources/redis/address.ts';
import { redisSource } from '../../src/sources/redis/source.ts';
import { SourceOff, systemClock } from '../../src/sources/source.ts';

const loaded = vi.hoisted(() => ({ clients: 0 }));
vi.mock('../../src/sources/redis/client.ts', () => {
  loaded.clients++;
  return {
    openRedis: () => {
      throw new Error('loaded');
    },
  };
});

/** Nothing listens on port 1. */
const address = parseRedisUrl('redis://127.0.0.1:1');

test('where nobody named a Redis and none answers its client is never loaded', async () => {
  const source = redisSource({ found: { address, isConfigured: false }, clock: systemClock });
  for (let i = 0; i < 3; i++) await expect(source.read(new AbortController().signal)).rejects.toThrow(SourceOff);
  expect(loaded.clients).toBe(0);
  await source.close();
});

test('a named one waits until it may load its client', async () => {
  let allow: () => void = () => {};
  const allowed = new Promise<void>((resolve) => {
    allow = resolve;
  });
  const source = redisSource({ found: { address, isConfigured: true }, clock: systemClock, mayLoad: () => allowed });
  const reading = source.read(new AbortController().signal).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  expect(loaded.clients).toBe(0);
  allow();
  expect(await reading).toMatchObject({ message: 'loaded' });
  expect(loaded.clients).toBe(1);
  await source.close();
});
