import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { launchedWith } from '../test/helpers/launcher-options.ts';
import { type Fleet, pm2Program } from './fleet.ts';
import { HTOP, PG_ACTIVITY, PM2 } from './report.ts';
import type { Servers } from './servers.ts';

/** A program that is measured. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it shows, escape sequences taken out, once it shows a real figure. */
  readonly firstData: RegExp;
  /** Two keys that move something there and back. */
  readonly keys: readonly [string, string];
  readonly quit: string;
}

/** What is to be watched. */
export interface Watched {
  readonly fleet: Fleet;
  readonly servers: Servers;
}

/** The name of a bot, and behind it, in the same row, what memory it takes. */
const botWithMemory = /bot-\d{3}(?:(?!bot-\d{3})[^\n]){0,200}?\b[1-9][\d.]*\s{0,4}[kKMG](?:i?B)?(?!\w)/;

const DOWN = '\u001b[B';
const UP = '\u001b[A';

/** The key that opens an overlay of botop and closes it again. */
export const OVERLAY = '?';
/** The keys that open and close the question before a bot is restarted. */
export const QUESTION = { open: 'r', close: '\u001b', shown: /Restart [^\n]+\?/, reading: /reading it again/ };

/** Node's options, and what is added to its environment, as bin/botop gives them to this Node. */
export function launch(): Pick<ReturnType<typeof launchedWith>, 'options' | 'env'> {
  return launchedWith(process.version);
}

/** The built program on everything that is there. */
export function botop(program: string, { fleet, servers }: Watched, args: readonly string[] = []): Contender {
  const { postgres, redis } = servers;
  const { options, env } = launch();
  return {
    name: 'botop',
    command: process.execPath,
    args: [...options, program, ...args],
    env: {
      ...env,
      ...fleet.env,
      ...(typeof postgres === 'string' ? {} : { DATABASE_URL: postgres.url('botop') }),
      ...(typeof redis === 'string' ? {} : { REDIS_URL: redis.url }),
    },
    firstData: botWithMemory,
    keys: ['j', 'k'],
    quit: 'q',
  };
}

export function pm2Monit({ fleet }: Watched): Contender {
  return {
    name: PM2,
    command: process.execPath,
    args: [pm2Program, 'monit'],
    env: fleet.env,
    firstData: botWithMemory,
    keys: [DOWN, UP],
    quit: 'q',
  };
}

/** Null where it is not installed. */
export function htop({ fleet }: Watched): Contender | null {
  const command = onPath('htop');
  if (command === null) return null;
  return {
    name: HTOP,
    command,
    args: [],
    env: fleet.env,
    firstData: /Load average: *[\d.]+/,
    keys: [DOWN, UP],
    quit: 'q',
  };
}

/** The reason where it cannot be measured. */
export function pgActivity({ fleet, servers }: Watched): Contender | string {
  const command = onPath('pg_activity');
  if (command === null) return 'pg_activity is not installed';
  const { postgres } = servers;
  if (typeof postgres === 'string') return postgres;
  return {
    name: PG_ACTIVITY,
    command,
    args: ['-h', postgres.socketFolder, '-U', 'activity', '-d', 'postgres'],
    env: { ...fleet.env, PGPASSWORD: postgres.password('activity') },
    firstData: /PostgreSQL \d/,
    keys: [DOWN, UP],
    quit: 'q',
  };
}

/** Whether the program tells of an option in its help. */
export async function hasOption(program: string, option: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--help'], {
    env: { HOME: '/nonexistent', BOTOP_CONFIG: '/dev/null' },
  });
  return stdout.includes(option);
}

/** Whether there is a program. */
export function hasBuild(program: string): boolean {
  return existsSync(program);
}

function onPath(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
