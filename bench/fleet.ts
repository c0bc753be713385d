import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processesOf, waitGone } from '../test/helpers/tree.ts';

const run = promisify(execFile);
const here = import.meta.dirname;

/** PM2's own program, as installed with the project. */
export const pm2Program = join(here, '../node_modules/pm2/bin/pm2');

/** A private PM2 daemon with bots, in a temporary folder. */
export interface Fleet {
  readonly home: string;
  readonly daemonPid: number;
  /** What a program that watches it is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the daemon and every bot and removes the folder; throws when something is still there. */
  stop(): Promise<void>;
}

export async function startFleet(bots: number): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'botop-bench-'));
  const home = join(folder, 'pm2');
  const env = {
    PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    PM2_HOME: home,
    LANG: 'C.UTF-8',
    NODE_ENV: 'production',
  };
  const apps = Array.from({ length: bots }, (_, index) => {
    const name = `bot-${String(index).padStart(3, '0')}`;
    return {
      name,
      script: join(here, 'bot.cjs'),
      exec_mode: 'fork',
      node_args: '--max-old-space-size=32',
      env: { BENCH_BOT: name },
    };
  });
  const ecosystem = join(folder, 'fleet.json');
  writeFileSync(ecosystem, JSON.stringify({ apps }));
  const pm2 = (...args: string[]) => run(process.execPath, [pm2Program, ...args], { env, maxBuffer: 64 << 20 });

  const stop = async (): Promise<void> => {
    await pm2('kill').catch(() => undefined);
    try {
      await waitGone(processesOf(folder), 3_000);
    } catch {
      // PM2 could not end them (it may be what was interrupted): they are ours, by the folder in their environment.
      for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
      await waitGone(processesOf(folder), 5_000);
    }
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    await pm2('start', ecosystem);
  } catch (error) {
    await stop();
    throw error;
  }
  return { home, daemonPid: Number(readFileSync(join(home, 'pm2.pid'), 'utf8')), env, stop };
}
