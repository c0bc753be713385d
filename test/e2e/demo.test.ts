import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { measure } from '../../src/text/width.ts';
import { createPerson, type Person, runProgram, screenOf, startMonitor } from '../helpers/monitor.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { redisProgram } from '../helpers/redis-server.ts';
import { faultsOf } from '../helpers/snapshot-schema.ts';
import { processesOf } from '../helpers/tree.ts';

/** Where the tests have none, the demo may yet have fetched one: the net was away for a moment. */
const hasRedis = typeof redisProgram !== 'string';
const WITH_REDIS = /Redis [\d.]+ .*hit +\d+%/;

let person: Person;
let temp: string;

beforeEach(() => {
  const { env } = process;
  person = createPerson({
    // Its Redis is found as ours is.
    PATH: env['PATH'] ?? '/usr/bin:/bin',
    XDG_CACHE_HOME: env['XDG_CACHE_HOME'] ?? '',
    // Of a fleet that must not be touched.
    PM2_HOME: '/production',
    DATABASE_URL: 'postgresql://production/none',
  });
  temp = realpathSync(mkdtempSync(join(tmpdir(), 'botop-test-')));
  // As /tmp: root's PostgreSQL runs as another user, who has to come through.
  chmodSync(temp, 0o711);
});

afterEach(async () => {
  // A test that failed leaves a demo that is still ending.
  await until('all of it is gone', isAllGone);
  person.remove();
  rmSync(temp, { recursive: true, force: true });
});

const withTemp = (): Person => ({ ...person, env: { ...person.env, TMPDIR: temp } });
const foldersLeft = (): string[] => readdirSync(temp);

/** Nothing of a demo runs or lies about. */
const isAllGone = (): boolean => foldersLeft().length === 0 && processesOf(temp).length === 0;

const start = () => startMonitor({ person: withTemp(), args: ['demo'], columns: 80, rows: 24 });

function demoFolder(): string {
  const [name] = foldersLeft();
  if (name === undefined) throw new Error('there is no demo');
  return join(temp, name);
}

/** Every secret that this demo made up: its bots' and its servers' passwords. */
function secretsOf(folder: string): string[] {
  const { apps } = JSON.parse(readFileSync(join(folder, 'fleet.json'), 'utf8')) as {
    apps: { env?: Record<string, string> }[];
  };
  const values = apps.flatMap(({ env }) => Object.values(env ?? {}));
  const redisPassword = hasRedis
    ? /^requirepass (\S+)$/m.exec(readFileSync(join(folder, 'redis/redis.conf'), 'utf8'))?.[1]
    : undefined;
  return [
    ...values.map((value) => (URL.canParse(value) && new URL(value).password) || value.split(':').at(-1) || value),
    ...(redisPassword === undefined ? [] : [redisPassword]),
  ];
}

