import { expect, test } from 'vitest';
import { allow, type Circumstances } from '../../src/actions/policy.ts';
import { restart } from '../../src/actions/restart.ts';
import { botTarget } from '../../src/actions/target.ts';
import { makeBot, NOON } from '../helpers/bots.ts';

const bot = botTarget(makeBot());
const fine: Circumstances = {
  isReadOnly: false,
  isLocked: false,
  now: NOON,
  reading: () => ({ state: 'fresh', value: {}, readAt: NOON, tookMs: 1 }),
};

test('a fresh reading, unlocked and writable, allows', () => {
  expect(allow(restart, [bot], fine)).toBeNull();
});

test('read-only is the reason even when it is locked as well', () => {
  expect(allow(restart, [bot], { ...fine, isReadOnly: true, isLocked: true })).toMatch(/^read-only/);
});

test('locked names the key that unlocks', () => {
  expect(allow(restart, [bot], { ...fine, isLocked: true })).toContain('W');
});

test('with no target there is nothing to do', () => {
  expect(allow(restart, [], fine)).toBe('nothing is chosen: the cursor on a row chooses it, Space several');
});

test('a stale reading bars with its age and its reason', () => {
  const stale = {
    state: 'stale',
    value: {},
    readAt: NOON - 42_000,
    tookMs: 1,
    since: NOON - 30_000,
    error: { code: 'refused', message: 'connection refused' },
  } as const;
  expect(allow(restart, [bot], { ...fine, reading: () => stale })).toBe('connection refused; last read 42 s ago');
});

test('where more is known of what is wrong, that and what helps take the place of the age', () => {
  const error = { code: 'refused', message: 'dead: its socket refuses' } as const;
  const stale = { state: 'stale', value: {}, readAt: NOON - 42_000, tookMs: 1, since: NOON, error } as const;
  const said = (trouble: Circumstances['trouble'], reading: ReturnType<Circumstances['reading']> = stale) =>
    allow(restart, [bot], { ...fine, reading: () => reading, ...(trouble ? { trouble } : {}) });
  const dead = { words: 'dead: its socket refuses', todo: ': resurrect starts what was saved' };
  expect(said(() => dead)).toBe('dead: its socket refuses · : resurrect starts what was saved');
  expect(said(() => dead, { state: 'down', error, since: NOON, tookMs: 1 })).toBe(said(() => dead));
  expect(said(() => ({ words: 'as it was said', todo: '' }))).toBe('dead: its socket refuses; last read 42 s ago');
  expect(said(() => null)).toBe('dead: its socket refuses; last read 42 s ago');
  expect(said(() => dead, fine.reading(bot))).toBeNull();
});

test('a source that is down, off or not read yet bars with the reason', () => {
  const error = { code: 'denied', message: 'PM2 belongs to ops' } as const;
  const at = (reading: ReturnType<Circumstances['reading']>) =>
    allow(restart, [bot], { ...fine, reading: () => reading });
  expect(at({ state: 'down', error, since: NOON, tookMs: 1 })).toBe('cannot be read: PM2 belongs to ops');
  expect(at({ state: 'off', reason: 'no PM2 here' })).toBe('not watched: no PM2 here');
  expect(at({ state: 'waiting', since: NOON })).toBe('it has not been read yet: ask again in a moment');
});

test('one stale home bars a choice over two homes', () => {
  const other = botTarget(makeBot({ home: '/home/anna/.pm2', name: 'other' }));
  const reading: Circumstances['reading'] = (target) =>
    target.kind === 'bot' && target.home === bot.home ? fine.reading(target) : { state: 'waiting', since: NOON };
  expect(allow(restart, [bot, other], { ...fine, reading })).not.toBeNull();
});

test('what makes no sense for one bot is said with its name', () => {
  const stopping = botTarget(makeBot({ status: 'stopping' }));
  expect(allow(restart, [stopping], fine)).toBe(
    'weather-bot: it is stopping: PM2 kills it within 2 s; the signal SIGKILL does at once',
  );
  const nameless = botTarget(makeBot({ uniqueId: '' }));
  expect(allow(restart, [nameless], fine)).toContain('unique_id');
});
