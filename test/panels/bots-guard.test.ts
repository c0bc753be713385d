import { expect, test } from 'vitest';
import { botsPanel } from '../../src/panels/bots.ts';
import type { HomeGuard } from '../../src/sources/guard/snapshot.ts';
import type { Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';
import type { Reading } from '../../src/sources/source.ts';
import type { World } from '../../src/state/world.ts';
import { makeBot, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { makeDaemonProcess, makeHomeGuard, makeOrphan } from '../helpers/guards.ts';
import { botsWorld, drawn, scopeOn } from './bots-worlds.ts';

const bots = makePm2Snapshot([makeBot({ name: 'weather' }), makeBot({ id: 1, name: 'news' })]);
const orphan = makeOrphan({ startedAt: NOON - 7_200_000 });

function worldWith(guard: Partial<HomeGuard>, reading?: Reading<Pm2Snapshot>): World {
  const world = botsWorld([bots]);
  const value = { homes: [makeHomeGuard(guard)], cli: null };
  const pm2 = reading ? [{ kind: 'pm2' as const, id: 'pm2:/home/ops/.pm2', cadenceMs: 1_000, reading }] : world.pm2;
  const seen = { state: 'fresh' as const, value, readAt: NOON, tookMs: 1 };
  return { ...world, pm2, guard: { kind: 'guard', id: 'guard', cadenceMs: 5_000, reading: seen } };
}

const lines = (world: World, columns = 100, rows = 14) => drawn(botsPanel(), scopeOn(world), columns, rows);
const text = (world: World, columns?: number, rows?: number) => lines(world, columns, rows).join('\n');

const dead: Reading<Pm2Snapshot> = {
  state: 'down',
  error: { code: 'refused', message: 'dead: its socket refuses', hint: 'pm2 resurrect starts what was saved' },
  since: NOON - 60_000,
  tookMs: 1,
};

test('bots that outlived their daemon stand below those of the new one, are counted in the border, and what to do is said', () => {
  const shown = text(worldWith({ orphans: [orphan] }));
  expect(shown).toContain('Bots · 2 · 1 ORPHAN');
  expect(shown).toContain('ORPHAN poller-bot · pid 4300 · up 2h · 48M');
  expect(shown).toContain(': kill orphan · 1 bot outlived its daemon and may poll twice');
});

test('more of them than there is room for are counted', () => {
  const orphans = Array.from({ length: 9 }, (_, i) => makeOrphan({ pid: 4_300 + i, name: `bot-${i}` }));
  const shown = lines(worldWith({ orphans }));
  expect(shown.filter((line) => line.includes('ORPHAN bot-'))).toHaveLength(3);
  expect(shown.join('\n')).toContain('6 more orphans');
  // Where no row is left the border counts them still.
  expect(text(worldWith({ orphans }), 60, 5)).toContain('9 ORPHANS');
});

test('of a daemon that is dead since before we looked they are what is left to show, before anything is resurrected', () => {
  const shown = text(worldWith({ daemons: [], orphans: [orphan] }, dead));
  expect(shown).toContain('Dead: its socket refuses');
  expect(shown).toContain('They outlived their daemon and go on polling');
  expect(shown).toContain('ORPHAN poller-bot · pid 4300');
});

test('what is wrong with a daemon that answers is said in the last row; when all is well nothing is', () => {
  const daemons = [makeDaemonProcess(), makeDaemonProcess({ pid: 800, startTicks: 10 })];
  expect(lines(worldWith({ daemons })).at(-2)).toContain(
    '2 daemons for one home: 900 answers, 800 does not · each runs',
  );
  const well = lines(worldWith({}));
  expect(well.at(-2)?.replaceAll('│', '').trim()).toBe('');
  expect(well.join('\n')).not.toContain('ORPHAN');
});

test('a daemon that stopped answering is told with what is seen of it from outside', () => {
  const frozen: Reading<Pm2Snapshot> = {
    state: 'stale',
    value: bots,
    readAt: NOON - 9_000,
    tookMs: 1,
    since: NOON - 8_000,
    error: { code: 'frozen', message: 'frozen: no answer' },
  };
  const shown = text(worldWith({ daemons: [makeDaemonProcess({ isHalted: true })] }, frozen));
  expect(shown).toContain('FROZEN 9s');
  expect(shown).toContain('stopped by a signal: pid 900 · kill -CONT 900 wakes it');
});
