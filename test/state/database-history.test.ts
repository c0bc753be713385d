import { expect, test } from 'vitest';
import { DatabaseHistory } from '../../src/state/database-history.ts';
import { NOON } from '../helpers/bots.ts';
import { LOCKED, makePostgres, makeRedis } from '../panels/database/worlds.ts';

const at = (seconds: number): number => NOON + seconds * 1000;

test('a reading each two seconds is a sample each; one out of turn is left out', () => {
  const history = new DatabaseHistory();
  history.pushPostgres(makePostgres({ transactionsPerSecond: 1 }), at(0));
  history.pushPostgres(makePostgres({ transactionsPerSecond: 9 }), at(0.4));
  history.pushPostgres(makePostgres({ transactionsPerSecond: 2, sessions: LOCKED }), at(2));
  expect(history.track('transactionsPerSecond').fine.tail(9)).toEqual([1, 2]);
  expect(history.track('blockedSessions').fine.tail(9)).toEqual([0, 2]);
  expect(history.track('longestTransactionMs').fine.last()).toBe(400_000);
});

test('time without a reading is a gap, and what is unknown is one too', () => {
  const history = new DatabaseHistory();
  history.pushRedis(makeRedis({ hitPercent: 90 }), at(0));
  history.pushRedis(makeRedis({ hitPercent: null }), at(2));
  history.pushRedis(makeRedis({ hitPercent: 80 }), at(10));
  expect(history.track('redisHitPercent').fine.tail(9)).toEqual([
    90,
    Number.NaN,
    Number.NaN,
    Number.NaN,
    Number.NaN,
    80,
  ]);
});

test('twenty seconds become their mean, of what was known', () => {
  const history = new DatabaseHistory();
  for (let i = 0; i < 11; i++) history.pushRedis(makeRedis({ opsPerSecond: i < 5 ? 10 : 20 }), at(2 * i));
  expect(history.track('redisOpsPerSecond').coarse.tail(9)).toEqual([15]);
});

test('a copy is not changed by what comes later', () => {
  const history = new DatabaseHistory();
  history.pushRedis(makeRedis(), at(0));
  const copy = history.copy();
  history.pushRedis(makeRedis(), at(2));
  expect(copy.track('redisClients').fine.length).toBe(1);
  copy.pushRedis(makeRedis(), at(2));
  expect(copy.track('redisClients').fine.length).toBe(2);
});
