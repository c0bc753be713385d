/** The one importer of ioredis: one connection that never retries by itself, so that each failure is told once. */
import { Redis } from 'ioredis';
import { SourceError } from '../source.ts';
import type { RedisAddress } from './address.ts';
import { explainRedis, loadingError } from './errors.ts';
import { parseInfo } from './parse.ts';

/** The backstop; a reading gives up before. */
const COMMAND_TIMEOUT_MS = 30_000;

/** How long a server that loads is waited for to say how far it is. */
const LOADING_ANSWER_MS = 1_000;

export interface RedisConnection {
  readonly isOpen: boolean;
  /** Sends one command. Rejects with an explained `SourceError`. */
  call(command: string, ...args: readonly string[]): Promise<unknown>;
  /** Never rejects. */
  close(): void;
}

export interface OpenRedisOptions {
  readonly timeoutMs: number;
  /** Called once when the connection ends by itself. */
  readonly onLost?: () => void;
}

/** Connects and logs in. Rejects with an explained `SourceError`. */
export async function openRedis(address: RedisAddress, options: OpenRedisOptions): Promise<RedisConnection> {
  const redis = new Redis({
    ...(address.path === null ? { host: address.host, port: address.port } : { path: address.path }),
    ...(address.username !== null && { username: address.username }),
    ...(address.password !== null && { password: address.password }),
    ...(address.isTls && { tls: {} }),
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // Its own check is an INFO more, and its retries would hide what happens.
    enableReadyCheck: false,
    retryStrategy: () => null,
    autoResubscribe: false,
    disableClientInfo: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: options.timeoutMs,
    connectionName: 'botop',
  });
  let isOpen = false;
  let isClosed = false;
  // `connect()` rejects with "Connection is closed."; why is told by this event only.
  let cause: unknown = null;
  const refusal = new Promise<never>((_, reject) => {
    redis.on('error', (error: unknown) => {
      cause ??= error;
      reject(error);
    });
  });
  // Also when nobody waits for it any more.
  refusal.catch(() => {});
  redis.on('close', () => {
    if (!isOpen) return;
    isOpen = false;
    if (!isClosed) options.onLost?.();
  });
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    const late = new SourceError('frozen', `Redis does not answer within ${options.timeoutMs / 1000} s`);
    timer = setTimeout(reject, options.timeoutMs, late);
  });
  try {
    // The login is answered before this is: a PING that says NOAUTH or WRONGPASS is the failure of the connection.
    await Promise.race([redis.connect().then(() => redis.call('PING')), refusal, silence]);
    isOpen = true;
  } catch (error) {
    const isLoading = error instanceof Error && error.message.startsWith('LOADING');
    const progress = isLoading ? await loadingOf(redis) : null;
    redis.disconnect();
    if (progress !== null) throw progress;
    const isVague = error instanceof Error && /Connection is closed/.test(error.message);
    const why = isVague ? (cause ?? error) : error;
    if (isCut(why) || (isVague && cause === null)) throw hungUp(why);
    throw explainRedis(why, address);
  } finally {
    clearTimeout(timer);
  }
  return {
    get isOpen() {
      return isOpen;
    },
    async call(command, ...args) {
      try {
        return await redis.call(command, ...args);
      } catch (error) {
        throw explainRedis(error, address);
      }
    },
    close() {
      isClosed = true;
      isOpen = false;
      redis.disconnect();
    },
  };
}

/** While it loads it answers INFO, and with that how far it is; null where that is not ours to ask. */
async function loadingOf(redis: Redis): Promise<SourceError | null> {
  const text = await Promise.race([
    redis.call('INFO', 'persistence').catch(() => null),
    new Promise<null>((resolve) => setTimeout(resolve, LOADING_ANSWER_MS, null).unref()),
  ]);
  return typeof text === 'string' ? loadingError(parseInfo(text)) : null;
}

function isCut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
}

/** A full server says so and closes at once; what it said is mostly lost with the connection. */
function hungUp(cause: unknown): SourceError {
  const message = 'Redis hung up during the login: it has reached maxclients, or is going down';
  return new SourceError('refused', message, { cause });
}
