import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Fleet } from '../../bench/fleet.ts';
import { recordFleet } from '../../bench/recorded-fleet.ts';
import { pm2Source } from '../../src/sources/pm2/source.ts';
import { systemClock } from '../../src/sources/source.ts';
import { fakeDaemon } from '../helpers/fake-pm2.ts';

test('a recorded fleet is read as so many bots of their own, with the processes of the real one, and leaves nothing', async () => {
  const home = mkdtempSync(join(tmpdir(), 'botop-real-'));
  const bot = (id: number, pid: number) => ({
    pm_id: id,
    name: `bot-00${id}`,
    pid,
    monit: { cpu: 0, memory: 0 },
    pm2_env: { status: 'online', unique_id: `u${id}`, restart_time: 0, pm_uptime: Date.now() },
  });
  const daemon = await fakeDaemon(home, ({ method, reply }) =>
    reply({ args: [method === 'getMonitorData' ? [bot(0, process.pid), bot(1, process.ppid)] : '7.0.4'] }),
  );
  const real: Fleet = { home, daemonPid: process.pid, env: {}, pidOf: () => process.pid, stop: async () => {} };
  const fleet = await recordFleet(real, 25);
  const source = pm2Source({ home: fleet.home, id: 'pm2', clock: systemClock });
  try {
    const { bots } = await source.read(new AbortController().signal);
    expect(bots).toHaveLength(25);
    expect(new Set(bots.map(({ uniqueId }) => uniqueId)).size).toBe(25);
    expect(bots[24]).toMatchObject({ id: 24, name: 'bot-024', pid: process.pid });
    expect(bots[23]).toMatchObject({ pid: process.ppid });
  } finally {
    await source.close();
    await fleet.stop();
    await daemon.close();
    rmSync(home, { recursive: true });
  }
  expect(existsSync(fleet.home)).toBe(false);
});
