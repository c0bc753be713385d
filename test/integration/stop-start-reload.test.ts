import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Action, ActionDeps } from '../../src/actions/action.ts';
import type { Ask } from '../../src/actions/ask.ts';
import { createAudit } from '../../src/actions/audit.ts';
import { listBots } from '../../src/actions/bots.ts';
import { createExecutor, type Executor } from '../../src/actions/executor.ts';
import { reload } from '../../src/actions/reload.ts';
import { start } from '../../src/actions/start.ts';
import { openStateFolder } from '../../src/actions/state-folder.ts';
import { stop } from '../../src/actions/stop.ts';
import { systemDeps } from '../../src/actions/system-deps.ts';
import { type BotTarget, botTarget } from '../../src/actions/target.ts';
import { createPm2Client } from '../../src/sources/pm2/client.ts';
import { type Pm2Daemon, pm2Packages, pm2Version, startPm2, until } from '../helpers/pm2-daemon.ts';

type Entry = Awaited<ReturnType<Pm2Daemon['jlist']>>[number];

const MARK = 'MONITOR_MARK';
const STEADY = 'setInterval(() => {}, 1000);';
const CRASHING = 'process.exit(7);';
const STUBBORN = "process.on('SIGINT', () => {}); setInterval(() => {}, 1000);";
/** Ends at SIGINT, which its child ignores. */
const PARENT = `
require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STUBBORN)}]);
setInterval(() => {}, 1000);`;
/** Tells its environment, which /proc does not show of a worker. */
const LISTENING = `
require('node:fs').writeFileSync(process.env.TOLD_IN + '/' + process.pid, JSON.stringify(process.env));
require('node:http').createServer((_, answer) => answer.end()).listen(0);`;

