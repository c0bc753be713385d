/** A private Redis for a test, in a temporary folder, gone afterwards with its process. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoError } from '../../src/demo/part.ts';
import { findRedisProgram, type RedisProgram } from '../../src/demo/redis-programs.ts';
import { createRedisServer, type RedisServer } from '../../src/demo/redis-server.ts';

/** A server program, or why this machine has none: the tests that need one are then skipped with the reason. */
export const redisProgram: RedisProgram | string = await findRedisProgram(process.env, () => {}).catch(
  (error: unknown) => {
    if (error instanceof DemoError) return error.message;
    throw error;
  },
);

export interface TestRedis extends RedisServer {
  remove(): Promise<void>;
}

export async function startTestRedis(settings: readonly string[] = []): Promise<TestRedis> {
  if (typeof redisProgram === 'string') throw new Error(redisProgram);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-redis-')));
  const env = { PATH: '/usr/bin:/bin', HOME: folder };
  const server = await createRedisServer({ program: redisProgram, folder, env, settings });
  await server.start();
  return {
    url: server.url,
    password: server.password,
    socketPath: server.socketPath,
    get pid() {
      return server.pid;
    },
    start: () => server.start(),
    stop: () => server.stop(),
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
