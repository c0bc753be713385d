import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ActionDeps } from '../../src/actions/action.ts';
import type { Ask } from '../../src/actions/ask.ts';
import { createAudit } from '../../src/actions/audit.ts';
import { listBots } from '../../src/actions/bots.ts';
import { createExecutor, type Executor } from '../../src/actions/executor.ts';
import type { Progress } from '../../src/actions/outcome.ts';
import { restart } from '../../src/actions/restart.ts';
import { openStateFolder } from '../../src/actions/state-folder.ts';
import { systemDeps } from '../../src/actions/system-deps.ts';
import { type BotTarget, botTarget } from '../../src/actions/target.ts';
import { createPm2Client } from '../../src/sources/pm2/client.ts';
import { pm2Source } from '../../src/sources/pm2/source.ts';
import { systemClock } from '../../src/sources/source.ts';
import { type Pm2Daemon, pm2Packages, pm2Version, startPm2, until } from '../helpers/pm2-daemon.ts';

type Entry = Awaited<ReturnType<Pm2Daemon['jlist']>>[number];

const MARK = 'MONITOR_MARK';
const STEADY = 'setInterval(() => {}, 1000);';
/** Lives long enough to be seen online, then crashes, for ever. */
const CRASHING = 'setTimeout(() => process.exit(7), 1500);';

