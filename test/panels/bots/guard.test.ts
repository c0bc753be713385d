import { expect, test } from 'vitest';
import { orphanTarget } from '../../../src/actions/target.ts';
import { BOT_SORTS } from '../../../src/panels/bots/fields.ts';
import { botsPanel } from '../../../src/panels/bots.ts';
import type { HomeGuard, Orphan } from '../../../src/sources/guard/snapshot.ts';
import type { Bot, Pm2Snapshot } from '../../../src/sources/pm2/snapshot.ts';
import type { Reading } from '../../../src/sources/source.ts';
import { ORPHANS_KEY, orphanKey } from '../../../src/state/daemon-guard.ts';
import { keyOf } from '../../../src/state/fleet.ts';
import type { World } from '../../../src/state/world.ts';
import { targetsOfKind } from '../../../src/ui/acting/targets-of-kind.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import type { ListState } from '../../../src/ui/state.ts';
import { makeBot, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { makeDaemonProcess, makeHomeGuard, makeOrphan } from '../../helpers/guards.ts';
import { botsWorld, drawn, scopeOn } from './worlds.ts';

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

/** What the panel would aim an action at, by what was selected and where the cursor is. */
function chosen(world: World, list: Partial<ListState> = {}, key: string | null = null) {
  return botsPanel()
    .targets?.(scopeOn(world, list), key)
    .map(({ kind, name }) => `${kind} ${name}`);
}

test('a bot that outlived its daemon is a row like the others, on top, counted in the border, and what to do is said', () => {
  const shown = lines(worldWith({ orphans: [orphan] }), 130);
  expect(shown[0]).toContain('Bots · 2 · 1 ORPHAN');
  expect(shown[2]).toMatch(/poller-bot +ORPHAN .* 48M .* may poll twice/);
  expect(shown.at(-2)).toContain('K on the ORPHAN ends it · 1 bot outlived its daemon and may poll twice');
  // Nothing that only PM2 could tell is made up.
  expect(shown[2]).not.toMatch(/ 0 |NaN/);
});

test('it can be selected and aimed at alone or with others, and no bot of PM2 is aimed at in its place', () => {
  const other = makeOrphan({ pid: 4_301, name: 'older-bot', startedAt: NOON - 9e7 });
  const world = worldWith({ orphans: [orphan, other] });
  const key = orphanKey(orphan);
  expect(botsPanel().keys(scopeOn(world))).toContain(key);
  expect(chosen(world, {}, key)).toEqual(['orphan poller-bot']);
  const selected = new Set([key, orphanKey(other), keyOf(bots.bots[0] as Bot)]);
  expect(chosen(world, { selected }, key)).toEqual(['bot weather', 'orphan poller-bot', 'orphan older-bot']);
  expect(targetsOfKind('orphan', [orphanTarget(orphan)], [], world)).toHaveLength(1);
  // Never all of them by one key.
  expect(targetsOfKind('orphan', [], ['/home/ops/.pm2'], world)).toEqual([]);
});

test('many of them are one line that opens, so that the bots stay on a phone; K there is for all of them', () => {
  const orphans = Array.from({ length: 12 }, (_, at) => makeOrphan({ pid: 5_000 + at, id: at, name: `poller-${at}` }));
  const world = worldWith({ orphans });
  const phone = lines(world, 40, 12);
  expect(phone[2]).toMatch(/▸ 12 ORPHANS +ORPHAN/);
  expect(phone.join()).toMatch(/news.*weather/);
  expect(phone.join()).not.toContain('poller');
  expect(phone.join()).toContain('K on their line ends ORPHANS');
  expect(chosen(world, {}, ORPHANS_KEY)).toEqual(orphans.map(({ name }) => `orphan ${name}`));
  const panel = botsPanel();
  const opened = scopeOn(world, { folded: new Set() });
  expect(panel.keys(opened)).toEqual([ORPHANS_KEY, ...orphans.map(orphanKey), ...bots.bots.toReversed().map(keyOf)]);
  expect(drawn(panel, opened, 100, 30)[3]).toMatch(/poller-0 +ORPHAN +2%? .*48M/);
  expect(panel.group?.(opened, orphanKey(orphans[3] as Orphan))).toBe(ORPHANS_KEY);
  // Under groups too.
  const grouped = drawn(botsPanel(), scopeOn(world, { isGrouped: true }), 100, 30).join();
  expect(grouped).toMatch(/▸ 12 ORPHANS/);

  expect(grouped).toMatch(/▸ 12 ORPHANS .* may poll twice/);
  expect(botsPanel().keys(scopeOn(world, { isGrouped: true, folded: new Set() }))).toHaveLength(15);
  // Where there is nothing else, and in an order of the person's own, each is a row.
  const alone = scopeOn(worldWith({ orphans }, dead));
  expect(botsPanel().keys(alone)).toHaveLength(12);
  expect(botsPanel().keys(scopeOn(world, { sort: BOT_SORTS.indexOf('mem') }))).toHaveLength(14);
  expect(botsPanel().keys(scopeOn(world, { filter: 'state=orphan' }))).toHaveLength(12);
  // There is no line of theirs to press K on then.
  for (const list of [{ sort: BOT_SORTS.indexOf('mem') }, { filter: 'state=orphan' }, { filter: 'weather' }]) {
    const said = drawn(botsPanel(), scopeOn(world, list), 100, 30).join();
    expect(said).toContain('“: kill all orphans” ends ORPHANS · 12 bots outlived their daemon');
    expect(said).not.toContain('their line');
  }
});

test('its logs are those that PM2 wrote', () => {
  const scope = scopeOn(worldWith({ orphans: [orphan] }));
  expect(botsPanel().subject?.(scope, orphanKey(orphan))).toMatchObject({
    title: 'poller-bot',
    files: [{ path: orphan.outLogPath }, { path: orphan.errLogPath }],
  });
});

test('filters, orders and groups take it for what it is', () => {
  const world = worldWith({ orphans: [orphan] });
  const shown = (list: Partial<ListState>) => drawn(botsPanel(), scopeOn(world, list), 130, 14);
  const found = shown({ filter: 'state=orphan' });
  expect([found[0], found[2]].join()).toMatch(/0 of 2 .*1 ORPHAN.*poller-bot/);
  expect(found.join()).not.toContain('weather');
  expect(shown({ filter: 'weather' }).join()).not.toContain('poller-bot');
  const names = shown({ sort: BOT_SORTS.indexOf('name') }).filter((line) => /poller|weather|news/.test(line));
  expect(names.slice(0, 3).map((line) => /news|poller|weather/.exec(line)?.[0])).toEqual(['news', 'poller', 'weather']);
  const beside = makeOrphan({ name: 'weather' });
  const grouped = drawn(botsPanel(), scopeOn(worldWith({ orphans: [beside] }), { isGrouped: true }), 130, 14);
  expect(grouped.find((line) => line.includes('▾ weather'))).toMatch(/1\/2 +ORPHAN/);
});

test('its detail says what it was, why it is behind a 409, and what to do; a second one under PM2 is named', () => {
  const detail = (world: World, of = orphan) => {
    const cells = new Cells(100, 30);
    botsPanel().drawDetail(cells, scopeOn(world), orphanKey(of));
    return cells.plain().join(' ').replaceAll('│', '').replaceAll(/\s+/g, ' ');
  };
  const alone = detail(worldWith({ orphans: [orphan] }));
  for (const words of [
    'poller-bot · pm_id 3',
    '4300',
    '/srv/bots',
    '/home/ops/.pm2',
    'for at least 10m',
    '409 Conflict',
  ])
    expect(alone).toContain(words);
  expect(alone).toContain('K ends it. Then + on its row, or : resurrect');
  const beside = makeOrphan({ name: 'weather' });
  const twice = detail(worldWith({ orphans: [beside] }), beside);
  expect(twice).toContain('PM2 runs it a second time, as pid 4211');
  expect(twice).toContain('K ends this one; pid 4211 goes on.');
});

test('rows are kept while nothing comes or goes, and leave with their process', () => {
  const panel = botsPanel();
  const world = worldWith({ orphans: [orphan] });
  const keys = panel.keys(scopeOn(world));
  expect(panel.keys(scopeOn({ ...world, now: NOON + 1_000 }))).toBe(keys);
  expect(keys).toHaveLength(3);
  expect(panel.keys(scopeOn(worldWith({})))).toHaveLength(2);
});

test('of a daemon that is dead since before we looked they are what is left to show, before anything is resurrected', () => {
  const shown = text(worldWith({ daemons: [], orphans: [orphan] }, dead));
  expect(shown.match(/dead: its socket refuses/gi)).toHaveLength(1);
  expect(shown).toMatch(/poller-bot +ORPHAN/);
  expect(shown).toContain('first end the bot that outlived it');
});

test('what is wrong with a daemon that answers is said below the list; when all is well nothing is', () => {
  const daemons = [makeDaemonProcess(), makeDaemonProcess({ pid: 800, startTicks: 10 })];
  expect(lines(worldWith({ daemons })).at(-3)).toContain(
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

test('what to do is said in as many lines as it takes, and no row of the list is behind it', () => {
  const reading: Reading<Pm2Snapshot> = { ...dead, state: 'stale', value: bots, readAt: NOON - 9_000 } as never;
  const world = worldWith({ daemons: [], orphans: [orphan] }, reading);
  const shown = lines(world, 40, 15);
  expect(
    shown
      .slice(-4, -1)
      .join(' ')
      .replace(/[│\s]+/g, ' '),
  ).toContain('dead: its socket refuses · first end the bot that outlived it');
  expect(botsPanel().page({ width: 40, height: 15 }, scopeOn(world))).toBe(9);
  expect(botsPanel().page({ width: 40, height: 15 }, scopeOn(worldWith({})))).toBe(12);
});

test('of several homes that fail each is named, and all are counted', () => {
  const homes = ['anna', 'ops', 'eve'].map((name) => `/home/${name}/.pm2`);
  const world = worldWith({});
  const pm2 = homes.map((home, i) => ({
    kind: 'pm2' as const,
    id: `pm2:${home}`,
    cadenceMs: 1_000,
    reading: i === 1 ? { state: 'fresh' as const, value: { ...bots, home }, readAt: NOON, tookMs: 1 } : dead,
  }));
  const shown = lines({ ...world, pm2, guard: null }, 140);
  expect(shown[0]).toContain('anna DAEMON DEAD 1m, eve DAEMON DEAD 1m');
  expect(shown.slice(-3).join()).toContain(
    '2 of 3 PM2 in trouble · anna: dead: its socket refuses · eve: dead: its socket refuses',
  );
  const all = pm2.map((entry) => ({ ...entry, reading: dead }));
  expect(lines({ ...world, pm2: all, guard: null }, 140)[0]).toContain('3 of 3 PM2 without an answer');
});

test('what was saved against what runs stands below the list and in the detail, with why no copy of it is kept', () => {
  const dump = {
    savedAt: NOON - 7_200_000,
    bots: [
      { name: 'weather', namespace: 'default', isStopped: false },
      { name: 'gone-bot', namespace: 'default', isStopped: false },
      { name: 'rest', namespace: 'default', isStopped: false },
    ],
  };
  const value = makePm2Snapshot([...bots.bots, makeBot({ id: 2, name: 'rest', status: 'stopped', pid: null })], {
    dump,
  });
  const dumpCopies = { folder: null, count: 0, newestAt: null, problem: 'the state folder is full' };
  const world = worldWith({ dumpCopies }, { state: 'fresh', value, readAt: NOON, tookMs: 1 });
  const words =
    'since pm2 save 2h ago: missing gone-bot (resurrect starts them) · not saved news (save keeps them) · stopped rest';
  expect(text(world, 180)).toContain(`${words} · no copy of the dump is kept: the state folder is full`);
  const cells = new Cells(80, 60);
  botsPanel().drawDetail(cells, scopeOn(world), keyOf(value.bots[0] as Bot));
  const detail = cells.plain().join(' ').replaceAll('│', '').replaceAll(/\s+/g, ' ');
  expect(detail).toContain(words);
  expect(detail).toContain('the state folder is full');
  // Nothing is said where both are the same.
  expect(text(worldWith({}), 180)).not.toContain('pm2 save');
});

test('what the database calls online and PM2 does not have is named, where the table is of the bots here', () => {
  const row = (id: string, name: string, status = 'online') => ({
    id,
    name,
    status,
    processName: null,
    lastRestartAt: null,
  });
  const of = (...rows: readonly object[]): World => {
    const world = worldWith({});
    const instances = { table: 'public.bot_instances', mayRead: true, rows, isCut: false, readAt: NOON };
    const reading = { state: 'fresh', value: { instances }, readAt: NOON, tookMs: 1 };
    return {
      ...world,
      entries: [...world.entries.filter(({ kind }) => kind !== 'postgres'), { kind: 'postgres', reading }],
    } as unknown as World;
  };
  const words = 'online in the database, not in PM2:';
  const gone = of(row('1', 'weather'), row('2', 'gone'), row('3', 'rest', 'offline'), row('4', 'lost'));
  expect(text(gone, 120)).toContain(`2 ${words} gone, lost`);
  // On a phone all of it is there too, in several rows.
  const phone = text(gone, 40, 16).replaceAll(/[│\s]+/g, ' ');
  expect(phone).toContain(`2 ${words} gone, lost`);
  const detail = (world: World, at: number) => {
    const cells = new Cells(40, 60);
    botsPanel().drawDetail(cells, scopeOn(world), keyOf(bots.bots[at] as Bot));
    return cells
      .plain()
      .join(' ')
      .replaceAll(/[│\s]+/g, ' ');
  };
  expect(detail(of(row('1', 'weather', 'offline')), 0)).toContain('database offline, but it runs · bot_instances 1');
  expect(detail(of(row('2', 'news')), 1)).toContain('database online · bot_instances 2');
  expect(text(of(row('1', 'weather'), row('2', 'news')), 120)).not.toContain(words);
  // Of a fleet elsewhere nothing can be said here.
  expect(text(of(row('1', 'other'), row('2', 'another')), 120)).not.toContain(words);
  const unread = { ...gone, pm2: gone.pm2.map((entry) => ({ ...entry, reading: dead })) } as World;
  expect(text(unread, 120)).not.toContain(words);
});

test('a daemon of another version than the pm2 here is no trouble, and is told below the list and in the detail', () => {
  const world = worldWith({});
  const value = { homes: [makeHomeGuard()], cli: { path: '/usr/bin/pm2', version: '5.4.3' } };
  const noted = { ...world, guard: { ...world.guard, reading: { state: 'fresh', value, readAt: NOON, tookMs: 1 } } };
  const words = 'daemon is 7.0.4, the pm2 here is 5.4.3 · pm2 update makes them one, and restarts every bot';
  expect(text(noted as World, 120)).toContain(words);
  const cells = new Cells(100, 60);
  botsPanel().drawDetail(cells, scopeOn(noted as World), keyOf(bots.bots[0] as Bot));
  expect(cells.plain().join('\n')).toContain('daemon is 7.0.4, the pm2 here is 5.4.3');
  expect(text(worldWith({}), 120)).not.toContain('pm2 update');
});
