import { beforeEach, expect, test } from 'vitest';
import type { Action } from '../../src/actions/action.ts';
import type { Ask } from '../../src/actions/ask.ts';
import { createExecutor, type Executor } from '../../src/actions/executor.ts';
import type { Progress } from '../../src/actions/outcome.ts';
import { rolling } from '../../src/actions/rolling.ts';
import { clear, type FakeDaemon, fakeDaemon, HOME } from './fake-daemon.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
let daemon: FakeDaemon;
let executor: Executor;

beforeEach(() => {
  daemon = fakeDaemon(...NAMES);
  executor = createExecutor({
    deps: daemon.deps,
    audit: { check: async () => null, asked: async () => null, outcome: async () => null },
    shell: { pm2Home: HOME, user: 'ops' },
    circumstances: () => clear(),
  });
});

const at = (text: string): Action => rolling.argument?.bind(text) as Action;
const restarted = () => daemon.calls.filter(({ method }) => method === 'restartProcessId').length;

async function ask(text: string): Promise<Ask> {
  const asked = await executor.ask(
    at(text),
    NAMES.map((name) => daemon.target(name)),
    new AbortController().signal,
  );
  if (asked.state === 'refused') throw new Error(asked.reason);
  return asked;
}

test.each([
  ['1', true],
  ['4, 30 s', true],
  ['4 30', true],
  ['0', false],
  ['1, 0 s', false],
  ['1, 999 s', false],
  ['all', false],
  ['', false],
])('how many at a time: %j is taken: %s', (text, isTaken) => {
  expect(rolling.argument?.check(text, []) === null).toBe(isTaken);
});

test('as many at a time as was said, and no more, each for as long as was said', async () => {
  const asked = await ask('2, 3 s');
  expect(asked.consequences[0]).toContain('2 at a time, each up for 3s');
  let most = 0;
  const etas: (number | null | undefined)[] = [];
  const outcome = await executor.fire(asked, ({ results, etaMs }) => {
    most = Math.max(most, restarted() - results.length);
    etas.push(etaMs);
  });
  expect(outcome).toMatchObject({ state: 'done', message: '5 of 5 done' });
  expect(most).toBe(2);
  expect(etas.every((eta) => eta == null || eta >= 0)).toBe(true);
  expect(outcome.results.map(({ target }) => 'name' in target && target.name)).toEqual(NAMES);
  for (const { verdict } of outcome.results) expect(verdict?.checks.at(-1)?.text).toBe('up 3 s');
});

test('at the first that is worse nothing more is begun, and what was begun beside it is finished', async () => {
  (daemon.bots[1] as { diesAfterMs?: number }).diesAfterMs = 1500;
  const outcome = await executor.fire(await ask('2, 3 s'), () => {});
  expect(outcome.state).toBe('failed');
  expect(outcome.results[0]?.verdict?.state).toBe('good');
  expect(outcome.results[1]?.verdict?.state).toBe('bad');
  expect(outcome.message).toMatch(/^b: restarted again.*; \d of 5 done: a, b.*; not done: .*e$/);
  expect(restarted()).toBeLessThan(5);
});

test('the last report says how far it is, and that it waits while it is paused', async () => {
  const seen: Progress[] = [];
  const fired = executor.fire(await ask('1, 2 s'), (progress) => {
    seen.push(progress);
    if (progress.results.length === 2 && !seen.some(({ isPaused }) => isPaused)) {
      executor.reins?.pause(true);
      setImmediate(() => executor.reins?.pause(false));
    }
  });
  expect((await fired).state).toBe('done');
  expect(seen.some(({ isPaused }) => isPaused)).toBe(true);
  expect(executor.reins).toBeNull();
});