describe.each(pm2Packages().map((packageDir) => ({ packageDir, version: pm2Version(packageDir) })))('PM2 $version', ({
  packageDir,
}) => {
  let daemon: Pm2Daemon;
  let home: string;
  let auditFolder: () => ReturnType<typeof openStateFolder>;
  let isReadOnly: boolean;
  let made: number;
  let deps: ActionDeps;
  let executor: Executor;

  beforeAll(async () => {
    process.env[MARK] = 'from the monitor';
    daemon = await startPm2(packageDir);
    await daemon.start(
      { name: 'weather-bot', code: STEADY, env: { BOT_VALUE: 'kept' } },
      { name: 'crashing', code: CRASHING },
      { name: 'sleeping', code: STEADY },
    );
  });
  afterAll(async () => {
    delete process.env[MARK];
    await daemon.remove();
  });

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'botop-restart-'));
    isReadOnly = false;
    made = 0;
    deps = systemDeps((of) => {
      made += 1;
      return createPm2Client(of);
    });
    const place = { xdgStateHome: undefined, homes: [home], uid: process.geteuid?.() ?? 0 };
    auditFolder = () => openStateFolder(place);
    executor = createExecutor({
      deps,
      audit: createAudit({ who: { name: 'anna', uid: 0 }, folder: auditFolder, syslog: null }),
      shell: { pm2Home: daemon.home, user: 'root' },
      circumstances: () => ({
        isReadOnly,
        isLocked: false,
        now: Date.now(),
        reading: () => ({ state: 'fresh', value: {}, readAt: Date.now(), tookMs: 1 }),
      }),
    });
    return () => rmSync(home, { recursive: true, force: true });
  });

  const auditLines = () =>
    readFileSync(join(home, '.local/state/botop/audit.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  async function targetOf(name: string): Promise<BotTarget> {
    const bot = (await listBots(daemon.home, deps, new AbortController().signal)).find((found) => found.name === name);
    if (bot === undefined) throw new Error(`no bot ${name}`);
    return botTarget(bot);
  }

  async function entryOf(name: string): Promise<Entry> {
    const entry = (await daemon.jlist()).find((found) => found['name'] === name);
    if (entry === undefined) throw new Error(`pm2 knows no ${name}`);
    return entry;
  }

  async function askFor(target: BotTarget): Promise<Ask> {
    const asked = await executor.ask(restart, [target], new AbortController().signal);
    if (asked.state === 'refused') throw new Error(asked.reason);
    return asked;
  }

  test('a restart gives a new pid, counts once, keeps the environment and lets none of ours in', async () => {
    const before = await entryOf('weather-bot');
    const ask = await askFor(await targetOf('weather-bot'));
    expect(ask.command).toBe(`pm2 restart ${before['pm_id']}`);
    const seen: Progress[] = [];
    const outcome = await executor.fire(ask, (progress) => seen.push(progress));
    const after = await entryOf('weather-bot');
    expect(after['pid']).not.toBe(before['pid']);
    expect(after['pm2_env'].restart_time).toBe(before['pm2_env'].restart_time + 1);
    expect(outcome.results[0]).toMatchObject({
      state: 'done',
      message: '',
      verdict: {
        state: 'good',
        checks: [
          { text: `pid ${before['pid']} → ${after['pid']}`, state: 'good' },
          { text: 'up 10 s', state: 'good' },
        ],
      },
    });
    expect(seen.length).toBeGreaterThan(5);

    expect(process.env[MARK]).toBe('from the monitor');
    expect(JSON.stringify(after)).not.toContain(MARK);
    const environment = readFileSync(`/proc/${after['pid']}/environ`, 'utf8').split('\0');
    expect(environment).toContain('BOT_VALUE=kept');
    expect(environment.filter((pair) => pair.startsWith(MARK))).toEqual([]);
    expect(after['pm2_env'].env).toEqual(before['pm2_env'].env);

    const [asked, end, ...more] = auditLines();
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ event: 'asked', action: 'restart', risk: 'R1', command: ask.command, id: ask.id });
    expect(end).toMatchObject({ event: 'outcome', result: 'done', id: ask.id, targets: [{ name: 'weather-bot' }] });

    // Whoever watches this PM2 now, sees in the exit who asked for it.
    const source = pm2Source({ home: daemon.home, id: 'pm2', clock: systemClock, auditFolder });
    const exit = await until('the exit is told', async () => {
      const { bots } = await source.read(new AbortController().signal);
      return bots
        .find((bot) => bot.name === 'weather-bot')
        ?.exits.find(({ restartedAt, by }) => restartedAt !== null && by !== null);
    }).finally(() => source.close());
    expect(exit).toMatchObject({ cause: 'asked', by: 'anna' });
  });

  test('a bot that crashes again is said to be bad, with its exit code', async () => {
    const ask = await askFor(await targetOf('crashing'));
    const outcome = await executor.fire(ask, () => {});
    expect(outcome.state).toBe('done');
    expect(outcome.results[0]?.verdict?.state).toBe('bad');
    expect(outcome.results[0]?.verdict?.checks.at(-1)?.text).toMatch(/(restarted again|errored|crashed).*exit 7/);
  });

  test('a stopped bot is started, and PM2 counts no restart', async () => {
    await daemon.cli('stop', 'sleeping');
    const before = await entryOf('sleeping');
    const ask = await askFor(await targetOf('sleeping'));
    expect(ask.consequences[0]).toBe('it is stopped: this starts it');
    const outcome = await executor.fire(ask, () => {});
    const after = await entryOf('sleeping');
    expect(after['pm2_env'].status).toBe('online');
    expect(after['pm2_env'].restart_time).toBe(before['pm2_env'].restart_time);
    expect(outcome.results[0]?.verdict?.state).toBe('good');
  });

  test('with read-only no client is made, nothing restarts, and the attempt is audited', async () => {
    const target = await targetOf('weather-bot');
    isReadOnly = true;
    const before = made;
    const refused = await executor.ask(restart, [target], new AbortController().signal);
    expect(refused).toMatchObject({ state: 'refused', reason: expect.stringContaining('read-only') });
    expect(made).toBe(before);
    expect((await entryOf('weather-bot'))['pid']).toBe(target.bot.pid);
    expect(auditLines().map((line) => [line['event'], line['result']])).toEqual([
      ['asked', undefined],
      ['outcome', 'refused'],
    ]);
  });

  test('a bot deleted and added again under its id and name is refused with the reason', async () => {
    const old = await targetOf('weather-bot');
    await daemon.cli('kill');
    await daemon.start(
      { name: 'weather-bot', code: STEADY },
      { name: 'crashing', code: CRASHING },
      { name: 'sleeping', code: STEADY },
    );
    const now = await until('the new bot is up', async () => {
      const found = await targetOf('weather-bot');
      return found.bot.status === 'online' ? found : undefined;
    });
    expect([now.id, now.name]).toEqual([old.id, old.name]);
    const refused = await executor.ask(restart, [old], new AbortController().signal);
    expect(refused).toMatchObject({
      state: 'refused',
      reason: `weather-bot (id ${old.id}) was deleted and added again: the one that is there now is asked for anew`,
    });
    expect((await entryOf('weather-bot'))['pid']).toBe(now.bot.pid);
  });

  test('a bot replaced while the question stands is refused when it fires', async () => {
    const target = await targetOf('sleeping');
    const ask = await askFor(target);
    await daemon.cli('delete', 'sleeping');
    const outcome = await executor.fire(ask, () => {});
    expect(outcome).toMatchObject({ state: 'refused', message: `sleeping (id ${target.id}) is gone`, results: [] });
    expect(auditLines().at(-1)).toMatchObject({ result: 'refused', message: outcome.message });
  });
});
