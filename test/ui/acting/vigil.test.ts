import { expect, test } from 'vitest';
import { botTarget } from '../../../src/actions/target.ts';
import { type LogEvent, LogEvents } from '../../../src/sources/logs/events.ts';
import type { Bot } from '../../../src/sources/pm2/snapshot.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';
import type { World } from '../../../src/state/world.ts';
import { stripOfVigil } from '../../../src/ui/acting/strip.ts';
import { beginVigil, lookOn, VIGIL_MS, type Vigil } from '../../../src/ui/acting/vigil.ts';
import { makeBot, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { createStillWorld } from '../../helpers/still-shell.ts';

const bot = makeBot({ restarts: 3 });
const worldOf = (...bots: readonly Bot[]) => createStillWorld({ pm2: makePm2Snapshot(bots) }).world();

function begin(): Vigil {
  const vigil = beginVigil('watching weather-bot', [botTarget(bot)], worldOf(bot), 0);
  if (vigil === null) throw new Error('nothing is watched');
  return vigil;
}

const textOf = (vigil: Vigil, at: number, isOver = false) =>
  stripOfVigil(vigil, isOver, at)
    .checks.map(({ text }) => text)
    .join(' · ');

test('ten minutes without trouble end it well', () => {
  const vigil = begin();
  expect(lookOn(vigil, worldOf(bot), 60_000)).toBe(false);
  expect(textOf(vigil, 60_000)).toBe('well for 1m00 · watched 9m00 more');
  expect(lookOn(vigil, worldOf(bot), VIGIL_MS)).toBe(true);
  expect(stripOfVigil(vigil, true, VIGIL_MS)).toMatchObject({ severity: 'good', isPassing: true, isQuiet: false });
});

test('a crash begins the ten minutes anew and stays on the line', () => {
  const vigil = begin();
  const crashed: Bot = {
    ...bot,
    restarts: 4,
    exits: [{ at: NOON, code: 7, signal: 'SIGINT', cause: 'crash' }] as never,
  };
  expect(lookOn(vigil, worldOf(crashed), 120_000)).toBe(false);
  expect(textOf(vigil, 130_000)).toBe('restarted again: exit 7, 10s ago · watched 9m50 more');
  expect(stripOfVigil(vigil, false, 130_000).severity).toBe('bad');
  expect(lookOn(vigil, worldOf(crashed), VIGIL_MS)).toBe(false);
  expect(lookOn(vigil, worldOf(crashed), 120_000 + VIGIL_MS)).toBe(true);
});

test('a bot that is down is told once, and one that somebody stopped or restarted is no trouble', () => {
  const vigil = begin();
  const errored: Bot = { ...bot, status: 'errored', pid: null };
  lookOn(vigil, worldOf(errored), 1000);
  lookOn(vigil, worldOf(errored), 61_000);
  expect(vigil).toMatchObject({ since: 1000, trouble: { text: 'is errored' } });
  const other = begin();
  const asked = [{ at: NOON, code: 0, signal: 'SIGINT', cause: 'asked' }] as never;
  lookOn(other, worldOf({ ...bot, restarts: 4, exits: asked }), 1000);
  lookOn(other, worldOf({ ...bot, restarts: 4, status: 'stopped', pid: null, exits: asked }), 2000);
  expect(other.trouble).toBeNull();
});

test('one that a signal freezes is trouble', () => {
  const vigil = begin();
  lookOn(vigil, worldOf({ ...bot, lastingState: { name: 'stopped', since: NOON - 2000 } }), 1000);
  expect(vigil).toMatchObject({ since: 1000, trouble: { text: 'is frozen' } });
});

test('what cannot be read is neither well nor trouble', () => {
  const vigil = begin();
  const still = createStillWorld({ pm2: makePm2Snapshot([bot]) });
  still.fail('pm2', new Error('dead'));
  expect(lookOn(vigil, still.world(), VIGIL_MS)).toBe(false);
  expect(textOf(vigil, VIGIL_MS)).toBe('not known: PM2 cannot be read');
});

/** A world in which these errors of the bot were read, each so many ms before noon. */
function worldWith(...agoMs: readonly number[]): World {
  const world = worldOf(bot);
  const path = bot.errLogPath ?? '';
  const events = agoMs.map((ms, at): Partial<LogEvent> => ({ seq: at + 1, at: NOON - ms, level: 'error', path }));
  const newest: World['errors']['newest'] = (visit) =>
    void events.toReversed().every((event) => visit(event as LogEvent));
  return { ...world, errors: { ...world.errors, newest } };
}

test('the first error of a bot that has none is trouble', () => {
  const vigil = begin();
  lookOn(vigil, worldWith(0), 1000);
  expect(textOf(vigil, 1000)).toBe('1 new error, 0s ago · watched 10m00 more');
});

test('as many errors as the bot always has are no trouble, many more are', () => {
  // One in three seconds, and one from before that.
  const usual = Array.from({ length: 200 }, (_, at) => (200 - at) * 3000 - 1);
  const before = worldWith(3_000_000, ...usual);
  const vigil = beginVigil('watching weather-bot', [botTarget(bot)], before, 0) as Vigil;
  expect(vigil.usual).toBe(200);
  const still = Array.from({ length: 20 }, () => 0);
  lookOn(vigil, worldWith(3_000_000, ...usual, ...still), 60_000);
  expect(textOf(vigil, 60_000)).toBe('well for 1m00 · watched 9m00 more');
  lookOn(vigil, worldWith(3_000_000, ...usual, ...still, ...still, ...still), 61_000);
  expect(textOf(vigil, 61_000)).toBe('60 new errors, more than before, 0s ago · watched 10m00 more');
});

test('another error than before is trouble, however few there are; one of before is none', () => {
  const errors = createErrorHistory();
  const ring = new LogEvents();
  const say = (message: string, at: number) => {
    ring.push({
      at,
      isStamped: true,
      level: 'error',
      bot: bot.name,
      path: bot.errLogPath ?? '',
      fileId: '',
      offset: 0,
      stream: 'err',
      component: '',
      message,
      detail: '',
      code: null,
      retryAfterSeconds: null,
    });
    errors.pull(ring, at);
  };
  const world = (at: number): World => ({ ...worldOf({ ...bot, startedAt: NOON - 10_000 }), errors, now: at });
  for (let at = 55; at >= 0; at--) say('flood wait', NOON - 20_000 - at * 10_000);
  const vigil = beginVigil('watching weather-bot', [botTarget(bot)], world(NOON), 0) as Vigil;
  say('flood wait', NOON + 1000);
  lookOn(vigil, world(NOON + 1000), 1000);
  expect(textOf(vigil, 1000)).toContain('well for 1s');
  say('Conflict: terminated by other getUpdates request', NOON + 2000);
  lookOn(vigil, world(NOON + 2000), 2000);
  expect(textOf(vigil, 2000)).toBe(
    'a new error: Conflict: terminated by other getUpdates request, 0s ago · watched 10m00 more',
  );
  // Once.
  say('Conflict: terminated by other getUpdates request', NOON + 3000);
  lookOn(vigil, world(NOON + 3000), 3000);
  expect(vigil.since).toBe(2000);
});

test('an error that came between the restart and the watching is told, too', () => {
  const errors = createErrorHistory();
  const ring = new LogEvents();
  const path = bot.errLogPath ?? '';
  const event = { bot: bot.name, path, level: 'error', stream: 'err', component: '', detail: '', code: null } as const;
  const rest = { isStamped: true, fileId: '', offset: 0, retryAfterSeconds: null };
  ring.push({ ...event, ...rest, at: NOON - 60_000, message: 'flood wait' });
  ring.push({ ...event, ...rest, at: NOON - 5_000, message: 'no such table' });
  errors.pull(ring, NOON);
  const world: World = { ...worldOf({ ...bot, startedAt: NOON - 10_000 }), errors };
  const vigil = beginVigil('watching weather-bot', [botTarget(bot)], world, 0) as Vigil;
  lookOn(vigil, world, 1000);
  expect(vigil.trouble?.text).toBe('a new error: no such table');
});

test('a bot that is gone is trouble', () => {
  const vigil = begin();
  lookOn(vigil, worldOf(), 1000);
  expect(textOf(vigil, 1000)).toContain('is gone');
});
