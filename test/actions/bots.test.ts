import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { identify, pm2Command } from '../../src/actions/bots.ts';
import { restart } from '../../src/actions/restart.ts';
import { botTarget } from '../../src/actions/target.ts';
import { shellQuote } from '../../src/text/shell-quote.ts';
import { makeBot, makeCrashes, makeExit, NOON } from '../helpers/bots.ts';
import fc from '../helpers/fast-check.ts';

const SHELL = { pm2Home: '/home/ops/.pm2', user: 'ops' };
const bot = makeBot({ id: 3 });
const target = botTarget(bot);

test('the same bot with a new pid is noted, not refused', () => {
  const found = identify(target, [{ ...bot, pid: 4260 }]);
  expect(found).toMatchObject({
    state: 'same',
    note: 'restarted meanwhile, 4211 → 4260',
    target: { bot: { pid: 4260 } },
  });
});

test('a bot deleted and added again under its id and name is another', () => {
  expect(identify(target, [{ ...bot, uniqueId: 'new' }])).toEqual({
    state: 'other',
    reason: 'weather-bot (id 3) was deleted and added again: the one that is there now is asked for anew',
  });
});

test('an id that another bot has now is named', () => {
  expect(identify(target, [{ ...bot, name: 'billing', uniqueId: 'new' }])).toMatchObject({
    state: 'other',
    reason: 'weather-bot (id 3) is now another bot, billing',
  });
});

test('a bot that is gone is gone, and one that could not be read is unread', () => {
  expect(identify(target, [])).toEqual({ state: 'gone', reason: 'weather-bot (id 3) is gone' });
  expect(identify(target, 'the daemon is frozen')).toMatchObject({ state: 'unread' });
});

test('the exits known from the log survive a re-reading by list', () => {
  const crashed = botTarget({ ...bot, exits: makeCrashes(2, 1000) });
  const found = identify(crashed, [bot]);
  expect(found.state === 'same' && found.target.bot.exits).toHaveLength(2);
});

test('the command is what one types in that shell: by id, the home only where it differs', () => {
  expect(restart.command([target], SHELL)).toBe('pm2 restart 3');
  const far = botTarget(makeBot({ id: 4, home: "/home/o'ps two/.pm2" }));
  expect(pm2Command('restart', [far], SHELL)).toBe("PM2_HOME='/home/o'\\''ps two/.pm2' pm2 restart 4");
  const annas = botTarget(makeBot({ id: 5, home: '/home/anna/.pm2', username: 'anna' }));
  expect(restart.command([target, annas], SHELL)).toBe(
    'pm2 restart 3 && sudo -u anna PM2_HOME=/home/anna/.pm2 pm2 restart 5',
  );
});

test('whatever is quoted comes out of a real shell unchanged', () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((word) => !word.includes('\0'));
  fc.assert(
    fc.property(words, (word) => {
      const script = `printf %s ${shellQuote(word)}`;
      expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(word);
    }),
    { numRuns: 60, examples: [["a'b"], ['$HOME'], ['~'], ['`id`'], ['-n'], ['a b'], ['=x'], ['\n']] },
  );
});

const consequencesOf = (over: Parameters<typeof makeBot>[0]) => restart.consequences([botTarget(makeBot(over))], NOON);

test('a fork is down for a moment and loses its uptime', () => {
  const said = consequencesOf({});
  expect(said[0]).toContain('down until');
  expect(said.join()).toContain('uptime of 1h00');
});

test('a cluster instance says that only it stops', () => {
  expect(consequencesOf({ mode: 'cluster', instance: 1 })[0]).toContain('only this instance (1)');
});

test('a crashing bot is said first to crash again', () => {
  expect(consequencesOf({ exits: makeCrashes(5, 2000) })[0]).toMatch(/crashed 5 times.*crash again/);
});

test('as many crashes as are kept may have been more', () => {
  expect(consequencesOf({ exits: makeCrashes(64, 2000) })[0]).toMatch(/crashed 64 times or more in/);
  expect(consequencesOf({ exits: makeCrashes(63, 2000) })[0]).toMatch(/crashed 63 times in/);
  // The oldest of them lies before the ten minutes: all that count are there.
  expect(consequencesOf({ exits: makeCrashes(64, 12_000) })[0]).toMatch(/crashed 50 times in/);
});

test('a job that ended with 0 has not crashed; one that ended with 1, or was killed, has', () => {
  const ended = { status: 'stopped', pid: null, autorestart: false, exitCode: 0 } as const;
  const exit = makeExit({ at: NOON - 5000, code: 0, signal: 'SIGINT' });
  expect(consequencesOf({ ...ended, exits: [exit] })[0]).toContain('ended with exit 0');
  expect(consequencesOf({ ...ended, exitCode: 1, exits: [{ ...exit, code: 1 }] })[0]).toContain('crashed once');
  expect(consequencesOf({ ...ended, exits: [{ ...exit, signal: 'SIGKILL' }] })[0]).toContain('crashed once');
  // PM2 starts this one again and again: ending is its trouble.
  expect(consequencesOf({ exits: [exit] })[0]).toContain('crashed once');
});

test('a stopped bot is started by it, and loses no uptime', () => {
  const said = consequencesOf({ status: 'stopped', pid: null });
  expect(said[0]).toBe('it is stopped: this starts it');
  expect(said.join()).not.toContain('uptime');
});

test('one target is R1, several are R2', () => {
  expect(restart.risk([target])).toBe('R1');
  expect(restart.risk([target, botTarget(makeBot({ id: 9 }))])).toBe('R2');
});
