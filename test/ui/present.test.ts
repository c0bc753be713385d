import { afterEach, expect, test, vi } from 'vitest';
import { restart } from '../../src/actions/restart.ts';
import { botTarget } from '../../src/actions/target.ts';
import type { ActingPort } from '../../src/ui/acting/acting.ts';
import {
  openPrompt,
  type Prompt,
  promptRead,
  promptShown,
  promptTick,
  readingPrompt,
} from '../../src/ui/acting/prompt.ts';
import { fitPrompt } from '../../src/ui/overlays/prompt-lines.ts';
import { type Presenter, present } from '../../src/ui/present.ts';
import { Screen } from '../../src/ui/screen/screen.ts';
import { makeAsk } from '../helpers/asks.ts';
import { makeBot, makePm2Snapshot } from '../helpers/bots.ts';
import { createStillShell, createStillWorld, idle, keymap } from '../helpers/still-shell.ts';
import { Emulator } from './screen/emulator.ts';

const SIZE = { columns: 100, rows: 30 };

let presenter: Presenter | null = null;
afterEach(() => {
  presenter?.close();
  vi.useRealTimers();
});

/** A screen with a shell whose question is put up by the test; `loads` counts how often React and Ink were wanted. */
function look() {
  const emulator = new Emulator(SIZE.columns, SIZE.rows);
  const screen = new Screen(emulator);
  let loads = 0;
  let port: ActingPort | null = null;
  const painted: Prompt[] = [];
  const bots = Array.from({ length: 8 }, (_, id) => makeBot({ id, name: `bot-${id}` }));
  const shell = createStillShell(createStillWorld({ pm2: makePm2Snapshot(bots) }), SIZE.columns, SIZE.rows, {
    createActing(given) {
      port = given;
      return { ...idle, painted: (prompt) => painted.push(prompt) };
    },
  });
  presenter = present({
    shell,
    screen,
    keymap,
    clock: { monotonic: () => 0 },
    loadQuestions: () => {
      loads++;
      return new Promise(() => {});
    },
    bytesPerSecond: () => 0,
    onError: (error) => {
      throw error;
    },
  });
  screen.enter();
  return {
    presenter,
    loads: () => loads,
    /** Those that were on the terminal. */
    painted,
    lines: () => emulator.lines(),
    put: (prompt: Prompt | null) => port?.dispatch({ type: 'prompt-changed', prompt }),
    written: () => screen.whenIdle(),
  };
}

const askOf = (notes: readonly string[] = []) => makeAsk(restart, [botTarget(makeBot())], { notes });

const fitOf = (ask: ReturnType<typeof askOf>) => fitPrompt(ask, SIZE.columns, SIZE.rows);

/** On the terminal for 300 ms. */
function armed(): Prompt {
  const ask = askOf();
  const open = openPrompt(ask, fitOf(ask), 0);
  return promptTick(promptShown(open, open, 0), 300);
}

test('a question stands at once, and its title stays where it is when reading again adds a line', async () => {
  const { put, written, lines, painted } = look();
  const sketch = askOf();
  const reading = readingPrompt(sketch, fitOf(sketch), 0, false);
  put(reading);
  await written();
  const row = () => lines().findIndex((line) => line.includes('Restart weather-bot?'));
  const at = row();
  expect(at).toBeGreaterThan(0);
  expect(lines().join('\n')).toContain('reading it again…');
  expect(painted).toEqual([reading]);
  const ask = askOf(['restarted meanwhile, 4100 → 4211', 'evidence: /home/anna/.local/state/botop/evidence/a1']);
  put(promptRead(reading, ask, fitOf(ask), 10));
  await written();
  expect(lines().join('\n')).toContain('restarted meanwhile');
  expect(lines().join('\n')).not.toContain('reading it again');
  expect(row()).toBe(at);
  put(null);
  await written();
  expect(row()).toBe(-1);
});

test('React is loaded once, in a pause in which a question is read: by no key, and not while one is read again', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { presenter, loads, put } = look();
  const pass = (ms: number) => vi.advanceTimersByTime(ms);
  presenter.touched();
  pass(5_000);
  const sketch = askOf();
  put(readingPrompt(sketch, fitOf(sketch), 0, false));
  presenter.touched();
  pass(5_000);
  expect(loads()).toBe(0);
  put(armed());
  pass(200);
  presenter.touched();
  pass(200);
  expect(loads()).toBe(0);
  // Closed before the pause was over.
  put(null);
  pass(5_000);
  expect(loads()).toBe(0);
  put(armed());
  pass(301);
  expect(loads()).toBe(1);
  presenter.touched();
  pass(5_000);
  put(null);
  put(armed());
  pass(5_000);
  expect(loads()).toBe(1);
});
