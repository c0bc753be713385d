/** Which of the watched servers an error speaks of, so that it can be held against what that server says itself. */

export type NamedServer = 'postgres' | 'redis';

export const SERVER_NAMES: Readonly<Record<NamedServer, string>> = { postgres: 'PostgreSQL', redis: 'Redis' };

const POSTGRES_CODE = /^(?:DB00[1-4]|08|25P|28|3D|40|42|5[3457])/;
const REDIS_CODE =
  /^(?:NOAUTH|WRONGPASS|NOPERM|MISCONF|READONLY|LOADING|MAXMEMORY|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|NOSCRIPT)$/;
const POSTGRES_TEXT =
  /\.s\.PGSQL\.|:(?:5432|6432)\b|\bpostgres(?:ql)?\b|\bpg_hba\b|\bpsycopg|\basyncpg\b|\bpgbouncer\b/i;
const REDIS_TEXT = /:6379\b|\bi?o?redis\b|\bredis\.sock\b/i;

/** By its code where that is a server's own, else by what its words name; null where they name none. */
export function serverNamed(code: string | null, text: string): NamedServer | null {
  if (code !== null && REDIS_CODE.test(code)) return 'redis';
  if (code !== null && /^(?:DB\d{3}|[0-9A-Z]{5})$/.test(code) && POSTGRES_CODE.test(code)) return 'postgres';
  if (POSTGRES_TEXT.test(text)) return 'postgres';
  return REDIS_TEXT.test(text) ? 'redis' : null;
}
