import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultPm2Home, findDaemons, identifyDaemon } from '../../../src/sources/pm2/daemons.ts';
import { userName } from '../../../src/sources/proc/users.ts';

let proc: string;

beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'botop-proc-'));
});

afterEach(() => rmSync(proc, { recursive: true }));

function addProcess(pid: number | string, cmdline: string, environ = ''): void {
  mkdirSync(join(proc, String(pid)));
  writeFileSync(join(proc, String(pid), 'cmdline'), cmdline);
  writeFileSync(join(proc, String(pid), 'environ'), environ);
}

test('daemons are found by their title and, before they have one, by script and environment', async () => {
  addProcess(10, 'PM2 v7.0.4: God Daemon (/home/anna/.pm2)      ');
  addProcess(11, 'node\0/usr/lib/node_modules/pm2/lib/Daemon.js\0', 'A=1\0PM2_HOME=/home/ben/.pm2\0');
  addProcess(12, 'node\0/srv/bot.js\0', 'PM2_HOME=/home/anna/.pm2\0');
  addProcess(13, 'vim\0PM2 v7.0.4: God Daemon (/x)\0');
  addProcess('self', 'PM2 v7.0.4: God Daemon (/self)');
  const user = userName(process.getuid?.() ?? 0);
  expect(await findDaemons([], proc)).toEqual([
    { pid: 10, user, home: '/home/anna/.pm2' },
    { pid: 11, user, home: '/home/ben/.pm2' },
  ]);
  expect((await findDaemons(['/home/anna/.pm2/'], proc)).map((other) => other.pid)).toEqual([11]);
});

test('a home that would control the terminal is cleaned', async () => {
  addProcess(10, 'PM2 v7.0.4: God Daemon (/home/\x1b]0;owned\x07x)');
  expect((await findDaemons([], proc))[0]?.home).not.toMatch(/[\x00-\x1f]/);
});

test('without /proc there are none', async () => {
  expect(await findDaemons([], join(proc, 'nowhere'))).toEqual([]);
});

test('the home is PM2_HOME, else .pm2 in the home folder', () => {
  expect(defaultPm2Home({ PM2_HOME: '/srv/pm2', HOME: '/home/anna' })).toBe('/srv/pm2');
  expect(defaultPm2Home({ PM2_HOME: '', HOME: '/home/anna' })).toBe('/home/anna/.pm2');
});

test('a pid file of a process that has ended, or none, leaves the daemon unidentified', async () => {
  const unknown = { pid: Number.NaN, startTicks: -1, startedAt: null, logPath: join(proc, 'pm2.log') };
  expect(await identifyDaemon(proc, Date.now())).toEqual(unknown);
  writeFileSync(join(proc, 'pm2.pid'), String(2 ** 30));
  if (process.platform === 'linux') expect(await identifyDaemon(proc, Date.now())).toEqual(unknown);
  writeFileSync(join(proc, 'pm2.pid'), String(process.pid));
  expect((await identifyDaemon(proc, Date.now())).pid).toBe(process.pid);
});
