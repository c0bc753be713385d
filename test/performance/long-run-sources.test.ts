import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guardSource } from '../../src/sources/guard/source.ts';
import { hostSource } from '../../src/sources/host/source.ts';
import { logsSource } from '../../src/sources/logs/source.ts';
import { pm2Source } from '../../src/sources/pm2/source.ts';
import { createPoller, type Ticker } from '../../src/sources/poller.ts';
import type { Clock, Source } from '../../src/sources/source.ts';
import { type Call, type FakeDaemon, fakeDaemon } from '../helpers/fake-pm2.ts';
import { noteHeld } from './held.ts';

let home: string;
let daemon: FakeDaemon;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'botop-long-'));
  for (const folder of ['pids', 'logs']) mkdirSync(join(home, folder));
  writeFileSync(join(home, 'pm2.pid'), String(process.pid));
  writeFileSync(join(home, 'logs/bot.log'), '');
  daemon = await fakeDaemon(home, answer);
});

afterEach(async () => {
  await daemon.close();
  rmSync(home, { recursive: true });
});

function answer({ method, reply }: Call): void {
  const bot = {
    pm_id: 0,
    name: 'bot',
    pid: process.pid,
    monit: { cpu: 1, memory: 1_000 },
    pm2_env: { status: 'online', unique_id: 'u0', restart_time: 0, pm_uptime: 1_800_000_000_000 },
  };
  if (method === 'getMonitorData') reply({ args: [[bot]] });
  else if (method === 'getVersion') reply({ args: ['7.0.4'] });
  else reply({ args: [{ msg: 'pong' }] });
}

test('an hour of beats of host, PM2, its home and a log that is written needs no child, and leaves timers, watches, listeners and descriptors as they were', async () => {
  let seconds = 0;
  const clock: Clock = { now: () => 1_800_000_000_000 + seconds * 1_000, monotonic: () => seconds * 1_000 };
  let tick = () => {};
  const ticker: Ticker = {
    every(_, beat) {
      tick = beat;
      return () => {};
    },
  };
  const flights = new Set<Promise<unknown>>();
  /** Notes each reading, so that a beat can wait for those it began. */
  const noted = (source: Source): Source =>
    ({
      ...source,
      read(signal: AbortSignal) {
        const reading = (source as Source<'host'>).read(signal);
        const settled = reading.catch(() => undefined).finally(() => flights.delete(settled));
        flights.add(settled);
        return reading;
      },
    }) as Source;
  const readings = { host: 0, pm2: 0, logs: 0, guard: 0 };
  const poller = createPoller({
    sources: [
      hostSource({ clock }),
      pm2Source({ home, id: 'pm2', clock }),
      logsSource({ clock, globs: [join(home, 'logs/*.log')], targets: () => [] }),
      guardSource({ homes: [home], clock, path: process.env['PATH'], copiesFolder: null }),
    ].map((source) => noted(source as Source)),
    sink: {
      succeed: (id) => void readings[id as keyof typeof readings]++,
      fail: (_, error) => {
        throw error;
      },
      grow() {},
    },
    clock,
    ticker,
    intervalMs: 1_000,
  });
  const beats = async (count: number) => {
    for (let i = 0; i < count; i++) {
      seconds++;
      if (i % 100 === 0) appendFileSync(join(home, 'logs/bot.log'), `ERROR order ${seconds} failed\n`);
      tick();
      while (flights.size > 0) await Promise.all(flights);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  poller.start();
  await beats(200);
  const holdsNoMore = noteHeld();
  await beats(3_600);
  expect(Math.min(readings.host, readings.pm2, readings.logs)).toBeGreaterThanOrEqual(3_600);
  expect(readings.guard).toBeGreaterThanOrEqual(720);
  await holdsNoMore();
  await poller.stop();
}, 60_000);
