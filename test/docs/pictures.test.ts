/**
 * The pictures are frames of the program on a live demo, so their figures are nobody's to foretell. What does not
 * depend on figures is drawn here again by the program as it is now, on a world of the same bots, and must stand in
 * the picture at the same place: borders, titles, names of columns, labels, the words of a question, the footer.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { restart } from '../../src/actions/restart.ts';
import { botTarget } from '../../src/actions/target.ts';
import { createPanels } from '../../src/commands/panels.ts';
import { LOG_KEYS } from '../../src/panels/logs/keys.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import type { World } from '../../src/state/world.ts';
import { type OpenPrompt, openPrompt } from '../../src/ui/acting/prompt.ts';
import { composeZones } from '../../src/ui/compose-plain.ts';
import { fitPrompt, promptLines } from '../../src/ui/overlays/prompt-lines.ts';
import { initialUi, type UiState } from '../../src/ui/state.ts';
import { createTheme } from '../../src/ui/theme.ts';
import type { Viewer } from '../../src/ui/viewer.ts';
import { drawZone, layoutOf, scopeOf } from '../../src/ui/zones.ts';
import { makeAsk } from '../helpers/asks.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { shapeOf } from '../helpers/cell-shapes.ts';
import { makeHomeGuard, makeOrphan } from '../helpers/guards.ts';
import { hostSnapshot } from '../helpers/host.ts';
import { CELL } from '../helpers/screen-svg.ts';
import { createStillWorld, keymap } from '../helpers/still-shell.ts';
import { makePostgres, makeRedis } from '../panels/database/worlds.ts';

const AGAIN =
  'no longer as the program draws it; `npm run build && node scripts/picture.ts all` makes the pictures anew';

/** A picture as rows of text; lines and blocks are shapes, and blank here. */
interface Shown {
  readonly rows: readonly string[];
  readonly svg: string;
}

