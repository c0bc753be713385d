/** Which of the servers that the bots lean on fail, in the words of the header: a pure function of the readings. */
import type { PostgresSnapshot } from '../sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../sources/redis/snapshot.ts';
import type { Failure } from '../sources/source.ts';
import { ago } from '../text/format.ts';
import type { World } from './world.ts';

/** `denied` stands only where it was let in before: a password that we never had is no trouble of the bots'. */
export const SERVER_WORDS: Readonly<Record<Failure['code'], string>> = {
  absent: 'DOWN',
  refused: 'DOWN',
  denied: 'LOGIN REFUSED',
  frozen: 'NO ANSWER',
  timeout: 'NO ANSWER',
  protocol: 'NOT UNDERSTOOD',
  failed: 'NOT READ',
};

/** An answer that is late once, on a machine that is busy, is no outage, ms. */
const PATIENCE_MS = 5_000;

/** By the source's id `POSTGRES DOWN 14s`, for each that fails, or that nobody can work with. */
export function serverTrouble({ entries, now }: Pick<World, 'entries' | 'now'>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { kind, id, reading } of entries) {
    if (kind !== 'postgres' && kind !== 'redis') continue;
    if (reading.state === 'fresh') {
      const words =
        kind === 'postgres' ? stuckWords(reading.value as PostgresSnapshot) : fullWords(reading.value as RedisSnapshot);
      if (words !== '') found.set(id, words);
    }
    if (!('error' in reading) || reading.error === null) continue;
    const { code, message } = reading.error;
    const name = kind.toUpperCase();
    const word = message.includes('loading its data') ? 'LOADING' : SERVER_WORDS[code];
    if (reading.state === 'down') {
      if (code !== 'denied') found.set(id, `${name} ${word}`);
    } else if (code !== 'timeout' || now - reading.readAt >= PATIENCE_MS) {
      found.set(id, `${name} ${word} ${ago(now - reading.readAt)}`);
    }
  }
  return found;
}

/** One that waits is no outage; several that do for so long are, ms. */
const STUCK_MS = 5_000;
const STUCK_LEAST = 3;

function stuckWords({ connections, sessions }: PostgresSnapshot): string {
  const { used, max, reserved } = connections;
  if (used >= max - reserved) return `POSTGRES FULL ${used}/${max - reserved}`;
  const stuck = sessions.filter(({ blockedBy, waitMs }) => blockedBy.length > 0 && (waitMs ?? 0) >= STUCK_MS);
  return stuck.length >= STUCK_LEAST ? `${stuck.length} WAIT FOR A LOCK` : '';
}

function fullWords(redis: RedisSnapshot): string {
  return isFull(redis) ? 'REDIS FULL' : '';
}

/** As good as at its limit and not to evict anything: commands that need memory are answered with OOM. */
export function isFull({ usedMemoryBytes, maxMemoryBytes, maxMemoryPolicy }: RedisSnapshot): boolean {
  return maxMemoryBytes !== null && usedMemoryBytes >= maxMemoryBytes * 0.99 && maxMemoryPolicy === 'noeviction';
}
