/** Which of the servers that the bots lean on fail, in the words of the header: a pure function of the readings. */
import type { Failure } from '../sources/source.ts';
import { ago } from '../text/format.ts';
import type { World } from './world.ts';

/** `denied` stands only where it was let in before: a password that we never had is no trouble of the bots'. */
export const SERVER_WORDS: Readonly<Record<Failure['code'], string>> = {
  absent: 'DOWN',
  refused: 'DOWN',
  denied: 'LETS NOBODY IN',
  frozen: 'NO ANSWER',
  timeout: 'NO ANSWER',
  protocol: 'NOT UNDERSTOOD',
  failed: 'NOT READ',
};

/** An answer that is late once, on a machine that is busy, is no outage, ms. */
const PATIENCE_MS = 5_000;

/** By the source's id `POSTGRES DOWN 14s`, for each that fails. */
export function serverTrouble({ entries, now }: Pick<World, 'entries' | 'now'>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { kind, id, reading } of entries) {
    if ((kind !== 'postgres' && kind !== 'redis') || !('error' in reading) || reading.error === null) continue;
    const { code } = reading.error;
    const name = kind.toUpperCase();
    if (reading.state === 'down') {
      if (code !== 'denied') found.set(id, `${name} ${SERVER_WORDS[code]}`);
    } else if (code !== 'timeout' || now - reading.readAt >= PATIENCE_MS) {
      found.set(id, `${name} ${SERVER_WORDS[code]} ${ago(now - reading.readAt)}`);
    }
  }
  return found;
}
