import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { processesOf, waitUntil } from '../helpers/tree.ts';

const PM2 = join(import.meta.dirname, '../../node_modules/pm2/bin/pm2');
const run = promisify(execFile);

interface Owner {
  readonly child: ChildProcess;
  readonly answer: Promise<{ env: Record<string, string>; pm2Home: string; failed?: string }>;
  said(): string;
}

/** A process that starts the demo as the monitor does, with production's addresses in its environment. */
function startOwner(temp: string, env: NodeJS.ProcessEnv = {}): Owner {
  const child = spawn(
    process.execPath,
    ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'owner.ts')],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TMPDIR: temp,
        DATABASE_URL: 'postgresql://production',
        PGHOST: 'production',
        SECRET_KEY: 'production',
        PM2_HOME: '/production',
        BOTOP_CONFIG: '/production',
        OPENAI_API_KEY: 'sk-of-the-person',
        ...env,
      },
    },
  );
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const answer = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    // Not at its exit: what it said last may not have been read then.
    child.once('close', () => reject(new Error(`the owner ended without an answer: ${output}`)));
  });
  return { child, answer: answer.then((line) => JSON.parse(line)), said: () => output };
}

let temp: string;
const newTemp = () => realpathSync(mkdtempSync(join(tmpdir(), 'botop-test-')));
const foldersLeft = () => readdirSync(temp).filter((name) => name.startsWith('botop-demo-'));
/** Everything that runs for a demo in our temporary folder; the owner has it in its environment as TMPDIR. */
const processesLeft = (owner: Owner) => processesOf(temp).filter((pid) => pid !== owner.child.pid);

