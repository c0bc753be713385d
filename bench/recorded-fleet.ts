import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPm2Client } from '../src/sources/pm2/client.ts';
import { fakeDaemon } from '../test/helpers/fake-pm2.ts';
import type { Fleet } from './fleet.ts';

interface ListedBot {
  readonly pm2_env: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/**
 * A fleet of so many bots for a machine that has no room for them: a socket that answers as PM2 does, with the list of
 * a smaller real fleet, each of its bots many times under names and numbers of their own. Their processes are those of
 * the real one.
 */
export async function recordFleet(real: Fleet, bots: number): Promise<Fleet> {
  const client = createPm2Client(real.home);
  const [list, version] = await Promise.all([
    client.call('getMonitorData', [{}]) as Promise<ListedBot[]>,
    client.call('getVersion', [{}]),
  ]).finally(() => client.close());
  const all = Array.from({ length: bots }, (_, id) => {
    const bot = list[id % list.length] as ListedBot;
    const name = `bot-${String(id).padStart(3, '0')}`;
    const unique = `${String(bot.pm2_env['unique_id'])}-${id}`;
    return { ...bot, name, pm_id: id, pm2_env: { ...bot.pm2_env, name, pm_id: id, unique_id: unique } };
  });
  const folder = mkdtempSync(join(tmpdir(), 'botop-bench-'));
  const home = join(folder, 'pm2');
  for (const part of ['pids', 'logs']) mkdirSync(join(home, part), { recursive: true });
  writeFileSync(join(home, 'pm2.pid'), String(real.daemonPid));
  writeFileSync(join(home, 'pm2.log'), '');
  const daemon = await fakeDaemon(home, ({ method, reply }) => {
    if (method === 'getMonitorData') reply({ args: [all] });
    else reply({ args: [method === 'getVersion' ? version : { msg: 'pong' }] });
  });
  return {
    home,
    daemonPid: real.daemonPid,
    env: { ...real.env, HOME: folder, PM2_HOME: home },
    pidOf: (bot) => real.pidOf(bot),
    async stop() {
      await daemon.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
