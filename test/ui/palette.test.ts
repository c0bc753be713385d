import { expect, test } from 'vitest';
import type { Action } from '../../src/actions/action.ts';
import { killOrphan } from '../../src/actions/kill-orphan.ts';
import { restart } from '../../src/actions/restart.ts';
import { rolling } from '../../src/actions/rolling.ts';
import { scale } from '../../src/actions/scale.ts';
import { stop } from '../../src/actions/stop.ts';
import { botTarget, orphanTarget, type Target } from '../../src/actions/target.ts';
import { keyOf } from '../../src/state/fleet.ts';
import { botPlaces } from '../../src/ui/acting/bot-places.ts';
import { sweepsOf } from '../../src/ui/acting/sweeps.ts';
import { whyNone } from '../../src/ui/acting/targets-of-kind.ts';
import type { Effect } from '../../src/ui/keys/binding.ts';
import { paletteSheet } from '../../src/ui/overlays/palette.ts';
import { type Choice, found, openPalette, type Palette, paletteKey } from '../../src/ui/palette.ts';
import { createPaletteControl } from '../../src/ui/palette-control.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { initialUi, type UiState } from '../../src/ui/state.ts';
import { makeBot, makePm2Snapshot } from '../helpers/bots.ts';
import { makeOrphan } from '../helpers/guards.ts';
import { createStillWorld, keymap } from '../helpers/still-shell.ts';

const choice = (label: string, over: Partial<Choice> = {}): Choice => ({
  id: label,
  key: '',
  label,
  tag: '',
  about: '',
  barred: null,
  ...over,
});

function type(palette: Palette, ...keys: string[]): Palette {
  return keys.reduce((at, key) => {
    const turn = paletteKey(at, key);
    if (turn.type !== 'changed') throw new Error(`${key}: ${turn.type}`);
    return turn.palette;
  }, palette);
}

const names = (palette: Palette) => found(palette).map(({ label }) => label);

test('a part of a name finds it, the best first, and letters in order will do', () => {
  const palette = openPalette(['rolling restart', 'reset counters', 'restart', 'stop'].map((label) => choice(label)));
  expect(names(type(palette, ...'rest'))).toEqual(['restart', 'rolling restart', 'reset counters']);
  expect(names(type(palette, ...'rlrs'))).toEqual(['rolling restart']);
  expect(names(type(palette, ...'zzz'))).toEqual([]);
  expect(names(type(palette, ...'zzz', 'ctrl+u'))).toHaveLength(4);
});

test('a key typed alone means that very key', () => {
  const palette = openPalette([choice('restart', { key: 'r' }), choice('rolling restart', { key: 'R' })]);
  expect(names(type(palette, 'R'))[0]).toBe('rolling restart');
  expect(names(type(palette, 'r'))[0]).toBe('restart');
});

test('the cursor stays among what is found, and Enter on nothing does nothing', () => {
  const palette = openPalette(['a1', 'a2', 'b'].map((label) => choice(label)));
  expect(type(palette, 'down', 'down', 'down', 'down').index).toBe(2);
  expect(paletteKey(type(palette, 'a', 'down'), 'enter')).toMatchObject({ type: 'chosen', choice: { label: 'a2' } });
  expect(paletteKey(type(palette, 'x'), 'enter')).toMatchObject({ type: 'changed' });
  expect(paletteKey(palette, 'esc')).toEqual({ type: 'closed' });
});

const cluster = makeBot({ name: 'api', mode: 'cluster' });
const fork = makeBot({ name: 'echo', id: 1 });

interface Stage {
  readonly started: readonly Effect[];
  readonly asked: { readonly action: Action; readonly targets: readonly Target[] }[];
  readonly press: (...keys: string[]) => void;
  readonly palette: () => Palette | null;
}

function stage(targets: readonly Target[]): Stage {
  let ui: UiState = initialUi('home');
  const asked: Stage['asked'] = [];
  const started: Effect[] = [];
  const world = createStillWorld({ pm2: makePm2Snapshot([cluster, fork]) }).world();
  const control = createPaletteControl(
    {
      ui: () => ui,
      show: (palette) => {
        ui = { ...ui, overlay: palette && { kind: 'palette', palette } };
      },
      targets: ({ targetKind }) => targets.filter(({ kind }) => kind === targetKind),
      whyNone: ({ targetKind }) => whyNone(targetKind, targets),
      barred: (action, chosen) =>
        chosen.map((target) => action.unavailable(target)).find((why) => why !== null) ?? null,
      ask: (action, chosen) => void asked.push({ action, targets: chosen }),
      start: (effect) => void started.push(effect),
      now: () => 0,
    },
    {
      actions: [restart, rolling, scale] as readonly Action[],
      keymap,
      sweeps: () => sweepsOf(world, rolling as Action, stop as Action, killOrphan as Action),
      bots: () => botPlaces(world),
    },
  );
  control.open();
  return {
    asked,
    started,
    press: (...keys) => {
      for (const key of keys) control.press(key);
    },
    palette: () => (ui.overlay?.kind === 'palette' ? ui.overlay.palette : null),
  };
}

