/** Where a Redis is and as whom to log in. */

/** Hold it, never print it: `password` is in it; `label` is what may be shown. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** Of a unix socket; null for host and port. */
  readonly path: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly isTls: boolean;
  /** `cache.example:6379`. */
  readonly label: string;
}

/** An address that cannot be understood. The message quotes nothing of it: a password could be anywhere in it. */
export class RedisAddressError extends Error {
  override readonly name = 'RedisAddressError';
}

/**
 * `redis://`, `rediss://` (TLS), `unix://` and `redis+unix://` with a path; the number of a database is understood and
 * not used, since what is read is the whole server's.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const scheme = /^(rediss?|valkeys?|unix|(?:redis|valkey)\+(?:unix|socket)):\/\//i.exec(url);
  if (scheme === null) throw new RedisAddressError('the Redis address is no redis:// URL');
  const kind = (scheme[1] as string).toLowerCase();
  const isSocket = kind.includes('unix') || kind.includes('socket');
  const [rest = ''] = url.slice(scheme[0].length).split(/[?#]/);
  // The last @: a password that nobody encoded may hold one. Of a socket only what stands before the path.
  const slash = isSocket ? rest.indexOf('/') : -1;
  const at = (slash < 0 ? rest : rest.slice(0, slash)).lastIndexOf('@');
  const login = at < 0 ? '' : rest.slice(0, at);
  const place = rest.slice(at + 1);
  const colon = login.indexOf(':');
  const username = decode(colon < 0 ? login : login.slice(0, colon)) || null;
  const password = colon < 0 ? null : decode(login.slice(colon + 1)) || null;
  if (isSocket) {
    const path = decode(place);
    if (!path.startsWith('/')) throw new RedisAddressError('the Redis address names no absolute path of a socket');
    return { host: '', port: 0, path, username, password, isTls: false, label: path };
  }
  const [authority = ''] = place.split('/');
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority);
  if (match === null) throw new RedisAddressError('the port in the Redis address is no number');
  const host = (match[1] ?? decode(match[2] ?? '')) || 'localhost';
  const port = match[3] === undefined ? 6379 : Number(match[3]);
  if (port < 1 || port > 65_535) {
    throw new RedisAddressError('the port in the Redis address is no number from 1 to 65535');
  }
  const label = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { host, port, path: null, username, password, isTls: kind === 'rediss' || kind === 'valkeys', label };
}

export interface FindRedisOptions {
  /** `--redis-url`, else `REDIS_URL`; null when there is neither. */
  readonly url: string | null;
}

/** An address, and whether somebody named it; else the usual place on this machine, where one may or may not be. */
export interface FoundRedis {
  readonly address: RedisAddress;
  readonly isConfigured: boolean;
}

/** The server to watch. Throws `RedisAddressError`. */
export function findRedis({ url }: FindRedisOptions): FoundRedis {
  if (url !== null && url !== '') return { address: parseRedisUrl(url), isConfigured: true };
  return { address: parseRedisUrl('redis://127.0.0.1:6379'), isConfigured: false };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
