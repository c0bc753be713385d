import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { seed } from '../helpers/fast-check.ts';
import { createPerson, type Person, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';
import { fuzzTimeoutMs } from './for-a-while.ts';

const seconds = Number(process.env['BOTOP_FUZZ_SECONDS'] ?? 0);
/** Without `npm run fuzz` so many, some four seconds: the same on a slow machine as on a fast one. */
const KEYS_PRESSED = 800;
type Size = readonly [columns: number, rows: number];
const SIZES: readonly Size[] = [
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
  [38, 10],
  [10, 3],
];
const SMALL: readonly Size[] = [
  [1, 1],
  [2, 40],
  [100, 2],
  [20, 5],
  [38, 10],
  [39, 11],
  [40, 20],
];
/** Everything but what ends or suspends the program: q and Ctrl-C end it, Ctrl-Z hands the terminal back. */
const KEYS = [
  ...'abcdefghijklmnoprstuvwxyzABCDEFGHIJKLMNOPRSTUVWXYZ0123456789/&:?*+[]<>=-. \r\t\u001b\u007f',
  ...['\u001b[A', '\u001b[B', '\u001b[C', '\u001b[D', '\u001b[5~', '\u001b[6~', '\u001b[H', '\u001b[F', '\u001b[Z'],
  ...[
    '\u000c',
    '\u0015',
    '\u001b[1;5C',
    '\u001b[200~rry\r\u001b[201~',
    'weather',
    ':restart\r',
    '&mem>1\r',
    'é',
    '👩‍🚀',
  ],
];

let pm2: Pm2Daemon;
let person: Person;
let pty: Pty | null = null;

beforeAll(async () => {
  pm2 = await startPm2();
  const code = "setInterval(() => console.log(new Date().toISOString(), 'ERROR no answer from', Math.random()), 200)";
  await pm2.start(
    { name: 'weather-bot', code },
    { name: 'mail-bot', code },
    { name: 'idle-bot', code: 'setInterval(() => {}, 1e3)' },
  );
});
afterEach(async () => {
  await pty?.dispose();
  person?.remove();
});
afterAll(() => pm2?.remove());

/** Mulberry32: the same keys for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What is watched, and what becomes of it meanwhile. */
interface Watched {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly sizes: readonly Size[];
  /** Called now and then, with the same numbers for the same seed. */
  disturb(next: () => number): void;
  /** Ends the disturbance. */
  mend(): Promise<void>;
}

const healthy = (): Watched => ({ env: {}, args: [], sizes: SIZES, disturb() {}, async mend() {} });

/** A daemon that freezes and wakes, a PostgreSQL that is silent, a Redis that talks nonsense, a log that is flooded. */
async function failing(): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'botop-monkey-'));
  const log = join(folder, 'loud.log');
  const line = `${new Date().toISOString()} ERROR [\u001b[2J] no answer 👩‍🚀 from a host\n    at x (y.js:1:2)\n`;
  const open = new Set<Socket>();
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const servers = ['', '$5\r\n\u0000\r\n-ERR what\r\n:1\r\n'].map((answer) =>
    createServer((socket) => {
      open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)));
      socket.on('data', () => void (answer && socket.write(answer)));
    }).listen(0, '127.0.0.1'),
  );
  for (const server of servers) if (!server.listening) await once(server, 'listening');
  const [postgres, redis] = servers as [Server, Server];
  return {
    env: {
      DATABASE_URL: `postgresql://a:b@127.0.0.1:${portOf(postgres)}/c`,
      REDIS_URL: `redis://:b@127.0.0.1:${portOf(redis)}`,
    },
    args: ['--logs', join(folder, '*.log'), '--logs', '/nonexistent/*.log'],
    sizes: SMALL,
    disturb(next) {
      appendFileSync(log, line.repeat(Math.floor(next() * 3_000)));
      if (next() < 0.2) writeFileSync(log, '');
      pm2.signal(next() < 0.5 ? 'SIGSTOP' : 'SIGCONT');
    },
    async mend() {
      pm2.signal('SIGCONT');
      for (const server of servers) server.close();
      for (const socket of open) socket.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test.each([
  ['what is healthy, at whatever size', async () => healthy()],
  ['what fails all over, on a screen that is too small', failing],
])(
  'watching %s, whatever is pressed, it goes on; locked, it changes nothing; and Ctrl-C gives the terminal back',
  async (_, watch) => {
    const next = random(seed);
    const watched = await watch();
    person = createPerson({ PM2_HOME: pm2.home, ...watched.env });
    const before = await pm2.jlist();
    const pressed: string[] = [];
    try {
      const args = ['--read-only', ...watched.args];
      const shown = await startMonitor({ person, args, columns: 100, rows: 30 });
      pty = shown;
      const end = performance.now() + seconds * 1000;
      while (pressed.length < KEYS_PRESSED || performance.now() < end) {
        if (next() < 0.02) shown.resize(...(watched.sizes[Math.floor(next() * watched.sizes.length)] as Size));
        if (next() < 0.02) watched.disturb(next);
        const key = KEYS[Math.floor(next() * KEYS.length)] as string;
        pressed.push(key);
        shown.press(key);
        if (next() < 0.3) await sleep(next() * 30);
        if (shown.ended) break;
      }
      const story = `seed ${seed}, the last keys: ${JSON.stringify(pressed.slice(-30))}, its last words: ${shown.ended ? shown.transcript().slice(-1500) : ''}`;
      expect(shown.ended, story).toBeNull();
      await watched.mend();
      shown.resize(100, 30);
      for (let i = 0; i < 8; i += 1) {
        shown.press('\u001b');
        await sleep(350);
      }
      shown.press('1');
      await shown.waitFor((screen) => /botop/.test(screen.line(0)) && /help/.test(screen.line(29)), {
        what: `the home view again; ${story}`,
      });
      const identity = (list: Record<string, any>[]) =>
        list.map(({ pid, pm_id, pm2_env }) => [pm_id, pid, pm2_env.status, pm2_env.restart_time]);
      expect(identity(await pm2.jlist()), story).toEqual(identity(before));
      const audit = join(person.home, 'state/botop/audit.ndjson');
      const lines = existsSync(audit) ? readFileSync(audit, 'utf8').trim().split('\n') : [];
      for (const line of lines) expect(JSON.parse(line), story).not.toMatchObject({ result: 'done' });
      shown.press('\u0003');
      shown.press('\u0003');
      expect((await shown.exit).code, story).toBe(0);
      expect(shown.isAlternate()).toBe(false);
    } finally {
      await watched.mend();
    }
  },
  fuzzTimeoutMs + 30_000,
);
