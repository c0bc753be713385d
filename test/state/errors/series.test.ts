import { expect, test } from 'vitest';
import { LogEvents } from '../../../src/sources/logs/events.ts';
import { LogFactsRing, refusedLoginOf } from '../../../src/sources/logs/facts.ts';
import type { LogEvent, LogFile, LogsSnapshot } from '../../../src/sources/logs/snapshot.ts';
import { type LogSeriesName, logSeries } from '../../../src/state/errors/series.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';

const NOON = Date.UTC(2026, 0, 15, 12, 0, 30);
const MINUTE = 60_000;

function event(over: Partial<LogEvent>): Omit<LogEvent, 'seq'> {
  return {
    at: NOON,
    isStamped: true,
    level: 'error',
    bot: 'a',
    path: '/logs/a.log',
    fileId: '1:2',
    offset: 0,
    stream: 'err',
    component: '',
    message: 'boom',
    detail: '',
    code: null,
    retryAfterSeconds: null,
    ...over,
  };
}

function file(bot: string | readonly string[], over: Partial<LogFile> = {}): LogFile {
  const bots = typeof bot === 'string' ? [bot] : bot;
  return {
    path: `/logs/${bots.join('-')}.log`,
    bots,
    stream: 'err',
    state: 'following',
    reason: '',
    sizeBytes: 1,
    offset: 1,
    writtenAt: NOON,
    droppedBytes: 0,
    ...over,
  };
}

function known(events: readonly Partial<LogEvent>[], files: readonly LogFile[]) {
  const ring = new LogEvents();
  const facts = new LogFactsRing();
  const view = createErrorHistory({ startedAt: NOON - 10 * MINUTE });
  for (const one of events) ring.push(event(one));
  const counts = { warn: 0, error: 0, fatal: 0, readBytes: 0, droppedBytes: 0, droppedLines: 0, cutLines: 0 };
  const logs: LogsSnapshot = { isComplete: true, files, filesLeftOut: 0, counts, events: ring, facts };
  view.pull(ring, NOON);
  const read = (name: LogSeriesName, target: string, bots: readonly string[] = ['a', 'b', 'c']) => {
    view.count(facts, NOON);
    return logSeries({ bots, logs, view, now: NOON }).find((each) => each.name === name && each.target === target);
  };
  return { facts, view, read };
}

test('errors of a bot are counted for an hour, and 0 only where a log was read', () => {
  const { read } = known(
    [{}, { level: 'fatal' }, { level: 'warn' }, { at: NOON - 59 * MINUTE }],
    [file('a'), file('b'), file('c', { state: 'missing', reason: 'no such file' })],
  );
  expect(read('errors', 'a')).toMatchObject({ value: 3, reason: null, windowMinutes: 60 });
  expect(read('errors', 'a')?.at(59)).toBe(2);
  expect(read('errors', 'b')).toMatchObject({ value: 0, reason: null });
  expect(read('errors', 'c')).toMatchObject({ value: null, reason: '/logs/c.log: no such file' });
  expect(read('errors', 'd', ['d'])).toMatchObject({ value: null, reason: 'no log of it is known' });
});

test('a bot with one of two logs unread has a value, and says that it may be more', () => {
  const missing = file('a', { path: '/logs/a-out.log', state: 'denied', reason: 'permission denied' });
  const { read } = known([{}], [file('a'), missing]);
  expect(read('errors', 'a')).toMatchObject({ value: 1, reason: '/logs/a-out.log: permission denied' });
});

test('that nothing was counted says nothing while one of two logs is missing, unless it keeps nothing by its nature', () => {
  const out = (over: Partial<LogFile>) => file('a', { path: '/logs/a-out.log', stream: 'out', ...over });
  const missing = known([], [file('a'), out({ state: 'missing', reason: 'no such file' })]);
  for (const [name, target] of [
    ['errors', 'a'],
    ['rateLimited', 'a'],
    ['failedLogins', 'all'],
  ] as const) {
    expect(missing.read(name, target)).toMatchObject({ value: null, reason: '/logs/a-out.log: no such file' });
  }
  const nowhere = known([], [file('a'), out({ path: '/dev/null', state: 'no-file', reason: 'a device' })]);
  expect(nowhere.read('errors', 'a')).toMatchObject({ value: 0, reason: '/dev/null: a device' });
});

