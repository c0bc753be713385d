import { beforeEach, expect, test } from 'vitest';
import type { Action, Resolved } from '../../../src/actions/action.ts';
import type { Ask } from '../../../src/actions/ask.ts';
import type { Executor } from '../../../src/actions/executor.ts';
import { killOrphan } from '../../../src/actions/kill-orphan.ts';
import type { Outcome, Progress } from '../../../src/actions/outcome.ts';
import { createReins, type Reins } from '../../../src/actions/reins.ts';
import { restart } from '../../../src/actions/restart.ts';
import { start } from '../../../src/actions/start.ts';
import { stop } from '../../../src/actions/stop.ts';
import { type BotTarget, botTarget, orphanTarget, type Target } from '../../../src/actions/target.ts';
import { type Acting, createActing } from '../../../src/ui/acting/acting.ts';
import type { OpenPrompt, Prompt } from '../../../src/ui/acting/prompt.ts';
import { promptLines } from '../../../src/ui/overlays/prompt-lines.ts';
import { reduce } from '../../../src/ui/reduce.ts';
import { initialUi, type Scene, type UiState } from '../../../src/ui/state.ts';
import { makeAsk } from '../../helpers/asks.ts';
import { makeBot, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { makeOrphan } from '../../helpers/guards.ts';
import { createStillWorld, type StillWorld } from '../../helpers/still-shell.ts';

const SCENE: Scene = {
  keys: () => [],
  page: () => 1,
  members: () => [],
  group: () => null,
  groups: () => [],
  menu: () => [],
  filterError: () => null,
  within: () => [],
  find: () => null,
  sorts: () => 1,
  panels: () => ['bots'],
};

let ui: UiState;
let at: number;
let room: { columns: number; rows: number } | null;
let acting: Acting;
let still: StillWorld;
let cancelled: string[];
/** Whether the question is shown while its targets are read again. */
let isSketched: boolean;
/** What the targets are when they are looked at under the open question. */
let glanced: readonly Resolved[];
/** What is selected, or under the cursor. */
let chosen: readonly Target[];
/** What comes of that: null for the question, else why not. */
let reading: Promise<string | null>;
let fired: { ask: Ask; report(progress: Progress): void; end(outcome: Outcome): void }[];
/** Of what goes through many targets now. */
let reins: Reins | null;

const askOf = (action: Action, targets: readonly Target[], id: string): Ask => makeAsk(action, targets, { id });

beforeEach(() => {
  ui = initialUi('home');
  still = createStillWorld();
  at = 0;
  room = { columns: 100, rows: 30 };
  cancelled = [];
  fired = [];
  reins = null;
  isSketched = true;
  glanced = [];
  chosen = [];
  reading = Promise.resolve(null);
  const executor: Executor = {
    isBusy: false,
    get reins() {
      return reins;
    },
    barred: () => null,
    sketch: (action, targets) => (isSketched ? askOf(action, targets, '') : null),
    ask: async (action, targets, signal) => {
      const answer = await reading;
      const id = `${action.id} ${targets[0]?.name}`;
      if (!signal.aborted && answer === null) return askOf(action, targets, id);
      const reason = answer ?? 'cancelled while its targets were read again';
      return { state: 'refused', id, action, targets, reason, auditError: null };
    },
    fire: (ask, report) => {
      report({ ask, results: [], current: ask.targets[0] ?? null, verdict: null });
      return new Promise((end) => fired.push({ ask, report, end }));
    },
    glance: async () => glanced,
    cancel: async (_, __, reason) => {
      cancelled.push(reason);
      return null;
    },
    abort: async () => {},
  };
  acting = createActing({
    executor,
    clock: { monotonic: () => at },
    refresh: () => {},
    homes: ['/home/ops/.pm2'],
    offer: { actions: [], keymap: [], sweeps: () => [] },
    port: {
      ui: () => ui,
      world: () => still.world(),
      chosen: () => chosen,
      start: () => {},
      dispatch: (event) => {
        ui = reduce(ui, event, SCENE);
      },
      room: () => room,
    },
  });
});

const prompt = (): Prompt | null => (ui.overlay?.kind === 'prompt' ? ui.overlay.prompt : null);
const settled = () => new Promise((resolve) => setImmediate(resolve));
const bot = (name: string): BotTarget => botTarget(makeBot({ name, uniqueId: name }));

async function open(name = 'weather-bot'): Promise<void> {
  acting.ask(restart, [bot(name)]);
  await settled();
}

/** Its frame was written, and the 300 ms are over. */
function arm(): void {
  acting.painted(prompt() as Prompt);
  at += 300;
  acting.tick();
}

async function confirm(name: string): Promise<void> {
  await open(name);
  arm();
  acting.report('y', {});
  await settled();
}

function endOf(index: number, state: 'good' | 'bad'): void {
  const { ask, end } = fired[index] as (typeof fired)[number];
  const [target] = ask.targets as readonly [BotTarget];
  const verdict = { state, checks: [{ text: 'up 10 s', state }] } as const;
  const results = [{ target, state: 'done', message: '', verdict }] as const;
  end({ ask, state: 'done', message: '', why: '', results, durationMs: 1, auditError: null });
}

test('a screen that becomes too small drops the question, and y then goes nowhere', async () => {
  await open();
  arm();
  room = null;
  acting.resized();
  expect(prompt()).toBeNull();
  acting.report('y', {});
  await settled();
  expect(cancelled).toEqual(['the screen is too small to show the question']);
  expect(fired).toEqual([]);
  expect(ui.notice?.text).toContain('nothing was done');
});

test('nothing is asked on a screen that is too small', async () => {
  room = null;
  await open();
  expect(prompt()).toBeNull();
  expect(cancelled).toHaveLength(1);
});

test('after a resize y counts only when the new frame was written, and not for the old one', async () => {
  await open();
  arm();
  const before = prompt() as Prompt;
  room = { columns: 60, rows: 20 };
  acting.resized();
  acting.painted(before);
  at += 1000;
  acting.report('y', {});
  expect(fired).toEqual([]);
  arm();
  acting.report('y', {});
  expect(fired).toHaveLength(1);
});

test('a question is dropped before the job stops, and that is audited first', async () => {
  await open();
  await acting.giveUp('suspended');
  expect(cancelled).toEqual(['suspended']);
  expect(acting.takesKeys()).toBe(false);
});

/** The answer to reading again comes when `end` is called. */
function holdReading(): (refusal: string | null) => Promise<void> {
  let end: (refusal: string | null) => void = () => {};
  reading = new Promise((resolve) => {
    end = resolve;
  });
  return async (refusal) => {
    end(refusal);
    await settled();
  };
}

test('the question stands at once with what is known, and takes no answer while it is read again', async () => {
  const end = holdReading();
  acting.ask(restart, [bot('weather-bot')]);
  expect(prompt()).toMatchObject({ state: 'reading', ask: { command: 'pm2 restart 0' } });
  acting.painted(prompt() as Prompt);
  at += 5000;
  acting.tick();
  acting.report('y', {});
  expect(prompt()?.state).toBe('reading');
  await end(null);
  expect(prompt()).toMatchObject({ state: 'opening', shownAt: null });
  acting.report('y', {});
  at += 10_000;
  acting.report('y', {});
  expect(fired).toEqual([]);
  arm();
  acting.report('y', {});
  expect(fired).toHaveLength(1);
});

test('Esc while it is read again ends it at once, and what is read after that opens nothing', async () => {
  const end = holdReading();
  acting.ask(restart, [bot('weather-bot')]);
  acting.report('', { escape: true });
  expect(prompt()).toBeNull();
  expect(acting.takesKeys()).toBe(false);
  expect(ui.notice?.text).toBe('Cancelled: nothing was done.');
  await end(null);
  expect(prompt()).toBeNull();
  expect(ui.strip).toBeNull();
  await open('api');
  expect(prompt()).toMatchObject({ state: 'opening', ask: { id: 'restart api' } });
});

test('when reading again finds a reason why not, the box says it until it is closed', async () => {
  const end = holdReading();
  acting.ask(restart, [bot('weather-bot')]);
  await end('weather-bot (id 0) is gone');
  const refused = prompt() as OpenPrompt;
  expect(refused.state).toBe('refused');
  const said = promptLines(refused, at).map(({ text }) => text);
  expect(said).toEqual(expect.arrayContaining(['! weather-bot (id 0) is gone', '- nothing was done', 'Esc close']));
  arm();
  acting.report('y', {});
  expect(prompt()?.state).toBe('refused');
  acting.report('', { escape: true });
  expect(prompt()).toBeNull();
  expect(cancelled).toEqual([]);
  expect(fired).toEqual([]);
});

test('a reading that never ends takes the question away after half a minute', async () => {
  holdReading();
  acting.ask(restart, [bot('weather-bot')]);
  at += 30_000;
  acting.tick();
  expect(prompt()).toBeNull();
  expect(ui.notice?.text).toBe('Its targets could not be read again in time: nothing was done.');
});

test('where nothing is known to be shown, or there is no room for it, keys wait for what reading again finds', async () => {
  isSketched = false;
  acting.ask(restart, [bot('weather-bot')]);
  expect(prompt()).toBeNull();
  expect(acting.takesKeys()).toBe(true);
  await settled();
  expect(prompt()?.state).toBe('opening');
});

test('it looks as it is: it is armed by the clock, without a key or a beat', async () => {
  const clock = performance.now();
  await open();
  const shown = prompt() as Prompt;
  acting.painted(shown);
  expect(prompt()?.state).toBe('opening');
  at += 301;
  while (prompt()?.state !== 'armed' && performance.now() - clock < 10_000)
    await new Promise((go) => setTimeout(go, 20));
  expect(prompt()?.state).toBe('armed');
});

test('of several actions each end is shown, and leaving asks as long as one is watched', async () => {
  await confirm('a');
  await confirm('b');
  expect(acting.watched()).toBe('2 actions are');
  expect(ui.strip).toMatchObject({ title: 'restart b', more: { text: '+1 more' } });
  endOf(0, 'bad');
  endOf(1, 'good');
  await settled();
  expect(acting.watched()).toBeNull();
  expect(ui.strip).toMatchObject({ title: 'restart a', severity: 'bad' });
  at += 5000;
  acting.tick();
  expect(ui.strip).toMatchObject({ title: 'restart b', severity: 'good' });
  at += 20_000;
  acting.tick();
  expect(ui.strip).toMatchObject({ title: 'restart a', severity: 'bad', more: null });
  ui = reduce(ui, { type: 'went-back' }, SCENE);
  acting.dismissed();
  expect(ui.strip).toMatchObject({ title: 'watching b', isQuiet: true });
  expect(acting.watched()).toBeNull();
  ui = reduce(ui, { type: 'went-back' }, SCENE);
  acting.dismissed();
  acting.tick();
  expect(ui.strip).toBeNull();
});

test('p and x that come as a rolling restart ends, or is ended, are dropped with a word, and mean the picture after a second', async () => {
  acting.ask(restart, [bot('a'), bot('b')]);
  await settled();
  arm();
  const { answer } = (prompt() as OpenPrompt).ask;
  for (const char of answer.kind === 'type' ? (answer.texts[0] ?? '') : 'y') acting.report(char, {});
  acting.report('', { return: true });
  await settled();
  at += 5000;
  const { ask, report } = fired[0] as (typeof fired)[number];
  const going: Progress = {
    ask,
    results: [],
    current: null,
    verdict: null,
    isPaused: false,
    stoppedFor: null,
    etaMs: 1,
  };
  const held = createReins();
  reins = held;
  report(going);
  expect(acting.press('p')).toBe(true);
  expect(held.isPaused).toBe(true);
  // Between the last bot and the line that says so nothing holds it any more, and the line still offers it.
  reins = null;
  at += 5000;
  expect(acting.press('p')).toBe(true);
  expect(ui.notice?.text).toBe('Nothing is left to pause. p again holds the picture.');
  report({ ask, results: [], current: null, verdict: null });
  at += 999;
  expect(acting.press('x')).toBe(true);
  expect(ui.notice?.text).toBe('Nothing is left to end.');
  expect(acting.press('j')).toBe(false);
  at += 1;
  expect(acting.press('p')).toBe(false);
  // What the last bot of it does is another line, and its end no end of what could be held.
  endOf(0, 'good');
  await settled();
  expect(acting.press('p')).toBe(false);

  reins = createReins();
  report(going);
  acting.press('x');
  report({ ...going, stoppedFor: 'ended with x' });
  expect(acting.press('x')).toBe(true);
  at += 1000;
  expect(acting.press('x')).toBe(false);
});

test('who starts a bot again while its stop is watched is not told that it does not stay stopped', async () => {
  const [mine, other] = [bot('mine'), bot('other')];
  const act = async (action: Action, target: BotTarget) => {
    acting.ask(action, [target]);
    await settled();
    arm();
    acting.report('y', {});
    await settled();
  };
  const title = () => ui.strip?.title;
  await act(stop as Action, mine);
  await act(stop as Action, other);
  await act(start as Action, mine);
  expect(fired.map(({ ask }) => `${ask.action.id} ${ask.targets[0]?.name}`)).toEqual([
    'stop mine',
    'stop other',
    'start mine',
  ]);
  // What the first goes on to see is nobody's any more; the stop of the other bot is.
  const [first] = fired;
  first?.report({ ask: first.ask, results: [], current: mine, verdict: null });
  endOf(0, 'bad');
  await settled();
  acting.tick();
  expect(ui.strip).toMatchObject({ title: 'start mine', isOver: false, more: { text: '+1 more', tone: 'dim' } });
  endOf(1, 'bad');
  await settled();
  acting.tick();
  expect(title()).toBe('stop other');
});

test('what is for bots is refused on a process that outlived its daemon with the key that ends it', () => {
  acting.act(restart);
  expect(ui.notice?.text).toBe('restart: no bot is under the cursor');
  chosen = [orphanTarget(makeOrphan())];
  acting.act(restart);
  expect(ui.notice?.text).toBe('restart: PM2 does not know this ORPHAN: K ends it');
});

test('a bot that is gone takes its open question away at once: y does nothing then, and what is typed on is unheard', async () => {
  await open();
  arm();
  expect(prompt()).toMatchObject({ state: 'armed' });
  still.read('pm2', makePm2Snapshot([], { listedAt: NOON + 1_000 }));
  acting.tick();
  const refused = prompt() as OpenPrompt;
  expect(refused).toMatchObject({ state: 'refused', refusal: 'weather-bot (id 0) is gone' });
  expect(promptLines(refused, at).map(({ text }) => text)).toEqual(
    expect.arrayContaining(['! weather-bot (id 0) is gone', '- nothing was done']),
  );
  acting.report('y', {});
  acting.report('\r', { return: true });
  await settled();
  expect(fired).toEqual([]);
  expect(cancelled).toEqual(['weather-bot (id 0) is gone']);
  // Read, it goes with a key.
  acting.painted(prompt() as Prompt);
  at += 1_200;
  acting.report('\r', { return: true });
  expect(prompt()).toBeNull();
  expect(cancelled).toHaveLength(1);
});

test('what has ended takes its open question away too: it is looked at again every two seconds', async () => {
  acting.ask(killOrphan, [orphanTarget(makeOrphan())]);
  await settled();
  arm();
  glanced = [{ state: 'gone', reason: 'poller-bot (pid 4300) has ended' }];
  const looked = async (ms: number) => {
    at += ms;
    acting.tick();
    await settled();
    acting.tick();
    return prompt();
  };
  expect(await looked(1_900)).toMatchObject({ state: 'armed' });
  expect(await looked(100)).toMatchObject({ state: 'refused', refusal: 'poller-bot (pid 4300) has ended' });
  for (const key of 'poller-bot') acting.report(key, {});
  acting.report('\r', { return: true });
  await settled();
  expect(fired).toEqual([]);
  expect(cancelled).toEqual(['poller-bot (pid 4300) has ended']);
});

test('a bot that restarted under its open question is told of, and the question stays', async () => {
  await open();
  arm();
  acting.tick();
  const { bot: known } = bot('weather-bot');
  const moved = { ...known, pid: 4260 };
  still.read('pm2', makePm2Snapshot([moved], { listedAt: NOON + 1_000 }));
  acting.tick();
  expect(prompt()).toMatchObject({ state: 'armed' });
  expect(ui.notice).toMatchObject({ text: 'weather-bot: restarted meanwhile, 4211 → 4260.', severity: 'warn' });
  acting.report('y', {});
  await settled();
  expect(fired).toHaveLength(1);
});
