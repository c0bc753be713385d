import { describe, expect, test } from 'vitest';
import { botTarget } from '../../../src/actions/target.ts';
import { BOT_SORTS } from '../../../src/panels/bots/fields.ts';
import { botsPanel } from '../../../src/panels/bots.ts';
import type { Bot } from '../../../src/sources/pm2/snapshot.ts';
import { keyOf } from '../../../src/state/fleet.ts';
import { measure } from '../../../src/text/width.ts';
import { targetsOf } from '../../../src/ui/acting/targets.ts';
import { reduce } from '../../../src/ui/reduce.ts';
import { createScene } from '../../../src/ui/scene.ts';
import { initialUi, type ListState, type UiEvent, type UiState } from '../../../src/ui/state.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import fc from '../../helpers/fast-check.ts';
import { botsScope, botsWorld, drawn, scopeOn } from './worlds.ts';

const bots = [
  makeBot({ id: 0, name: 'weather', namespace: 'tg' }),
  makeBot({ id: 1, name: 'worker', namespace: 'tg', mode: 'cluster', instance: 0 }),
  makeBot({
    id: 2,
    name: 'worker',
    namespace: 'tg',
    mode: 'cluster',
    instance: 1,
    exits: makeCrashes(9, 5_000),
    startedAt: NOON - 1_000,
  }),
  makeBot({ id: 3, name: 'news', namespace: 'web' }),
  makeBot({ id: 4, name: 'pm2-logrotate', namespace: 'web', isModule: true }),
];
const snapshot = makePm2Snapshot(bots, { memoryBytes: Float64Array.of(10e6, 20e6, 30e6, 40e6, 50e6) });
const namesOf = (lines: readonly string[]) =>
  lines
    .slice(2, -1)
    .map((line) =>
      line
        .slice(1)
        .replace(/ +(?:ok|FLAP).*|[ │]+$/, '')
        .trim(),
    )
    .filter(Boolean);

describe('groups', () => {
  const list = { isGrouped: true, sort: BOT_SORTS.indexOf('name') };

  test('are namespaces, and in them applications of several instances', () => {
    const { panel, scope } = botsScope([snapshot], list);
    expect(namesOf(drawn(panel, scope, 60, 14))).toEqual([
      '▸▾ web 2/2',
      'news',
      'pm2-logrotat…',
      '▾ tg 2/3',
      'weather',
      '▾ worker 1/2',
      'worker',
      'worker',
    ]);
  });

  test('open for what a search finds in them, and close again where a further letter finds something else', () => {
    const { panel, scope } = botsScope([snapshot], list);
    const scene = createScene({
      panels: [panel],
      scopeOf: () => ({ ...scope, ui, list: ui.lists.bots }),
      sizeOf: () => ({ width: 80, height: 20 }),
    });
    let ui: UiState = { ...scope.ui, lists: { ...scope.ui.lists, bots: scope.list } };
    const groups = scene.groups('bots');
    const areAllFolded = ({ folded }: ListState) => groups.every((key) => folded.has(key));
    const press = (...events: UiEvent[]) => {
      for (const event of events) ui = reduce(ui, event, scene);
      return ui.lists.bots;
    };
    press({ type: 'folds-turned' }, { type: 'search-opened' });
    const hidden = snapshot.bots.filter((bot) => !scene.keys('bots').includes(keyOf(bot)));
    expect(hidden.length).toBeGreaterThan(1);
    const [wanted] = hidden as [Bot];
    const type = (text: string): UiEvent[] => [...text].map((key) => ({ type: 'text-typed', key }));
    const found = press(...type(wanted.name));
    expect(found.key).toBe(keyOf(wanted));
    expect(scene.keys('bots')).toContain(keyOf(wanted));
    expect(areAllFolded(found)).toBe(false);
    expect(areAllFolded(press(...type('zz')))).toBe(true);
    expect(press({ type: 'text-typed', key: 'backspace' }, { type: 'text-typed', key: 'backspace' }).key).toBe(
      keyOf(wanted),
    );
    // Dropped, it leaves all as it was.
    expect(areAllFolded(press({ type: 'text-typed', key: 'esc' }))).toBe(true);
  });

  test('show their sums and the worst that is in them when they are folded', () => {
    const folded = new Set(['group\nnamespace\n/home/ops/.pm2\ntg']);
    const { panel, scope } = botsScope([snapshot], { ...list, folded });
    const line = drawn(panel, scope, 80, 14).find((text) => text.includes('▸ tg')) ?? '';
    expect(line).toMatch(/▸ tg 2\/3 +FLAPPING .*60M/);
  });

  test('are what an action is for, with all that is in them', () => {
    const { panel, scope } = botsScope([snapshot], list);
    const targets = panel.targets?.(scope, 'group\napp\n/home/ops/.pm2\ntg\nworker') ?? [];
    expect(targets.map((target) => target.kind === 'bot' && target.id)).toEqual([1, 2]);
  });

  test('hold only what the filter shows', () => {
    const { panel, scope } = botsScope([snapshot], { ...list, filter: 'state=flapping' });
    expect(namesOf(drawn(panel, scope, 60, 14))).toEqual(['▸worker']);
    const targets = panel.targets?.(scope, panel.keys(scope)[0] ?? null) ?? [];
    expect(targets.map((target) => target.kind === 'bot' && target.id)).toEqual([2]);
  });

  test('have homes above them where there are several', () => {
    const other = makePm2Snapshot([makeBot({ id: 0, name: 'weather', home: '/home/eu/.pm2' })], {
      home: '/home/eu/.pm2',
    });
    const { panel, scope } = botsScope([snapshot, other], list);
    const names = namesOf(drawn(panel, scope, 80, 18));
    expect(names.filter((name) => /^▸?▾/.test(name))).toEqual([
      '▸▾ ops 4/5',
      '▾ web 2/2',
      '▾ tg 2/3',
      '▾ worker 1/2',
      '▾ eu 1/1',
      '▾ default 1/1',
    ]);
  });
});

