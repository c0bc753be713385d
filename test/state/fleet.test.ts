import { describe, expect, test, vi } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import type { Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';
import { countFleet, type Expected, keyOf, type MostSeen } from '../../src/state/fleet.ts';
import { type BotSeries, FleetHistory, TRENDS_A_TICK } from '../../src/state/fleet-history.ts';
import { MemoryPoints } from '../../src/state/memory-trend.ts';
import type { Entry } from '../../src/state/store.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../helpers/bots.ts';

function entryOf(value: Pm2Snapshot): Entry<'pm2'> {
  return { kind: 'pm2', id: 'pm2', cadenceMs: 1_000, reading: { state: 'fresh', value, readAt: NOON, tookMs: 3 } };
}

const mostSeen = (count: number): MostSeen => ({ mostMeantToRun: () => count });

const counted = (pm2: readonly Entry<'pm2'>[], seen = 0, expected: Expected | null = null) =>
  countFleet({ pm2, fleet: mostSeen(seen), thresholds: defaults.thresholds, now: NOON, expected });

const fleet = [
  makeBot({ id: 0, name: 'a' }),
  makeBot({ id: 1, name: 'b', startedAt: NOON - 1_000, exits: makeCrashes(5, 1_000) }),
  makeBot({ id: 2, name: 'c', status: 'stopped', pid: null }),
  makeBot({ id: 3, name: 'pm2-logrotate', isModule: true }),
];

describe('counting the fleet', () => {
  test('expects what the dump would start, and does not count a flapping bot as running', () => {
    const bots = ['a', 'b', 'c'].map((name) => ({ name, namespace: 'default', isStopped: name === 'c' }));
    const count = counted([entryOf(makePm2Snapshot(fleet, { dump: { savedAt: NOON, bots } }))], 0);
    expect(count).toMatchObject({ running: 1, expected: 2, expectedFrom: 'dump', stoppedOnPurpose: 1, total: 3 });
  });

  test('does not let a bot that nobody saved stand in for one that is missing', () => {
    const bots = ['a', 'gone'].map((name) => ({ name, namespace: 'default', isStopped: false }));
    const seen = [makeBot({ id: 0, name: 'a' }), makeBot({ id: 4, name: 'new' })];
    const count = counted([entryOf(makePm2Snapshot(seen, { dump: { savedAt: NOON, bots } }))], 0);
    expect(count).toMatchObject({ running: 1, expected: 2, extra: 1 });
  });

  test('expects what the configuration says before all else', () => {
    const entries = [entryOf(makePm2Snapshot(fleet))];
    expect(counted(entries, 7, ['a', 'gone'])).toMatchObject({
      running: 1,
      expected: 2,
      expectedFrom: 'configuration',
    });
    expect(counted(entries, 7, 3)).toMatchObject({ running: 1, expected: 3, extra: 0 });
  });

  test('without a dump expects the most that was ever meant to run', () => {
    expect(counted([entryOf(makePm2Snapshot(fleet))], 7)).toMatchObject({
      expected: 7,
      expectedFrom: 'most seen',
    });
  });

  test('expects nothing, not zero, while no daemon was read', () => {
    const waiting: Entry<'pm2'> = { kind: 'pm2', id: 'pm2', cadenceMs: 1, reading: { state: 'waiting', since: NOON } };
    expect(counted([waiting], 0).expected).toBeNull();
  });

  test('a bot that ended by itself is not stopped on purpose', () => {
    const ended = makeBot({ status: 'stopped', pid: null, autorestart: false, exits: makeCrashes(1, 1) });
    expect(counted([entryOf(makePm2Snapshot([ended]))], 0).stoppedOnPurpose).toBe(0);
  });
});

/** Samples are kept to three hundredths of a percent. */
const megabytes = (samples: readonly number[] = []) => samples.map((bytes) => Math.round(bytes / 1e5) / 10);

describe('the history of the fleet', () => {
  test('keeps a series a bot and forgets the bots that are gone', () => {
    const history = new FleetHistory();
    const [a, b] = [makeBot({ id: 0, name: 'a' }), makeBot({ id: 1, name: 'b' })];
    history.push([makePm2Snapshot([a, b])], NOON);
    history.push([makePm2Snapshot([b])], NOON);
    expect(history.of(keyOf(a))).toBeUndefined();
    expect(megabytes(history.of(keyOf(b))?.memory.tail(9))).toEqual([52, 52]);
    expect(history.mostMeantToRun('/home/ops/.pm2')).toBe(2);
  });

  test('a bot deleted and added again starts a series of its own', () => {
    const history = new FleetHistory();
    history.push([makePm2Snapshot([makeBot({ uniqueId: 'first' })])], NOON);
    history.push([makePm2Snapshot([makeBot({ uniqueId: 'second' })])], NOON);
    expect(history.of(keyOf(makeBot({ uniqueId: 'second' })))?.cpu.length).toBe(1);
  });

  test('of bots that come and go each has what is its own, whoever was in its place before', () => {
    const history = new FleetHistory();
    for (let second = 0; second < 40; second++) {
      // Each second the oldest of a few goes and another comes; now and then many come at once.
      const count = second % 10 === 9 ? 30 : 5;
      const bots = Array.from({ length: count }, (_, i) => makeBot({ id: second + i, uniqueId: `u${second + i}` }));
      const memoryBytes = Float64Array.from(bots, ({ id }) => 1e6 * Number(id));
      history.push([makePm2Snapshot(bots, { memoryBytes })], NOON + second * 1_000);
      for (const bot of bots) {
        const known = megabytes(history.of(keyOf(bot))?.memory.tail(200));
        expect(known.length).toBeGreaterThan(0);
        expect(known.every((megabytes) => megabytes === bot.id)).toBe(true);
      }
      const newest = history.of(keyOf(bots.at(-1) as (typeof bots)[number]));
      if (count === 5 && second % 10 > 0) expect(newest?.memory.length).toBe(1);
    }
  });

  test('a copy stands still while the history goes on', () => {
    const history = new FleetHistory();
    const [bot] = [makeBot()];
    const push = (second: number, memory: number) =>
      history.push([makePm2Snapshot([bot], { memoryBytes: Float64Array.of(memory) })], NOON + second * 1_000);
    for (let second = 0; second < 30; second++) push(second, 50e6);
    const copy = history.copy();
    const { cpu, memory, curve } = copy.of(keyOf(bot)) as BotSeries;
    const before = [cpu.length, memory.tail(200), curve('memoryBytes', '10m'), copy.memoryTrendOf(keyOf(bot))];
    for (let second = 30; second < 600; second++) push(second, 90e6);
    expect([cpu.length, memory.tail(200), curve('memoryBytes', '10m'), copy.memoryTrendOf(keyOf(bot))]).toEqual(before);
    expect(megabytes(history.of(keyOf(bot))?.memory.tail(1))).toEqual([90]);
  });

  test('of a thousand trends that are wanted at once a few are worked out a tick, and each has its turn', () => {
    const history = new FleetHistory();
    const bots = Array.from({ length: 1_000 }, (_, id) => makeBot({ id, name: `bot-${id}`, startedAt: NOON }));
    const keys = bots.map(keyOf);
    const ask = () => keys.map((key) => history.memoryTrendOf(key));
    const fits = vi.spyOn(MemoryPoints.prototype, 'trend');
    try {
      const push = (second: number) => {
        const memoryBytes = new Float64Array(1_000).fill(50e6 + second * 1e5);
        history.push([makePm2Snapshot(bots, { memoryBytes })], NOON + second * 1_000);
      };
      for (let at = 60; at < 200; at += 4) push(at);
      expect(fits).not.toHaveBeenCalled();
      let most = 0;
      let known: ReturnType<typeof ask> = [];
      for (let at = 200; at < 280; at += 1) {
        fits.mockClear();
        push(at);
        known = ask();
        most = Math.max(most, fits.mock.calls.length);
      }
      expect(most).toBe(TRENDS_A_TICK);
      expect(known.every((trend) => trend !== null && trend.isGrowing)).toBe(true);
    } finally {
      fits.mockRestore();
    }
  });
});
