import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Fleet, pm2Program } from './fleet.ts';

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
  /** A key that opens an overlay and closes it again; null where there is none. */
  readonly overlay: string | null;
  readonly quit: string;
}

/** A row that cannot be measured here, and why. */
export interface Skipped {
  readonly name: string;
  readonly why: string;
}

/** The name of a bot, and behind it, in the same row, what memory it takes. */
const botWithMemory = /bot-\d{3}(?:(?!bot-\d{3})[^\n]){0,200}?\b[1-9][\d.]*\s{0,4}[kKMG](?:i?B)?(?!\w)/;

/** As bin/botop starts it. */
const launched = ['--max-semi-space-size=1'];

const DOWN = '\u001b[B';
const UP = '\u001b[A';

/** botop first, then its peers. */
export function contenders(fleet: Fleet, program: string): (Contender | Skipped)[] {
  const htop = onPath('htop');
  return [
    existsSync(program)
      ? {
          name: 'botop',
          command: process.execPath,
          args: [...launched, program],
          env: fleet.env,
          firstData: botWithMemory,
          keys: ['j', 'k'],
          overlay: '?',
          quit: 'q',
        }
      : { name: 'botop', why: `there is no ${program}: npm run build` },
    {
      name: 'pm2 monit',
      command: process.execPath,
      args: [pm2Program, 'monit'],
      env: fleet.env,
      firstData: botWithMemory,
      keys: [DOWN, UP],
      overlay: null,
      quit: 'q',
    },
    htop === null
      ? { name: 'htop', why: 'htop is not installed' }
      : {
          name: 'htop',
          command: htop,
          args: [],
          env: fleet.env,
          firstData: /Load average: *[\d.]+/,
          keys: [DOWN, UP],
          overlay: null,
          quit: 'q',
        },
  ];
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