describe('the order', () => {
  const byMemory = { sort: BOT_SORTS.indexOf('mem') };

  test('by a figure that changes each second holds for some seconds, and then follows', () => {
    const panel = botsPanel();
    const at = (memory: readonly number[], now: number) => {
      const world = botsWorld([makePm2Snapshot(bots, { memoryBytes: Float64Array.from(memory) })], now);
      return panel
        .keys(scopeOn(world, byMemory))
        .map((key) => key.split('\n')[1])
        .join('');
    };
    expect(at([5, 4, 3, 2, 1], NOON)).toBe('01234');
    expect(at([1, 2, 3, 4, 5], NOON + 1_000)).toBe('01234');
    expect(at([1, 2, 3, 4, 5], NOON + 6_000)).toBe('43210');
  });

  test('has what is not known last, inverted too', () => {
    const unknown = makePm2Snapshot(bots, { memoryBytes: Float64Array.of(3, Number.NaN, 1, 2, 4) });
    for (const [isInverted, order] of [
      [false, '40321'],
      [true, '23041'],
    ] as const) {
      const { panel, scope } = botsScope([unknown], { ...byMemory, isInverted });
      expect(
        panel
          .keys(scope)
          .map((key) => key.split('\n')[1])
          .join(''),
      ).toBe(order);
    }
  });
});

describe.each([40, 80, 120, 200])('%i columns wide', (columns) => {
  test('every line fits, and shows the state of each bot', () => {
    for (const list of [{}, { isGrouped: true }, { columns: { version: 'on', user: 'on', heap: 'on' } as const }]) {
      const { panel, scope } = botsScope([snapshot], {
        ...list,
        filter: 'mem>1',
        selected: new Set([keyOf(bots[0] as never)]),
      });
      const lines = drawn(panel, scope, columns, 20);
      for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(columns);
      const text = lines.join('\n');
      expect(text).toContain('&mem>1');
      expect(text).toMatch(/worker .*FLAPPING/);
      expect(text).toContain('●');
      if (columns >= 80) expect(text).toMatch(/5 of 5 · 1 selected/);
    }
  });
});

test('a column that was chosen is there, and one that was left out is not', () => {
  const { panel, scope } = botsScope([snapshot], { columns: { version: 'on', memory: 'off' } });
  const titles = drawn(panel, scope, 80, 10)[1];
  expect(titles).toContain('VERSION');
  expect(titles).not.toContain('MEM');
});

test('names are in the order in which people count, and more exits than are kept read as so many or more', () => {
  const names = ['news-10', 'news-2', 'news-1'];
  const bots = names.map((name, id) => makeBot({ name, id, exits: id === 0 ? makeCrashes(64, 10_000) : [] }));
  const { panel, scope } = botsScope([makePm2Snapshot(bots)], {
    sort: BOT_SORTS.indexOf('name'),
    columns: { exits: 'on' },
  });
  const shown = drawn(panel, scope, 120, 8).slice(2, 5);
  expect(shown.map((line) => /news-\d+/.exec(line)?.[0])).toEqual(['news-1', 'news-2', 'news-10']);
  expect(shown[2]).toContain(' 64+ ');
});

