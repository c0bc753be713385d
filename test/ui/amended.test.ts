import { expect, test } from 'vitest';
import type { Pm2Snapshot } from '../../src/sources/pm2/snapshot.ts';
import { composeZones } from '../../src/ui/compose-plain.ts';
import type { KeyFlags } from '../../src/ui/keys/keys.ts';
import { present } from '../../src/ui/present.ts';
import { Screen } from '../../src/ui/screen/screen.ts';
import type { Shell } from '../../src/ui/shell-contract.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import fc from '../helpers/fast-check.ts';
import { hostSnapshot } from '../helpers/host.ts';
import { createStillShell, createStillWorld, keymap, type StillWorld } from '../helpers/still-shell.ts';
import { makePostgres, makeRedis, makeSession } from '../panels/database/worlds.ts';

type Step =
  | { readonly what: 'keys'; readonly keys: readonly string[] }
  | {
      readonly what: 'news';
      readonly kind: (typeof KINDS)[number];
      readonly isRead: boolean;
      readonly bots: number;
      readonly salt: number;
      readonly isBeat: boolean;
    }
  | { readonly what: 'size'; readonly size: readonly [columns: number, rows: number] };

const KINDS = ['pm2', 'host', 'postgres', 'redis'] as const;
const SIZES = [
  [200, 60],
  [120, 40],
  [80, 24],
  [44, 20],
] as const;

/** The keys of lists, the cursor's first of all; `é` is a letter of what is typed. */
const MOVES = ['j', 'k', 'j', 'k', 'down', 'up', 'G', 'g', 'pageDown', 'pageUp', 'space'];
const OTHERS = [
  '/',
  '&',
  'o',
  'O',
  't',
  'a',
  'n',
  'tab',
  'enter',
  'escape',
  'backspace',
  '?',
  '1',
  '2',
  '3',
  '4',
  '5',
  'p',
  'x',
  'é',
  'b',
];
const NAMED: Readonly<Record<string, readonly [input: string, key: KeyFlags]>> = {
  down: ['', { downArrow: true }],
  up: ['', { upArrow: true }],
  pageDown: ['', { pageDown: true }],
  pageUp: ['', { pageUp: true }],
  space: [' ', {}],
  tab: ['', { tab: true }],
  enter: ['\r', { return: true }],
  escape: ['', { escape: true }],
  backspace: ['', { backspace: true }],
};

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('keys' as const),
      keys: fc.array(fc.constantFrom(...MOVES), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('keys' as const),
      keys: fc.array(fc.constantFrom(...OTHERS, ...MOVES), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('news' as const),
      kind: fc.constantFrom('pm2' as const, ...KINDS),
      // One in six fails.
      isRead: fc.nat(5).map((dice) => dice > 0),
      bots: fc.constantFrom(0, 3, 40, 40, 40),
      salt: fc.nat(50),
      isBeat: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('size' as const), size: fc.constantFrom(...SIZES) }) },
);

/** Bots of which some fail, in namespaces and of several instances, with figures that the salt makes others. */
function snapshotOf(count: number, salt: number): Pm2Snapshot {
  const bots = Array.from({ length: count }, (_, id) =>
    makeBot({
      id,
      name: id % 7 === 3 ? '気象ボット' : `bot-${id}`,
      namespace: id % 3 === 0 ? 'tg' : 'web',
      exits: id === 5 ? makeCrashes(9, 5_000) : [],
      startedAt: id === 5 ? NOON - 1_000 : NOON - 3_600_000,
    }),
  );
  return makePm2Snapshot(bots, {
    cpuPercent: Float64Array.from(bots, (_, i) => ((i + 1) * (salt + 3)) % 90),
    memoryBytes: Float64Array.from(bots, (_, i) => 20e6 + ((i * salt) % 7) * 1e6),
    lastLogAt: Float64Array.from(bots, (_, i) => NOON - i * salt * 1_000),
  });
}

function read(still: StillWorld, { kind, isRead, bots, salt }: Extract<Step, { what: 'news' }>): void {
  if (!isRead) return still.fail(kind, new Error(`no answer, ${salt}`));
  if (kind === 'pm2') still.read(kind, snapshotOf(bots, salt));
  else if (kind === 'host') still.read(kind, hostSnapshot({ cpuPercent: salt, load: [salt / 10, 2.5, 2.2] }));
  else if (kind === 'redis') still.read(kind, makeRedis());
  else {
    const sessions = Array.from({ length: bots }, (_, i) => makeSession({ pid: 100 + i, queryMs: salt * 1_000 }));
    still.read(kind, makePostgres({ sessions, transactionsPerSecond: salt, cacheHitPercent: 90 + salt / 10 }));
  }
}

function run(shell: Shell, step: Exclude<Step, { what: 'news' }>): void {
  if (step.what === 'size') return shell.resize(...step.size);
  for (const key of step.keys) shell.report(...(NAMED[key] ?? ([key, {}] as const)));
}

test('whatever comes in and is pressed, what is painted bit by bit is what would be painted whole', async () => {
  let amended = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 30 }), async (story) => {
      const [columns, rows] = SIZES[0];
      const still = createStillWorld({ pm2: snapshotOf(40, 1), host: hostSnapshot() });
      const whole = createStillShell(still, columns, rows);
      const shell = createStillShell(still, columns, rows);
      const screen = new Screen({
        columns,
        rows,
        write(_, written) {
          written();
          return true;
        },
        once() {},
      });
      const presenter = present({
        shell: {
          ...shell,
          amend(zone, cells) {
            const touched = shell.amend(zone, cells);
            if (touched !== null) amended++;
            return touched;
          },
        },
        screen,
        keymap,
        clock: { monotonic: () => 0 },
        loadQuestions: () => new Promise(() => {}),
        bytesPerSecond: () => 0,
        onError: (error) => {
          throw error;
        },
      });
      screen.enter();
      try {
        for (const step of story) {
          if (step.what === 'news') {
            read(still, step);
            const news = { isBeat: step.isBeat, kinds: new Set([step.kind]) };
            for (const one of [shell, whole]) one.worldChanged(news);
          } else if (step.what === 'size') {
            run(whole, step);
            screen.resize(...step.size);
          } else for (const one of [shell, whole]) run(one, step);
          await screen.whenIdle();
          const { layout, overlay, columns, rows } = whole.frame();
          const expected = composeZones(layout, columns, rows, (zone, cells) => whole.draw(zone, cells));
          if (overlay !== null) continue;
          expect(screen.shown.plain()).toEqual(expected.plain());
          expect(screen.shown.lines()).toEqual(expected.lines());
        }
      } finally {
        presenter.close();
      }
    }),
    { numRuns: 60 },
  );
  expect(amended).toBeGreaterThan(20);
});
