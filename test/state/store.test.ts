import { expect, test } from 'vitest';
import { SourceError, SourceOff } from '../../src/sources/source.ts';
import { createStore, toFailure } from '../../src/state/store.ts';
import { makeBot, makePm2Snapshot, NOON } from '../helpers/bots.ts';

function declared() {
  const store = createStore();
  store.declare({ kind: 'pm2', id: 'pm2', cadenceMs: 1_000 }, NOON);
  return store;
}

const readingOf = (store: ReturnType<typeof declared>) => store.of('pm2')[0]?.reading;

test('a source that was never read is waiting', () => {
  expect(readingOf(declared())).toEqual({ state: 'waiting', since: NOON });
});

test('a failure before any good reading is down, with its reason', () => {
  const store = declared();
  store.fail('pm2', new SourceError('refused', 'the daemon is dead', { hint: 'pm2 resurrect' }), NOON, 1);
  expect(readingOf(store)).toEqual({
    state: 'down',
    error: { code: 'refused', message: 'the daemon is dead', hint: 'pm2 resurrect' },
    since: NOON,
    tookMs: 1,
  });
});

test('a failure after a good reading keeps the value, stale since then', () => {
  const store = declared();
  const value = makePm2Snapshot([makeBot()]);
  store.succeed('pm2', value, NOON, 2);
  store.fail('pm2', new SourceError('frozen', 'no answer'), NOON + 1_000, 1);
  store.fail('pm2', new SourceError('refused', 'dead'), NOON + 2_000, 1);
  expect(readingOf(store)).toMatchObject({
    state: 'stale',
    value,
    readAt: NOON,
    since: NOON + 1_000,
    error: { code: 'refused' },
  });
});

test('a reading turns stale by itself after three cadences, and says nothing else is wrong', () => {
  const store = declared();
  store.succeed('pm2', makePm2Snapshot([]), NOON, 2);
  store.grow(NOON + 3_000);
  expect(readingOf(store)?.state).toBe('fresh');
  store.grow(NOON + 3_001);
  expect(readingOf(store)).toMatchObject({ state: 'stale', error: null });
});

test('a source that is off is neither down nor stale', () => {
  const store = declared();
  store.fail('pm2', new SourceOff('not configured'), NOON, 0);
  expect(readingOf(store)).toEqual({ state: 'off', reason: 'not configured' });
});

test('listeners hear of each change once, and not of ageing that changed nothing', () => {
  const store = declared();
  const heard: string[] = [];
  const stop = store.subscribe((id) => heard.push(id));
  store.succeed('pm2', makePm2Snapshot([]), NOON, 2);
  store.grow(NOON + 10);
  stop();
  store.fail('pm2', new Error('later'), NOON + 20, 0);
  expect(heard).toEqual(['pm2']);
});

test('what an error says is cleaned and redacted before it is kept', () => {
  const failure = toFailure(new Error('\u001b[31mpostgres://bot:hunter2@db/x refused'));
  expect(failure.message).not.toContain('\u001b');
  expect(failure.message).not.toContain('hunter2');
});
