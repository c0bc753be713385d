/**
 * Records what is read in a minute of ten bots and both servers, for the test that counts what such a minute writes.
 *
 *   node bench/recorded-minute-part.ts FILE
 */

import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createObservation } from '../src/commands/observation.ts';
import { parseOptions, UsageError } from '../src/config/options.ts';
import type { Snapshots } from '../src/sources/kinds.ts';
import type { LogFile } from '../src/sources/logs/snapshot.ts';
import { type Kind, systemClock, valueOf } from '../src/sources/source.ts';
import { type RecordedReading, toJson } from '../test/performance/recorded-minute.ts';
import { startFleet } from './fleet.ts';
import { startServers } from './servers.ts';

const KINDS = new Set<Kind>(['pm2', 'host', 'logs', 'postgres', 'redis']);
/** Before the first that is kept: what the start reads once is over. */
const SETTLE_MS = 5_000;
const BEATS = 64;
/** Of a followed log: what its class gives by getters, which a copy leaves out. */
const OF_A_FILE: readonly (keyof LogFile)[] = [
  'path',
  'bots',
  'stream',
  'state',
  'reason',
  'sizeBytes',
  'offset',
  'writtenAt',
  'droppedBytes',
];

const [, , file = ''] = process.argv;
const fleet = await startFleet(10);
const servers = await startServers();
try {
  const env = {
    ...fleet.env,
    ...(typeof servers.postgres === 'string' ? {} : { DATABASE_URL: servers.postgres.url('botop') }),
    ...(typeof servers.redis === 'string' ? {} : { REDIS_URL: servers.redis.url }),
  };
  const options = await parseOptions([], env, dirname(fleet.home));
  if (options instanceof UsageError) throw options;
  const { store, poller, onNews } = createObservation({
    options,
    env,
    clock: systemClock,
    marksFile: null,
    auditFolder: () => Promise.reject(new Error('no audit here')),
    dumpCopies: null,
  });
  const lines: string[] = [];
  const last = new Map<Kind, Record<string, string>>();
  let lastSeq = 0;
  function keep(kind: Kind, value: Snapshots[Kind]): void {
    const before = last.get(kind) ?? {};
    const changed: Record<string, unknown> = {};
    const now: Record<string, string> = {};
    for (const [name, part] of Object.entries(kind === 'logs' ? logsOf(value as Snapshots['logs']) : value)) {
      const text = toJson(part);
      now[name] = text;
      if (text !== before[name]) changed[name] = part;
    }
    last.set(kind, now);
    const reading: RecordedReading = { kind, at: Date.now(), changed };
    lines.push(
      toJson(reading)
        .replaceAll(dirname(fleet.home), '/home/bots')
        .replaceAll(/\/tmp\/botop-[\w-]+/g, '/run'),
    );
  }
  function logsOf({ isComplete, files, filesLeftOut, counts, events }: Snapshots['logs']): Record<string, unknown> {
    const added = [];
    for (let seq = Math.max(lastSeq + 1, events.firstSeq); seq <= events.lastSeq; seq++) added.push(events.of(seq));
    lastSeq = events.lastSeq;
    const first = last.has('logs')
      ? {}
      : { files: files.map((one) => Object.fromEntries(OF_A_FILE.map((name) => [name, one[name]]))) };
    return { isComplete, filesLeftOut, counts, ...first, events: added };
  }
  /** What else runs on this machine, and where this code lies, is none of it; nor are figures that only a detail shows. */
  function anywhere(pm2: Snapshots['pm2']): Snapshots['pm2'] {
    const bots = pm2.bots.map((bot) => ({
      ...bot,
      script: '/home/bots/bot.cjs',
      cwd: '/home/bots',
      interpreter: 'node',
      username: 'bots',
      metrics: [],
      code: null,
    }));
    return { ...pm2, bots, others: [] };
  }
  let beats = 0;
  const kept = new Map<string, unknown>();
  onNews(({ isBeat }) => {
    if (!isBeat) return;
    beats++;
    for (const { id, kind, reading } of store.entries()) {
      const value = valueOf(reading);
      if (!KINDS.has(kind) || reading.state !== 'fresh' || kept.get(id) === reading || value === null) continue;
      kept.set(id, reading);
      keep(kind, kind === 'pm2' ? anywhere(value as Snapshots['pm2']) : value);
    }
  });
  poller.start();
  await sleep(SETTLE_MS + BEATS * 1_000);
  await poller.stop();
  writeFileSync(file, `${lines.join('\n')}\n`);
  console.log(`${beats} beats, ${lines.length} readings`);
} finally {
  await fleet.stop();
  await servers.stop();
}
