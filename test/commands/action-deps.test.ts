import { expect, test } from 'vitest';
import { botTarget, homeTarget } from '../../src/actions/target.ts';
import { daemonTrouble, readingOf } from '../../src/commands/action-deps.ts';
import { SourceError } from '../../src/sources/source.ts';
import { createStore } from '../../src/state/store.ts';
import { makeBot, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { makeHomeGuard } from '../helpers/guards.ts';
import { createStillWorld } from '../helpers/still-shell.ts';

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

test('while a daemon is dead what helps its bots is what the guard says: to resurrect, but not beside one that lives', () => {
  const still = createStillWorld({ pm2: makePm2Snapshot([makeBot()]) });
  still.fail(
    'pm2',
    new SourceError('refused', 'dead: its socket refuses', { hint: 'what reading it alone would advise' }),
  );
  const seen = (daemons: ReturnType<typeof makeHomeGuard>['daemons']) => {
    const value = { homes: [makeHomeGuard({ daemons })], cli: null };
    const reading = { state: 'fresh', value, readAt: NOON + 1_000, tookMs: 1 } as const;
    return { ...still.world(), guard: { kind: 'guard', id: 'guard', cadenceMs: 2_000, reading } as const };
  };
  const helps = (...daemons: Parameters<typeof seen>) => daemonTrouble(seen(...daemons), botTarget(makeBot()))?.todo;
  expect(helps([])).toMatch(/^: resurrect starts what was saved/);
  expect(helps(makeHomeGuard().daemons)).toMatch(/^run no pm2 command/);
  expect(daemonTrouble(seen([]), botTarget(makeBot({ home: '/home/eve/.pm2' })))).toBeNull();
});
