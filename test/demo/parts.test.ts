import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEMO_MARK, roomEnvironment, withoutPointers } from '../../src/demo/environment.ts';
import { fleetApps } from '../../src/demo/fleet.ts';
import { DemoError } from '../../src/demo/part.ts';
import { pm2Fleet } from '../../src/demo/pm2-fleet.ts';
import { demoProcesses, killDemo } from '../../src/demo/processes.ts';
import { temporaryParent } from '../../src/demo/temporary-folder.ts';
import { until } from '../helpers/pm2-daemon.ts';

test('takes out of the environment whatever could point at somebody’s production, and nothing else', () => {
  const pointers = [
    'PM2_HOME',
    'DATABASE_URL',
    'PGHOST',
    'PGPASSWORD',
    'REDIS_URL',
    'SECRET_KEY',
    'PUBLIC_KEY',
    'BOTOP_CONFIG',
  ];
  const kept = { PATH: '/bin', TERM: 'xterm', PAGER: 'less', MY_DATABASE_URL: 'x' };
  expect(withoutPointers({ ...Object.fromEntries(pointers.map((name) => [name, 'x'])), ...kept })).toEqual(kept);
});

test('gives the demo’s processes a home and a mark of the demo’s', () => {
  expect(roomEnvironment({ PATH: '/bin', HOME: '/home/me', TOKEN: 'x' }, '/tmp/demo')).toEqual({
    PATH: '/bin',
    HOME: '/tmp/demo',
    [DEMO_MARK]: '/tmp/demo',
  });
});

test.each([
  ['/var/tmp', '/var/tmp'],
  ['/tmp/anna.x_1', '/tmp/anna.x_1'],
  ['/home/jörg/tmp', '/tmp'],
  ['/Volumes/My Disk', '/tmp'],
  ['/a,b', '/tmp'],
  [`/var/folders/${'x'.repeat(60)}`, '/tmp'],
])('temporary files that are to lie in %s lie in %s', (wanted, expected) => {
  expect(temporaryParent(wanted)).toBe(expected);
});

test('a process is known by a path in whatever language', async () => {
  const child = spawn('/bin/sleep', ['1000'], { env: { [DEMO_MARK]: '/tmp/Jörg Müller/демо' }, stdio: 'ignore' });
  try {
    await once(child, 'spawn');
    // It carries our environment until it has become the other program.
    await until('the mark is seen', () => demoProcesses('/tmp/Jörg Müller/демо').includes(child.pid as number));
  } finally {
    child.kill('SIGKILL');
  }
});

test('invents its secrets anew each time', () => {
  const secrets = () => fleetApps('/bots', '/work').flatMap((app) => Object.values(app.env ?? {}));
  const before = secrets();
  expect(before.length).toBeGreaterThanOrEqual(5);
  expect(secrets().filter((secret) => before.includes(secret))).toEqual([]);
});

test('says what PM2 said when PM2 cannot start the fleet, and leaves nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-test-'));
  const said: string[] = [];
  const room = { folder, env: roomEnvironment(process.env, folder), say: (text: string) => said.push(text) };
  try {
    const start = pm2Fleet(join(folder, 'no-bots')).start(room);
    await expect(start).rejects.toThrow(DemoError);
    await expect(start).rejects.toThrow(/^pm2 start failed \(code 1\): .*bots\//);
    expect(said).toHaveLength(1);
  } finally {
    expect(await killDemo(folder, 3_000)).toBe(true);
    rmSync(folder, { recursive: true });
  }
});

test('ends what the supervisor started and what has lost the mark since, as a Redis does', async () => {
  const supervisor = spawn('/bin/sh', ['-c', 'sleep 1000 & echo $!; wait'], {
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [pid] = await once(supervisor.stdout, 'data');
    const child = Number(String(pid));
    expect(demoProcesses('/nonexistent/demo')).not.toContain(child);
    expect(demoProcesses('/nonexistent/demo', supervisor.pid)).toEqual([child]);
    const end = once(supervisor, 'exit');
    expect(await killDemo('/nonexistent/demo', 3_000, supervisor.pid)).toBe(true);
    await end;
  } finally {
    supervisor.kill('SIGKILL');
  }
});
