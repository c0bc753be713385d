import { expect, test } from 'vitest';
import { createExitLedger, type ExitLedger, exitWindowMs, maxExits } from '../../../src/sources/pm2/exits.ts';
import { parseList } from '../../../src/sources/pm2/list.ts';
import { parseLogLine } from '../../../src/sources/pm2/log-lines.ts';
import type { Bot } from '../../../src/sources/pm2/snapshot.ts';
import { makeExit } from '../../helpers/bots.ts';

const start = new Date(2026, 10, 21, 12, 0, 30).getTime();

function bot(over: Record<string, unknown> = {}, name = 'x', id: number | string = 0): Bot {
  const env = { status: 'online', unique_id: 'u1', restart_time: 0, pm_uptime: start, exit_code: 1, ...over };
  return (parseList([{ pm_id: id, name, pid: 9, pm2_env: env }], '/h')[0] as { bot: Bot }).bot;
}

/** Tells lines of PM2's log, a second apart. */
function tell(ledger: ExitLedger, lines: readonly string[], isLive = true, from = start): void {
  lines.forEach((line, index) => {
    const event = parseLogLine(`PM2 log: ${line}`, from + index * 1000);
    if (event === null) throw new Error(`not understood: ${line}`);
    ledger.tell(event, isLive);
  });
}

const exited = (name = 'x', id: number | string = 0) => `App [${name}:${id}] exited with code [1] via signal [SIGINT]`;
const causes = (ledger: ExitLedger, of = bot()) => ledger.of(of, start + 5_000).map((exit) => exit.cause);
const read = { now: start, isLogRead: true };

test('an exit that nothing announced is a crash', () => {
  const ledger = createExitLedger();
  tell(ledger, [exited(), 'App [x:0] starting in -fork mode-', 'App [x:0] online', exited()]);
  expect(ledger.of(bot(), start + 5_000)).toEqual([
    makeExit({ at: start, restartedAt: start + 1_000 }),
    makeExit({ at: start + 3_000, ranMs: 2_000 }),
  ]);
});

test('a stop or restart through PM2 was asked for; the next exit is a crash again', () => {
  const ledger = createExitLedger();
  tell(ledger, ['Stopping app:x id:0', exited(), 'App [x:0] online', exited()]);
  expect(causes(ledger)).toEqual(['asked', 'crash']);
});

test('the worker that a reload replaces ends because it was asked to, under the id it had', () => {
  const ledger = createExitLedger();
  tell(ledger, ['App [x:0] starting in -cluster mode-', exited('x', '_old_0'), 'Stopping app:x id:_old_0']);
  expect(ledger.of(bot(), start + 5_000)).toEqual([
    makeExit({ at: start + 1_000, cause: 'reload', restartedAt: start }),
  ]);
});

test('how long a process ran is known from the list where its start is older than what was read of the log', () => {
  const ledger = createExitLedger();
  ledger.count(undefined, bot({ pm_uptime: start - 7_200_000 }), read);
  tell(ledger, [exited(), 'App [x:0] starting in -fork mode-']);
  // This list was made before the exit: what it says of the start is no longer true.
  ledger.count(bot({ pm_uptime: start - 7_200_000 }), bot({ pm_uptime: start - 7_200_000 }), read);
  tell(ledger, [exited()], true, start + 3_000);
  expect(ledger.of(bot(), start + 5_000).map(({ ranMs, restartedAt }) => [ranMs, restartedAt])).toEqual([
    [7_200_000, start + 1_000],
    [2_000, null],
  ]);
});

test('a restart for memory says how much it was and what is allowed', () => {
  const ledger = createExitLedger();
  const over = '(current_memory=67108864 max_memory_limit=52428800 [octets])';
  tell(ledger, [
    `[PM2][WORKER] Process 0 restarted because it exceeds --max-memory-restart value ${over}`,
    'Stopping app:x id:0',
    exited(),
  ]);
  expect(ledger.of(bot(), start + 5_000)).toMatchObject([
    { cause: 'memory', memory: { usedBytes: 67_108_864, limitBytes: 52_428_800 } },
  ]);
});

test('a restart for memory, for a changed file and by schedule has that cause', () => {
  const memory = createExitLedger();
  tell(memory, [
    '[PM2][WORKER] Process 0 restarted because it exceeds --max-memory-restart value',
    'Stopping app:x id:0',
    exited(),
  ]);
  expect(causes(memory)).toEqual(['memory']);
  const watch = createExitLedger();
  tell(watch, ['Change detected on path a.js for app x - restarting', 'Stopping app:x id:0', exited()]);
  expect(causes(watch)).toEqual(['watch']);
  const cron = createExitLedger();
  const onTheMinute = new Date(2026, 10, 21, 12, 0, 0).getTime();
  tell(cron, ['[PM2] Deregistering a cron job on: 0', 'Stopping app:x id:0', exited()], true, onTheMinute);
  expect(cron.of(bot(), onTheMinute + 5_000).map((exit) => exit.cause)).toEqual(['cron']);
});

test('a person who restarts a scheduled bot within the minute asked for it', () => {
  const ledger = createExitLedger();
  tell(ledger, ['[PM2] Deregistering a cron job on: 0', 'Stopping app:x id:0', exited()]);
  expect(causes(ledger)).toEqual(['asked']);
});

