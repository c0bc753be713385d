import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pty, startPty } from '../test/helpers/pty.ts';
import { screenToSvg } from '../test/helpers/screen-svg.ts';

/**
 * Makes a picture for the documentation from a real frame of the built demo:
 *
 *   node scripts/picture.ts VIEW COLUMNS ROWS FILE.svg [KEYS] [SECONDS] [TITLE]
 *   node scripts/picture.ts all
 *
 * KEYS are typed before the picture is taken; SECONDS is how long the demo runs first, so that its graphs have
 * something to show (60 unless said). `all` makes those of the README, one after the other.
 */
interface Shot {
  readonly view: string;
  readonly columns: number;
  readonly rows: number;
  readonly file: string;
  readonly keys: string;
  readonly seconds: number;
  readonly title: string;
  /** What must be on the screen then. */
  readonly shows: RegExp;
}

const SETTLED = /flapping/i;
const README: readonly Omit<Shot, 'view' | 'seconds'>[] = [
  {
    columns: 120,
    rows: 40,
    file: 'docs/pictures/home.svg',
    keys: '',
    title: 'botop with its demo: four panels on 120 by 40',
    shows: SETTLED,
  },
  {
    columns: 40,
    rows: 20,
    file: 'docs/pictures/phone.svg',
    keys: '',
    title: 'botop with its demo on a phone, 40 by 20',
    shows: SETTLED,
  },
  {
    columns: 100,
    rows: 30,
    file: 'docs/pictures/restart.svg',
    keys: 'r',
    title: 'botop asks before it restarts a bot of its demo',
    shows: /Restart .+\?/,
  },
];

/** Longer than a question is deaf. */
const KEY_MS = 800;

const program = join(import.meta.dirname, '../dist/botop.js');
const { PATH, HOME } = process.env;

async function take({ view, columns, rows, file, keys, seconds, title, shows }: Shot): Promise<void> {
  const pty = startPty({
    command: process.execPath,
    args: [program, 'demo', '--view', view],
    env: { PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color', COLORTERM: 'truecolor', NODE_ENV: 'production' },
    columns,
    rows,
  });
  try {
    // The crash loop is the last thing the demo comes to show.
    await pty.waitFor(SETTLED, { timeoutMs: 90_000, what: 'the crash loop to be seen' });
    await sleep(seconds * 1000);
    for (const key of keys) {
      pty.press(key);
      // A question takes no answer at first, and shows that.
      await sleep(KEY_MS);
    }
    await pty.waitFor((screen) => isWhole(screen, shows), { timeoutMs: 10_000, what: 'a whole frame' });
    const path = resolve(file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, screenToSvg(pty, title));
    console.log(file);
  } finally {
    // The demo takes its fleet down as it ends: it must not be killed before.
    if (!pty.ended) pty.kill('SIGTERM');
    await Promise.race([pty.exit, sleep(15_000, undefined, { ref: false })]);
    await pty.dispose();
  }
}

const isWhole = (screen: Pty, shows: RegExp): boolean =>
  !screen.isSynchronized() && shows.test(screen.text().join('\n'));

const [view, columns, rows, file, keys = '', seconds = '60', title] = process.argv.slice(2);
if (view === 'all') {
  for (const shot of README) await take({ ...shot, view: 'home', seconds: 60 });
} else if (!view || !columns || !rows || !file) {
  console.error(
    'usage: node scripts/picture.ts VIEW COLUMNS ROWS FILE.svg [KEYS] [SECONDS] [TITLE]\n       node scripts/picture.ts all',
  );
  process.exit(64);
} else {
  await take({
    view,
    columns: Number(columns),
    rows: Number(rows),
    file,
    keys,
    seconds: Number(seconds),
    title: title ?? `botop, the ${view} view of its demo, ${columns} by ${rows}`,
    shows: SETTLED,
  });
}
