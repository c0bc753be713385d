import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Action, ActionDeps, Target } from '../../src/actions/action.ts';
import type { Ask } from '../../src/actions/ask.ts';
import { createAudit } from '../../src/actions/audit.ts';
import { listBots } from '../../src/actions/bots.ts';
import { deleteBot } from '../../src/actions/delete.ts';
import { createEvidence, evidencePlaces } from '../../src/actions/evidence.ts';
import { createExecutor, type Executor } from '../../src/actions/executor.ts';
import type { Outcome } from '../../src/actions/outcome.ts';
import { reset } from '../../src/actions/reset.ts';
import { restart } from '../../src/actions/restart.ts';
import { resurrect } from '../../src/actions/resurrect.ts';
import { rolling } from '../../src/actions/rolling.ts';
import { save } from '../../src/actions/save.ts';
import { scale } from '../../src/actions/scale.ts';
import { signal } from '../../src/actions/signal.ts';
import { startFile } from '../../src/actions/start-file.ts';
import { openStateFolder } from '../../src/actions/state-folder.ts';
import { systemDeps } from '../../src/actions/system-deps.ts';
import { type BotTarget, botTarget, homeTarget } from '../../src/actions/target.ts';
import { trigger } from '../../src/actions/trigger.ts';
import { createPm2Client } from '../../src/sources/pm2/client.ts';
import { ownPm2, type Pm2Daemon, pm2Packages, pm2Version, startPm2, until } from '../helpers/pm2-daemon.ts';

const STEADY = 'setInterval(() => {}, 1000);';
/** Says each signal that it gets, and goes on. */
const CATCHING = "process.on('SIGHUP', () => console.log('got SIGHUP')); setInterval(() => {}, 1000);";
const STUBBORN = "process.on('SIGINT', () => {}); console.log('deaf'); setInterval(() => {}, 1000);";
const LISTENING = "require('node:http').createServer((_, answer) => answer.end()).listen(0);";
const OFFERING = `
const tx2 = require(${JSON.stringify(join(dirname(ownPm2), 'tx2'))});
tx2.action('add one', (number, reply) => reply({ sum: Number(number) + 1 }));
tx2.action('fail', (reply) => reply({ ok: false }));
setInterval(() => {}, 1000);`;
const CRASHING = 'process.exit(7);';

