/** A private Redis: its folder, its password and its process. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DemoError } from './part.ts';
import type { RedisProgram } from './redis-programs.ts';

const START_TIMEOUT_MS = 10_000;

export interface RedisServerOptions {
  readonly program: RedisProgram;
  /** A folder of ours alone; `redis` is made in it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Lines of its configuration. */
  readonly settings?: readonly string[];
}

export interface RedisServer {
  /** With the password, for REDIS_URL. */
  readonly url: string;
  readonly password: string;
  readonly socketPath: string;
  /** Null while it does not run. */
  readonly pid: number | null;
  /** Resolves when it takes connections. Rejects with `DemoError` and what it said. */
  start(): Promise<void>;
  /** Ends it at once, without saving. */
  stop(): Promise<void>;
}

/** Makes its folder and configuration and gives the server, not yet started. It listens on a unix socket only. */
export async function createRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { program, env, settings = [] } = options;
  const folder = join(options.folder, 'redis');
  const socketPath = join(folder, 'redis.sock');
  const configuration = join(folder, 'redis.conf');
  const password = randomBytes(18).toString('base64url');
  await mkdir(folder, { mode: 0o700 });
  const lines = [
    'port 0',
    `unixsocket ${socketPath}`,
    'unixsocketperm 700',
    // In a file that is ours alone: an argument would be seen by everybody.
    `requirepass ${password}`,
    `dir ${folder}`,
    'daemonize no',
    'save ""',
    'maxmemory 24mb',
    'maxmemory-policy allkeys-lru',
    'slowlog-log-slower-than 500',
    'slowlog-max-len 64',
    ...settings,
  ];
  await writeFile(configuration, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  let child: ReturnType<typeof spawn> | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  const isRunning = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  return {
    url: `unix://:${password}@${socketPath}`,
    password,
    socketPath,
    get pid() {
      return isRunning() ? (child?.pid ?? null) : null;
    },
    async start() {
      const started = spawn(program.path, [configuration], {
        cwd: folder,
        env: { ...env, ...program.env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child = started;
      let said = '';
      started.stdout.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4096);
      });
      let failure = '';
      started.once('error', (error) => {
        failure = error.message;
      });
      ended = new Promise((resolve) => started.once('exit', resolve).once('error', resolve));
      const deadline = performance.now() + START_TIMEOUT_MS;
      while (!(existsSync(socketPath) && /ready to accept connections/i.test(said))) {
        if (failure !== '' || !isRunning())
          throw new DemoError(`it ended while starting: ${failure || lastLine(said)}`);
        if (performance.now() > deadline)
          throw new DemoError(`it did not start within ${START_TIMEOUT_MS / 1000} s: ${lastLine(said)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async stop() {
      if (isRunning()) child?.kill('SIGKILL');
      await ended;
    },
  };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'it said nothing';
}
