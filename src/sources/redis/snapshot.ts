/** What is known of one Redis (or Valkey) after a reading. Texts are cleaned and redacted. */

export interface RedisPersistence {
  readonly isLoading: boolean;
  /** Whether the last RDB save ended well; null when this server does not say. */
  readonly isLastSaveOk: boolean | null;
  /** Epoch ms; null when it does not say. */
  readonly lastSaveAt: number | null;
  readonly isSaving: boolean;
  /** Changes that would be lost with the process, of RDB. */
  readonly changesSinceSave: number | null;
  readonly isAppendOnly: boolean;
  readonly isLastAppendOk: boolean | null;
}

export interface RedisKeyspace {
  /** The number of the database. */
  readonly index: number;
  readonly keys: number;
  /** Of them with a time to live. */
  readonly expires: number;
}

export interface RedisSlowCommand {
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
  readonly tookMs: number;
  /** Redacted and cut; values longer than a word are left out. */
  readonly command: string;
  readonly client: string;
}

export interface RedisSnapshot {
  /** `cache.example:6379`, without user and password. */
  readonly address: string;
  /** `redis` or `valkey`. */
  readonly product: string;
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** `master` or `slave`, Redis' own words. */
  readonly role: string;
  /** Of a replica: whether its link to the master is up; null for a master. */
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
  readonly opsPerSecond: number;
  /** Of the lookups of the last ten seconds or so; null when there were none. */
  readonly hitPercent: number | null;
  /** Since the server's start. */
  readonly evictedKeys: number;
  readonly expiredKeys: number;
  /** Connections refused since maxclients was reached, since the server's start. */
  readonly rejectedConnections: number;
  /** Since the reading before; null with the first. */
  readonly newEvictedKeys: number | null;
  readonly newRejectedConnections: number | null;
  readonly persistence: RedisPersistence;
  readonly keyspaces: readonly RedisKeyspace[];
  /** Newest first, 16 at most; null when this login may not read it. */
  readonly slowlog: readonly RedisSlowCommand[] | null;
  /** What this login may not see, a sentence each. */
  readonly problems: readonly string[];
}
