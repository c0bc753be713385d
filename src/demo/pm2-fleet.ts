import { spawn } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fleetApps, STOPPED_BOT } from './fleet.ts';
import { DemoError, type Part, type Room } from './part.ts';

/** PM2's command line takes half a second; a machine in trouble takes longer. */
const COMMAND_TIMEOUT_MS = 30_000;

/**
 * A private PM2 daemon with the fleet. PM2 is only ever run as a program of its own, through its command line:
 * its daemon and its sockets are then exactly those that a person's would be.
 */
export function pm2Fleet(botsFolder: string): Part {
  return {
    name: 'PM2',
    async start(room) {
      room.say('starting a private PM2 with a fleet of bots…');
      const home = join(room.folder, 'pm2');
      const work = join(room.folder, 'work');
      await mkdir(home, { mode: 0o700 });
      await mkdir(work, { mode: 0o700 });
      // PM2 takes a script with a space in its path for a shell's command, and a checkout may lie anywhere.
      const bots = join(room.folder, 'bots');
      await symlink(botsFolder, bots);
      const ecosystem = join(room.folder, 'fleet.json');
      await writeFile(ecosystem, JSON.stringify({ apps: fleetApps(bots, work) }), { mode: 0o600, flag: 'wx' });
      const pm2 = (...args: readonly string[]) => runPm2(args, home, room);
      await pm2('start', ecosystem);
      await pm2('stop', STOPPED_BOT);
      await pm2('save');
      return { PM2_HOME: home };
    },
    // Nothing here is worth a farewell: `pm2 kill` waits 1.6 s for each bot that does not listen.
    stop: async () => {},
  };
}

async function runPm2(args: readonly string[], home: string, room: Room): Promise<void> {
  const program = createRequire(import.meta.url).resolve('pm2/bin/pm2');
  const child = spawn(process.execPath, [program, ...args], {
    cwd: room.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: {
      ...room.env,
      PM2_HOME: home,
      // PM2 starts bots with the first `node` of the path.
      PATH: [dirname(process.execPath), room.env['PATH'] ?? '/usr/bin:/bin'].join(delimiter),
      // Two by default, each waiting half a second.
      PM2_CONCURRENT_ACTIONS: '12',
      // Its daemon would ask its makers for news.
      PM2_DISABLE_VERSION_CHECK: 'true',
    },
  });
  let said = '';
  const keep = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-8192);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  if (end.code === 0) return;
  throw new DemoError(`pm2 ${args[0]} failed (${end.signal ?? `code ${end.code}`}): ${lastErrors(said)}`);
}

/** What PM2 said about it: its lines of error, else the last ones. */
function lastErrors(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /error|EACCES|ENOSPC|EROFS|denied/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-3).join('; ') || 'it said nothing';
}
