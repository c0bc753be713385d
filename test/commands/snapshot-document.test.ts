import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildSnapshot, printSnapshot } from '../../src/commands/snapshot-document.ts';
import { isoTime, known, rounded } from '../../src/commands/snapshot-values.ts';
import type { Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';
import type { Reading } from '../../src/sources/source.ts';
import { BOT_STATES } from '../../src/state/judge.ts';
import { makeExit } from '../helpers/bots.ts';
import fc from '../helpers/fast-check.ts';
import { faultsOf, type Schema, schema } from '../helpers/snapshot-schema.ts';
import { NOW } from './snapshot-arbitraries.ts';
import { onePm2, type SomeWorld, someWorld, worldOf } from './snapshot-worlds.ts';

const document = (world: SomeWorld) => JSON.parse(printSnapshot(buildSnapshot(world, '0.1.0')));

const fleet = (reading: Reading<Pm2Snapshot>) => worldOf({ pm2: [{ id: 'pm2', reading }], mostMeantToRun: 3 });
const fresh = <S>(value: S): Reading<S> => ({ state: 'fresh', value, readAt: NOW - 250, tookMs: 2.345 });

test('whatever is known or not, what is printed follows the published schema and leaves nothing undescribed', () => {
  fc.assert(
    fc.property(someWorld, (world) => {
      expect(faultsOf(document(world))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('the schema says of every field what it is', () => {
  const undescribed: string[] = [];
  const walk = (node: Schema, path: string): void => {
    if (!node.description) undescribed.push(path);
    for (const [name, child] of Object.entries(node.properties ?? {})) walk(child, `${path}.${name}`);
    if (node.items) walk(node.items, `${path}[]`);
  };
  walk(schema, 'snapshot');
  expect(undescribed).toEqual([]);
});

test('the schema knows every state a bot can be in', () => {
  const states = schema.properties?.['bots']?.items?.properties?.['state']?.enum;
  expect([...(states ?? [])].sort()).toEqual([...BOT_STATES].sort());
});

test('the page about the snapshot names every part of it', () => {
  const page = readFileSync(new URL('../../docs/snapshot.md', import.meta.url), 'utf8');
  for (const name of Object.keys(schema.properties ?? {})) expect(page).toContain(`\`${name}\``);
});

test('a value that is not known is null, never 0', () => {
  const [bot] = document(fleet(fresh(onePm2([{ pid: null, startedAt: null, status: 'stopped' }])))).bots;
  expect(bot).toMatchObject({
    pid: null,
    cpuPercent: null,
    memoryBytes: null,
    processes: null,
    uptimeMs: null,
    lastLogAt: null,
    exitCode: null,
  });
});

test('a bot is told with PM2’s word and ours, its uptime from its last start, its numbers from its own cell', () => {
  const pm2 = onePm2([{}, { name: 'second', restarts: 7, exitCode: 1, mode: 'cluster', instance: 1 }], {
    cpuPercent: Float64Array.of(1, 12.3456),
    memoryBytes: Float64Array.of(1, 1024),
    processes: Float64Array.of(1, 2),
    threads: Float64Array.of(11, 12),
    openFiles: Float64Array.of(Number.NaN, 30),
    openFilesLimit: Float64Array.of(Number.NaN, 1024),
    lastLogAt: Float64Array.of(NOW, NOW - 1000),
  });
  expect(document(fleet(fresh(pm2))).bots[1]).toEqual({
    errors: { lastHour: null, rateLimitedLast5Minutes: null, reason: 'the logs were not read yet' },
    home: '/a/.pm2',
    id: 1,
    name: 'second',
    namespace: 'default',
    status: 'online',
    state: 'ok',
    why: '',
    pid: 4211,
    cpuPercent: 12.35,
    memoryBytes: 1024,
    maxMemoryBytes: null,
    processes: 2,
    threads: 12,
    openFiles: 30,
    openFilesLimit: 1024,
    restarts: 7,
    unstableRestarts: 0,
    uptimeMs: 60_000,
    nextStartAt: null,
    lastLogAt: '2026-11-21T11:59:59.000Z',
    quietSince: null,
    mode: 'cluster',
    instance: 1,
    exitCode: 1,
    exits: [],
    metrics: [],
    version: null,
    code: null,
    nodeVersion: '24.21.0',
    autorestart: true,
    watch: false,
    cron: null,
    isModule: false,
    registry: null,
  });
});

test('a bot that PM2 calls online and that keeps crashing is flapping', () => {
  const exits = [90, 60, 30].map((seconds) => makeExit({ at: NOW - seconds * 1000 }));
  const [bot] = document(fleet(fresh(onePm2([{ exits }])))).bots;
  expect(bot).toMatchObject({ status: 'online', state: 'flapping' });
  expect(bot.why).toContain('exit 1');
});

test('each exit is told with its time, its cause and what came before and after', () => {
  const exit = makeExit({ at: NOW - 9000, signal: 'SIGKILL', code: null, ranMs: 1500, restartedAt: NOW - 8900 });
  const waiting = { status: 'waiting restart' as const, restartDelayMs: 10_000, exits: [exit] };
  const [bot] = document(fleet(fresh(onePm2([waiting])))).bots;
  expect(bot).toMatchObject({ state: 'restart-wait', why: 'in 1s SIGKILL', nextStartAt: '2026-11-21T12:00:01.000Z' });
  expect(bot.exits).toEqual([
    {
      at: '2026-11-21T11:59:51.000Z',
      cause: 'crash',
      by: null,
      code: null,
      signal: 'SIGKILL',
      ranMs: 1500,
      restartedAt: '2026-11-21T11:59:51.100Z',
    },
  ]);
});

test('bots of a daemon that went away are stale with their last values, and the source says why', () => {
  const error = { code: 'refused' as const, message: 'the daemon is gone', hint: 'pm2 resurrect' };
  const pm2 = onePm2([{}], { cpuPercent: Float64Array.of(5) });
  const printed = document(
    fleet({ state: 'stale', value: pm2, readAt: NOW - 9000, tookMs: 3, error, since: NOW - 8000 }),
  );
  expect(printed.bots[0]).toMatchObject({ state: 'stale', cpuPercent: 5 });
  expect(printed.sources).toEqual([
    { id: 'pm2', kind: 'pm2', state: 'stale', ageMs: 9000, tookMs: 3, error, reason: null },
  ]);
});

test('no daemon that could be read is no list of bots; no PM2 at all, or a daemon without bots, is an empty one', () => {
  const error = { code: 'absent' as const, message: 'no daemon' };
  const down = document(fleet({ state: 'down', error, since: NOW, tookMs: 1 }));
  expect(down.bots).toBeNull();
  expect(down.fleet).toEqual({
    running: null,
    expected: null,
    expectedFrom: null,
    extra: null,
    stoppedOnPurpose: null,
  });
  expect(down.sources[0].error).toEqual({ ...error, hint: null });
  expect(document(fleet({ state: 'waiting', since: NOW })).bots).toBeNull();
  expect(document(fleet({ state: 'off', reason: 'no PM2 here' })).bots).toEqual([]);
  expect(document(fleet(fresh(onePm2([])))).bots).toEqual([]);
});

test('a daemon found twice by two watched ones is named once', () => {
  const other = { pid: 9, user: 'eve', home: '/e/.pm2' };
  const entry = (id: string) => ({ id, reading: fresh(onePm2([], { others: [other] })) });
  expect(document(worldOf({ pm2: [entry('pm2:/a'), entry('pm2:/b')] })).otherDaemons).toEqual([other]);
});

test('what is printed is one object with a line end', () => {
  const text = printSnapshot(buildSnapshot(worldOf({}), '0.1.0'));
  expect(text.endsWith('}\n')).toBe(true);
  expect(JSON.parse(text)).toMatchObject({ version: '0.1.0', at: '2026-11-21T12:00:00.000Z', host: null });
});

test('numbers and times keep to what JSON can say', () => {
  expect([known(0), known(Number.NaN), known(Number.POSITIVE_INFINITY), known(undefined)]).toEqual([
    0,
    null,
    null,
    null,
  ]);
  expect([rounded(1.005, 1), rounded(-0.4, 0), rounded(Number.MAX_VALUE, 2), rounded(null, 2)]).toEqual([
    1,
    -0,
    Number.MAX_VALUE,
    null,
  ]);
  expect([isoTime(0), isoTime(Number.NaN), isoTime(9e15)]).toEqual(['1970-01-01T00:00:00.000Z', null, null]);
});