/** Empty where it has ended. */
function readCommand(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function expectAllGone(owner: Owner): Promise<void> {
  await waitUntil(
    () => foldersLeft().length === 0 && processesLeft(owner).length === 0,
    'all of the demo is gone',
    5_000,
  );
}

describe('the running demo', () => {
  let owner: Owner;
  let demo: { env: Record<string, string>; pm2Home: string };
  beforeAll(async () => {
    temp = newTemp();
    owner = startOwner(temp);
    demo = await owner.answer;
  });
  afterAll(async () => {
    owner.child.kill('SIGKILL');
    await expectAllGone(owner);
    rmSync(temp, { recursive: true });
  });

  const list = async () => {
    const { stdout } = await run(process.execPath, [PM2, 'jlist'], { env: { ...demo.env, HOME: temp } });
    return JSON.parse(stdout) as { name: string; pid: number; pm2_env: Record<string, unknown> }[];
  };

  test('has a bot for each thing to tell apart, all started, one stopped on purpose', async () => {
    const bots = (await list()).map(
      ({ name, pm2_env: env }) => `${env['namespace']}/${name} ${env['status']} ${env['exec_mode']}`,
    );
    expect(bots.toSorted()).toEqual([
      'core/api-worker online cluster_mode',
      'core/api-worker online cluster_mode',
      'core/bot-manager online fork_mode',
      'tg/archive-bot stopped fork_mode',
      'tg/broadcast-bot online fork_mode',
      'tg/media-bot online fork_mode',
      'tg/notify-bot online fork_mode',
      expect.stringMatching(/^tg\/payments-bot (online|launching|stopped) fork_mode$/),
      'tg/stats-bot online fork_mode',
      'tg/support-bot online fork_mode',
      'tg/weather-bot online fork_mode',
    ]);
  });

  test('has bots that are watched, started by the clock, waited for, and that offer an action', async () => {
    const bots = await list();
    const of = (wanted: string) => bots.find(({ name }) => name === wanted)?.pm2_env;
    expect(of('support-bot')?.['watch']).toEqual(['answers']);
    expect(of('stats-bot')?.['cron_restart']).toBe('0 4 * * *');
    expect(of('bot-manager')).toMatchObject({ wait_ready: true, status: 'online' });
    expect(of('weather-bot')?.['axm_actions']).toContainEqual(
      expect.objectContaining({ action_name: 'clear forecasts', action_type: 'custom' }),
    );
  });

  test('has a bot that fails again and again without PM2 ever giving it up', async () => {
    const log = join(demo.pm2Home, 'pm2.log');
    const exits = () => readFileSync(log, 'utf8').match(/App \[payments-bot:0\] exited with code \[1\]/g)?.length ?? 0;
    await waitUntil(() => exits() >= 3, 'three failures', 15_000);
    const errors = readFileSync(join(demo.pm2Home, 'logs/payments-bot-error.log'), 'utf8');
    expect(errors).toMatch(/401: Unauthorized[^]*api\.telegram\.org\/bot\d+:AA/);
  });

  test('logs in the styles to be read: winston, Python, Telegram’s 429', async () => {
    const log = (name: string) => readFileSync(join(demo.pm2Home, 'logs', name), 'utf8');
    await waitUntil(() => log('broadcast-bot-error.log') !== '', 'the first 429', 15_000);
    const [first = ''] = log('support-bot-out.log').split('\n');
    expect(JSON.parse(first)).toMatchObject({ level: 'info', timestamp: expect.any(String) });
    expect(log('stats-bot-error.log')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - stats\.collector - INFO - /);
    expect(log('broadcast-bot-error.log')).toContain('"parameters":{"retry_after":');
  });

  test('is saved, so that what is expected to run is known', () => {
    const dump = JSON.parse(readFileSync(join(demo.pm2Home, 'dump.pm2'), 'utf8')) as { name: string }[];
    expect(dump).toHaveLength(11);
  });

  test('lies in a folder that is ours alone', () => {
    // The group may pass through, without reading: PostgreSQL, which refuses to be root, has its own folder in there.
    expect(statSync(dirname(demo.pm2Home)).mode & 0o767).toBe(0o700);
  });

  test('gives the monitor an environment without a word of production', () => {
    expect(Object.values(demo.env).join(' ')).not.toContain('production');
    expect(demo.env).toMatchObject({ PM2_HOME: demo.pm2Home, OPENAI_API_KEY: 'sk-of-the-person' });
  });

  test('gives its bots nothing of the person’s environment but what a program needs', async () => {
    for (const { pid } of await list()) {
      const text = pid > 0 && existsSync(`/proc/${pid}/environ`) ? readFileSync(`/proc/${pid}/environ`, 'latin1') : '';
      expect(text).not.toMatch(/production|sk-of-the-person/);
    }
  });
});

describe('however the monitor ends, everything it started is gone within 5 s:', () => {
  beforeEach(() => {
    temp = newTemp();
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  test('when it stops the demo', async () => {
    const owner = startOwner(temp);
    await owner.answer;
    const exited = new Promise((resolve) => owner.child.once('exit', resolve));
    owner.child.stdin?.write('stop\n');
    expect(await exited).toBe(0);
    // `stop` promises that it is done, not that it will be.
    expect(foldersLeft()).toEqual([]);
    expect(processesLeft(owner)).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('by %s', async (signal) => {
    const owner = startOwner(temp);
    await owner.answer;
    expect(processesLeft(owner).length).toBeGreaterThan(10);
    owner.child.kill(signal);
    await expectAllGone(owner);
  });

  test('by a crash', async () => {
    const owner = startOwner(temp);
    await owner.answer;
    owner.child.stdin?.write('crash\n');
    await expectAllGone(owner);
    await waitUntil(() => owner.said().includes('a bug in the monitor'), 'the bug to be told');
  });

  test('by SIGKILL while the demo is still starting', async () => {
    const owner = startOwner(temp);
    owner.answer.catch(() => {});
    await waitUntil(() => foldersLeft().length > 0, 'the demo has begun', 10_000);
    owner.child.kill('SIGKILL');
    await expectAllGone(owner);
  });

  test('with a bot that somebody added, and the daemon killed before', async () => {
    const owner = startOwner(temp);
    const { env, pm2Home } = await owner.answer;
    const script = join(temp, 'added.cjs');
    writeFileSync(
      script,
      'process.on("SIGINT", () => {}); process.on("disconnect", () => {}); setInterval(() => {}, 1000);',
    );
    await run(process.execPath, [PM2, 'start', script], { env: { ...env, HOME: temp } });
    process.kill(Number(readFileSync(join(pm2Home, 'pm2.pid'), 'utf8')), 'SIGKILL');
    owner.child.kill('SIGKILL');
    await expectAllGone(owner);
  });

  test('with the bot that outlives its daemon, where the others die of the closed pipe', async () => {
    const owner = startOwner(temp);
    const { pm2Home } = await owner.answer;
    process.kill(Number(readFileSync(join(pm2Home, 'pm2.pid'), 'utf8')), 'SIGKILL');
    const botsLeft = () => processesOf(temp).flatMap((pid) => /bots\/([\w-]+)\.cjs/.exec(readCommand(pid))?.[1] ?? []);
    // The last of them writes every five seconds.
    await waitUntil(() => botsLeft().join() === 'stats-bot', 'one bot to be left', 30_000);
    owner.child.kill('SIGKILL');
    await expectAllGone(owner);
  });
});

test('says why the demo cannot start', async () => {
  temp = newTemp();
  const owner = startOwner(temp, { TMPDIR: join(temp, 'absent') });
  expect((await owner.answer).failed).toMatch(
    /needs a folder in .*absent and cannot make one \(TMPDIR names another place\)/,
  );
  rmSync(temp, { recursive: true });
});
