/** The PM2 source on real daemons: the project's own PM2, and those that BOTOP_TEST_PM2 names. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { findDaemons } from '../../src/sources/pm2/daemons.ts';
import type { Bot, Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';
import { pm2Source } from '../../src/sources/pm2/source.ts';
import { type Source, SourceError, systemClock } from '../../src/sources/source.ts';
import { judgeBot } from '../../src/state/judge.ts';
import { type Pm2Daemon, pm2Packages, pm2Version, startPm2, until } from '../helpers/pm2-daemon.ts';

/** Reads as the poller does: each second, at once when poked, a second after a failure. */
class Watched {
  readonly source: Source<'pm2'>;
  last: Pm2Snapshot | null = null;
  error: SourceError | null = null;
  #isEnded = false;
  readonly #controller = new AbortController();
  readonly #loop: Promise<void>;

  constructor(home: string) {
    this.source = pm2Source({ home, id: 'pm2', clock: systemClock });
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    let wake = () => {};
    const stop = this.source.watch?.(() => wake());
    while (!this.#isEnded) {
      const poked = new Promise<void>((resolve) => {
        wake = resolve;
      });
      try {
        this.last = await this.source.read(this.#controller.signal);
        this.error = null;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        this.error = error;
      }
      await Promise.race([poked, sleep(this.source.cadenceMs, undefined, { ref: false })]);
    }
    stop?.();
  }

  /** The snapshot, when reading works. */
  now(): Pm2Snapshot | undefined {
    return this.error === null && this.last !== null ? this.last : undefined;
  }

  bot(name: string): Bot | undefined {
    return this.now()?.bots.find((bot) => bot.name === name);
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    this.#controller.abort();
    await this.#loop;
    await this.source.close();
  }
}

const chatty = 'setInterval(() => console.log("hi"), 200)';
const crashing = 'setTimeout(() => process.exit(3), 1500)';
const server = 'require("http").createServer().listen(0, "127.0.0.1")';

describe.each(pm2Packages().map((path) => [pm2Version(path), path] as const))('PM2 %s', (version, path) => {
  let pm2: Pm2Daemon;
  let watched: Watched;

  beforeEach(async () => {
    pm2 = await startPm2(path, { PM2_WORKER_INTERVAL: '1000' });
  });

  afterEach(async () => {
    await watched.end();
    await pm2.remove();
    expect(pm2.processes()).toEqual([]);
  });

  test('the list agrees with pm2 jlist field by field, and no secret of the environment is in it', async () => {
    const secret = 'value-that-nobody-may-see';
    await pm2.start(
      {
        name: 'chatty',
        code: chatty,
        namespace: 'tg',
        env: { BOT_TOKEN: secret, username: secret },
        args: ['--token', secret],
      },
      { name: 'web', code: server, instances: 2, max_memory_restart: '200M' },
      { name: 'off', code: chatty },
      { name: 'a [b:1] \u{1f916}', code: chatty },
    );
    await pm2.cli('stop', 'off');
    await pm2.cli('save');
    watched = new Watched(pm2.home);
    await until('all is settled', () => watched.now()?.bots.every((bot) => ['online', 'stopped'].includes(bot.status)));
    const asPm2Says = (await pm2.jlist()).map((entry) => ({
      id: entry['pm_id'],
      name: entry['name'],
      namespace: entry['pm2_env'].namespace,
      status: entry['pm2_env'].status,
      pid: entry['pid'] || null,
      uniqueId: entry['pm2_env'].unique_id,
      restarts: entry['pm2_env'].restart_time,
      startedAt: entry['pm2_env'].pm_uptime,
      mode: entry['pm2_env'].exec_mode.replace('_mode', ''),
      instance: entry['pm2_env'].NODE_APP_INSTANCE ?? null,
      exitCode: entry['pm2_env'].exit_code ?? null,
      maxMemoryBytes: entry['pm2_env'].max_memory_restart ?? null,
      script: entry['pm2_env'].pm_exec_path,
      cwd: entry['pm2_env'].pm_cwd,
      nodeVersion: entry['pm2_env'].node_version,
      outLogPath: entry['pm2_env'].pm_out_log_path,
      errLogPath: entry['pm2_env'].pm_err_log_path,
    }));
    const snapshot = await until('the list is read again', () => watched.now());
    expect(asPm2Says).toHaveLength(5);
    expect(snapshot.bots).toMatchObject(asPm2Says);
    expect(snapshot.bots[0]?.envNames).toContain('BOT_TOKEN');
    expect(JSON.stringify(snapshot)).not.toContain(secret);
    expect(snapshot.daemon).toMatchObject({ pid: pm2.pid(), version, replacements: 0 });
    expect(Math.abs((snapshot.daemon.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    const saved = snapshot.dump?.bots.map((bot) => `${bot.name}${bot.isStopped ? ' stopped' : ''}`);
    expect(saved?.sort()).toEqual(['a [b:1] \u{1f916}', 'chatty', 'off stopped', 'web', 'web']);
    expect((await findDaemons()).map((other) => other.home)).toContain(pm2.home);
    expect((await findDaemons([pm2.home])).map((other) => other.home)).not.toContain(pm2.home);
  });

  test('CPU, memory and the age of the last line come each second between two lists', async () => {
    await pm2.start(
      { name: 'chatty', code: chatty },
      {
        name: 'hot',
        code: `${chatty}; setInterval(() => { const end = Date.now() + 50; while (Date.now() < end); }, 100)`,
      },
    );
    watched = new Watched(pm2.home);
    const first = await until('a reading', () => watched.now());
    const next = await until('a CPU', () => {
      const now = watched.now();
      return now !== undefined && (now.cpuPercent[1] ?? Number.NaN) > 10 ? now : undefined;
    });
    expect(next.memoryBytes[0]).toBeGreaterThan(10e6);
    expect(next.processes[0]).toBe(1);
    expect(Date.now() - (next.lastLogAt[0] ?? 0)).toBeLessThan(5_000);
    expect(next.cpuPercent).toBe(watched.now()?.cpuPercent);
    expect(first.home).toBe(pm2.home);
  });

  test('a stop, a new bot, a kill and a delete from outside are seen long before the next regular list', async () => {
    await pm2.start({ name: 'one', code: chatty }, { name: 'two', code: chatty });
    watched = new Watched(pm2.home);
    const before = await until('both run', () =>
      watched.bot('two')?.status === 'online' ? watched.bot('two') : undefined,
    );
    await pm2.cli('stop', 'one');
    await until(
      'one is stopped',
      () => watched.bot('one')?.status === 'stopped' && watched.bot('one')?.pid === null,
      5_000,
    );
    await pm2.start({ name: 'three', code: chatty });
    await until('three is there', () => watched.bot('three')?.status === 'online', 5_000);
    process.kill(before.pid ?? 0, 'SIGKILL');
    await until(
      'two has another pid',
      () => {
        const two = watched.bot('two');
        return two?.status === 'online' && two.pid !== before.pid && two.restarts === 1;
      },
      5_000,
    );
    await until('its end is told', () => watched.bot('two')?.exits.length === 1);
    expect(watched.bot('two')?.exits).toMatchObject([{ code: null, signal: 'SIGKILL', cause: 'crash' }]);
    await pm2.cli('delete', 'three');
    await until('three is gone', () => watched.now() !== undefined && watched.bot('three') === undefined, 5_000);
  });

  test('a crash loop is crashes, also when it is read back; restart, reload and memory have their own cause', async () => {
    await pm2.start(
      { name: 'crash', code: crashing },
      { name: 'asked', code: chatty },
      { name: 'web', code: server, instances: 1, exec_mode: 'cluster' },
      { name: 'fat', code: chatty, max_memory_restart: '15M' },
    );
    watched = new Watched(pm2.home);
    await until('a reading', () => watched.now());
    await pm2.cli('restart', 'asked');
    await pm2.cli('reload', 'web');
    await until('three crashes', () => (watched.bot('crash')?.exits.length ?? 0) >= 3);
    await until('an over-memory restart', () => watched.bot('fat')?.exits.some((exit) => exit.cause === 'memory'));
    const causes = (bot: Bot | undefined) => [...new Set(bot?.exits.map((exit) => exit.cause))];
    for (const name of ['asked', 'web']) {
      await until(`the end of ${name}`, () => (watched.bot(name)?.exits.length ?? 0) > 0);
    }
    expect(causes(watched.bot('crash'))).toEqual(['crash']);
    expect(watched.bot('crash')?.exits[0]).toMatchObject({ code: 3, signal: null });
    expect(causes(watched.bot('asked'))).toEqual(['asked']);
    expect(causes(watched.bot('web'))).toEqual(['reload']);
    expect(causes(watched.bot('fat'))).toEqual(['memory']);
    const late = pm2Source({ home: pm2.home, id: 'pm2', clock: systemClock });
    const first = await late.read(new AbortController().signal);
    await late.close();
    expect(first.isLogRead).toBe(true);
    expect(first.bots.find((bot) => bot.name === 'crash')?.exits.length).toBeGreaterThanOrEqual(3);
  });

  test('a bot that SIGSTOP froze is frozen although PM2 calls it online, and well again after SIGCONT', async () => {
    await pm2.start({ name: 'calm', code: chatty }, { name: 'other', code: chatty });
    watched = new Watched(pm2.home);
    const { pid } = await until('it runs', () => (watched.bot('calm')?.pid ? watched.bot('calm') : undefined));
    const stateOf = (name: string) => {
      const bot = watched.bot(name);
      return bot && judgeBot(bot, Date.now(), defaults.thresholds.bots).state;
    };
    process.kill(pid as number, 'SIGSTOP');
    await until('it is frozen', () => stateOf('calm') === 'frozen');
    expect(watched.bot('calm')).toMatchObject({ status: 'online', lastingState: { name: 'stopped' } });
    expect(watched.bot('other')?.lastingState).toBeNull();
    process.kill(pid as number, 'SIGCONT');
    await until('it goes on', () => stateOf('calm') === 'ok');
  });

  test('a killed daemon is said within three seconds, none is started, and its return is seen within five', async () => {
    await pm2.start({ name: 'chatty', code: chatty });
    watched = new Watched(pm2.home);
    const before = await until('a reading', () => watched.now()?.daemon);
    pm2.signal('SIGKILL');
    const error = await until('the failure', () => watched.error ?? undefined, 3_000);
    expect(error.code).toBe('refused');
    const at = performance.now();
    await until('two more tries', () => performance.now() - at > 2_100);
    expect(watched.error?.code).toBe('refused');
    expect(() => pm2.pid()).toThrow('dead');
    await until('the orphans end', () => {
      for (const pid of pm2.processes()) process.kill(pid, 'SIGKILL');
      return pm2.processes().length === 0;
    });
    await pm2.start({ name: 'reborn', code: chatty });
    const after = await until(
      'the new daemon',
      () => (watched.bot('reborn') ? watched.now()?.daemon : undefined),
      5_000,
    );
    expect(after).toMatchObject({ pid: pm2.pid(), replacements: before.replacements + 1 });
    expect(watched.bot('reborn')?.exits).toEqual([]);
  });

  test('a frozen daemon is said within ten seconds and its return within five', async () => {
    await pm2.start({ name: 'chatty', code: chatty });
    watched = new Watched(pm2.home);
    await until('a reading', () => watched.now());
    pm2.signal('SIGSTOP');
    const error = await until('the failure', () => watched.error ?? undefined, 10_000);
    expect(error).toMatchObject({ code: 'frozen' });
    pm2.signal('SIGCONT');
    await until('it answers again', () => watched.now(), 5_000);
    expect(watched.now()?.daemon.replacements).toBe(0);
  });

  test.skipIf(process.getuid?.() !== 0)("another user's daemon is denied, and it is said whose it is", async () => {
    watched = new Watched(pm2.home);
    await until('a reading', () => watched.now());
    const client = fileURLToPath(new URL('../../src/sources/pm2/client.ts', import.meta.url));
    const script = `
      const { createPm2Client } = await import(${JSON.stringify(client)});
      process.setgroups([]); process.setegid(65534); process.seteuid(65534);
      const client = createPm2Client(${JSON.stringify(pm2.home)});
      await client.call('ping', [{}]).then(() => console.log('answered'), (e) => console.log(e.code + '|' + e.message + '|' + e.hint));
      client.close();
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toMatch(/^denied\|denied: belongs to root\|.*sudo -u root botop --pm2-home/);
  });
});

test('a home without a daemon is absent, and stays without one', async () => {
  const home = mkdtempSync(join(tmpdir(), 'botop-pm2-'));
  const source = pm2Source({ home, id: 'pm2', clock: systemClock, isPrimary: true });
  try {
    writeFileSync(join(home, 'dump.pm2'), '[]');
    await expect(source.read(new AbortController().signal)).rejects.toMatchObject({ code: 'absent' });
    await expect(source.read(new AbortController().signal)).rejects.toMatchObject({ code: 'absent' });
    expect(() => readFileSync(join(home, 'pm2.pid'))).toThrow('ENOENT');
  } finally {
    await source.close();
    rmSync(home, { recursive: true });
  }
});

test('a daemon that was told where to write its own log is read there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-log-'));
  const logPath = join(folder, 'own.log');
  const pm2 = await startPm2(undefined, { PM2_LOG_FILE_PATH: logPath });
  const watched = new Watched(pm2.home);
  try {
    await pm2.start({ name: 'crash', code: 'process.exit(3)', max_restarts: 2 });
    await until('its exits', () => watched.bot('crash')?.exits.some(({ code }) => code === 3));
    expect(watched.now()).toMatchObject({ isLogRead: true, daemon: { logPath } });
  } finally {
    await watched.end();
    await pm2.remove();
    rmSync(folder, { recursive: true });
  }
});
