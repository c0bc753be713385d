/** What a failed login or command means for the person. Pure; no password can be in what it says. */
import { clean } from '../../text/clean.ts';
import { duration } from '../../text/format.ts';
import { redact } from '../../text/redact.ts';
import { type FailureCode, SourceError } from '../source.ts';
import type { RedisAddress } from './address.ts';

type Meaning = readonly [code: FailureCode, message: string, hint?: string];

/** Turns whatever ioredis, the sockets or the server threw into a failure with a hint. A `SourceError` stays. */
export function explainRedis(
  error: unknown,
  where: Pick<RedisAddress, 'host' | 'label' | 'username' | 'path'>,
): SourceError {
  if (error instanceof SourceError) return error;
  const text = redact(clean(error instanceof Error ? error.message : String(error))).slice(0, 300);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [failure, message, hint] = ofReply(text, where.username) ?? ofSocket(code, text, where) ?? ['failed', text];
  return new SourceError(failure, clean(message), { hint, cause: error });
}

/** The server's own words. */
function ofReply(text: string, username: string | null): Meaning | null {
  const word = /^[A-Z]+/.exec(text)?.[0] ?? '';
  switch (word) {
    case 'NOAUTH':
      return ['denied', 'Redis asks for a password and none is given', 'REDIS_URL or --redis-url gives it'];
    case 'WRONGPASS':
      return [
        'denied',
        `Redis refuses the password${username === null ? '' : ` of user ${username}`}, or the user is disabled`,
        'REDIS_URL or --redis-url gives it',
      ];
    case 'NOPERM':
      return ['denied', `this Redis user may not do that: ${text}`, 'ACL SETUSER … +info +slowlog|get +ping gives it'];
    case 'LOADING':
      return ['refused', 'Redis is loading its data set into memory', 'it is tried again by itself'];
    case 'MASTERDOWN':
      return [
        'refused',
        'this Redis is a replica without its master and answers no reads (replica-serve-stale-data no)',
      ];
    case 'BUSY':
      return ['frozen', 'Redis is busy running a script', 'SCRIPT KILL ends one that has not written yet'];
    case 'DENIED':
      return ['denied', 'Redis is in protected mode: without a password it lets in only this machine'];
    default:
      if (/max number of clients/.test(text))
        return ['denied', 'Redis has reached maxclients and takes no more connections'];
      if (/AUTH.*without any password configured|no password is set/.test(text)) {
        return ['denied', 'a password is given and this Redis has none', 'REDIS_URL without it logs in'];
      }
      return null;
  }
}

/** What a server that loads says of it in INFO; null when it says nothing. */
export function loadingError(info: ReadonlyMap<string, string>): SourceError | null {
  const [percent, seconds] = ['loading_loaded_perc', 'loading_eta_seconds'].map((name) => Number(info.get(name)));
  if (percent === undefined || !Number.isFinite(percent)) return null;
  const left = seconds !== undefined && seconds > 0 ? `, about ${duration(seconds * 1000)} left` : '';
  return new SourceError('refused', `Redis is loading its data: ${Math.floor(percent)}%${left}`, {
    hint: 'it is tried again by itself',
  });
}

/** What the network or the file system said. */
function ofSocket(
  code: string,
  text: string,
  { host, label, path }: Pick<RedisAddress, 'host' | 'label' | 'path'>,
): Meaning | null {
  switch (code) {
    case 'ECONNREFUSED':
      return [
        'refused',
        `nothing answers at ${label}`,
        path === null ? 'Redis is not running, or listens elsewhere' : 'the socket is a leftover: Redis is not running',
      ];
    case 'ENOENT':
      return ['absent', `there is no socket ${label}`, 'Redis is not running, or its socket is elsewhere'];
    case 'EACCES':
      return ['denied', `the socket ${label} is closed to this user`];
    case 'ENOTFOUND':
      return ['absent', `no such host: ${host}`, 'REDIS_URL or --redis-url names it'];
    case 'EAI_AGAIN':
      return ['absent', `the name ${host} could not be looked up now`];
    case 'ETIMEDOUT':
      return ['timeout', `${label} does not answer`];
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return ['absent', `no way to ${label}`];
    case 'ECONNRESET':
    case 'EPIPE':
      return ['refused', 'the connection was cut'];
    default:
      if (/^(?:ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/.test(code)) return ['denied', `TLS: ${text}`];
      if (/Connection is closed|Stream isn't writeable|max retries per request/i.test(text)) {
        return ['refused', 'the connection was cut'];
      }
      if (/Protocol error/i.test(text)) return ['protocol', `what answers there is no Redis: ${text}`];
      return null;
  }
}
