import type { RedisSnapshot } from '../sources/redis/snapshot.ts';
import { isoTime, rounded } from './snapshot-values.ts';

export interface RedisDocument {
  readonly product: string;
  readonly version: string;
  readonly address: string;
  readonly startedAt: string | null;
  readonly role: string;
  readonly isMasterLinkUp: boolean | null;
  readonly replicas: number;
  readonly usedMemoryBytes: number;
  readonly residentMemoryBytes: number;
  readonly peakMemoryBytes: number;
  /** Null without a limit. */
  readonly maxMemoryBytes: number | null;
  readonly maxMemoryPolicy: string;
  readonly fragmentationRatio: number | null;
  readonly connectedClients: number;
  readonly blockedClients: number;
  readonly maxClients: number | null;
  readonly hitPercent: number | null;
  readonly opsPerSecond: number;
  readonly evictedKeys: number;
  readonly expiredKeys: number;
  readonly rejectedConnections: number;
  readonly newEvictedKeys: number | null;
  readonly newRejectedConnections: number | null;
  readonly persistence: {
    readonly isLoading: boolean;
    readonly isLastSaveOk: boolean | null;
    readonly lastSaveAt: string | null;
    readonly isSaving: boolean;
    readonly changesSinceSave: number | null;
    readonly isAppendOnly: boolean;
    readonly isLastAppendOk: boolean | null;
  };
  readonly keyspaces: readonly { readonly index: number; readonly keys: number; readonly expires: number }[];
  /** Null when this login may not read it. */
  readonly slowlog:
    | readonly {
        readonly id: number;
        readonly at: string | null;
        readonly tookMs: number | null;
        readonly command: string;
        readonly client: string;
      }[]
    | null;
  readonly problems: readonly string[];
}

export function redisDocument(redis: RedisSnapshot): RedisDocument {
  const { persistence, slowlog } = redis;
  return {
    product: redis.product,
    version: redis.version,
    address: redis.address,
    startedAt: isoTime(redis.startedAt),
    role: redis.role,
    isMasterLinkUp: redis.isMasterLinkUp,
    replicas: redis.replicas,
    usedMemoryBytes: redis.usedMemoryBytes,
    residentMemoryBytes: redis.residentMemoryBytes,
    peakMemoryBytes: redis.peakMemoryBytes,
    maxMemoryBytes: redis.maxMemoryBytes,
    maxMemoryPolicy: redis.maxMemoryPolicy,
    fragmentationRatio: rounded(redis.fragmentationRatio, 2),
    connectedClients: redis.connectedClients,
    blockedClients: redis.blockedClients,
    maxClients: redis.maxClients,
    hitPercent: rounded(redis.hitPercent, 2),
    opsPerSecond: redis.opsPerSecond,
    evictedKeys: redis.evictedKeys,
    expiredKeys: redis.expiredKeys,
    rejectedConnections: redis.rejectedConnections,
    newEvictedKeys: redis.newEvictedKeys,
    newRejectedConnections: redis.newRejectedConnections,
    persistence: { ...persistence, lastSaveAt: isoTime(persistence.lastSaveAt) },
    keyspaces: redis.keyspaces.map(({ index, keys, expires }) => ({ index, keys, expires })),
    slowlog:
      slowlog?.map(({ id, at, tookMs, command, client }) => ({
        id,
        at: isoTime(at),
        tookMs: rounded(tookMs, 3),
        command,
        client,
      })) ?? null,
    problems: redis.problems,
  };
}
