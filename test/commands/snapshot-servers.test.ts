import { expect, test } from 'vitest';
import { buildSnapshot } from '../../src/commands/snapshot-document.ts';
import fc from '../helpers/fast-check.ts';
import { NOW } from './snapshot-arbitraries.ts';
import { logsOf, postgres, type SomeLogs } from './snapshot-servers.ts';
import { worldOf } from './snapshot-worlds.ts';

const good = { readAt: NOW - 100, tookMs: 1 };

const ofLogs = ({ snapshot, errors }: SomeLogs) =>
  buildSnapshot(worldOf({ logs: { state: 'fresh', value: snapshot, ...good }, errors }), '0.1.0');

test('errors are told by kind, the most frequent first, with their bots and the newest message', () => {
  const { errors } = ofLogs(
    logsOf(
      [{}],
      [
        { message: 'chat 1 not found', code: 'TG400', at: NOW - 90_000 },
        { message: 'disk slow', level: 'warn', at: NOW - 80_000 },
        { message: 'chat 2 not found', code: 'TG400', at: NOW - 30_000, bot: 'quiet-bot' },
      ],
    ),
  );
  expect(errors).toMatchObject({
    windowMs: 3_600_000,
    total: 3,
    unreadFiles: 0,
    groups: [
      {
        level: 'error',
        code: 'TG400',
        count: 2,
        bots: ['quiet-bot', 'weather-bot'],
        firstAt: '2026-11-21T11:58:30.000Z',
        lastAt: '2026-11-21T11:59:30.000Z',
        sample: 'chat 2 not found',
      },
      { level: 'warn', code: null, count: 1, sample: 'disk slow' },
    ],
  });
});

test('no error in logs that are read is a total of 0', () => {
  expect(ofLogs(logsOf([{}, { state: 'same-file' }], []))).toMatchObject({
    errors: { total: 0, unreadFiles: 0, groups: [] },
    logs: { files: 2, filesRead: 2, unread: [] },
  });
});

test.each([
  ['every file is missing', logsOf([{ state: 'missing', reason: 'not there' }], [])],
  ['none was looked at yet', logsOf([{ state: 'waiting' }], [])],
  ['no file is named', logsOf([], [])],
])('when %s, errors are unknown, not 0', (_, logs) => {
  expect(ofLogs(logs).errors).toBeNull();
  expect(ofLogs(logs).logs).toMatchObject({ filesRead: 0 });
});

test('while nobody could say which files there are, neither they nor their errors are known', () => {
  expect(ofLogs(logsOf([], [], { isComplete: false }))).toMatchObject({ logs: null, errors: null });
  expect(buildSnapshot(worldOf({ logs: { state: 'waiting', since: NOW } }), '0.1.0')).toMatchObject({
    logs: null,
    errors: null,
  });
});

test('files that could not be read are counted beside the total, and named with the reason', () => {
  const files = [
    {},
    { path: '/logs/\u001b[2Jb.log', state: 'denied' as const, reason: 'its mode keeps us out', bots: ['quiet-bot'] },
    { path: '/logs/c.log', state: 'waiting' as const },
  ];
  expect(ofLogs(logsOf(files, [{}], { filesLeftOut: 4 }))).toMatchObject({
    errors: { total: 1, unreadFiles: 6 },
    logs: {
      files: 3,
      filesRead: 1,
      filesLeftOut: 4,
      unread: [
        { path: '/logs/c.log', state: 'waiting', reason: 'not looked at yet' },
        { path: expect.not.stringContaining('\u001b'), state: 'denied', reason: 'its mode keeps us out' },
      ],
    },
  });
});

test('what is written and not read yet is told in bytes; what is unknown of a size is not counted', () => {
  const files = [{ sizeBytes: 5000, offset: 2000 }, { sizeBytes: Number.NaN }, { sizeBytes: 10, offset: 20 }];
  expect(ofLogs(logsOf(files, [])).logs?.behindBytes).toBe(3000);
});

test('a server that is not watched, off or never read is null, and its source says which', () => {
  const error = { code: 'denied' as const, message: 'password authentication failed for user "botop"' };
  expect(
    buildSnapshot(
      worldOf({
        postgres: { state: 'down', error, since: NOW, tookMs: 4 },
        redis: { state: 'off', reason: 'Redis: not configured' },
      }),
      '0.1.0',
    ),
  ).toMatchObject({
    postgres: null,
    redis: null,
    sources: [
      { id: 'postgres', state: 'down', error },
      { id: 'redis', state: 'off', reason: 'Redis: not configured' },
    ],
  });
});

test('a session is among the blocked or among the longest, never both, and an idle one in neither', () => {
  fc.assert(
    fc.property(postgres, (value) => {
      const { postgres: printed } = buildSnapshot(worldOf({ postgres: { state: 'fresh', value, ...good } }), '0.1.0');
      const waits = value.sessions.filter(({ blockedBy }) => blockedBy.length > 0);
      const runs = value.sessions.filter(
        ({ blockedBy, state, backendType }) =>
          blockedBy.length === 0 && state !== 'idle' && backendType === 'client backend',
      );
      expect(printed?.blocked.map(({ pid }) => pid).toSorted()).toEqual(waits.map(({ pid }) => pid).toSorted());
      expect(printed?.longest.map(({ pid }) => pid).toSorted()).toEqual(runs.map(({ pid }) => pid).toSorted());
    }),
  );
});