test('80x24 shows at once what ails the fleet in four panels, and none of its secrets anywhere', async () => {
  const pty = await start();
  try {
    const wanted: readonly [string, RegExp][] = [
      ['the crash loop', /payments-bot +FLAPPING/],
      ['its error', /TG401 .*401: Un/],
      ['this machine', /memory .*free/],
      ['who is blocked', /Database · chatai · 2 blocked/],
      ['by whom', /nightly-re\S* +holds up 2/],
      ['the table with the most dead rows', /dialog_messag\S* +24k +40%/],
      ['Redis', hasRedis ? WITH_REDIS : new RegExp(`${WITH_REDIS.source}|Redis: `)],
    ];
    await pty.waitFor(() => wanted.every(([, pattern]) => pattern.test(screenOf(pty))), {
      what: wanted.map(([name]) => name).join(', '),
      timeoutMs: 20_000,
    });
    expect(pty.line(0)).toMatch(/9 of 10 running · 1 FLAPPING +src (5\/5|4\/4) /);
    const folder = demoFolder();
    const secrets = secretsOf(folder);
    expect(secrets.length).toBeGreaterThanOrEqual(5);
    const log = join(folder, 'pm2/logs/notify-bot-error.log');
    await until('a bot to write its secret', () => secrets.some((one) => readFileSync(log, 'utf8').includes(one)));
    pty.press('3');
    await pty.waitFor(/ECONNRESET/, { what: 'the error with the secret' });
    pty.press('5');
    await pty.waitFor(/connections/, { what: 'the database' });
    const printed = await runProgram(person, ['snapshot', '--json'], { PM2_HOME: join(folder, 'pm2') });
    expect(printed.stdout).toContain('ECONNRESET');
    for (const text of [pty.transcript(), printed.stdout, printed.stderr]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  } finally {
    await pty.dispose();
  }
  await until('all of it is gone', isAllGone, 5_000);
});

test('however the monitor ends, 5 s later no process and no folder of the demo is left', async () => {
  const pty = await start();
  try {
    await pty.waitFor(/Database · chatai/, { timeoutMs: 20_000 });
    expect(processesOf(demoFolder()).length).toBeGreaterThan(15);
    pty.kill('SIGKILL');
    await pty.exit;
    await until('all of it is gone', isAllGone, 5_000);
  } finally {
    await pty.dispose();
  }
});

test.each([
  [80, 24],
  [40, 20],
  [120, 40],
])('into a pipe it prints one frame of exactly %ix%i, leaves nothing and exits 0', async (columns, rows) => {
  const size = { COLUMNS: String(columns), LINES: String(rows) };
  const { code, stdout } = await runProgram(withTemp(), ['demo'], size);
  expect(code).toBe(0);
  expect(stdout).not.toContain('\u001b');
  const lines = stdout.split('\n');
  expect(lines.pop()).toBe('');
  expect(lines).toHaveLength(rows);
  expect(Math.max(...lines.map(measure))).toBe(columns);
  expect(stdout).toMatch(/payments-bot +FLAPPING/);
  expect(isAllGone()).toBe(true);
});

/** A process that looks like somebody's PM2 daemon. */
async function startOtherDaemon(): Promise<ChildProcess> {
  const title = 'PM2 v7.0.4: God Daemon (/nobody)';
  const script = `process.title = '${title}'; console.log('up'); setInterval(() => {}, 1e6)`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('--json prints one object as the schema has it, with every server in it, and nothing else', async () => {
  const other = await startOtherDaemon();
  const { code, stdout, stderr } = await runProgram(withTemp(), ['demo', '--json']).finally(() => other.kill());
  expect(code).toBe(0);
  expect(stderr).toContain('starting a private PostgreSQL');
  const printed = JSON.parse(stdout);
  expect(faultsOf(printed)).toEqual([]);
  // What else runs on this machine is none of the demo.
  expect(printed.otherDaemons).toEqual([]);
  const states = Object.fromEntries(printed.sources.map(({ id, state }: any) => [id, state]));
  expect(states).toEqual({
    host: 'fresh',
    pm2: 'fresh',
    guard: 'fresh',
    logs: 'fresh',
    postgres: 'fresh',
    redis: hasRedis ? 'fresh' : expect.stringMatching(/^(?:fresh|off)$/),
  });
  expect(printed.bots.find(({ name }: any) => name === 'payments-bot')).toMatchObject({ state: 'flapping' });
  expect(printed.errors.groups).toContainEqual(expect.objectContaining({ code: 'TG401', bots: ['payments-bot'] }));
  expect(printed.logs.unread).toEqual([]);
  const { blocked, longest, tables } = printed.postgres;
  const holder = longest.find(({ application }: any) => application === 'nightly-report');
  expect(blocked.map(({ application }: any) => application).toSorted()).toEqual(['bot_worker_1', 'bot_worker_7']);
  expect(blocked.some(({ blockedBy }: any) => blockedBy.includes(holder.pid))).toBe(true);
  expect(tables[0]).toMatchObject({ name: 'dialog_messages', deadPercent: 40, mayVacuum: true });
  if (hasRedis) expect(printed.redis).toMatchObject({ hitPercent: expect.any(Number), maxMemoryBytes: 24 * 2 ** 20 });
  expect(isAllGone()).toBe(true);
});
