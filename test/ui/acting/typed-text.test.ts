import { afterEach, expect, test } from 'vitest';
import { actions } from '../../../src/actions/all.ts';
import type { Ask } from '../../../src/actions/ask.ts';
import type { Executor } from '../../../src/actions/executor.ts';
import type { Target } from '../../../src/actions/target.ts';
import { createActing } from '../../../src/ui/acting/acting.ts';
import type { KeyFlags } from '../../../src/ui/keys/keys.ts';
import type { Shell } from '../../../src/ui/shell-contract.ts';
import type { Viewer } from '../../../src/ui/viewer.ts';
import { makeAsk } from '../../helpers/asks.ts';
import { makeBot, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import fc from '../../helpers/fast-check.ts';
import { createStillShell, createStillWorld, keymap } from '../../helpers/still-shell.ts';

interface Desk {
  readonly shell: Shell;
  /** What was confirmed. */
  readonly fired: readonly Ask[];
  /** A report of the keyboard, so many ms after the one before. */
  press(input: string, afterMs: number, key?: KeyFlags): Promise<void>;
  question(): string | null;
}

const deafViewer: Viewer = {
  draw() {},
  press: () => false,
  paste() {},
  page: () => 1,
  tick() {},
  update() {},
  path: () => null,
  keymap: [],
  close() {},
};

let left: (() => void) | null = null;
afterEach(() => left?.());

/** The base screen on three bots. `refusal`: why every action is refused, before or after its targets are read again. */
function sit(refusal: { readonly reason: string; readonly isAtOnce: boolean } | null = null): Desk {
  let at = 1000;
  const fired: Ask[] = [];
  const askOf = (action: Ask['action'], targets: readonly Target[], id: string): Ask =>
    makeAsk(action, targets, { id });
  const executor: Executor = {
    isBusy: false,
    reins: null,
    barred: () => null,
    sketch: (action, targets) => (refusal?.isAtOnce ? null : askOf(action, targets, '')),
    ask: async (action, targets, signal) => {
      if (refusal === null && !signal.aborted) return askOf(action, targets, 'x');
      const reason = refusal?.reason ?? 'dropped';
      return { state: 'refused', id: 'x', action, targets, reason, auditError: null };
    },
    fire: (ask) => {
      fired.push(ask);
      return new Promise(() => {});
    },
    glance: async () => [],
    cancel: async () => null,
    abort: async () => {},
  };
  const names = ['weather-bot', 'my-bot', 'try'];
  const bots = names.map((name, id) => makeBot({ id, name }));
  const shell = createStillShell(createStillWorld({ pm2: makePm2Snapshot(bots) }), 100, 30, {
    openViewer: () => deafViewer,
    clock: { now: () => NOON, monotonic: () => at },
    createActing: (port) =>
      createActing({
        executor,
        clock: { monotonic: () => at },
        port,
        refresh() {},
        homes: ['/home/ops/.pm2'],
        offer: { actions, keymap, sweeps: () => [] },
      }),
  });
  const promptOf = () => {
    const { overlay } = shell.ui();
    return overlay?.kind === 'prompt' ? overlay.prompt : null;
  };
  /** Its frame is on the terminal at once, which is the worst that can be. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 2; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      const prompt = promptOf();
      if (prompt) shell.painted(prompt);
    }
  };
  left = () => {
    // What is open would have its timer.
    shell.report('', { escape: true });
  };
  return {
    shell,
    fired,
    async press(input, afterMs, key = {}) {
      at += afterMs;
      shell.report(input, input === '\r' ? { return: true } : key);
      await settle();
    },
    question: () => promptOf()?.state ?? null,
  };
}

/** Letters of words, with all keys of actions and the answer among them often. */
const letter = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('r', 'y', 'S', 'L', 'F', 'R', '+', 'v', 'K', 'W') },
  { weight: 1, arbitrary: fc.constantFrom(...'abcdefghijklmnopqstuvwxz ABC-_.123\r') },
);
const word = fc.array(letter, { minLength: 2, maxLength: 14 }).map((letters) => letters.join(''));
const names = fc.constantFrom(
  'restart',
  'restart my-bot',
  'flush weather-bot\r',
  'every worry',
  'try my story',
  'ry',
  'Sync Lyrics',
  'weather-bot\r',
  'rrryyyy',
);