test('whose errors they are in a log of several bots nobody can say', () => {
  const { read } = known([{ bot: 'a, b' }], [file(['a', 'b'])]);
  expect(read('errors', 'a')).toMatchObject({ value: null, reason: 'it shares its log with b' });
  const nowhere = file(['a', 'b'], { path: '/dev/null', state: 'no-file', reason: 'a device' });
  expect(known([], [file('a'), nowhere]).read('errors', 'a')).toMatchObject({
    value: 0,
    reason: '/dev/null: a device',
  });
});

test('429s are counted for five minutes', () => {
  const { read } = known(
    [
      { code: 'TG429' },
      { code: 'API001', at: NOON - 4 * MINUTE },
      { code: 'TG429', at: NOON - 6 * MINUTE },
      { code: 'TG401' },
    ],
    [file('a')],
  );
  expect(read('rateLimited', 'a')).toMatchObject({ value: 2, windowMinutes: 5 });
});

test('refused logins are counted by address for ten minutes', () => {
  const { facts, read } = known([], [file('a')]);
  expect(read('failedLogins', 'all')).toMatchObject({ value: 0 });
  for (let i = 0; i < 7; i += 1) facts.addLogin(NOON - i * MINUTE, '203.0.113.7');
  facts.addLogin(NOON - 12 * MINUTE, '203.0.113.7');
  expect(read('failedLogins', '203.0.113.7')).toMatchObject({ value: 7, windowMinutes: 10 });
});

test('refused logins nobody could read of are unknown', () => {
  const { read } = known([], [file('a', { state: 'denied', reason: 'permission denied' })]);
  expect(read('failedLogins', 'all')).toMatchObject({ value: null, reason: '/logs/a.log: permission denied' });
});

test('the share of failed requests is known where an access log tells how many there were', () => {
  const { facts, read } = known(
    [
      { bot: 'web', code: 'HTTP502' },
      { bot: 'web', code: 'HTTP429' },
    ],
    [file('a'), file('web')],
  );
  expect(read('errorRatio', 'web')).toBeUndefined();
  facts.addRequests('web', 40);
  expect(read('errorRatio', 'web')).toMatchObject({ value: 2.5, reason: null, windowMinutes: 11 });
});

test('of an access log that is gone the share is unknown', () => {
  const access = { path: '/logs/web', bots: [], stream: 'glob', state: 'missing', reason: 'no such file' } as const;
  const { facts, read } = known([{ bot: 'web', code: 'HTTP502' }], [file('a'), file([], access)]);
  facts.addRequests('web', 40);
  expect(read('errorRatio', 'web')).toMatchObject({ value: null, reason: '/logs/web: no such file' });
  const gone = known([], [file('a')]);
  gone.facts.addRequests('web', 40);
  expect(gone.read('errorRatio', 'web')).toMatchObject({ value: null, reason: 'its log is gone' });
});

test.each([
  ['Failed password for root from 203.0.113.7 port 22 ssh2', '203.0.113.7'],
  ['Failed password for invalid user admin from 2001:db8::7 port 22 ssh2', '2001:db8::7'],
  ['login attempt failed for anna from 198.51.100.2', '198.51.100.2'],
  ['user "x": password mismatch, client: 10.1.2.3, server: shop', '10.1.2.3'],
  ['pam_unix(su:auth): authentication failure; uid=0 rhost=192.0.2.5 user=root', '192.0.2.5'],
  ['Login failed for user anna, ip=192.0.2.9', '192.0.2.9'],
  ['password authentication failed for user "shop"', 'unknown'],
  ['pam_unix(sshd:auth): authentication failure; rhost=203.0.113.7', null],
  ['login of anna from 198.51.100.2', null],
  ['version 1.2.3.4 is out', null],
])('%s is refused for %s', (message, address) => {
  expect(refusedLoginOf(message)).toBe(address);
});

test('more addresses than there is room for push out the first, which is counted', () => {
  const { facts, view, read } = known([], [file('a')]);
  for (let i = 0; i < 1_005; i += 1) facts.addLogin(NOON, `10.0.${i >> 8}.${i & 255}`);
  read('failedLogins', 'all');
  expect(view.loginRates.size).toBe(1_000);
  expect(view.ratesLeft).toBe(5);
});
