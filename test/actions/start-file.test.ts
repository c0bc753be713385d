import { expect, test } from 'vitest';
import { rememberBots, startedSince } from '../../src/actions/start-file.ts';
import { makeBot, NOON } from '../helpers/bots.ts';

const calm = makeBot({ id: 0, name: 'calm', uniqueId: 'calm', startedAt: NOON - 3_600_000, restarts: 2 });
const crashing = makeBot({ id: 1, name: 'crashing', uniqueId: 'crashing', startedAt: NOON - 3_000, restarts: 90 });
const waiting = makeBot({ id: 2, name: 'waiting', uniqueId: 'waiting', status: 'waiting restart', restarts: 4 });
const old = rememberBots([calm, crashing, waiting], NOON);
const again = { startedAt: NOON + 1_000 };
const names = (bots: Parameters<typeof startedSince>[1]) => startedSince(old, bots).map(({ name }) => name);

test('what a file starts is what is new and what was started again, not who crashes and comes back meanwhile', () => {
  const fresh = makeBot({ id: 3, name: 'fresh', uniqueId: 'fresh', startedAt: NOON + 1_000 });
  expect(names([calm, { ...crashing, ...again }, { ...waiting, ...again }, fresh])).toEqual(['fresh']);
  expect(names([{ ...calm, ...again }, { ...crashing, ...again }, fresh])).toEqual(['calm', 'fresh']);
});

test('where the file started nothing but such a one, it is that one', () => {
  expect(names([calm, { ...crashing, ...again }])).toEqual(['crashing']);
  expect(names([calm, crashing])).toEqual([]);
});
