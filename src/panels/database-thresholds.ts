/** From which values on the databases are shown as a warning, and as bad. The runbooks' numbers where they have some. */
import type { PostgresSession, PostgresTable } from '../sources/postgres/snapshot.ts';
import { ageOf } from '../sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../sources/redis/snapshot.ts';
import { type Severity, severityOf } from './resources-thresholds.ts';

const LIMITS = {
  /** Of max − reserved. */
  connectionsPercent: { warn: 80, bad: 90 },
  /** A query, or a transaction that does nothing: five minutes. */
  sessionMs: { warn: 300_000 },
  waitMs: { warn: 0, bad: 30_000 },
  redisMemoryPercent: { warn: 80, bad: 90 },
} as const;

/** Dead rows worth a word: a fifth of a table, and not of a small one. */
const DEAD_PERCENT = 20;
const DEAD_ROWS = 1_000;

export function severityOfConnections(usedPercent: number): Severity {
  return severityOf(usedPercent, LIMITS.connectionsPercent);
}

export function severityOfSession(session: PostgresSession): Severity {
  return severityOf(ageOf(session) ?? 0, LIMITS.sessionMs);
}

export function severityOfWait(waitMs: number | null): Severity {
  return severityOf(waitMs ?? 0, LIMITS.waitMs);
}

export function severityOfTable({ deadPercent, deadRows }: PostgresTable): Severity {
  return deadPercent >= DEAD_PERCENT && deadRows >= DEAD_ROWS ? 'warn' : 'text';
}

/** Of the limit it was given; unknown without one, or where keys are evicted at it, which is its work. */
export function severityOfRedisMemory({ usedMemoryBytes, maxMemoryBytes, maxMemoryPolicy }: RedisSnapshot): Severity {
  if (maxMemoryBytes === null) return 'text';
  const severity = severityOf((100 * usedMemoryBytes) / maxMemoryBytes, LIMITS.redisMemoryPercent);
  return severity === 'bad' && maxMemoryPolicy !== 'noeviction' ? 'warn' : severity;
}
