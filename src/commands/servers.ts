/** Which PostgreSQL and which Redis are watched: as configured, else as found on this machine. */
import type { Options } from '../config/options.ts';
import { systemUser } from '../config/system-user.ts';
import { POSTGRES_ABSENT, REDIS_ABSENT } from '../demo/absent.ts';
import { AddressError, type FoundAddress, findPostgres } from '../sources/postgres/dsn.ts';
import { type FoundRedis, findRedis, RedisAddressError } from '../sources/redis/address.ts';

/** A server with what its source is given; `offReason` stands in the panel where there is none. */
interface Place<Found> {
  readonly found: Found | null;
  readonly offReason?: string;
}

export interface Servers {
  readonly postgres: Place<FoundAddress>;
  readonly redis: Place<FoundRedis>;
}

/** An address that cannot be understood is said in the panel: a wrong variable must not keep the monitor away. */
export function findServers(
  { databaseUrl, redisUrl }: Pick<Options, 'databaseUrl' | 'redisUrl'>,
  env: Readonly<Record<string, string | undefined>>,
): Servers {
  const { [POSTGRES_ABSENT]: noPostgres, [REDIS_ABSENT]: noRedis } = env;
  return {
    // In the demo nothing else may be found instead.
    postgres: noPostgres
      ? { found: null, offReason: `PostgreSQL: ${noPostgres}` }
      : place('PostgreSQL', () =>
          findPostgres({ url: databaseUrl?.reveal() ?? null, env, systemUser: systemUser().username }),
        ),
    redis: noRedis
      ? { found: null, offReason: `Redis: ${noRedis}` }
      : place('Redis', () => findRedis({ url: redisUrl?.reveal() ?? null })),
  };
}

function place<Found>(name: string, find: () => Found | null): Place<Found> {
  try {
    return { found: find() };
  } catch (error) {
    if (!(error instanceof AddressError || error instanceof RedisAddressError)) throw error;
    return { found: null, offReason: `${name}: ${error.message}` };
  }
}
