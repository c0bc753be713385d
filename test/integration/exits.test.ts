import { afterEach, describe, expect, test } from 'vitest';
import type { Bot, BotExit } from '../../src/sources/pm2/snapshot.ts';
import { pm2Source } from '../../src/sources/pm2/source.ts';
import { systemClock } from '../../src/sources/source.ts';
import { type Pm2Daemon, pm2Packages, pm2Version, startPm2, until } from '../helpers/pm2-daemon.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Reads until the bot of that name has an exit that is as asked. */
function watching(daemon: Pm2Daemon) {
  const source = pm2Source({ home: daemon.home, id: 'pm2', clock: systemClock });
  ends.push(() => source.close());
  return (name: string, is: (exit: BotExit, bot: Bot) => boolean) =>
    until(`${name} has that exit`, async () => {
      const { bots } = await source.read(new AbortController().signal);
      for (const bot of bots) {
        const found = bot.name === name ? bot.exits.find((exit) => is(exit, bot)) : undefined;
        if (found) return found;
      }
      return false;
    });
}

describe.each(pm2Packages().map((path) => [pm2Version(path), path] as const))('PM2 %s', (_, packageDir) => {
  test('each exit is told with its cause, how long the process ran and when the bot was there again', async () => {
    const daemon = await startPm2(packageDir);
    ends.push(() => daemon.remove());
    const exitOf = watching(daemon);
    await daemon.start(
      { name: 'crasher', code: 'setTimeout(() => process.exit(3), 2500)', restart_delay: 300 },
      { name: 'steady', code: 'setInterval(() => {}, 1000)' },
      { name: 'worker', code: "require('http').createServer(() => {}).listen(0)", exec_mode: 'cluster', instances: 1 },
    );
    const crash = await exitOf('crasher', ({ cause, restartedAt }) => cause === 'crash' && restartedAt !== null);
    expect(crash).toMatchObject({ code: 3, signal: null, by: null, memory: null });
    // PM2 stamps its log in whole seconds.
    expect(crash.ranMs).toBeGreaterThanOrEqual(1_000);
    expect(crash.ranMs).toBeLessThan(10_000);
    expect(crash.restartedAt).toBeGreaterThanOrEqual(crash.at);

    await daemon.cli('restart', 'steady');
    const restart = await exitOf('steady', ({ restartedAt }) => restartedAt !== null);
    expect(restart.cause).toBe('asked');
    await daemon.cli('stop', 'steady');
    const stop = await exitOf(
      'steady',
      (exit, bot) => bot.status === 'stopped' && exit.at >= restart.at && exit !== restart && exit.restartedAt === null,
    );
    expect(stop.cause).toBe('asked');

    await daemon.cli('reload', 'worker');
    expect(await exitOf('worker', () => true)).toMatchObject({ cause: 'reload' });
  });
});
