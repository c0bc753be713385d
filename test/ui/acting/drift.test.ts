import { expect, test } from 'vitest';
import type { Action, Resolved } from '../../../src/actions/action.ts';
import { cancelQuery } from '../../../src/actions/end-session.ts';
import { restart } from '../../../src/actions/restart.ts';
import { resurrect } from '../../../src/actions/resurrect.ts';
import { stop } from '../../../src/actions/stop.ts';
import { botTarget, homeTarget, sessionTarget } from '../../../src/actions/target.ts';
import type { Bot } from '../../../src/sources/pm2/snapshot.ts';
import { createDriftWatch, driftOf } from '../../../src/ui/acting/drift.ts';
import { makeAsk } from '../../helpers/asks.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { createStillWorld } from '../../helpers/still-shell.ts';
import { makePostgres, makeSession } from '../../panels/database/worlds.ts';

const weather = makeBot();
const news = makeBot({ id: 1, name: 'news-bot', pid: 4300 });

const askOf = (action: Action, bots: readonly Bot[]) => makeAsk(action, bots.map(botTarget), { id: 'a' });

/** What is said of a question about `asked` once a list made a second later holds `listed`. */
function drift(action: Action, asked: readonly Bot[], listed: readonly Bot[], listedAt = NOON + 1_000) {
  const world = createStillWorld({ pm2: makePm2Snapshot(listed, { listedAt }) }).world();
  return driftOf(askOf(action, asked), world, NOON);
}

test('a bot that is as it was says nothing', () => {
  expect(drift(restart, [weather, news], [weather, news])).toBeNull();
});

test('a bot that is gone, or was added anew, ends the question with the sentence its answer would have got', () => {
  expect(drift(restart, [weather], [news])).toEqual({ isOver: true, text: 'weather-bot (id 0) is gone' });
  expect(drift(restart, [weather], [{ ...weather, uniqueId: 'new' }])).toMatchObject({
    isOver: true,
    text: expect.stringContaining('was deleted and added again'),
  });
});

test('one of several ends it too, as it would when it was answered', () => {
  expect(drift(stop, [weather, news], [weather])).toMatchObject({ isOver: true, text: 'news-bot (id 1) is gone' });
});

test('what somebody else has done already is not asked any longer', () => {
  const stopped = { ...weather, status: 'stopped' as const, pid: null };
  expect(drift(stop, [weather], [stopped])).toEqual({ isOver: true, text: 'weather-bot: already stopped' });
});

test('a bot on its way from one state to another is not judged: it is back within seconds', () => {
  const ending = { ...weather, status: 'stopping' as const };
  expect(drift(restart, [weather], [ending])).toBeNull();
});

test('another process is told, and asked about on', () => {
  expect(drift(restart, [weather], [{ ...weather, pid: 4260 }])).toEqual({
    isOver: false,
    text: 'weather-bot: restarted meanwhile, 4211 → 4260',
  });
});

test('of a bot that crashes again and again another process is no news', () => {
  const crashing = { ...weather, exits: makeCrashes(9, 1_600) };
  expect(drift(restart, [crashing], [{ ...crashing, pid: 4260 }])).toBeNull();
});

test('another daemon under a question about its home is told, and one that answers where none did', () => {
  const asked = (daemonPid: number | null) => {
    const target = { ...homeTarget('/home/ops/.pm2', null), daemonPid };
    const world = createStillWorld({ pm2: makePm2Snapshot([], { listedAt: NOON + 1_000 }) }).world();
    return driftOf(makeAsk(resurrect, [target], { id: 'a' }), world, NOON);
  };
  expect(asked(900)).toBeNull();
  expect(asked(800)).toEqual({ isOver: false, text: 'ops: another daemon now, 800 → 900' });
  expect(asked(null)).toEqual({ isOver: false, text: 'ops: a daemon answers now, pid 900' });
});

const session = sessionTarget('postgres', makePostgres(), makeSession({ pid: 10, application: 'nightly' }), 0);

test('what no list tells of is judged by a glance: gone, another, senseless by now; unread it tells nothing', () => {
  const world = createStillWorld().world();
  const seen = (...resolved: readonly Resolved[]) =>
    driftOf(makeAsk(cancelQuery, [session], { id: 'a' }), world, NOON, resolved);
  expect(seen()).toBeNull();
  expect(seen({ state: 'same', target: session })).toBeNull();
  expect(seen({ state: 'unread', reason: 'lost' })).toBeNull();
  expect(seen({ state: 'gone', reason: 'it has ended' })).toEqual({ isOver: true, text: 'it has ended' });
  expect(seen({ state: 'other', reason: 'it is another' })).toEqual({ isOver: true, text: 'it is another' });
  const idle = { ...session, session: { ...session.session, state: 'idle in transaction' } };
  expect(seen({ state: 'same', target: idle })).toEqual({
    isOver: true,
    text: 'nightly (10): it runs no statement; K ends its session with its transaction',
  });
  expect(seen({ state: 'same', target: session, note: 'its transaction has ended by itself' })).toEqual({
    isOver: false,
    text: 'nightly (10): its transaction has ended by itself',
  });
});

test('a glance is taken every two seconds, never two at once, and what it finds of an older question is forgotten', async () => {
  const still = createStillWorld();
  let at = 0;
  const answers: ((found: readonly Resolved[]) => void)[] = [];
  const glance = () => new Promise<readonly Resolved[]>((answer) => answers.push(answer));
  const watch = createDriftWatch({ world: still.world, now: () => at, glance });
  const ask = makeAsk(cancelQuery, [session], { id: 'a' });
  watch(ask);
  at = 1_999;
  watch(ask);
  expect(answers).toHaveLength(0);
  at = 2_000;
  watch(ask);
  at = 9_000;
  watch(ask);
  expect(answers).toHaveLength(1);
  const next = makeAsk(cancelQuery, [session], { id: 'b' });
  watch(next);
  answers[0]?.([{ state: 'gone', reason: 'it has ended' }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(watch(next)).toBeNull();
  at = 11_000;
  watch(next);
  answers[1]?.([{ state: 'gone', reason: 'it has ended' }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(watch(next)).toEqual({ isOver: true, text: 'it has ended' });
});

test('a list from before the question tells nothing of it', () => {
  expect(drift(restart, [weather], [news], NOON)).toBeNull();
});

test('a bot that restarts again and again is told of once for each question', () => {
  const still = createStillWorld({ pm2: makePm2Snapshot([weather]) });
  const watch = createDriftWatch({ world: still.world, now: () => 0, glance: async () => [] });
  const ask = askOf(restart, [weather]);
  expect(watch(ask)).toBeNull();
  still.read('pm2', makePm2Snapshot([{ ...weather, pid: 4260 }], { listedAt: NOON + 1_000 }));
  expect(watch(ask)?.text).toContain('4211 → 4260');
  still.read('pm2', makePm2Snapshot([{ ...weather, pid: 4300 }], { listedAt: NOON + 2_000 }));
  expect(watch(ask)).toBeNull();
  const next = askOf(restart, [weather]);
  expect(watch(next)).toBeNull();
});