test('what has nothing to be aimed at says why, on a process that outlived its daemon with the key that ends it', () => {
  const barred = (targets: readonly Target[]) =>
    stage(targets)
      .palette()
      ?.choices.find(({ label }) => label === 'restart')?.barred;
  expect(barred([])).toBe('no bot is under the cursor');
  expect(barred([orphanTarget(makeOrphan())])).toBe('PM2 does not know this ORPHAN: K ends it');
});

test('every action is in it, with its key and risk, and why it can do nothing here', () => {
  const { palette } = stage([botTarget(fork)]);
  const choices = palette()?.choices ?? [];
  expect(choices.find(({ label }) => label === 'restart')).toMatchObject({
    key: 'r',
    tag: 'R1',
    about: 'echo',
    barred: null,
  });
  expect(choices.find(({ label }) => label === 'scale')?.barred).toContain('fork mode');
  const labels = choices.map(({ barred }) => barred === null);
  expect(labels).toEqual([...labels].sort((a, b) => Number(b) - Number(a)));
});

test('a bot is gone to by its name from anywhere, and stands among the choices only once something is typed', () => {
  const { press, palette, started } = stage([]);
  const shown = () => found(palette() as Palette).map(({ label }) => label);
  expect(shown()).not.toContain('echo');
  press(...'ech');
  expect(shown()[0]).toBe('echo');
  expect(found(palette() as Palette)[0]).toMatchObject({ tag: 'bot', about: 'pm_id 1' });
  press('enter');
  expect(palette()).toBeNull();
  expect(started).toEqual([{ type: 'row-opened', panel: 'bots', key: keyOf(fork) }]);
});

test('a word that begins an action means it before a bot of that name', () => {
  const choices = [choice('restart'), choice('restart-bot', { tag: 'bot', isTypedOnly: true })];
  expect(names(type(openPalette(choices), ...'restart'))).toEqual(['restart', 'restart-bot']);
});

test('an argument is asked for, refused with the reason, and bound before the question', () => {
  const { press, palette, asked } = stage([botTarget(cluster)]);
  press(...'scale', 'enter');
  expect(palette()?.wanted?.title).toBe('scale api: how many instances');
  press(...'many', 'enter');
  expect(palette()?.wanted?.problem).toContain('a number from 1');
  press('ctrl+u', '4', 'enter');
  expect(palette()).toBeNull();
  expect(asked[0]?.action.label).toBe('scale to 4');
});

test('an action that is refused anyway is asked at once, so that the refusal is audited', () => {
  const { press, palette, asked } = stage([botTarget(fork)]);
  press(...'scale', 'enter');
  expect(palette()).toBeNull();
  expect(asked[0]?.action.label).toBe('scale');
});

test('bots over a size are found, those below and those that do not run are not', () => {
  const { press, palette, asked } = stage([]);
  press(...'those over', 'enter');
  // What stood there goes with the first character.
  press(...'900', 'enter');
  expect(palette()?.wanted?.problem).toContain('no bot that runs has more than 900 MB');
  press('ctrl+u', ...'50', 'enter');
  expect(asked[0]?.targets.map((target) => 'name' in target && target.name)).toEqual(['api', 'echo']);
});

test.each([
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
])('it fits %ix%i', (columns, rows) => {
  const { palette, press } = stage([botTarget(cluster)]);
  for (const keys of [[], [...'nothing at all'], ['ctrl+u', ...'scale', 'enter']]) {
    press(...keys);
    const sheet = paletteSheet({ palette: palette() as Palette, columns, rows });
    const { x, y, width, height } = sheet.rect;
    // A box with a margin leaves the footer, which says what its keys do.
    expect(x >= 0 && y >= 0 && x + width <= columns && y + height <= (width < columns ? rows - 1 : rows)).toBe(true);
    const cells = new Cells(width, height);
    sheet.draw(cells);
  }
});
