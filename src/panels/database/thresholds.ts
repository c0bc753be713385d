/** How grave what the databases say is, by their limits. */
import type { Thresholds } from '../../config/schema.ts';
import type { PostgresSession, PostgresTable } from '../../sources/postgres/snapshot.ts';
import { ageOf } from '../../sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../../sources/redis/snapshot.ts';
import { type Severity, severityOf } from '../severity.ts';

export type DatabaseLimits = Pick<Thresholds, 'postgres' | 'redis'>;

export function severityOfConnections(usedPercent: number, { postgres }: DatabaseLimits): Severity {
  return severityOf(usedPercent, postgres.connectionsPercent);
}

export function severityOfSession(session: PostgresSession, { postgres }: DatabaseLimits): Severity {
  return severityOf(ageOf(session) ?? 0, postgres.sessionMs);
}

export function severityOfWait(waitMs: number | null, { postgres }: DatabaseLimits): Severity {
  return severityOf(waitMs ?? 0, postgres.waitMs);
}

export function severityOfTable({ deadPercent, deadRows }: PostgresTable, { postgres }: DatabaseLimits): Severity {
  return deadRows >= postgres.deadRowsLeast ? severityOf(deadPercent, postgres.deadRowsPercent) : 'text';
}

/** Of the limit it was given; unknown without one, or where keys are evicted at it, which is its work. */
export function severityOfRedisMemory(redisNow: RedisSnapshot, { redis }: DatabaseLimits): Severity {
  const { usedMemoryBytes, maxMemoryBytes, maxMemoryPolicy } = redisNow;
  if (maxMemoryBytes === null) return 'text';
  const severity = severityOf((100 * usedMemoryBytes) / maxMemoryBytes, redis.memoryPercent);
  return severity === 'bad' && maxMemoryPolicy !== 'noeviction' ? 'warn' : severity;
}
