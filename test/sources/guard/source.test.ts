import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { maxCopies } from '../../../src/sources/guard/dump-copies.ts';
import { createProcessScan } from '../../../src/sources/guard/processes.ts';
import type { HomeGuard } from '../../../src/sources/guard/snapshot.ts';
import { guardSource } from '../../../src/sources/guard/source.ts';
import { findDaemons } from '../../../src/sources/pm2/daemons.ts';
import { SourceOff, systemClock } from '../../../src/sources/source.ts';
import { ownPm2, type Pm2Daemon, pm2Packages, pm2Version, startPm2, until } from '../../helpers/pm2-daemon.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function daemonOf(packageDir = ownPm2): Promise<Pm2Daemon> {
  const daemon = await startPm2(packageDir);
  ends.push(() => daemon.remove());
  return daemon;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'botop-guard-'));
  ends.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

type Folder = Parameters<typeof guardSource>[0]['copiesFolder'];

/** The home as it is seen now. */
function watching(home: string, copiesFolder: Folder = null) {
  const source = guardSource({ homes: [home], clock: systemClock, path: join(ownPm2, 'bin'), copiesFolder });
  return async () => (await source.read(new AbortController().signal)).homes[0] as HomeGuard;
}

/** A shell is no child that PM2 can end by closing its channel: it outlives its daemon as a Python bot does. */
const survivor = { name: 'poller', code: '', script: '/bin/sh', interpreter: 'none', args: ['-c', 'sleep 600; true'] };

