import { expect, test } from 'vitest';
import { botTarget, homeTarget } from '../../src/actions/target.ts';
import { readingOf } from '../../src/commands/action-deps.ts';
import { SourceError } from '../../src/sources/source.ts';
import { createStore } from '../../src/state/store.ts';
import { makeBot, makePm2Snapshot, NOON } from '../helpers/bots.ts';

test('an action is judged by the reading of the home of its own target, never of another', () => {
  const homes = ['/home/anna/.pm2', '/home/ops/.pm2'];
  const store = createStore();
  for (const home of homes) store.declare({ kind: 'pm2', id: `pm2:${home}`, cadenceMs: 1_000 }, NOON);
  store.succeed('pm2:/home/anna/.pm2', { ...makePm2Snapshot([]), home: '/home/anna/.pm2' }, NOON, 1);
  store.fail('pm2:/home/ops/.pm2', new SourceError('frozen', 'frozen: no answer'), NOON, 1);
  const bot = botTarget(makeBot({ home: '/home/ops/.pm2' }));
  expect(readingOf(store, homes, bot)).toMatchObject({ state: 'down', error: { code: 'frozen' } });
  expect(readingOf(store, homes, homeTarget('/home/anna/.pm2', null))).toMatchObject({ state: 'fresh' });
  expect(readingOf(store, homes, homeTarget('/home/eve/.pm2', null))).toMatchObject({ state: 'off' });
});
