import { parseRedisUrl } from '../sources/redis/address.ts';
import { openRedis, type RedisConnection } from '../sources/redis/client.ts';
import { REDIS_ABSENT } from './absent.ts';
import type { Part } from './part.ts';
import { findRedisProgram } from './redis-programs.ts';
import { createRedisServer, type RedisServer } from './redis-server.ts';

const BEAT_MS = 250;
const SESSIONS = 4_000;

/**
 * A private Redis with a little traffic. Where it cannot be had the demo goes on without it, and the monitor is told why
 * by `REDIS_ABSENT`. `personEnv` is where the PATH and the proxies are; nothing of it reaches the server.
 */
export function redisPart(personEnv: NodeJS.ProcessEnv = process.env): Part {
  let server: RedisServer | null = null;
  let connection: RedisConnection | null = null;
  let timer: NodeJS.Timeout | undefined;
  return {
    name: 'Redis',
    async start(room) {
      room.say('starting a private Redis…');
      try {
        const program = await findRedisProgram(personEnv, room.say);
        server = await createRedisServer({ program, folder: room.folder, env: room.env });
        await server.start();
        connection = await openRedis(parseRedisUrl(server.url), { timeoutMs: 5_000 });
        await seed(connection);
        const beat = traffic(connection);
        timer = setInterval(beat, BEAT_MS);
        return { REDIS_URL: server.url };
      } catch (error) {
        connection?.close();
        await server?.stop();
        const reason = error instanceof Error ? error.message : String(error);
        room.say(`Redis is left out: ${reason}`);
        return { [REDIS_ABSENT]: reason };
      }
    },
    async stop() {
      clearInterval(timer);
      connection?.close();
      await server?.stop();
    },
  };
}

/** Sessions that expire, and counters that do not. */
async function seed(redis: RedisConnection): Promise<void> {
  const fill = `for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'session:' .. i, string.rep('x', 64), 'EX', 3600 + i) end
    for i = 1, 40 do redis.call('INCRBY', 'bot:' .. i .. ':messages', i * 17) end`;
  await redis.call('EVAL', fill, '0', String(SESSIONS));
}

/** A few commands a beat, one lookup in ten in vain, and every ten seconds one that is slow. */
function traffic(redis: RedisConnection): () => void {
  let turn = 0;
  return () => {
    if (!redis.isOpen) return;
    turn++;
    const session = turn % 10 === 0 ? `session:${SESSIONS + turn}` : `session:${1 + (turn % SESSIONS)}`;
    const commands: [string, ...string[]][] = [
      ['GET', session],
      ['INCR', `bot:${1 + (turn % 40)}:messages`],
      ['EXPIRE', `session:${1 + ((turn * 7) % SESSIONS)}`, '3600'],
    ];
    if (turn % 40 === 0) commands.push(['KEYS', 'session:*9']);
    for (const [name, ...args] of commands) redis.call(name, ...args).catch(ignoreEnd);
  };
}

/** Somebody ends it, or the demo does: either way nothing is to be done. */
function ignoreEnd(): void {}
