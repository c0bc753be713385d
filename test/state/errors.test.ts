import { expect, test } from 'vitest';
import { LogEvents } from '../../src/sources/logs/events.ts';
import type { LogEvent } from '../../src/sources/logs/snapshot.ts';
import { fingerprintOf, normaliseMessage } from '../../src/state/errors/fingerprint.ts';
import { MinuteRing } from '../../src/state/errors/rate.ts';
import { summariseErrors } from '../../src/state/errors/summary.ts';
import { createErrorHistory } from '../../src/state/errors.ts';
import fc from '../helpers/fast-check.ts';
import { cpuMsOf } from '../helpers/own-cpu.ts';

const NOON = Date.UTC(2026, 0, 15, 12, 0, 30);

function event(over: Partial<LogEvent> = {}): Omit<LogEvent, 'seq'> {
  return {
    at: NOON,
    isStamped: true,
    level: 'error',
    bot: 'weather-bot',
    path: '/logs/weather-error.log',
    fileId: '1:2',
    offset: 0,
    stream: 'err',
    component: '',
    message: 'cannot reach chat 1',
    detail: '',
    code: null,
    retryAfterSeconds: null,
    ...over,
  };
}

function historyOf(...events: Partial<LogEvent>[]) {
  const ring = new LogEvents();
  for (const over of events) ring.push(event(over));
  const history = createErrorHistory();
  history.pull(ring, NOON);
  return { ring, history };
}

test.each([
  ['user 4711 not found', 'user 12 not found'],
  ["column 'age' does not exist", "column 'name' does not exist"],
  ['job 550e8400-e29b-41d4-a716-446655440000 failed', 'job 123e4567-e89b-12d3-a456-426614174000 failed'],
  ['connect ECONNREFUSED 127.0.0.1:8443', 'connect ECONNREFUSED 10.1.2.3:80'],
  ['took 31 ms', 'took 2.31 s'],
  ['no such file /srv/a/b.txt', 'no such file /srv/c/other.txt'],
  ['at commit deadbeef01', 'at commit 0badcafe99'],
  ['chat -100123456789 is gone', 'chat 42 is gone'],
])('%s and %s are one error', (a, b) => {
  expect(normaliseMessage(a)).toBe(normaliseMessage(b));
});

test.each([
  ['DB001 timeout', 'DB003 timeout'],
  ['cannot read', 'cannot write'],
  ["don't know", "can't know"],
])('%s and %s are two', (a, b) => {
  expect(normaliseMessage(a)).not.toBe(normaliseMessage(b));
});

test('normalising any text takes little time and is stable', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000, unit: 'binary' }), (text) => {
      expect(normaliseMessage(text)).toBe(normaliseMessage(text));
      expect(fingerprintOf(text)).toMatch(/^[0-9a-f]{14}$/);
    }),
  );
  for (const evil of ['/a'.repeat(5_000), `"${'\\'.repeat(9_999)}`, '1.'.repeat(5_000), 'a.b@'.repeat(3_000)]) {
    expect(cpuMsOf(() => normaliseMessage(evil))).toBeLessThan(2_000);
  }
});

test('events of one kind are one group, with its bots, its count and its first and last moment', () => {
  const { history } = historyOf(
    { message: 'chat 1 not found', at: NOON - 600_000 },
    { message: 'chat 2 not found', bot: 'stats-bot' },
    { message: 'something else', level: 'warn' },
  );
  const group = history.groups.find(({ pattern }) => pattern === 'chat <n> not found');
  expect(group).toMatchObject({ totalCount: 2, firstAt: NOON - 600_000, lastAt: NOON, level: 'error' });
  expect([...(group?.bots ?? [])]).toEqual([
    ['weather-bot', 1],
    ['stats-bot', 1],
  ]);
  expect(group?.last.message).toBe('chat 2 not found');
  expect(group?.rate.at(59, NOON)).toBe(1);
  expect(group?.rate.at(49, NOON)).toBe(1);
});

test('a stamp of the future does not empty the hour', () => {
  const { history } = historyOf({ message: 'now' }, { message: 'now', at: NOON + 86_400_000 });
  expect(summariseErrors(history, NOON).total).toBe(2);
});

test('the same message with another code or level is another group', () => {
  const { history } = historyOf({ code: 'TG429' }, { code: 'TG401' }, { level: 'warn' });
  expect(history.groups).toHaveLength(3);
});

test('an hour later the group is gone, and the totals too', () => {
  const { ring, history } = historyOf({});
  history.pull(ring, NOON + 3_600_001);
  expect(history.groups).toEqual([]);
  expect(summariseErrors(history, NOON + 3_600_001).total).toBe(0);
});

test('of more groups than there is room for, the rarest leaves and is counted', () => {
  const ring = new LogEvents();
  const history = createErrorHistory({ maxGroups: 2 });
  for (const message of ['often', 'often', 'rare', 'new']) ring.push(event({ message }));
  history.pull(ring, NOON);
  expect(history.groups.map(({ pattern }) => pattern).sort()).toEqual(['new', 'often']);
  expect(history.groupsLeft).toBe(1);
  expect(summariseErrors(history, NOON).total).toBe(4);
});

