/** What actions use of the real world. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pm2Client } from '../sources/pm2/client.ts';
import { type Clock, systemClock } from '../sources/source.ts';
import type { ActionDeps } from './action.ts';

/** `pm2` makes a client of one home; the sources own that code, so it is handed in. */
export function systemDeps(pm2: (home: string) => Pm2Client, clock: Clock = systemClock): ActionDeps {
  return { clock, pm2, sleep: (ms, signal) => delay(ms, undefined, { signal }) };
}
