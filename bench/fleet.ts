import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandLine, processesOf, waitGone } from '../test/helpers/tree.ts';

const run = promisify(execFile);
const here = import.meta.dirname;

/** PM2's own program, as installed with the project. */
export const pm2Program = join(here, '../node_modules/pm2/bin/pm2');

/** The bot whose memory steps up and down. */
export const STEPPING_BOT = 'bot-000';

/** A private PM2 daemon with bots, in a temporary folder. */
export interface Fleet {
  readonly home: string;
  readonly daemonPid: number;
  /** What a program that watches it is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the bot that was started under the name. */
  pidOf(bot: string): number;
  /** Ends the daemon and every bot and removes the folder; throws when something is still there. */
  stop(): Promise<void>;
}

/**
 * What the bots are: Node programs that write a line a second, or `sleep`, of which a thousand fit into a small
 * machine.
 */
export type BotKind = 'writing' | 'sleeping';

export async function startFleet(bots: number, kind: BotKind = 'writing'): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'botop-bench-'));
  const home = join(folder, 'pm2');
  const env = {
    PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    PM2_HOME: home,
    BOTOP_CONFIG: '/dev/null',
    LANG: 'C.UTF-8',
    NODE_ENV: 'production',
  };
  const apps = Array.from({ length: bots }, (_, index) => {
    const name = `bot-${String(index).padStart(3, '0')}`;
    return kind === 'sleeping' ? sleeping(name) : writing(name);
  });
  const ecosystem = join(folder, 'fleet.json');
  writeFileSync(ecosystem, JSON.stringify({ apps }));
  const pm2 = (...args: string[]) => run(process.execPath, [pm2Program, ...args], { env, maxBuffer: 64 << 20 });

  const stop = async (): Promise<void> => {
    // Ours, by the folder in their environment. The daemon would start its bots again: it goes first, and is not asked,
    // since it or the way to it may be what was interrupted.
    const deadline = performance.now() + STOP_LIMIT_MS;
    for (let left = processesOf(folder); left.length > 0; left = processesOf(folder)) {
      if (performance.now() > deadline) throw new Error(`still running: ${left.map(commandLine).join('; ')}`);
      for (const pid of left.sort((one, other) => Number(isDaemon(other)) - Number(isDaemon(one)))) kill(pid);
      await waitGone(left, STOP_LIMIT_MS);
    }
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    await pm2('start', ecosystem);
    const daemonPid = Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));
    const pidOf = (bot: string) => {
      // PM2 takes the figures at the end of a name away here.
      const file = readdirSync(join(home, 'pids')).find((name) => name.endsWith(`-${Number(bot.slice(4))}.pid`));
      if (file === undefined) throw new Error(`PM2 has written no pid of ${bot}`);
      return Number(readFileSync(join(home, 'pids', file), 'utf8'));
    };
    return { home, daemonPid, env, pidOf, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const STOP_LIMIT_MS = 10_000;

const isDaemon = (pid: number): boolean => /God Daemon/.test(commandLine(pid));

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

const writing = (name: string) => ({
  name,
  script: join(here, name === STEPPING_BOT ? 'step.cjs' : 'bot.cjs'),
  exec_mode: 'fork',
  node_args: '--max-old-space-size=32',
  env: { BENCH_BOT: name },
});

const sleeping = (name: string) => ({
  name,
  script: '/bin/sleep',
  args: ['100000'],
  exec_mode: 'fork',
  exec_interpreter: 'none',
});
