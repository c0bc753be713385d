import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pty, startPty } from '../test/helpers/pty.ts';
import { screenToSvg } from '../test/helpers/screen-svg.ts';

/**
 * Makes pictures for the documentation from real frames of the built demo. KEYS are typed before the picture is taken;
 * SECONDS is how long the demo runs first, so that its graphs have something to show (60 unless said). `all` makes those
 * of the documentation, one after the other from one demo.
 */
const USAGE = `usage: node scripts/picture.ts VIEW COLUMNS ROWS FILE.svg [KEYS] [SECONDS] [TITLE]
       node scripts/picture.ts all [SECONDS]`;

interface Shot {
  readonly columns: number;
  readonly rows: number;
  readonly file: string;
  readonly keys: string;
  readonly title: string;
  /** What must be on the screen then, all of it. */
  readonly shows: readonly RegExp[];
  /** The daemon is killed before. */
  readonly isWithoutDaemon?: true;
}

const ESC = '\u001b';
const SETTLED = /flapping/i;
const ALL: readonly Shot[] = [
  {
    columns: 120,
    rows: 40,
    file: 'docs/pictures/home.svg',
    keys: '',
    title: 'botop with its demo: four panels on 120 by 40',
    shows: [SETTLED, /PG 1\d/, /Redis \d|Valkey \d/],
  },
  {
    columns: 120,
    rows: 40,
    file: 'docs/pictures/incident.svg',
    keys: '\r',
    title: 'botop shows all it knows of a bot in a crash loop',
    shows: [SETTLED, /Exits of the last hour/, /error log/],
  },
  {
    columns: 120,
    rows: 30,
    file: 'docs/pictures/logs.svg',
    keys: '9',
    title: 'botop shows the logs of all bots as one',
    shows: [/Logs · all \d+ bots/, /live/],
  },
  {
    columns: 100,
    rows: 30,
    file: 'docs/pictures/restart.svg',
    keys: 'r',
    title: 'botop asks before it restarts a bot of its demo',
    shows: [/Restart .+\?/],
  },
  {
    columns: 40,
    rows: 20,
    file: 'docs/pictures/phone.svg',
    keys: '',
    title: 'botop with its demo on a phone, 40 by 20',
    shows: [SETTLED],
  },
  {
    columns: 120,
    rows: 30,
    file: 'docs/pictures/daemon.svg',
    keys: '',
    title: 'botop with its demo, whose PM2 daemon was killed',
    shows: [/DAEMON (?:DEAD|GONE)/, /ORPHAN/],
    isWithoutDaemon: true,
  },
];

/** Longer than a question is deaf, and than a lone Esc is waited for. */
const KEY_MS = 800;
const SHOWN_MS = 30_000;
/** The demo ends everything within 5 s. */
const GONE_MS = 15_000;

const root = join(import.meta.dirname, '..');
const { PATH, HOME } = process.env;

/** The program at a place that says nothing of this machine: some pictures show paths of it. */
function stage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'botop-'));
  // The demo's PostgreSQL runs as nobody where the demo runs as root.
  chmodSync(folder, 0o755);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  cpSync(process.execPath, join(folder, 'node'));
  for (const name of ['node_modules', 'services', 'runtime']) symlinkSync(join(root, name), join(folder, name));
  return folder;
}

/** Takes the pictures one after the other, each from home, and goes back there by Esc. */
async function take(view: string, seconds: number, shots: readonly Shot[]): Promise<void> {
  const [first] = shots;
  if (!first) return;
  const folder = stage();
  const pty = startPty({
    command: join(folder, 'node'),
    args: [join(folder, 'dist/botop.js'), 'demo', '--view', view],
    env: {
      ...{ PATH, HOME, TMPDIR: folder, LANG: 'C.UTF-8', TERM: 'xterm-256color', COLORTERM: 'truecolor' },
      NODE_ENV: 'production',
    },
    columns: first.columns,
    rows: first.rows,
  });
  try {
    // The crash loop is the last thing the demo comes to show.
    await pty.waitFor(SETTLED, { timeoutMs: 90_000, what: 'the crash loop to be seen' });
    await sleep(seconds * 1000);
    for (const shot of shots) await takeOne(pty, folder, shot);
  } finally {
    // The demo takes its fleet down as it ends: it must not be killed before.
    if (!pty.ended) pty.kill('SIGTERM');
    await Promise.race([pty.exit, sleep(GONE_MS, undefined, { ref: false })]);
    await pty.dispose();
    // Its supervisor runs from there too, and ends a moment later.
    for (let waited = 0; demoIn(folder) !== undefined && waited < GONE_MS; waited += 100) await sleep(100);
    await sleep(KEY_MS);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function takeOne(pty: Pty, folder: string, shot: Shot): Promise<void> {
  const { columns, rows, file, keys, title, shows, isWithoutDaemon } = shot;
  if (columns !== pty.columns || rows !== pty.rows) {
    pty.resize(columns, rows);
  }
  await pty.waitFor((screen) => isAtHome(screen), { timeoutMs: SHOWN_MS, what: `home before ${file}` });
  if (isWithoutDaemon) killDaemon(folder);
  for (const key of keys) {
    pty.press(key);
    // A question takes no answer at first, and shows that.
    await sleep(KEY_MS);
  }
  await pty.waitFor((screen) => isWhole(screen, shows) && (keys !== '' || isAtHome(screen)), {
    timeoutMs: SHOWN_MS,
    what: `all of ${file}`,
  });
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, screenToSvg(pty, title));
  console.log(file);
  if (keys === '') return;
  await sleep(KEY_MS);
  pty.press(ESC);
  // What it says about that must have come before it is waited to go.
  await sleep(KEY_MS);
}

const demoIn = (folder: string): string | undefined =>
  readdirSync(folder).find((name) => name.startsWith('botop-demo-'));

/** The demo's own, by the file that PM2 writes. */
function killDaemon(folder: string): void {
  const demo = demoIn(folder);
  process.kill(Number(readFileSync(join(folder, demo ?? '', 'pm2/pm2.pid'), 'utf8')), 'SIGKILL');
}

/** In this size, and no word about what was done before stands in the way. */
const isAtHome = (screen: Pty): boolean =>
  !screen.isSynchronized() &&
  screen.line(0).length === screen.columns &&
  /^\? help {2}(?:K kill an orphan {2})?q quit/.test(screen.line(screen.rows - 1));

const isWhole = (screen: Pty, shows: readonly RegExp[]): boolean => {
  const text = screen.text().join('\n');
  return !screen.isSynchronized() && shows.every((pattern) => pattern.test(text));
};

function misused(): never {
  console.error(USAGE);
  process.exit(64);
}

function numberOf(given: string | undefined): number {
  return given !== undefined && /^\d+$/.test(given) ? Number(given) : misused();
}

const args = process.argv.slice(2);
if (args[0] === 'all') {
  if (args.length > 2) misused();
  await take('home', numberOf(args[1] ?? '60'), ALL);
} else {
  const [view, columns, rows, file, keys = '', seconds = '60', title] = args;
  if (!view || !file) misused();
  const shot = {
    columns: numberOf(columns),
    rows: numberOf(rows),
    file,
    keys,
    title: title ?? `botop, the ${view} view of its demo, ${columns} by ${rows}`,
    shows: [SETTLED],
  };
  await take(view, numberOf(seconds), [shot]);
}