test("the groups of one bot do not push out another bot's", () => {
  const ring = new LogEvents();
  const history = createErrorHistory({ maxGroups: 3 });
  ring.push(event({ bot: 'quiet', message: 'once', at: NOON - 3_000_000 }));
  for (const message of ['one', 'two', 'three', 'four', 'five']) ring.push(event({ bot: 'loud', message }));
  history.pull(ring, NOON);
  expect(history.groups.map(({ pattern }) => pattern).sort()).toEqual(['five', 'four', 'once']);
  expect(history.groupsLeft).toBe(3);
});

test('what left the ring before it was seen is counted', () => {
  const ring = new LogEvents(3);
  const history = createErrorHistory();
  for (let i = 0; i < 10; i += 1) ring.push(event());
  history.pull(ring, NOON);
  expect(history.eventsMissed).toBe(7);
  expect(history.groups[0]?.totalCount).toBe(3);
});

test('the ring keeps within its characters, however long the events are', () => {
  const ring = new LogEvents(100, 1_000);
  for (let i = 0; i < 50; i += 1) ring.push(event({ message: 'x'.repeat(400) }));
  expect(ring.length).toBe(2);
  expect(ring.of(50)?.seq).toBe(50);
  expect(ring.of(48)).toBeUndefined();
});

test('a frozen view stands still while the history goes on', () => {
  const { ring, history } = historyOf({});
  const frozen = history.freeze();
  ring.push(event());
  history.pull(ring, NOON);
  expect(frozen.groups[0]?.rate.sum(NOON)).toBe(1);
  expect(history.groups[0]?.rate.sum(NOON)).toBe(2);
  let seen = 0;
  frozen.newest(() => {
    seen += 1;
    return true;
  });
  expect(seen).toBe(1);
});

test('the summary has the most frequent first, with a sample as it was written', () => {
  const { history } = historyOf({ message: 'rare 1' }, { message: 'often 1' }, { message: 'often 2' });
  const { total, groups } = summariseErrors(history, NOON);
  expect(total).toBe(3);
  expect(groups.map(({ count, sample }) => [count, sample])).toEqual([
    [2, 'often 2'],
    [1, 'rare 1'],
  ]);
});

test('a ring of minutes counts as a list of moments does', () => {
  const minute = fc.integer({ min: 1_000, max: 1_200 });
  fc.assert(
    fc.property(fc.array(minute, { maxLength: 40 }), fc.integer({ min: 0, max: 120 }), (minutes, wait) => {
      const ring = new MinuteRing();
      // Logs of several files come a little out of order, never by more than the ring is long.
      const sorted = [...minutes].sort((a, b) => a - b);
      for (const at of sorted) ring.add(at * 60_000);
      const now = ((sorted.at(-1) ?? 1_000) + wait) * 60_000;
      const expected = sorted.filter((at) => at * 60_000 > now - 3_600_000).length;
      expect(ring.sum(now)).toBe(expected);
    }),
  );
});

test('a ring of minutes that is set back tells the same of each minute before', () => {
  const moments = fc.array(fc.integer({ min: 60_000_000, max: 67_000_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(moments, fc.integer({ min: 0, max: 60_000_000 }), (added, ms) => {
      const ring = new MinuteRing();
      for (const at of added) ring.add(at);
      const before = 67_000_000;
      const told = (now: number) => Array.from({ length: 60 }, (_, index) => ring.at(index, now));
      const expected = told(before);
      ring.setBack(ms, before - ms);
      expect(told(before - ms)).toEqual(expected);
      ring.add(before - ms);
      expect(ring.at(59, before - ms)).toBe((expected[59] as number) + 1);
    }),
  );
});

test('a clock that is set back two hours hides no error, and what was new or old stays so', () => {
  const ring = new LogEvents();
  const history = createErrorHistory({ startedAt: NOON - 60_000 });
  ring.push(event({ at: NOON - 600_000, message: 'of before' }));
  ring.push(event({ at: NOON, message: 'goes on' }));
  history.pull(ring, NOON);
  const earlier = NOON - 7_200_000;
  ring.push(event({ at: earlier, message: 'goes on' }));
  ring.push(event({ at: earlier, message: 'of now' }));
  history.pull(ring, earlier);
  const told = history.groups.map((group) => [group.pattern, group.rate.sum(earlier), history.isNew(group)]);
  expect(told).toEqual([
    ['of before', 1, false],
    ['goes on', 2, true],
    ['of now', 1, true],
  ]);
  expect(history.rates.error.sum(earlier)).toBe(4);
  expect(history.groups.map(({ lastAt, last }) => [earlier - lastAt, last.at])).toEqual([
    [600_000, NOON - 600_000],
    [0, earlier],
    [0, earlier],
  ]);
});
