import { expect, test } from 'vitest';
import type { PeekFile, ViewerSubject } from '../../../src/ui/viewer.ts';
import { makeBot, makeCrashes, makePm2Snapshot } from '../../helpers/bots.ts';
import { createStillShell, createStillWorld } from '../../helpers/still-shell.ts';
import { botsScope, drawn } from './worlds.ts';

const bots = Array.from({ length: 11 }, (_, id) =>
  makeBot({
    id,
    name: `bot-${id}`,
    outLogPath: `/logs/bot-${id}-out.log`,
    errLogPath: `/logs/bot-${id}-error.log`,
    exits: id === 0 ? makeCrashes(4, 20_000) : [],
  }),
);
const snapshot = makePm2Snapshot(bots);

/** As the clock shows it wherever this runs. */
const MIDDAY = new Date(2026, 0, 15, 12).getTime();

const file = (label: string, texts: readonly string[], at = MIDDAY): PeekFile => ({
  label,
  path: `/logs/${label}.log`,
  state: 'read',
  error: '',
  lines: texts.map((text, i) => ({
    place: i,
    end: i + 1,
    at,
    isStamped: true,
    isTimed: true,
    text,
    level: label === 'error' ? 'error' : null,
    isPart: text.startsWith(' '),
  })),
});
const logs = [
  file('out', ['polling', 'still polling']),
  file('error', ['    on: what is above', '2026-11-21T12:00:00Z ERROR it is unauthorized', '    on: getMe']),
];

test('the end of its error log stands below the list where there are a few rows for it, from the line of an event on, with its time here', () => {
  const { panel, scope } = botsScope([snapshot]);
  const lines = drawn(panel, { ...scope, logs }, 80, 21);
  expect(lines.slice(14).join('\n')).toMatchInlineSnapshot(`
    "│── bot-0  Enter for all ──────────────────────────────────────────────────────│
    │ error log                                                                    │
    │ 12:00:00 ERROR it is unauthorized                                            │
    │              on: getMe                                                       │
    │                                                                              │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯"
  `);
  expect(drawn(panel, { ...scope, logs }, 80, 18).join('\n')).not.toContain('error log');
});

test('where its last error is long ago, or there is none, the end of its other log stands there', () => {
  const { panel, scope } = botsScope([snapshot]);
  const shown = (errors: PeekFile) =>
    drawn(panel, { ...scope, logs: [file('out', ['polling']), errors] }, 80, 21).join('\n');
  expect(shown(file('error', []))).toContain('polling');
  expect(shown(file('error', ['an old error'], MIDDAY - 3_600_000))).toContain('polling');
  expect(shown(file('error', ['an error'], MIDDAY - 60_000))).toContain('an error');
});

test('its course, its exits and both logs stand there where there is room', () => {
  const { panel, scope } = botsScope([snapshot]);
  const text = drawn(panel, { ...scope, logs }, 120, 38).join('\n');
  for (const part of [
    'last 10m',
    'Exits of the last hour (4)',
    'error log',
    'it is unauthorized',
    'out log',
    'still polling',
  ])
    expect(text).toContain(part);
});

test('the logs below the list are those of the bot under the cursor, and are followed in its own view only', () => {
  const asked: (string | null)[] = [];
  const note = (subject: ViewerSubject | null) => {
    if (asked.at(-1) !== (subject?.title ?? null)) asked.push(subject?.title ?? null);
  };
  const peek = { look: note, lookSoon: note, tick() {}, files: () => [], close() {} };
  const still = createStillWorld({ pm2: snapshot });
  const shell = createStillShell(still, 80, 24, { openPeek: () => peek });
  const press = (keys: string) => {
    for (const key of keys) shell.report(key, {});
  };
  shell.worldChanged();
  press('j');
  expect(asked.filter((title) => title !== null)).toEqual([]);
  press('2');
  const [first] = asked.slice(-1);
  expect(first).toMatch(/^bot-/);
  press('j');
  expect(asked.at(-1)).not.toBe(first);
  expect(asked.at(-1)).toMatch(/^bot-/);
  press('1');
  expect(asked.at(-1)).toBeNull();
  // A list as long as its place leaves none.
  press('2');
  shell.resize(80, 18);
  expect(asked.at(-1)).toBeNull();
});