function load(name: string): Shown {
  const svg = readFileSync(join(import.meta.dirname, `../../docs/pictures/${name}.svg`), 'utf8');
  const rows: string[][] = [];
  for (const [, x, y, text = ''] of svg.matchAll(/<text x="(\d+)" y="(\d+)"[^>]*>([^<]*)</g)) {
    const row = (rows[(Number(y) - 14) / CELL.height] ??= []);
    [...unescaped(text)].forEach((char, i) => {
      row[Number(x) / CELL.width + i] = char;
    });
  }
  return { rows: Array.from(rows, (row) => Array.from(row ?? [], (char) => char ?? ' ').join('')), svg };
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** The bots of the demo, as they are once it runs. */
const crashing = makeBot({ id: 0, name: 'payments-bot', namespace: 'tg', restarts: 20, exits: makeCrashes(20, 1_600) });
const fleet: readonly Bot[] = [
  crashing,
  makeBot({ id: 1, name: 'archive-bot', namespace: 'tg', status: 'stopped', pid: null }),
  ...['weather-bot', 'support-bot', 'stats-bot', 'media-bot', 'broadcast-bot', 'notify-bot'].map((name, i) =>
    makeBot({ id: i + 2, name, namespace: 'tg' }),
  ),
  makeBot({ id: 8, name: 'bot-manager', namespace: 'core' }),
  ...[9, 10].map((id) => makeBot({ id, name: 'api-worker', namespace: 'core', mode: 'cluster', instances: 2 })),
];
const readings = {
  pm2: makePm2Snapshot(fleet),
  host: hostSnapshot(),
  postgres: makePostgres(),
  redis: makeRedis(),
};
const world: World = createStillWorld(readings).world();
/** The same when its daemon is dead: one bot has outlived it, and stands first. */
const guards = { homes: [makeHomeGuard({ orphans: [makeOrphan({ name: 'stats-bot' })] })], cli: null };
const guardReading = { state: 'fresh', value: guards, readAt: NOON, tookMs: 1 } as const;
const orphaned: World = {
  ...world,
  guard: { kind: 'guard', id: 'guard', cadenceMs: 2_000, reading: guardReading },
};

/** The screen as rows of text, as the program draws it now. */
function drawn(ui: UiState, columns: number, rows: number, viewer: Viewer | null = null, of = world): string[] {
  const picture = {
    world: of,
    ui,
    panels: createPanels(),
    keymap,
    theme: createTheme('none'),
    hostname: 'vm',
    isReadOnly: false,
    clockNow: NOON,
    viewer,
    logs: [],
  };
  return composeZones(layoutOf(ui, of, { columns, rows }), columns, rows, (zone, cells) => {
    // What has the body draws itself.
    if (viewer && zone === 'detail') cells.box(0, 0, cells.width, cells.height, { title: 'Logs', right: '', style: 0 });
    else drawZone(zone, cells, picture);
  }).plain();
}

const CORNERS = '╭╮╰╯';

/** Whether the panels of the picture stand where they stand now. */
function expectFrames(shown: Shown, now: readonly string[]): void {
  let corners = 0;
  now.forEach((row, y) => {
    [...row].forEach((char, x) => {
      if (!CORNERS.includes(char)) return;
      corners++;
      const path = shapeOf(char, x * CELL.width, y * CELL.height, CELL.width, CELL.height);
      expect(shown.svg.includes(path ?? ''), `${char} at ${x},${y}: ${AGAIN}`).toBe(true);
    });
  });
  expect(corners).toBeGreaterThan(0);
}

/** The first word of each panel's title, with its place. */
const titlesOf = (rows: readonly string[]): string[] =>
  rows.flatMap((row, y) =>
    [...row.matchAll(/[╭─] ([A-Z][a-z]+)/g)].map((match) => `${match[1]} ${match.index + 2} ${y}`),
  );

function expectTitles(shown: Shown, now: readonly string[]): void {
  const titles = titlesOf(now);
  expect(titles.length).toBeGreaterThan(0);
  for (const title of titles) {
    const [word = '', x, y] = title.split(' ');
    expect(shown.rows[Number(y)]?.slice(Number(x), Number(x) + word.length), `${title}: ${AGAIN}`).toBe(word);
  }
}

function expectFooter(shown: Shown, now: readonly string[]): void {
  expect(now.at(-1)?.length).toBeGreaterThan(10);
  expect(shown.rows[now.length - 1]?.trimEnd(), AGAIN).toBe(now.at(-1)?.trimEnd());
}

const HOMES = [
  ['home', 120, 40, world],
  ['phone', 40, 20, world],
  ['daemon', 120, 30, orphaned],
] as const;

describe.each(HOMES)('%s.svg', (name, columns, rows, of) => {
  const shown = load(name);
  const now = drawn(initialUi('home'), columns, rows, null, of);

  test('has the panels where they are, under their titles, and the keys of the footer', () => {
    expectFrames(shown, now);
    expectTitles(shown, now);
    expectFooter(shown, now);
  });

  test('has the columns of the bots', () => {
    const row = now.findIndex((text) => text.includes('STATE'));
    const wanted = now[row]?.slice(0, now[row]?.indexOf('│', 2)).replaceAll(/[│┃]/g, ' ').trim();
    expect(wanted).toMatch(/^NAME +STATE▾/);
    expect(shown.rows[row]?.slice(0, now[row]?.indexOf('│', 2)).trim(), AGAIN).toBe(wanted);
  });
});

describe('incident.svg', () => {
  const shown = load('incident');
  const ui = initialUi('home');
  const panels = createPanels();
  const scope = scopeOf({ world, ui, theme: createTheme('none') }, 'bots');
  const key = panels.find(({ id }) => id === 'bots')?.keys(scope)[0] ?? null;
  const now = drawn({ ...ui, detail: { panel: 'bots', key, top: 0 } }, 120, 40);

  test('has the frame and the keys of a detail', () => {
    expectFrames(shown, now);
    expectFooter(shown, now);
  });

  test('has the labels of what is known of a bot, at their places', () => {
    const [first, room, label] = [2, 29, 11];
    const inRow = (row: string): string[] =>
      [0, 1, 2, 3].map((k) => row.slice(first + k * room, first + k * room + label).trim());
    // What is wrong with it stands before these, in rows of its own.
    const labels = (rows: readonly string[]): string[] => {
      const start = rows.findIndex((row) => inRow(row)[0] === 'PM2');
      return rows.slice(start, start + 5).flatMap(inRow);
    };
    expect(labels(now)).toEqual(expect.arrayContaining(['PM2', 'restarts', 'open files', 'created']));
    expect(labels(shown.rows), AGAIN).toEqual(labels(now));
  });
});

test('logs.svg has the frame, the title and the keys of the log view', () => {
  const shown = load('logs');
  const now = drawn(initialUi('logs'), 120, 30, { keymap: LOG_KEYS } as Viewer);
  expectFrames(shown, now);
  expectTitles(shown, now);
  expectFooter(shown, now);
});

test('restart.svg has the words of the question, and its keys', () => {
  const [columns, rows] = [100, 30];
  const shown = load('restart');
  const ask = makeAsk(restart, [botTarget(crashing)]);
  const prompt = openPrompt(ask, fitPrompt(ask, columns, rows), 0) as OpenPrompt;
  expectFooter(shown, drawn({ ...initialUi('home'), overlay: { kind: 'prompt', prompt } }, columns, rows));
  const picture = shown.rows.join('\n').replaceAll(/\d+/g, '0');
  // What this crash loop has of its own (how often, since when) is not the demo's.
  const said = promptLines(prompt, 300).filter(
    ({ text, role }) => role === 'title' || (['consequence', 'question'].includes(role) && !/\d/.test(text)),
  );
  expect(said.map(({ role }) => role)).toEqual(expect.arrayContaining(['title', 'consequence', 'question']));
  for (const { text } of said) expect(picture, AGAIN).toContain(text.trimEnd().replaceAll(/\d+/g, '0'));
});
