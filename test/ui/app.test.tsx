import { render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { SourceError } from '../../src/sources/source.ts';
import { measure } from '../../src/text/width.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { hostSnapshot } from '../helpers/host.ts';
import { createStillShell, createStillWorld, type StillWorld } from '../helpers/still-shell.ts';
import { makePostgres, makeRedis } from '../panels/database/worlds.ts';
import { InkApp } from './ink-app.tsx';

const SIZES = [
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

const fleet = [
  makeBot({ id: 0, name: 'weather-bot' }),
  makeBot({ id: 1, name: 'payments-bot', startedAt: NOON - 1_000, restarts: 9, exits: makeCrashes(9, 1_600) }),
  makeBot({ id: 2, name: 'archive-bot', status: 'stopped', pid: null }),
  makeBot({ id: 3, name: 'old-bot', restarts: 500 }),
];

const full = (): StillWorld =>
  createStillWorld({
    pm2: makePm2Snapshot(fleet),
    host: hostSnapshot(),
    postgres: makePostgres(),
    redis: makeRedis(),
  });

let mounted: { unmount(): void } | null = null;
afterEach(() => mounted?.unmount());

/** The frame as a person would see it, without colours. */
function frameOf(still: StillWorld, columns: number, rows: number): string[] {
  const shell = createStillShell(still, columns, rows);
  const app = render(<InkApp shell={shell} />);
  mounted = app;
  return (app.lastFrame() ?? '').replaceAll(/\u001b\[[0-9;]*m/g, '').split('\n');
}

describe.each(SIZES)('home at %ix%i', (columns, rows) => {
  test('fills the screen exactly, whatever is known', () => {
    const worlds = [
      createStillWorld(),
      full(),
      createStillWorld({ pm2: makePm2Snapshot([]) }),
      createStillWorld({
        pm2: makePm2Snapshot(Array.from({ length: 300 }, (_, id) => makeBot({ id, name: `bot-${id}` }))),
      }),
    ];
    for (const still of worlds) {
      const frame = frameOf(still, columns, rows);
      // ink-testing-library's screen is 100 wide: a wider frame is cut there, never here.
      if (columns <= 100) expect(frame).toHaveLength(rows);
      for (const line of frame) expect(measure(line)).toBeLessThanOrEqual(columns);
      mounted?.unmount();
    }
  });

  test('says how many run, which one flaps, and what to press', () => {
    const text = frameOf(full(), columns, rows).join('\n');
    expect(text).toMatch(/2( of |\/)3 running · 1 FLAPPING/);
    expect(text).toMatch(/payments-bot\s+FLAPPING/);
    expect(text).toMatch(/old-bot\s+ok/);
    expect(text).toMatch(/\? help/);
  });

  test('says that nothing was read yet, not that all is well', () => {
    const text = frameOf(createStillWorld(), columns, rows).join('\n');
    expect(text).toMatch(/asking PM2/);
    expect(text).toMatch(/src 0\/5/);
  });

  test('says why there are no bots when the daemon is not there', () => {
    const still = createStillWorld();
    still.fail(
      'pm2',
      new SourceError('refused', 'dead: its socket refuses', { hint: 'pm2 resurrect starts the saved bots' }),
    );
    const text = frameOf(still, columns, rows).join('\n');
    expect(text).toMatch(/dead: its socket refuses/i);
    expect(text).toMatch(/resurrect/i);
    expect(text).toMatch(/bots unknown/);
  });

  test('marks everything stale when the daemon died, and keeps the worst on top', () => {
    const still = full();
    still.fail('pm2', new SourceError('refused', 'dead: its socket refuses'));
    const frame = frameOf(still, columns, rows);
    expect(frame.find((line) => /-bot\s+stale/.test(line))).toMatch(/payments-bot/);
    expect(frame.join('\n')).toMatch(/DAEMON DEAD/);
    expect(frame.join('\n')).not.toMatch(/\d( of |\/)\d running/);
  });
});

test('a terminal that is too small says what it needs', () => {
  expect(frameOf(full(), 30, 8).join('\n')).toMatch(/30x8 is too small[^]*botop needs 38x10/);
});

test('the phone shows the whole of it', () => {
  // The clock is the machine's own zone's.
  const text = frameOf(full(), 40, 20)
    .join('\n')
    .replace(/\d\d:\d\d/, 'HH:MM');
  expect(text).toMatchInlineSnapshot(`
    "botop bots1                        HH:MM
    2/3 running · 1 FLAPPING       src 4/5  
    ╭─ Bots · 4 · 1 stopped ───────────────╮
    │ NAME              STATE▾     MEM    ↺│
    │▸payments-bot      FLAPPING   52M    9│
    │ old-bot           ok         52M  500│
    │ weather-bot       ok         52M    0│
    │ archive-bot       stopped    52M    0│
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    ╰─ 9×/5m exit 1 ───────────────────────╯
    cpu 46%  load 6.1/4  mem 79%  disk 85%
    ? help  q quit  Tab panel  r restart"
  `);
});

test('the many actions of a bot push out of the footer neither the way to its detail nor the way out', () => {
  const footer = frameOf(full(), 80, 24).at(-1) ?? '';
  const hints = ['q quit', 'r restart', '1-5 9 views', 'Enter detail', '& filter', 'o sort'];
  const places = hints.map((hint) => footer.indexOf(hint));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});
