import type { GuardSnapshot } from './guard/snapshot.ts';
import type { HostSnapshot } from './host/snapshot.ts';
import type { LogsSnapshot } from './logs/snapshot.ts';
import type { Pm2Snapshot } from './pm2/snapshot.ts';
import type { PostgresSnapshot } from './postgres/snapshot.ts';
import type { RedisSnapshot } from './redis/snapshot.ts';

/** Every kind of snapshot there is, by the name of the system it is of. A new source adds its line here. */
export interface Snapshots {
  pm2: Pm2Snapshot;
  guard: GuardSnapshot;
  host: HostSnapshot;
  logs: LogsSnapshot;
  postgres: PostgresSnapshot;
  redis: RedisSnapshot;
}
