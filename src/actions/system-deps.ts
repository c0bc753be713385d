/** What actions use of the real world. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pm2Client } from '../sources/pm2/client.ts';
import { type Clock, SourceError, systemClock } from '../sources/source.ts';
import type { ActionDeps } from './action.ts';

/** `pm2` and `postgres` make clients of what is watched; the sources own that code, so it is handed in. */
export function systemDeps(
  pm2: (home: string) => Pm2Client,
  clock: Clock = systemClock,
  postgres: ActionDeps['postgres'] = noPostgres,
): ActionDeps {
  return { clock, pm2, postgres, sleep: (ms, signal) => delay(ms, undefined, { signal }) };
}

function noPostgres(): Promise<never> {
  return Promise.reject(new SourceError('absent', 'no PostgreSQL is watched'));
}