test('no word that is typed fast into the list fires anything', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(names, word), fc.integer({ min: 1, max: 290 }), async (text, gapMs) => {
      const desk = sit();
      for (const char of text) await desk.press(char, gapMs);
      expect(desk.fired).toEqual([]);
    }),
    { numRuns: 200, seed: 20261122 },
  );
});

test('no word that is typed slowly does, where it does not begin with the key and its answer', async () => {
  // After a key that moves it is as if it began anew.
  const slowly = fc.oneof(names, word).filter((text) => !/^[ \d\rjkgGnN]*[rSL+v][rSL+vjk ]*y/.test(text));
  await fc.assert(
    fc.asyncProperty(slowly, fc.integer({ min: 300, max: 790 }), async (text, gapMs) => {
      const desk = sit();
      for (const char of text) await desk.press(char, gapMs);
      expect(desk.fired).toEqual([]);
    }),
    { numRuns: 200, seed: 20261122 },
  );
});

test('no paste fires anything or asks for it, however it is cut, announced or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(names, word, fc.string({ maxLength: 60 })),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 120 }),
      async (text, size, gapMs) => {
        const announced = sit();
        announced.shell.paste(text);
        expect(announced.question()).toBeNull();
        expect(announced.shell.ui().notice?.text).toMatch(/^Pasted text does nothing here/);
        const desk = sit();
        const printable = text.replace(/\u001b/g, '');
        for (let at = 0; at < printable.length; at += size) await desk.press(printable.slice(at, at + size), gapMs);
        expect(desk.fired).toEqual([]);
      },
    ),
    { numRuns: 200, seed: 20261122 },
  );
});

test('a key that is chosen, a pause and y do', async () => {
  const desk = sit();
  await desk.press('j', 900);
  await desk.press('j', 150);
  await desk.press('r', 150);
  await desk.press('y', 400);
  expect(desk.fired.map(({ targets }) => targets.map(({ name }) => name))).toEqual([['weather-bot']]);
});

test('a question that a word has opened takes y after a pause that nobody makes between two letters, and says so', async () => {
  const desk = sit();
  for (const char of 'er') await desk.press(char, 120);
  expect(desk.question()).toBe('opening');
  await desk.press('y', 700);
  expect(desk.shell.ui().overlay).toMatchObject({ prompt: { state: 'opening', isRushed: true } });
  await desk.press('y', 850);
  expect(desk.fired).toHaveLength(1);
});

test('a word that goes into a question closes it, what follows is dropped with a hint, and after a pause keys act again', async () => {
  const desk = sit();
  for (const char of 'rest') await desk.press(char, 120);
  expect(desk.question()).toBeNull();
  expect(desk.shell.ui().notice?.text).toMatch(/goes nowhere/);
  for (const char of 'art my-bot\r') await desk.press(char, 120);
  expect(desk.question()).toBeNull();
  expect(desk.shell.ui()).toMatchObject({ view: 'home', detail: null, overlay: null });
  await desk.press('r', 900);
  expect(desk.question()).toBe('opening');
});

test('the name that is typed on after a refusal goes nowhere, with or without a box that says why', async () => {
  for (const isAtOnce of [true, false]) {
    const desk = sit({ reason: 'locked: W unlocks', isAtOnce });
    await desk.press('F', 2000);
    expect(desk.question()).toBe(isAtOnce ? null : 'refused');
    for (const char of 'flush weather-bot') await desk.press(char, 180);
    expect(desk.question()).toBe(isAtOnce ? null : 'refused');
    expect(desk.shell.ui()).toMatchObject({ view: 'home', detail: null, isViewing: false, lock: { isLocked: false } });
    await desk.press('\r', 180);
    expect(desk.shell.ui().detail).toBeNull();
    await desk.press('\r', 900);
    if (!isAtOnce) expect(desk.question()).toBeNull();
    else expect(desk.shell.ui().detail).not.toBeNull();
  }
});

test('whoever has read why goes on at once with keys that move or ask, and with any other after a moment', async () => {
  const desk = sit({ reason: 'locked: W unlocks', isAtOnce: true });
  await desk.press('r', 2000);
  await desk.press('j', 100);
  expect(desk.shell.ui().lists.bots.index).toBe(1);
  await desk.press('S', 100);
  expect(desk.shell.ui().strip?.end?.text).toMatch(/^stop/);
  await desk.press('?', 550);
  expect(desk.shell.ui().overlay?.kind).toBe('help');
});
