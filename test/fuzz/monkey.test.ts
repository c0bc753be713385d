import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPerson, type Person, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';
import { fuzzTimeoutMs } from './for-a-while.ts';

const seconds = Math.max(4, Number(process.env['BOTOP_FUZZ_SECONDS'] ?? 0));
const SIZES = [
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
  [38, 10],
  [10, 3],
] as const;
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

test(
  'whatever is pressed, at whatever size, it goes on; locked, it changes nothing; and Ctrl-C gives the terminal back',
  async () => {
    const seed = Date.now() % 2 ** 31;
    const next = random(seed);
    person = createPerson({ PM2_HOME: pm2.home });
    const shown = await startMonitor({ person, args: ['--read-only'], columns: 100, rows: 30 });
    pty = shown;
    const before = await pm2.jlist();
    const pressed: string[] = [];
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      if (next() < 0.02) shown.resize(...(SIZES[Math.floor(next() * SIZES.length)] as [number, number]));
      const key = KEYS[Math.floor(next() * KEYS.length)] as string;
      pressed.push(key);
      shown.press(key);
      if (next() < 0.3) await sleep(next() * 30);
      if (shown.ended) break;
    }
    const story = `seed ${seed}, the last keys: ${JSON.stringify(pressed.slice(-30))}, its last words: ${shown.ended ? shown.transcript().slice(-1500) : ''}`;
    expect(shown.ended, story).toBeNull();
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
  },
  fuzzTimeoutMs + 30_000,
);
