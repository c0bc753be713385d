import { describe, expect, test } from 'vitest';
import { botsPanel } from '../../../src/panels/bots.ts';
import type { LogLine } from '../../../src/sources/logs/pager.ts';
import { keyOf } from '../../../src/state/fleet.ts';
import { measure } from '../../../src/text/width.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { BOT_RANGES } from '../../../src/ui/state.ts';
import type { PeekFile } from '../../../src/ui/viewer.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { botsWorld, scopeOn } from './worlds.ts';

const exit = makeCrashes(1, 1_000, 20_000)[0] as ReturnType<typeof makeCrashes>[number];
const bot = makeBot({
  id: 3,
  name: 'payments-bot',
  startedAt: NOON - 19_000,
  exits: [
    { ...exit, at: NOON - 50_000, cause: 'asked', code: 0, ranMs: 60_000, restartedAt: NOON - 49_000 },
    {
      ...exit,
      ranMs: 1_500,
      restartedAt: NOON - 19_500,
      cause: 'memory',
      memory: { usedBytes: 210e6, limitBytes: 200e6 },
    },
  ],
  maxMemoryBytes: 200e6,
  code: {
    version: '1.4.0',
    commit: '3f2a91c0000000000000000000000000000000000',
    branch: 'main',
    deploys: [
      {
        at: NOON - 10_000,
        fromVersion: '1.3.0',
        toVersion: '1.4.0',
        fromCommit: '00bada5500000000000000000000000000000000',
        toCommit: '3f2a91c0000000000000000000000000000000000',
      },
    ],
  },
});
const line: LogLine = {
  place: 0,
  end: 23,
  at: NOON,
  isStamped: false,
  isTimed: false,
  text: 'ERROR 401 Unauthorized',
  level: 'error',
  isPart: false,
};
const logs: readonly PeekFile[] = [
  {
    label: 'error',
    path: '/e',
    state: 'read',
    error: '',
    lines: [line],
  },
  { label: 'out', path: '/o', state: 'unreadable', error: 'no permission', lines: [] },
];

/** A world in which the bot was seen for that long. */
function seenFor(seconds: number) {
  const world = botsWorld([makePm2Snapshot([bot])]);
  for (let second = seconds; second > 0; second--) {
    const memoryBytes = Float64Array.of(50e6 + second * 1e5);
    world.fleet.push([makePm2Snapshot([bot], { memoryBytes })], NOON - second * 1_000);
  }
  return world;
}

function detail(columns: number, rows: number, range = 0, top = 0): string[] {
  const scope = scopeOn(seenFor(120));
  const cells = new Cells(columns, rows);
  const key = keyOf(bot);
  botsPanel().drawDetail(
    cells,
    { ...scope, logs, ui: { ...scope.ui, range, detail: { panel: 'bots', key, top } } },
    key,
  );
  return cells.plain();
}

describe.each([
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
])('at %ix%i', (columns, rows) => {
  const pages = Array.from({ length: 12 }, (_, i) => detail(columns, rows - 2, 0, i * (rows - 6)));
  const text = pages.flat().join('\n');

  test('every line fits, and no number is cut from its label', () => {
    for (const line of pages.flat()) expect(measure(line)).toBe(columns);
    expect(pages[0]?.join('\n')).toMatch(/state +ok/);
    expect(text).toMatch(/memory +\d+M of 200M/);
  });

  test('there are the courses, the exits with their evidence, the ends of the logs, and names without values', () => {
    expect(text).toMatch(/CPU +now 3%/);
    expect(text).toMatch(/memory +now 50M +min 50M/);
    expect(text).toMatch(/exits │.*▲.*▲/);
    expect(text).toMatch(/over memory +\S+/);
    expect(text).toMatch(/ERROR 401 Unauthorized/);
    expect(text).toMatch(/out log +no permission/);
    expect(text).toMatch(/environment +TOKEN/);
  });
});

test('the evidence of an exit is when, how, who, how long it had run and when it was back', () => {
  const text = detail(200, 58).join('\n');
  expect(text).toMatch(/\d\d:\d\d:40 +20s over memory +over max_memory_restart \(210M of 200M\) · ran 1\.5s/);
  expect(text).toMatch(/\d\d:\d\d:10 +50s exit 0 +asked through PM2 · ran 1m00 · back in 1\.0s/);
});

test('its last words are on the first screen, and on a phone before its course; names of variables are at the end', () => {
  const names = Array.from({ length: 60 }, (_, i) => `SOME_LONG_VARIABLE_${i}`);
  const wordy = { ...bot, envNames: names };
  const shown = (columns: number, rows: number, top = 0): string => {
    const world = botsWorld([makePm2Snapshot([wordy])]);
    world.fleet.push([makePm2Snapshot([wordy])], NOON - 1_000);
    const cells = new Cells(columns, rows);
    const scope = scopeOn(world);
    const key = keyOf(wordy);
    const ui = { ...scope.ui, detail: { panel: 'bots' as const, key, top } };
    botsPanel().drawDetail(cells, { ...scope, ui, logs: logs.toReversed() }, key);
    return cells.plain().join('\n');
  };
  expect(shown(120, 40)).toContain('ERROR 401 Unauthorized');
  const phone = shown(40, 200);
  const order = ['error log', 'out log', 'CPU', 'environment'].map((word) => phone.indexOf(word));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order[0]).toBeGreaterThan(0);
});

test('a deploy is marked in the course, and said where it does not run yet', () => {
  const text = detail(120, 38).join('\n');
  expect(text).toMatch(/exits │.*▲.*▲.*D/);
  expect(text).toMatch(/deployed +1\.4\.0 3f2a91c 10s ago, not running yet/);
  expect(text).toMatch(/code +1\.2\.3 00bada5 on main/);
});

test('the range is said, and each has its own axis', () => {
  const titles = BOT_RANGES.map((_, range) => detail(120, 38, range)[0] ?? '');
  expect(titles.map((title) => /last \w+|all that was seen/.exec(title)?.[0])).toEqual([
    'last 1m',
    'last 10m',
    'last 1h',
    'all that was seen',
  ]);
  const minute = detail(120, 38, 0).find((line) => line.includes(' now ') && line.includes('-45s'));
  expect(minute).toBeDefined();
  expect(detail(120, 38, 1).join('\n')).toMatch(/-1m/);
});

test('of a bot that is gone it is said so', () => {
  const scope = scopeOn(seenFor(1));
  const cells = new Cells(80, 20);
  botsPanel().drawDetail(cells, scope, 'nobody');
  expect(cells.plain().join('\n')).toMatch(/not in PM2 any more/);
});
