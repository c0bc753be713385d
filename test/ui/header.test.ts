import { expect, test } from 'vitest';
import type { PostgresSnapshot } from '../../src/sources/postgres/snapshot.ts';
import type { RedisSnapshot } from '../../src/sources/redis/snapshot.ts';
import { SourceError } from '../../src/sources/source.ts';
import { serverTrouble } from '../../src/state/server-trouble.ts';
import { createStore } from '../../src/state/store.ts';
import type { World } from '../../src/state/world.ts';
import { drawHeader } from '../../src/ui/chrome.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { initialUi } from '../../src/ui/state.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { createStillWorld } from '../helpers/still-shell.ts';
import { makePostgres, makeRedis, makeSession } from '../panels/database/worlds.ts';

test('what is wrong stays when badges take the room: sources that are well and the offset go first', () => {
  const still = createStillWorld({
    pm2: makePm2Snapshot([makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(9, 1_000) })]),
  });
  const cells = new Cells(64, 1);
  const ui = { ...initialUi('home'), isPaused: true };
  const scope = { world: still.world(), ui, theme: createTheme('none'), hostname: 'bots1', isReadOnly: true };
  drawHeader(cells, { ...scope, clockNow: NOON, offsetMinutes: 0 });
  expect(cells.plain()[0]).toMatch(/^0\/1 running · 1 FLAPPING +READ-ONLY {2}PAUSED .*12:00$/);
});

/** The header over homes that cannot be read. */
function header(homes: readonly string[], columns: number): string[] {
  const store = createStore();
  for (const home of homes) {
    store.declare({ kind: 'pm2', id: `pm2:${home}`, cadenceMs: 1_000 }, NOON);
    store.fail(`pm2:${home}`, new SourceError('denied', 'denied'), NOON, 1);
  }
  const world: World = { ...createStillWorld().world(), entries: store.entries(), pm2: store.of('pm2') };
  const cells = new Cells(columns, columns < 60 ? 2 : 1);
  const scope = { world, ui: initialUi('home'), theme: createTheme('none'), hostname: 'bots1', isReadOnly: false };
  drawHeader(cells, { ...scope, clockNow: NOON, offsetMinutes: 0 });
  return cells.plain();
}

test('a home that fails is named by what tells it apart', () => {
  expect(header(['/home/anna/.pm2'], 100)[0]).toMatch(/^botop bots1 .* src 0\/1 pm2:anna down {2}12:00:00 \+00:00$/);
  expect(header(['/home/anna/.pm2'], 40)[1]).toMatch(/bots unknown +pm2:anna down/);
});

test('more of them than there is room for are counted: the rest of the header stays', () => {
  const homes = Array.from({ length: 6 }, (_, at) => `/srv/very/long/place-of-the-daemon-${at}/.pm2`);
  expect(header(homes, 100)[0]).toMatch(/^botop bots1 +bots unknown .* src 0\/6 {2}12:00:00 \+00:00$/);
  expect(header(homes, 40)).toEqual([
    expect.stringMatching(/^botop bots1 +12:00$/),
    expect.stringMatching(/^bots unknown +src 0\/6/),
  ]);
});

test('a server that the bots lean on is said to be down before how many of them fail', () => {
  const still = createStillWorld({
    pm2: makePm2Snapshot([makeBot({ startedAt: NOON - 1_000, exits: makeCrashes(9, 1_000) })]),
    postgres: makePostgres(),
  });
  still.fail('postgres', new SourceError('absent', 'there is no socket'));
  still.fail('redis', new SourceError('denied', 'a password that we do not have'));
  const line = (columns: number, at: number) => {
    const cells = new Cells(columns, columns < 60 ? 2 : 1);
    const scope = { world: still.world(), ui: initialUi('home'), theme: createTheme('none'), hostname: 'bots1' };
    drawHeader(cells, { ...scope, isReadOnly: false, clockNow: NOON, offsetMinutes: 0 });
    return cells.plain()[at];
  };
  expect(line(120, 0)).toContain('0 of 1 running · POSTGRES DOWN 0s · 1 FLAPPING');
  expect(line(120, 0)).toMatch(/src 1\/\d redis down /);
  expect(line(40, 1)).toMatch(/^0\/1 running · POSTGRES DOW/);
});

test('a fleet that is stopped on purpose, or empty, is not counted as 0 of 0', () => {
  const first = (bots: ReturnType<typeof makeBot>[]) => {
    const cells = new Cells(100, 1);
    const world = createStillWorld({ pm2: makePm2Snapshot(bots) }).world();
    const scope = { world, ui: initialUi('home'), theme: createTheme('none'), hostname: 'bots1', isReadOnly: false };
    drawHeader(cells, { ...scope, clockNow: NOON, offsetMinutes: 0 });
    return cells.plain()[0];
  };
  expect(first([])).toMatch(/^botop bots1 {2}no bots {3,}/);
  const stopped = [0, 1].map((id) => makeBot({ id, name: `bot-${id}`, status: 'stopped', pid: null }));
  expect(first(stopped)).toMatch(/^botop bots1 {2}no bot runs · 2 stopped {3,}/);
  expect(first([makeBot(), makeBot({ id: 1, name: 'old', status: 'stopped', pid: null })])).toMatch(
    / 1 of 1 running {3,}/,
  );
});

test('a server that answers and that nobody can work with is said as well', () => {
  const said = (over: Partial<PostgresSnapshot>, redis: Partial<RedisSnapshot> = {}) => {
    const still = createStillWorld({ postgres: makePostgres({ sessions: [], ...over }), redis: makeRedis(redis) });
    return [...serverTrouble(still.world()).values()].join(' · ');
  };
  const connections = { used: 97, max: 100, reserved: 3, usedPercent: 100, byState: {} };
  expect(said({ connections })).toBe('POSTGRES FULL 97/97');
  const waiting = Array.from({ length: 4 }, (_, i) => makeSession({ pid: 100 + i, blockedBy: [9], waitMs: 6_000 }));
  expect(said({ sessions: waiting })).toBe('4 WAIT FOR A LOCK');
  expect(said({ sessions: waiting.slice(0, 2) })).toBe('');
  const full = { usedMemoryBytes: 100e6, maxMemoryBytes: 100e6 };
  expect(said({}, { ...full, maxMemoryPolicy: 'noeviction' })).toBe('REDIS FULL');
  expect(said({}, { ...full, maxMemoryPolicy: 'allkeys-lru' })).toBe('');
});