describe.each(pm2Packages().map((packageDir) => ({ packageDir, version: pm2Version(packageDir) })))('PM2 $version', ({
  packageDir,
}) => {
  let daemon: Pm2Daemon;
  let folder: string;
  let deps: ActionDeps;
  let executor: Executor;

  beforeAll(async () => {
    daemon = await startPm2(packageDir);
    await daemon.start(
      { name: 'one', code: STEADY },
      { name: 'two', code: STEADY },
      { name: 'three', code: STEADY },
      { name: 'doomed', code: STEADY, watch: ['never-changed.txt'] },
      { name: 'catching', code: CATCHING },
      { name: 'stubborn', code: STUBBORN, kill_timeout: 600_000 },
      // PM2 gives up only where all of it happens within min_uptime × max_restarts: a busy machine needs more than 3 s.
      { name: 'crashing', code: CRASHING, max_restarts: 3, min_uptime: 10_000 },
      { name: 'offering', code: OFFERING },
      { name: 'workers', code: LISTENING, instances: 2, exec_mode: 'cluster' },
    );
  });
  afterAll(() => daemon.remove());

  const homeNow = () => homeTarget(daemon.home, null);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'botop-acts-'));
    symlinkSync(join(packageDir, 'bin', 'pm2'), join(folder, 'pm2'));
    const path = `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`;
    const place = { xdgStateHome: undefined, homes: [folder], uid: process.geteuid?.() ?? 0 };
    const evidence = createEvidence({
      places: evidencePlaces(place, join(folder, 'none')),
      who: 'anna',
      now: Date.now,
    });
    deps = {
      ...systemDeps((of) => createPm2Client(of), undefined, undefined, evidence),
      settleMs: 600,
      env: { PATH: path, HOME: folder, LANG: 'C', MONITOR_MARK: 'from the monitor' },
    };
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
    return () => rmSync(folder, { recursive: true, force: true });
  });

  const bots = async () => (await listBots(daemon.home, deps, new AbortController().signal)).map(botTarget);
  const entries = async (name: string) => (await daemon.jlist()).filter((entry) => entry['name'] === name);

  async function targetsOf(...names: string[]): Promise<readonly BotTarget[]> {
    const all = await bots();
    return names.map((name) => {
      const found = all.find((target) => target.name === name);
      if (found === undefined) throw new Error(`no bot ${name}`);
      return found;
    });
  }

  async function askFor(action: Action, targets: readonly Target[]): Promise<Ask> {
    const asked = await executor.ask(action, targets, new AbortController().signal);
    if (asked.state === 'refused') throw new Error(asked.reason);
    return asked;
  }

  async function fire(action: Action, targets: readonly Target[]): Promise<Outcome> {
    return executor.fire(await askFor(action, targets), () => {});
  }

  const audited = () =>
    readFileSync(join(folder, '.local/state/botop/audit.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('a bot is deleted for good, its end is kept before, and a changed file does not bring it back', async () => {
    const [target] = await targetsOf('doomed');
    const ask = await askFor(deleteBot, [target as BotTarget]);
    expect(ask).toMatchObject({
      risk: 'R3',
      command: `pm2 delete ${target?.id}`,
      answer: { texts: ['delete doomed'] },
    });
    const [, path = ''] = /^evidence: (\S+)/.exec(ask.notes[0] ?? '') ?? [];
    expect(JSON.parse(readFileSync(join(path, 'facts.json'), 'utf8')).bots[0]).toMatchObject({ name: 'doomed' });
    const outcome = await executor.fire(ask, () => {});
    expect(outcome.results[0]).toMatchObject({ state: 'done', verdict: { state: 'good' } });
    expect(await entries('doomed')).toEqual([]);
    expect(daemon.processes()).not.toContain(target?.bot.pid);
  });

  test('counters are set to zero after they were kept', async () => {
    await until('PM2 gives it up', async () => (await entries('crashing'))[0]?.['pm2_env'].status === 'errored');
    const [target] = await targetsOf('crashing');
    expect(target?.bot.restarts).toBeGreaterThan(0);
    const outcome = await fire(reset, [target as BotTarget]);
    expect(outcome.results[0]?.verdict).toMatchObject({ state: 'good' });
    expect((await entries('crashing'))[0]?.['pm2_env']).toMatchObject({ restart_time: 0, unstable_restarts: 0 });
    const again = await executor.ask(reset, await targetsOf('crashing'), new AbortController().signal);
    expect(again).toMatchObject({ state: 'refused', reason: 'crashing: its counters are 0' });
  });

  test('a signal reaches the bot, which goes on; one that ends it is followed to its next process', async () => {
    const [target] = await targetsOf('catching');
    const hup = signal.argument?.bind('hup') as Action;
    expect(signal.argument?.check('SIGFOO', [])).toContain('not one of those that can be sent');
    const ask = await askFor(hup, [target as BotTarget]);
    expect(ask).toMatchObject({ risk: 'R2', command: `pm2 sendSignal SIGHUP ${target?.id}` });
    const outcome = await executor.fire(ask, () => {});
    expect(outcome.results[0]?.verdict).toMatchObject({
      state: 'good',
      checks: [{ text: `pid ${target?.bot.pid} runs on` }],
    });
    await until('it says so', () => readFileSync(target?.bot.outLogPath ?? '', 'utf8').includes('got SIGHUP'));
    for (const [name, text] of [
      ['stop', 'is frozen'],
      ['SIGCONT', 'runs on'],
    ] as const) {
      const sent = await fire(signal.argument?.bind(name) as Action, [target as BotTarget]);
      expect(sent.results[0]?.verdict).toMatchObject({
        state: 'good',
        checks: [{ text: `pid ${target?.bot.pid} ${text}` }],
      });
    }
    const killed = await fire(signal.argument?.bind('SIGKILL') as Action, [target as BotTarget]);
    expect(killed.results[0]?.verdict).toMatchObject({ state: 'good' });
    expect((await entries('catching'))[0]?.['pid']).not.toBe(target?.bot.pid);
  });

  test('one that PM2 waits ten minutes for to end is ended by a signal, and by nothing else, which the refusal says', async () => {
    const [target] = await targetsOf('stubborn');
    const { id, bot } = target as BotTarget;
    await until('it is deaf', () => readFileSync(bot.outLogPath ?? '', 'utf8').includes('deaf'));
    const client = createPm2Client(daemon.home);
    const unanswered = client.call('stopProcessId', [id], { timeoutMs: 60_000, signal: new AbortController().signal });
    await until('PM2 stops it', async () => (await targetsOf('stubborn'))[0]?.bot.status === 'stopping');
    const refused = await executor.ask(restart, await targetsOf('stubborn'), new AbortController().signal);
    expect(refused).toMatchObject({
      state: 'refused',
      reason:
        'stubborn: it is stopping: PM2 waits up to 10m00 (kill_timeout) before it kills it; the signal SIGKILL does at once',
    });
    const ended = await fire(signal.argument?.bind('SIGKILL') as Action, await targetsOf('stubborn'));
    expect(ended.results[0]).toMatchObject({
      state: 'done',
      verdict: { state: 'good', checks: [{ text: `pid ${bot.pid} ended: stopped` }] },
    });
    await unanswered;
    client.close();
    expect((await entries('stubborn'))[0]?.['pm2_env'].status).toBe('stopped');
    expect(daemon.processes()).not.toContain(bot.pid);
  });

  test('a cluster grows and shrinks, and its first instance stays', async () => {
    const before = await entries('workers');
    const [first] = await targetsOf('workers');
    const grown = await fire(scale.argument?.bind('4') as Action, [first as BotTarget]);
    expect(grown.results[0]).toMatchObject({ state: 'done', verdict: { state: 'good' } });
    const four = await entries('workers');
    expect(four.map((entry) => entry['pm2_env'].status)).toEqual(['online', 'online', 'online', 'online']);
    const ask = await askFor(scale.argument?.bind('1') as Action, [first as BotTarget]);
    expect(ask.command).toBe('pm2 scale workers 1');
    expect(ask.consequences[0]).toContain(
      `id ${four
        .slice(1)
        .map((entry) => entry['pm_id'])
        .toReversed()
        .join(', ')}`,
    );
    const shrunk = await executor.fire(ask, () => {});
    expect(shrunk.results[0]).toMatchObject({ state: 'done', verdict: { state: 'good' } });
    expect((await entries('workers')).map((entry) => entry['pid'])).toEqual([before[0]?.['pid']]);
    const [fork] = await targetsOf('one');
    const refused = await executor.ask(
      scale.argument?.bind('2') as Action,
      [fork as BotTarget],
      new AbortController().signal,
    );
    expect(refused).toMatchObject({ state: 'refused', reason: expect.stringContaining('fork mode') });
  });

  test('a rolling restart takes each in turn and leaves out what is stopped', async () => {
    await daemon.cli('stop', 'two');
    const before = await targetsOf('one', 'two', 'three');
    const action = rolling.argument?.bind('1, 1 s') as Action;
    const ask = await askFor(action, before);
    expect(ask.targets.map(({ name }) => name)).toEqual(['one', 'three']);
    expect(ask).toMatchObject({ risk: 'R2', answer: { texts: ['2'] } });
    expect(ask.notes.join()).toContain('two: stopped on purpose');
    const outcome = await executor.fire(ask, () => {});
    expect(outcome).toMatchObject({ state: 'done', message: '2 of 2 done' });
    expect((await entries('two'))[0]?.['pm2_env'].status).toBe('stopped');
    const after = await targetsOf('one', 'three');
    expect(after.map(({ bot }) => bot.restarts)).toEqual([1, 1]);
    await daemon.cli('start', 'two');
  });

  test('a rolling restart that is ended with x says what is done and what is not', async () => {
    const targets = await targetsOf('one', 'two', 'three');
    const ask = await askFor(rolling.argument?.bind('1, 1 s') as Action, targets);
    const outcome = await executor.fire(ask, ({ results }) => {
      if (results.length === 1) executor.reins?.stop('ended with x');
    });
    expect(outcome).toMatchObject({
      state: 'stopped',
      message: 'ended with x; 1 of 3 done: one; not done: two, three',
    });
    expect(audited().at(-1)).toMatchObject({ result: 'stopped', message: outcome.message });
  });

  test('a paused rolling restart begins nothing more until it goes on', async () => {
    const targets = await targetsOf('one', 'two');
    const ask = await askFor(rolling.argument?.bind('1, 1 s') as Action, targets);
    let wasHeld = false;
    const fired = executor.fire(ask, ({ results }) => {
      if (results.length === 0) executor.reins?.pause(true);
      if (results.length === 1) wasHeld = true;
    });
    await until('the first is over', () => wasHeld);
    const [, second] = await targetsOf('one', 'two');
    expect(second?.bot.pid).toBe(targets[1]?.bot.pid);
    executor.reins?.pause(false);
    expect((await fired).state).toBe('done');
    expect((await targetsOf('two'))[0]?.bot.pid).not.toBe(targets[1]?.bot.pid);
  });

  test('a custom action is answered by the bot itself, and what PM2 put into it is not offered', async () => {
    const offering = async () => (await targetsOf('offering'))[0] as BotTarget;
    await until('it has told PM2', async () => (await offering()).bot.customActions.length > 0);
    const target = await offering();
    expect(trigger.argument?.choices([target])).toEqual(['add one', 'fail']);
    expect(trigger.argument?.check('km:heapdump', [target])).toContain('none of them');
    const ask = await askFor(trigger.argument?.bind('add one 41') as Action, [target]);
    expect(ask).toMatchObject({ risk: 'R2', command: `pm2 trigger ${target.id} 'add one' 41` });
    const outcome = await executor.fire(ask, () => {});
    expect(outcome.results[0]).toMatchObject({ state: 'done', verdict: { state: 'good' } });
    expect(outcome.results[0]?.message).toContain('42');
  });

  test('a file is started, saved, and resurrected after its daemon died; our environment enters nowhere', async () => {
    const file = join(daemon.home, 'more.config.cjs');
    writeFileSync(join(daemon.home, 'more.cjs'), STEADY);
    writeFileSync(file, "module.exports = { apps: [{ name: 'more', script: 'more.cjs', env: { OWN: 'kept' } }] };");
    expect(startFile.argument?.check('more.config.cjs', [])).toContain('absolute');
    const ask = await askFor(startFile.argument?.bind(file) as Action, [homeNow()]);
    expect(ask.notes[0]).toContain(`${file}: of `);
    const started = await executor.fire(ask, () => {});
    expect(started.results[0]).toMatchObject({ state: 'done', verdict: { state: 'good' } });
    expect(started.results[0]?.verdict?.checks[0]?.text).toBe('1 of 1 up: more');
    // One that runs, and one that ends at once each time, so that no look is too early for it: each is judged.
    const mixed = join(daemon.home, 'mixed.config.cjs');
    writeFileSync(
      mixed,
      `module.exports = { apps: [{ name: 'more', script: 'more.cjs' },
        { name: 'fails', script: '/bin/sh', interpreter: 'none', args: ['-c', 'exit 7'] }] };`,
    );
    const judged = await fire(startFile.argument?.bind(mixed) as Action, [homeNow()]);
    expect(judged.results[0]).toMatchObject({ state: 'done', verdict: { state: 'bad' } });
    expect(judged.results[0]?.verdict?.checks.at(-1)?.text).toMatch(/^(restarted again|errored).*: fails$/);
    await daemon.cli('delete', 'fails');
    const [entry] = await entries('more');
    expect(entry?.['pm2_env'].env).toMatchObject({ OWN: 'kept' });
    expect(readFileSync(`/proc/${entry?.['pid']}/environ`, 'utf8')).not.toContain('MONITOR_MARK');

    writeFileSync(join(daemon.home, 'dump.pm2'), '[]');
    const saved = await fire(save, [homeNow()]);
    expect(saved.results[0]).toMatchObject({ state: 'done', message: 'the old dump is dump.pm2.bak' });
    expect(saved.results[0]?.verdict?.checks[0]?.state).toBe('good');
    expect(readFileSync(join(daemon.home, 'dump.pm2.bak'), 'utf8')).toBe('[]');
    const all = (await daemon.jlist()).map((one) => one['name']).toSorted();

    daemon.signal('SIGKILL');
    await until('its bots have ended', () => daemon.processes().length === 0, 30_000);
    const dead = await executor.ask(save, [homeNow()], new AbortController().signal);
    expect(dead).toMatchObject({ state: 'refused', reason: expect.stringContaining('dead') });
    expect(daemon.processes()).toEqual([]);
    const revive = await askFor(resurrect, [homeNow()]);
    expect(revive.consequences.join()).toContain('no daemon answers: this starts one');
    const revived = await executor.fire(revive, () => {});
    expect(revived.results[0]?.state).toBe('done');
    const names = await until('all are back', async () => {
      const now = (await daemon.jlist()).map((one) => one['name']).toSorted();
      return now.length === all.length ? now : undefined;
    });
    expect(names).toEqual(all);
  });

  test('a daemon that is killed ends a rolling restart, which says how far it came', async () => {
    const targets = await targetsOf('one', 'two', 'three');
    const ask = await askFor(rolling.argument?.bind('1, 1 s') as Action, targets);
    let isKilled = false;
    const outcome = await executor.fire(ask, ({ results }) => {
      if (results.length === 1 && !isKilled) {
        isKilled = true;
        daemon.signal('SIGKILL');
      }
    });
    expect(outcome.state).toBe('failed');
    expect(outcome.message).toMatch(/of 3 done: one/);
    expect(outcome.message).toContain('not done:');
    expect(audited().at(-1)).toMatchObject({ event: 'outcome', result: 'failed' });
  });
});