describe.each(pm2Packages().map((path) => [pm2Version(path), path] as const))('PM2 %s', (version, packageDir) => {
  test('a bot that outlives a killed daemon is an orphan, with its name and pm_id, until it ends', async () => {
    const daemon = await daemonOf(packageDir);
    const read = watching(daemon.home);
    await daemon.start(survivor);
    const [listed] = await daemon.jlist();
    const alive = await read();
    expect(alive).toMatchObject({ access: 'open', hasSocket: true, pidFile: daemon.pid(), orphans: [] });
    expect(alive.daemons).toMatchObject([{ pid: daemon.pid(), version, isHalted: false }]);

    daemon.signal('SIGKILL');
    const dead = await until('the daemon is gone', async () => {
      const seen = await read();
      return seen.daemons.length === 0 && seen;
    });
    expect(dead.hasSocket).toBe(true);
    const [orphan] = (
      await until('the orphan is seen', async () => {
        const seen = await read();
        return seen.orphans.length > 0 && seen;
      })
    ).orphans;
    expect(orphan).toMatchObject({ home: daemon.home, pid: listed?.['pid'], id: listed?.['pm_id'], name: 'poller' });
    expect(orphan?.command).toContain('sleep 600');
    expect(orphan?.memoryBytes).toBeGreaterThan(100_000);
    expect(orphan?.processes).toBe(2);
    expect(orphan).toMatchObject({
      namespace: 'default',
      cwd: expect.stringMatching(/^\//),
      outLogPath: listed?.['pm2_env'].pm_out_log_path,
      errLogPath: listed?.['pm2_env'].pm_err_log_path,
    });
    expect(orphan?.seenAt).toBeLessThanOrEqual(Date.now());
    await until('its CPU is known', async () => Number.isFinite((await read()).orphans[0]?.cpuPercent));

    // The next daemon starts the bot once more, beside the one that nobody looks after.
    await daemon.start({ ...survivor, name: 'other' });
    const beside = await until('the new daemon is seen', async () => {
      const seen = await read();
      return seen.daemons.length === 1 && seen;
    });
    expect(beside.orphans.map(({ pid }) => pid)).toEqual([orphan?.pid]);
    expect(beside.orphans[0]?.seenAt).toBe(orphan?.seenAt);

    for (const pid of [orphan?.pid as number, ...childrenOf(orphan?.pid as number)]) process.kill(pid, 'SIGKILL');
    await until('it is no longer there', async () => (await read()).orphans.length === 0);
  });
});

test('a daemon stopped by a signal is told as that', async () => {
  const daemon = await daemonOf();
  daemon.signal('SIGSTOP');
  const read = watching(daemon.home);
  await until('it is seen halted', async () => (await read()).daemons[0]?.isHalted);
});

test('a socket that was taken away leaves the daemon to be seen', async () => {
  const daemon = await daemonOf();
  renameSync(join(daemon.home, 'rpc.sock'), join(daemon.home, 'gone.sock'));
  expect(await watching(daemon.home)()).toMatchObject({ hasSocket: false, daemons: [{ pid: daemon.pid() }] });
});

test('a process that is no bot is none, even when it lives in the home and knows PM2_HOME', async () => {
  const daemon = await daemonOf();
  const child = spawn('/bin/sleep', ['60'], { env: { PM2_HOME: daemon.home }, stdio: 'ignore' });
  ends.push(() => void child.kill('SIGKILL'));
  daemon.signal('SIGKILL');
  const read = watching(daemon.home);
  const seen = await until('the daemon is gone', async () => {
    const now = await read();
    return now.daemons.length === 0 && now;
  });
  expect(seen.orphans).toEqual([]);
});

test('a bot that pm2-runtime looks after is no orphan, although no daemon is above it', async () => {
  const daemon = await daemonOf();
  const read = watching(daemon.home);
  // Two of the same process, below a shell by that name and below one by another.
  const below = (name: string) => {
    const shell = spawn('/bin/sh', ['-c', 'env pm_id=0 name=kept sleep 60 & wait', `/usr/bin/${name}`], {
      argv0: name,
      env: { PATH: '/usr/bin:/bin', PM2_HOME: daemon.home },
      stdio: 'ignore',
    });
    ends.push(() => {
      for (const pid of childrenOf(shell.pid as number)) process.kill(pid, 'SIGKILL');
      shell.kill('SIGKILL');
    });
    return until('it runs', () => childrenOf(shell.pid as number)[0]);
  };
  const kept = await below('pm2-runtime');
  const left = await below('init');
  daemon.signal('SIGKILL');
  const seen = await until('the daemon is gone', async () => {
    const now = await read();
    return now.daemons.length === 0 && now.orphans.length > 0 && now;
  });
  expect(seen.orphans.map(({ pid }) => pid)).toEqual([left]);
  expect(kept).not.toBe(left);
});

test('the look for daemons of watched homes tells the others too, as the look for those alone does', async () => {
  const daemon = await daemonOf();
  const processes = createProcessScan([folder()]);
  expect(processes.others()).toBeNull();
  await processes.scan(Date.now());
  const mine = ({ home }: { home: string }) => home === daemon.home;
  expect(processes.others()?.filter(mine)).toEqual((await findDaemons()).filter(mine));
  expect(processes.others()?.find(mine)).toMatchObject({ pid: daemon.pid(), home: daemon.home });
  const watching = createProcessScan([daemon.home]);
  await watching.scan(Date.now());
  expect(watching.others()?.some(mine)).toBe(false);
});

test('the pm2 of the PATH is known by its package, without being run', async () => {
  const home = folder();
  const look = (path: string) =>
    guardSource({ homes: [home], clock: systemClock, path, copiesFolder: null }).read(new AbortController().signal);
  expect((await look(`relative:${folder()}:${join(ownPm2, 'bin')}`)).cli).toEqual({
    path: join(ownPm2, 'bin', 'pm2'),
    version: pm2Version(ownPm2),
  });
  expect((await look('')).cli).toBe(null);
});

test('where there is no home at all there is nothing to watch', async () => {
  await expect(watching(join(folder(), 'none'))()).rejects.toBeInstanceOf(SourceOff);
});

describe('copies of the dump', () => {
  const dump = (names: readonly string[]) =>
    JSON.stringify(
      names.map((name) => ({
        name,
        pm_exec_path: '/srv/bot.js',
        args: ['--token', 'hunter2secret', '--verbose'],
        BOT_TOKEN: 'hunter2secret',
        username: 'hunter2secret',
        env: { BOT_TOKEN: 'hunter2secret', username: 'hunter2secret' },
        status: 'online',
      })),
    );

  test('are kept when it changes, closed to others, without a value of any variable, and not too many of them', async () => {
    const home = folder();
    const copies = folder();
    const read = watching(home, async () => ({ state: 'usable', path: copies }));
    const save = (text: string, second: number) => {
      writeFileSync(join(home, 'dump.pm2.new'), text);
      renameSync(join(home, 'dump.pm2.new'), join(home, 'dump.pm2'));
      return second;
    };
    expect((await read()).dumpCopies).toEqual({ folder: null, count: 0, newestAt: null, problem: null });
    save(dump(['a', 'b']), 0);
    expect((await read()).dumpCopies).toMatchObject({ folder: copies, count: 1, problem: null });
    save(dump(['a', 'b']), 1);
    expect((await read()).dumpCopies?.count).toBe(1);
    save('[]', 2);
    expect((await read()).dumpCopies?.count).toBe(2);

    const [first] = readdirSync(copies).sort();
    const text = readFileSync(join(copies, first as string), 'utf8');
    expect(JSON.parse(text)[0]).toMatchObject({
      name: 'a',
      pm_exec_path: '/srv/bot.js',
      env: ['BOT_TOKEN', 'username'],
    });
    expect(text).not.toContain('hunter2secret');
    expect(statSync(join(copies, first as string)).mode & 0o777).toBe(0o600);

    for (let index = 0; index < maxCopies + 3; index += 1) {
      save(dump([`bot-${index}`]), index);
      await read();
    }
    expect((await read()).dumpCopies?.count).toBe(maxCopies);
  });

  test('cannot be kept where there is no folder for them, and that is said', async () => {
    const home = folder();
    writeFileSync(join(home, 'dump.pm2'), '[]');
    const read = watching(home, async () => ({ state: 'unusable', reason: 'nowhere to keep it' }));
    expect((await read()).dumpCopies).toEqual({
      folder: null,
      count: 0,
      newestAt: null,
      problem: 'nowhere to keep it',
    });
  });
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
}

test('a daemon that died and was not taken note of by its parent does not run', async () => {
  const home = folder();
  const title = `process.title = 'PM2 v7.0.4: God Daemon (${home})'; setInterval(() => {}, 1e9)`;
  const shell = spawn('/bin/sh', ['-c', '"$0" -e "$1" & echo $!; exec sleep 600', process.execPath, title], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  ends.push(() => void shell.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => shell.stdout.once('data', (text) => resolve(Number(text))));
  ends.push(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, and the system has taken note of it.
    }
  });
  const read = watching(home);
  await until('it has its title', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('PM2 v'));
  expect((await read()).daemons).toMatchObject([{ pid }]);
  process.kill(pid, 'SIGKILL');
  await until('it is dead and still in the table', () => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  expect((await read()).daemons).toEqual([]);
});
