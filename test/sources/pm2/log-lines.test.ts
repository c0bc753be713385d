import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Pm2LogEvent, parseLogLine, parseStamp } from '../../../src/sources/pm2/log-lines.ts';
import fc from '../../helpers/fast-check.ts';

const at = new Date(2026, 10, 21, 22, 24, 26).getTime();
const read = (text: string): Pm2LogEvent | null => parseLogLine(`2026-11-21T22:24:26: PM2 log: ${text}`, null);

test.each(['5.4.3', '6.0.14', '7.0.4'])('the recorded log of %s tells the same story', (version) => {
  const text = readFileSync(new URL(`../../fixtures/pm2/pm2-${version}.log.txt`, import.meta.url), 'utf8');
  const events = text
    .split('\n')
    .map((line) => parseLogLine(line, null))
    .filter((event) => event !== null);
  const exits = events.filter((event) => event.kind === 'exit');
  const ofBot = (id: string) =>
    exits.filter((exit) => exit.id === id).map((exit) => [exit.name, exit.code, exit.signal, exit.isOld]);
  expect(ofBot('0')).toEqual([
    ['a b[x:1]', 0, null, false],
    ['a b[x:1]', 0, null, false],
  ]);
  // Reloaded, killed with SIGKILL, stopped with the daemon.
  expect(ofBot('2')).toEqual([
    ['clu', 0, null, true],
    ['clu', null, 'SIGKILL', false],
    ['clu', 0, null, false],
  ]);
  expect(ofBot('1').slice(0, 3)).toEqual([
    ['crash', 3, null, false],
    ['crash', 3, null, false],
    ['crash', 3, null, false],
  ]);
  expect(events.filter((event) => event.kind === 'stopping')).toHaveLength(9);
  expect(events.filter((event) => event.kind === 'daemon')).toHaveLength(2);
});

test('an exit has its code; the SIGINT that PM2 writes where there was none is no signal', () => {
  expect(read('App [x:0] exited with code [1] via signal [SIGINT]')).toEqual({
    kind: 'exit',
    at,
    name: 'x',
    id: '0',
    isOld: false,
    code: 1,
    signal: null,
  });
});

test('the code 0 of a killed process is unknown, not success', () => {
  expect(read('App [x:0] exited with code [0] via signal [SIGKILL]')).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(read('App [x:0] exited with code [null] via signal [SIGTERM]')).toMatchObject({
    code: null,
    signal: 'SIGTERM',
  });
});

test('names may hold brackets, colons, spaces and the words of the log itself', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.nat(9_999), (name, id) => {
      expect(read(`App [${name}:${id}] exited with code [2] via signal [SIGINT]`)).toMatchObject({
        name,
        id: String(id),
        code: 2,
      });
      expect(read(`Stopping app:${name} id:${id}`)).toMatchObject({ kind: 'stopping', name, id: String(id) });
    }),
  );
  expect(read('App [a [x:1] online:7] online')).toMatchObject({ kind: 'start', name: 'a [x:1] online', id: '7' });
});

test('over-memory restarts, changed files and schedules are told by id or by name', () => {
  expect(
    read(
      '[PM2][WORKER] Process 2 restarted because it exceeds --max-memory-restart value (current_memory=9 max_memory_limit=8 [octets])',
    ),
  ).toEqual({ kind: 'over-memory', at, id: '2', usedBytes: 9, limitBytes: 8 });
  expect(read('Change detected on path src/a for app b.js for app my bot - restarting')).toEqual({
    kind: 'file-changed',
    at,
    name: 'my bot',
  });
  expect(read('[PM2] Deregistering a cron job on: 3')).toEqual({ kind: 'cron-fired', at, id: '3' });
});

test('stamps with milliseconds, spaces and zones are understood', () => {
  expect(parseStamp('2026-11-21 22:24:26')).toBe(at);
  expect(parseStamp('2026-11-21T22:24:26.250')).toBe(at + 250);
  expect(parseStamp('2026-11-21T22:24:26Z')).toBe(Date.UTC(2026, 10, 21, 22, 24, 26));
  expect(parseStamp('2026-11-21 22:24:26 +02:00')).toBe(Date.UTC(2026, 10, 21, 20, 24, 26));
  expect(parseStamp('2026-11-21T22:24:26.5-0330')).toBe(Date.UTC(2026, 10, 22, 1, 54, 26, 500));
  expect(parseStamp('21.11.26 22:24')).toBe(null);
});

test('a line without a stamp that we can read is dated by the caller, or skipped', () => {
  const line = 'PM2 log: App [x:0] online';
  expect(parseLogLine(line, null)).toBe(null);
  expect(parseLogLine(line, 123)).toEqual({ kind: 'start', at: 123, name: 'x', id: '0', isBegin: false });
  expect(parseLogLine('21/11 22h24: PM2 log: App [x:0] online', 123)).toMatchObject({ at: 123 });
});

test('lines that are not PM2 log lines say nothing', () => {
  fc.assert(fc.property(fc.string(), (line) => parseLogLine(line, 0) === null));
  expect(parseLogLine('    at App [x:0] exited with code [1] via signal [SIGINT]', 0)).toBe(null);
});
