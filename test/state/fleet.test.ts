import { describe, expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import type { Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';
import { countFleet, type Expected, keyOf, type MostSeen } from '../../src/state/fleet.ts';
import { FleetHistory } from '../../src/state/fleet-history.ts';
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

describe('the history of the fleet', () => {
  test('keeps a series a bot and forgets the bots that are gone', () => {
    const history = new FleetHistory();
    const [a, b] = [makeBot({ id: 0, name: 'a' }), makeBot({ id: 1, name: 'b' })];
    history.push([makePm2Snapshot([a, b])], NOON);
    history.push([makePm2Snapshot([b])], NOON);
    expect(history.of(keyOf(a))).toBeUndefined();
    expect(history.of(keyOf(b))?.memory.tail(9)).toEqual([52e6, 52e6]);
    expect(history.mostMeantToRun('/home/ops/.pm2')).toBe(2);
  });

  test('a bot deleted and added again starts a series of its own', () => {
    const history = new FleetHistory();
    history.push([makePm2Snapshot([makeBot({ uniqueId: 'first' })])], NOON);
    history.push([makePm2Snapshot([makeBot({ uniqueId: 'second' })])], NOON);
    expect(history.of(keyOf(makeBot({ uniqueId: 'second' })))?.cpu.length).toBe(1);
  });
});
