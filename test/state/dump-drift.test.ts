import { expect, test } from 'vitest';
import { compareDump } from '../../src/state/dump-drift.ts';
import { makeBot, makeCrashes, NOON } from '../helpers/bots.ts';

const saved = (name: string, isStopped = false) => ({ name, namespace: 'default', isStopped });
const dumpOf = (...bots: ReturnType<typeof saved>[]) => ({ savedAt: NOON, bots });
const stopped = { status: 'stopped', pid: null } as const;

test('what was saved and is not there is missing, what is there and was not saved is extra, by number of processes', () => {
  const dump = dumpOf(saved('a'), saved('b'), saved('b'), saved('b'));
  const bots = [makeBot({ name: 'b' }), makeBot({ id: 1, name: 'c' }), makeBot({ id: 2, name: 'c' })];
  expect(compareDump(dump, bots)).toEqual({
    missing: [
      { name: 'a', namespace: 'default', count: 1 },
      { name: 'b', namespace: 'default', count: 2 },
    ],
    extra: [{ name: 'c', namespace: 'default', count: 2 }],
    stopped: [],
  });
});

test('a bot that was saved running and is stopped on purpose is told apart; one saved as stopped, or that fails, is no drift', () => {
  const dump = dumpOf(saved('a'), saved('b', true), saved('c'));
  const failing = makeBot({ id: 2, name: 'c', status: 'errored', pid: null, exits: makeCrashes(3, 1_000) });
  const bots = [makeBot({ name: 'a', ...stopped }), makeBot({ id: 1, name: 'b', ...stopped }), failing];
  expect(compareDump(dump, bots)).toEqual({
    missing: [],
    extra: [],
    stopped: [{ name: 'a', namespace: 'default', count: 1 }],
  });
});

test('modules and the outgoing worker of a reload are left out; names are compared within their namespace', () => {
  const bots = [
    makeBot({ name: 'pm2-logrotate', isModule: true }),
    makeBot({ id: '_old_1', name: 'a' }),
    makeBot({ id: 2, name: 'a', namespace: 'tg' }),
  ];
  expect(compareDump(dumpOf(saved('a')), bots)).toMatchObject({
    missing: [{ name: 'a', namespace: 'default' }],
    extra: [{ name: 'a', namespace: 'tg', count: 1 }],
  });
  expect(compareDump(null, bots)).toBe(null);
});
