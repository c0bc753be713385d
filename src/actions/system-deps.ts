/** What actions use of the real world. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pm2Client } from '../sources/pm2/client.ts';
import { type Clock, SourceError, systemClock } from '../sources/source.ts';
import type { ActionDeps } from './action.ts';
import type { EvidenceStore } from './evidence.ts';

/** `pm2` and `postgres` make clients of what is watched; the sources own that code, so it is handed in. */
export function systemDeps(
  pm2: (home: string) => Pm2Client,
  clock: Clock = systemClock,
  postgres: ActionDeps['postgres'] = noPostgres,
  evidence: EvidenceStore = noEvidence,
): ActionDeps {
  return { clock, pm2, postgres, evidence, sleep: (ms, signal) => delay(ms, undefined, { signal }) };
}

function noPostgres(): Promise<never> {
  return Promise.reject(new SourceError('absent', 'no PostgreSQL is watched'));
}

/** For what is run without a place to keep it; the prompt then says so. */
const noEvidence: EvidenceStore = {
  save: () => Promise.resolve({ state: 'none', reason: 'no place to keep it was given' }),
};
