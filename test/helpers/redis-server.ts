/** A private Redis for a test, in a temporary folder, gone afterwards with its process. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoError } from '../../src/demo/part.ts';
import { findRedisProgram, type RedisProgram } from '../../src/demo/redis-programs.ts';
import { createRedisServer, type RedisServer } from '../../src/demo/redis-server.ts';
import { until } from './pm2-daemon.ts';

/** Each of the steps of fetching it may take a minute and a half. */
const LOOK_TIMEOUT_MS = 300_000;

/** A server program, or why this machine has none: the tests that need one are then skipped with the reason. */
export const redisProgram: RedisProgram | string = await lookOnce(process.env['BOTOP_TEST_FOLDER']);

async function look(): Promise<RedisProgram | string> {
  try {
    return await findRedisProgram(process.env, () => {});
  } catch (error) {
    if (error instanceof DemoError) return error.message;
    throw error;
  }
}

/** Of all workers of a run one looks, since that may be to fetch it, and the others take what it found. */
async function lookOnce(folderOfRun: string | undefined): Promise<RedisProgram | string> {
  if (folderOfRun === undefined) return look();
  const file = join(folderOfRun, 'redis.json');
  if (isFirst(`${file}.looking`)) {
    writeFileSync(`${file}.new`, JSON.stringify(await look()));
    renameSync(`${file}.new`, file);
  }
  await until('another worker has looked for a Redis', () => existsSync(file), LOOK_TIMEOUT_MS);
  return JSON.parse(readFileSync(file, 'utf8')) as RedisProgram | string;
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

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