test('what is selected stays selected through any orders, filters, groups and lists, and is counted', () => {
  const fleet = Array.from({ length: 12 }, (_, id) =>
    makeBot({ id, name: `bot-${id % 5}`, namespace: id % 2 ? 'a' : 'b' }),
  );
  const event = fc.oneof(
    fc.constant<UiEvent>({ type: 'selection-turned' }),
    fc.constant<UiEvent>({ type: 'all-turned' }),
  );
  const turn = fc.oneof(
    fc
      .nat(BOT_SORTS.length * 2)
      .map((times): UiEvent[] => Array.from({ length: times }, () => ({ type: 'sort-turned' }))),
    fc.constant<UiEvent[]>([{ type: 'sort-inverted' }]),
    fc.constant<UiEvent[]>([{ type: 'grouping-turned' }]),
    fc.constant<UiEvent[]>([{ type: 'folds-turned' }]),
    fc.integer({ min: -9, max: 9 }).map((by): UiEvent[] => [{ type: 'moved', by }]),
    fc
      .constantFrom('bot-1', 'ns=a', 'mem>30', 'nothing')
      .map((text): UiEvent[] => [
        { type: 'filter-opened' },
        { type: 'text-typed', key: 'ctrl+u' },
        ...[...text].map((key): UiEvent => ({ type: 'text-typed', key })),
        { type: 'text-typed', key: 'enter' },
      ]),
  );
  const step = fc.oneof(
    turn,
    fc.subarray(fleet).map((list) => ({ list })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 4 }), fc.array(step, { maxLength: 12 }), (selecting, steps) => {
      const panel = botsPanel();
      let ui: UiState = initialUi('bots');
      let present = fleet;
      const worldOf = () =>
        botsWorld([
          makePm2Snapshot(present, { memoryBytes: Float64Array.from(present, (bot) => Number(bot.id) * 5e6) }),
        ]);
      let world = worldOf();
      const scene = createScene({
        panels: [panel],
        scopeOf: (id) => ({ ...scopeOn(world), ui, list: ui.lists[id] }),
        sizeOf: () => ({ width: 100, height: 8 }),
      });
      for (const one of selecting) ui = reduce(ui, one, scene);
      const chosen = ui.lists.bots.selected;
      for (const one of steps) {
        if (Array.isArray(one)) for (const each of one) ui = reduce(ui, each, scene);
        else {
          present = one.list;
          world = worldOf();
          ui = reduce(ui, { type: 'world-changed', at: 0 }, scene);
        }
        expect(ui.lists.bots.selected).toBe(chosen);
        const left = present.filter((bot) => chosen.has(keyOf(bot)));
        expect(targetsOf(ui, world)).toEqual(left.map(botTarget));
        const title = drawn(panel, { ...scopeOn(world), ui, list: ui.lists.bots }, 100, 20)[0];
        if (left.length > 0) expect(title).toContain(`${left.length} selected`);
        else expect(title).not.toContain('selected');
      }
    }),
    { numRuns: 60 },
  );
});

test('a second in which nothing changes place makes neither rows nor keys anew', () => {
  const many = Array.from({ length: 1_000 }, (_, id) => makeBot({ id, name: `bot-${id}`, namespace: `ns-${id % 9}` }));
  const panel = botsPanel();
  const at = (cpu: number, second: number) => {
    const cpuPercent = Float64Array.from(many, (_, i) => (cpu * i) % 50);
    const world = botsWorld([makePm2Snapshot(many, { cpuPercent })], NOON + second * 1_000);
    return scopeOn(world, { sort: BOT_SORTS.indexOf('cpu'), filter: 'mem>1', isGrouped: true });
  };
  const first = at(7, 0);
  const keys = panel.keys(first);
  const before = [...keys];
  const second = at(11, 1);
  expect(panel.keys(second)).toBe(keys);
  expect(keys).toEqual(before);
  expect(panel.keys(at(13, 7))).not.toEqual(before);
});

test('below a short list stands the course of the bot under the cursor', () => {
  const { panel, scope } = botsScope([snapshot], {});
  const text = drawn(panel, scope, 120, 40).join('\n');
  expect(text).toMatch(/─ worker {2}last 10m · Enter for all/);
  expect(text).toMatch(/CPU +now/);
  expect(text).toMatch(/Exits of the last hour \(9\)/);
  expect(drawn(panel, scope, 120, 14).join('\n')).not.toMatch(/last 10m/);
});
