import { expect, test } from 'vitest';
import { botTarget } from '../../src/actions/target.ts';
import type { LogEvent } from '../../src/sources/logs/events.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import type { World } from '../../src/state/world.ts';
import { stripOfVigil } from '../../src/ui/strip.ts';
import { beginVigil, lookOn, VIGIL_MS, type Vigil } from '../../src/ui/vigil.ts';
import { makeBot, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { createStillWorld } from '../helpers/still-shell.ts';

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
  lookOn(vigil, worldOf({ ...bot, hold: { cause: 'signal', since: NOON - 2000 } }), 1000);
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

test('a bot that is gone is trouble', () => {
  const vigil = begin();
  lookOn(vigil, worldOf(), 1000);
  expect(textOf(vigil, 1000)).toContain('is gone');
});