describe.each(pm2Packages().map((packageDir) => ({ packageDir, version: pm2Version(packageDir) })))('PM2 $version', ({
  packageDir,
}) => {
  let daemon: Pm2Daemon;
  let home: string;
  let watched: string;
  let told: string;
  let deps: ActionDeps;
  let executor: Executor;

  beforeAll(async () => {
    process.env[MARK] = 'from the monitor';
    daemon = await startPm2(packageDir);
    watched = join(daemon.home, 'watched');
    mkdirSync(watched);
    told = join(daemon.home, 'told');
    mkdirSync(told);
    writeFileSync(join(watched, 'settings.txt'), 'a\n');
    // The crashing one reads its code again at each start.
    writeFileSync(join(daemon.home, 'code.cjs'), CRASHING);
    await daemon.start(
      { name: 'watched', code: STEADY, cwd: watched, watch: ['settings.txt'], env: { BOT_VALUE: 'kept' } },
      { name: 'stubborn', code: STUBBORN, kill_timeout: 500 },
      { name: 'parent', code: PARENT, kill_timeout: 500 },
      {
        name: 'given-up',
        code: `require(${JSON.stringify(join(daemon.home, 'code.cjs'))})`,
        max_restarts: 2,
        // PM2 gives up only where all of it happens within min_uptime × max_restarts: a busy machine needs more than 2 s.
        min_uptime: 8_000,
      },
      {
        name: 'workers',
        code: LISTENING,
        instances: 2,
        exec_mode: 'cluster',
        env: { BOT_VALUE: 'kept', TOLD_IN: told },
      },
      { name: 'scheduled', code: STEADY, cron_restart: '*/6 * * * * *' },
      { name: 'waiting', code: CRASHING, restart_delay: 600_000 },
    );
  });
  afterAll(async () => {
    delete process.env[MARK];
    await daemon.remove();
  });

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'botop-stop-'));
    deps = systemDeps((of) => createPm2Client(of));
    const place = { xdgStateHome: undefined, homes: [home], uid: process.geteuid?.() ?? 0 };
    executor = createExecutor({
      deps,
      audit: createAudit({ who: { name: 'anna', uid: 0 }, folder: () => openStateFolder(place), syslog: null }),
      shell: { pm2Home: daemon.home, user: 'root' },
      circumstances: () => ({
        isReadOnly: false,
        isLocked: false,
        now: Date.now(),
        reading: () => ({ state: 'fresh', value: {}, readAt: Date.now(), tookMs: 1 }),
      }),
    });
    return () => rmSync(home, { recursive: true, force: true });
  });

  async function targetOf(name: string): Promise<BotTarget> {
    const bot = (await listBots(daemon.home, deps, new AbortController().signal)).find((found) => found.name === name);
    if (bot === undefined) throw new Error(`no bot ${name}`);
    return botTarget(bot);
  }

  async function entriesOf(name: string): Promise<Entry[]> {
    const entries = (await daemon.jlist()).filter((found) => found['name'] === name);
    if (entries.length === 0) throw new Error(`pm2 knows no ${name}`);
    return entries;
  }

  const entryOf = async (name: string): Promise<Entry> => (await entriesOf(name))[0] as Entry;
  const statusOf = async (name: string): Promise<string> => (await entryOf(name))['pm2_env'].status;

  async function askFor(action: Action, target: BotTarget): Promise<Ask> {
    const asked = await executor.ask(action, [target], new AbortController().signal);
    if (asked.state === 'refused') throw new Error(asked.reason);
    return asked;
  }

  const askAndFire = async (action: Action, target: BotTarget) => executor.fire(await askFor(action, target), () => {});

  function expectNothingLeaked(entry: Entry, environment: readonly string[]): void {
    expect(process.env[MARK]).toBe('from the monitor');
    expect(JSON.stringify(entry)).not.toContain(MARK);
    expect(environment).toContain('BOT_VALUE=kept');
    expect(environment.filter((pair) => pair.startsWith(MARK))).toEqual([]);
  }

  test('a watched bot that is stopped stays stopped when its file changes, and starts again with its own environment', async () => {
    // Its watch works: a change restarts it.
    const first = await entryOf('watched');
    await until('the change restarts it', async () => {
      appendFileSync(join(watched, 'settings.txt'), 'b\n');
      return (await entryOf('watched'))['pm2_env'].restart_time > first['pm2_env'].restart_time;
    });
    await until('it is up', async () => (await statusOf('watched')) === 'online');
    const before = await entryOf('watched');
    const ask = await askFor(stop, await targetOf('watched'));
    expect(ask).toMatchObject({ risk: 'R1', command: `pm2 stop ${before['pm_id']}` });
    // Touched all the while that it is watched to stay stopped.
    const outcome = await executor.fire(ask, ({ verdict }) => {
      if (verdict !== null) appendFileSync(join(watched, 'settings.txt'), 'c\n');
    });
    expect(outcome.results[0]).toMatchObject({
      state: 'done',
      message: '',
      verdict: {
        state: 'good',
        checks: [
          { text: `pid ${before['pid']} ended`, state: 'good' },
          { text: 'stopped for 10 s', state: 'good' },
        ],
      },
    });
    const after = await entryOf('watched');
    expect(after['pm2_env']).toMatchObject({ status: 'stopped', restart_time: before['pm2_env'].restart_time });
    expect(daemon.processes()).not.toContain(before['pid']);
    const again = await executor.ask(stop, [await targetOf('watched')], new AbortController().signal);
    expect(again).toMatchObject({ state: 'refused', reason: 'watched: already stopped' });

    const started = await askAndFire(start, await targetOf('watched'));
    expect(started.results[0]).toMatchObject({ state: 'done', message: '', verdict: { state: 'good' } });
    const now = await entryOf('watched');
    expect(now['pm2_env']).toMatchObject({ status: 'online', restart_time: before['pm2_env'].restart_time });
    expectNothingLeaked(now, readFileSync(`/proc/${now['pid']}/environ`, 'utf8').split('\0'));
    // As the question says: the watch comes back only so.
    await daemon.cli('restart', String(now['pm_id']), '--watch');
    expect((await entryOf('watched'))['pm2_env'].watch).toBeTruthy();
  });

  test('one that ignores SIGINT is killed after its kill_timeout', async () => {
    const { pid } = await entryOf('stubborn');
    const outcome = await askAndFire(stop, await targetOf('stubborn'));
    expect(await statusOf('stubborn')).toBe('stopped');
    expect(daemon.processes()).not.toContain(pid);
    expect(outcome.results[0]?.verdict).toMatchObject({ state: 'good', checks: [{ text: `pid ${pid} ended` }, {}] });
  });

  test('of one whose child outlives it, or whom PM2 calls errored for it, the verdict says so', async () => {
    const { pid, child } = await until('it has its child', async () => {
      const entry = await entryOf('parent');
      const children = readFileSync(`/proc/${entry['pid']}/task/${entry['pid']}/children`, 'utf8').trim();
      return children === '' ? undefined : { pid: entry['pid'], child: Number(children) };
    });
    // Node catches the signal from the moment its script has run; before that it would end.
    await until('the child ignores SIGINT', () => {
      const caught = /^SigCgt:\t(.*)$/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1] ?? '0';
      return (BigInt(`0x${caught}`) & 2n) !== 0n;
    });
    const outcome = await askAndFire(stop, await targetOf('parent'));
    const verdict = outcome.results[0]?.verdict;
    expect(daemon.processes()).not.toContain(pid);
    if (daemon.processes().includes(child)) {
      expect(verdict?.checks[0]).toEqual({ text: `still running: pid ${child}`, state: 'bad' });
    } else if ((await statusOf('parent')) === 'errored') {
      expect(verdict?.checks.at(-1)?.text).toContain('it ended, but PM2 calls it errored');
      expect((await askAndFire(stop, await targetOf('parent'))).results[0]?.verdict?.state).toBe('good');
      expect(await statusOf('parent')).toBe('stopped');
    } else {
      expect(verdict?.state).toBe('good');
    }
  });

  test('an errored bot is started: bad while it crashes, good when its code is mended', async () => {
    await until('PM2 gives it up', async () => (await statusOf('given-up')) === 'errored');
    const failed = await askAndFire(start, await targetOf('given-up'));
    expect(failed.state).toBe('done');
    expect(failed.results[0]?.verdict).toMatchObject({ state: 'bad', isWorse: false });
    await until('PM2 gives it up again', async () => (await statusOf('given-up')) === 'errored');
    writeFileSync(join(daemon.home, 'code.cjs'), STEADY);
    const mended = await askAndFire(start, await targetOf('given-up'));
    expect(mended.results[0]).toMatchObject({ state: 'done', verdict: { state: 'good' } });
    expect(await statusOf('given-up')).toBe('online');
    const again = await executor.ask(start, [await targetOf('given-up')], new AbortController().signal);
    expect(again).toMatchObject({ state: 'refused', reason: 'given-up: already runs' });
  });

  test('a bot that waits for its next try is stopped, and started then', async () => {
    await until('it waits', async () => (await statusOf('waiting')) === 'waiting restart');
    const refused = await executor.ask(start, [await targetOf('waiting')], new AbortController().signal);
    expect(refused).toMatchObject({ state: 'refused', reason: expect.stringContaining('S, then +') });
    const stopped = await askAndFire(stop, await targetOf('waiting'));
    expect(stopped.results[0]?.verdict).toMatchObject({ state: 'good' });
    const pending = await entryOf('waiting');
    const started = await askAndFire(start, await targetOf('waiting'));
    expect(started.results[0]?.state).toBe('done');
    expect((await entryOf('waiting'))['pm2_env'].pm_uptime).toBeGreaterThan(pending['pm2_env'].pm_uptime);
  });

  test('a bot with a schedule comes back after a stop, which the question says and the verdict sees', async () => {
    // Right after its schedule restarted it: in between PM2 calls it stopping, and a stop that meets the schedule ends that.
    const { pid } = await entryOf('scheduled');
    await until('its schedule restarts it', async () => {
      const now = await entryOf('scheduled');
      return now['pid'] !== pid && now['pid'] > 0 && now['pm2_env'].status === 'online';
    });
    const ask = await askFor(stop, await targetOf('scheduled'));
    expect(ask.consequences[0]).toContain('its schedule (*/6 * * * * *) starts it again');
    const outcome = await executor.fire(ask, () => {});
    expect(outcome.results[0]?.verdict?.state).toBe('bad');
    // Stopped just as its schedule starts it, PM2 may leave the call without an answer: then its 30 s pass first.
  });

  test('a reloaded cluster instance gets a new pid while the other goes on', async () => {
    const [one, other] = await until('both are up', async () => {
      const entries = await entriesOf('workers');
      return entries.every(({ pm2_env }) => pm2_env.status === 'online') ? entries : undefined;
    });
    const target = await targetOf('workers');
    expect(target.id).toBe(one?.['pm_id']);
    const ask = await askFor(reload, target);
    expect(ask.consequences.join()).toContain('both run');
    const outcome = await executor.fire(ask, () => {});
    const after = await entriesOf('workers');
    expect(after.map((entry) => entry['pm_id'])).toEqual([one?.['pm_id'], other?.['pm_id']]);
    expect(after[0]?.['pid']).not.toBe(one?.['pid']);
    expect(after[1]?.['pid']).toBe(other?.['pid']);
    expect(after[1]?.['pm2_env'].restart_time).toBe(other?.['pm2_env'].restart_time);
    expect(outcome.results[0]).toMatchObject({
      state: 'done',
      message: '',
      verdict: { state: 'good', checks: [{ text: `pid ${one?.['pid']} → ${after[0]?.['pid']}` }, { text: 'up 10 s' }] },
    });
    const environment = JSON.parse(readFileSync(join(told, String(after[0]?.['pid'])), 'utf8')) as object;
    expectNothingLeaked(
      after[0] as Entry,
      Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    );
  });

  test('a reload whose new worker dies ends as bad within its time, whether PM2 answers or not', async () => {
    const target = await targetOf('workers');
    writeFileSync(target.bot.script, CRASHING);
    const outcome = await askAndFire(reload, target);
    expect(['done', 'unanswered']).toContain(outcome.results[0]?.state);
    const verdict = outcome.results[0]?.verdict;
    expect(verdict?.state).toBe('bad');
    const isOldLeft = (await daemon.jlist()).some((entry) => entry['pm_id'] === `_old_${target.id}`);
    const texts = verdict?.checks.map(({ text }) => text) ?? [];
    expect(texts.some((text) => text.includes(`goes on as _old_${target.id}`))).toBe(isOldLeft);
  });
});