test('a stop that found no process does not excuse a crash an hour later', () => {
  const ledger = createExitLedger();
  tell(ledger, ['Stopping app:x id:0', 'App [x:0] starting in -fork mode-', exited()]);
  expect(causes(ledger)).toEqual(['crash']);
});

test('exits of another bot that had the same id before are not held against this one', () => {
  const ledger = createExitLedger();
  tell(ledger, [exited('old', 0)]);
  expect(causes(ledger)).toEqual([]);
});

test('exits older than an hour are forgotten, and no more than the newest 64 are kept', () => {
  const ledger = createExitLedger();
  tell(
    ledger,
    Array.from({ length: maxExits + 6 }, () => exited()),
  );
  const exits = ledger.of(bot(), start + 100_000);
  expect(exits).toHaveLength(maxExits);
  expect(exits[0]?.at).toBe(start + 6_000);
  expect(ledger.of(bot(), start + 10_000 + exitWindowMs)).toHaveLength(60);
  expect(ledger.of(bot(), start + 200_000 + exitWindowMs)).toEqual([]);
});

test('exits stay as long ago as they were when the clock is set back, and those since are of now', () => {
  const ledger = createExitLedger();
  tell(ledger, [exited(), 'App [x:0] starting in -fork mode-']);
  expect(ledger.of(bot(), start + 5_000)).toHaveLength(1);
  const now = start - 3_600_000 + 6_000;
  tell(ledger, [exited()], true, now);
  ledger.setBack(3_600_000, now);
  const exits = ledger.of(bot(), now);
  expect(exits.map(({ at, restartedAt }) => [now - at, restartedAt && now - restartedAt])).toEqual([
    [6_000, 5_000],
    [0, null],
  ]);
  expect(ledger.of(bot(), now + exitWindowMs)).toHaveLength(1);
});

test('the list of exits keeps its identity until there is another', () => {
  const ledger = createExitLedger();
  tell(ledger, [exited()]);
  const before = ledger.of(bot(), start);
  expect(ledger.of(bot(), start + 1)).toBe(before);
  tell(ledger, [exited()]);
  expect(ledger.of(bot(), start + 2)).not.toBe(before);
});

test('without a readable log a restart between two lists is a crash at the time of the new start', () => {
  const ledger = createExitLedger();
  ledger.count(undefined, bot({ restart_time: 4 }), { now: start, isLogRead: false });
  ledger.count(bot({ restart_time: 4 }), bot({ restart_time: 6, pm_uptime: start + 500 }), {
    now: start + 1000,
    isLogRead: false,
  });
  expect(ledger.of(bot(), start + 1000).map((exit) => [exit.at, exit.cause, exit.code])).toEqual([
    [start + 500, 'crash', 1],
    [start + 500, 'crash', 1],
  ]);
});

test('old restarts of the first list, and counters that were reset, are no exits', () => {
  const ledger = createExitLedger();
  const unread = { now: start, isLogRead: false };
  ledger.count(undefined, bot({ restart_time: 500 }), unread);
  ledger.count(bot({ restart_time: 500 }), bot({ restart_time: 0 }), unread);
  ledger.count(bot({ restart_time: 0 }), bot({ restart_time: 3, unique_id: 'another bot' }), unread);
  expect(causes(ledger)).toEqual([]);
});

test('a restart that the log told is not counted again when the list shows it, however late', () => {
  const ledger = createExitLedger();
  ledger.count(undefined, bot(), read);
  tell(ledger, [exited()]);
  ledger.count(bot(), bot({ status: 'waiting restart' }), read);
  ledger.count(bot({ status: 'waiting restart' }), bot({ restart_time: 1 }), { now: start + 60_000, isLogRead: true });
  ledger.count(bot({ restart_time: 1 }), bot({ restart_time: 1 }), { now: start + 120_000, isLogRead: true });
  expect(causes(ledger)).toEqual(['crash']);
});

test('a bot that was waiting for its restart when we started has no exit too many', () => {
  const ledger = createExitLedger();
  tell(ledger, [exited()], false);
  ledger.count(undefined, bot({ status: 'waiting restart' }), read);
  ledger.count(bot({ status: 'waiting restart' }), bot({ restart_time: 1 }), read);
  ledger.count(bot({ restart_time: 1 }), bot({ restart_time: 1 }), { now: start + 60_000, isLogRead: true });
  expect(causes(ledger)).toEqual(['crash']);
});

test('a restart whose line comes late (a reload) is the one exit that the line tells', () => {
  const ledger = createExitLedger();
  ledger.count(undefined, bot(), read);
  ledger.count(bot(), bot({ restart_time: 1 }), read);
  ledger.count(bot(), bot({}, 'x', '_old_0'), read);
  tell(ledger, ['Stopping app:x id:_old_0', exited('x', '_old_0')]);
  ledger.count(bot({ restart_time: 1 }), bot({ restart_time: 1 }), { now: start + 60_000, isLogRead: true });
  expect(causes(ledger)).toEqual(['reload']);
});

test('a restart that the log never tells becomes a crash after half a minute', () => {
  const ledger = createExitLedger();
  ledger.count(undefined, bot(), read);
  ledger.count(bot(), bot({ restart_time: 1 }), read);
  expect(causes(ledger)).toEqual([]);
  ledger.count(bot({ restart_time: 1 }), bot({ restart_time: 1 }), { now: start + 31_000, isLogRead: true });
  expect(causes(ledger)).toEqual(['crash']);
});
