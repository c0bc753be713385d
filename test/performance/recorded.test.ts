import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import type { Snapshots } from '../../src/sources/kinds.ts';
import type { Kind } from '../../src/sources/source.ts';
import { DatabaseHistory } from '../../src/state/database-history.ts';
import { createErrorHistory } from '../../src/state/errors.ts';
import { FleetHistory } from '../../src/state/fleet-history.ts';
import { HostHistory } from '../../src/state/host-history.ts';
import { LogGrowth } from '../../src/state/log-growth.ts';
import { createStore } from '../../src/state/store.ts';
import { takeWorld } from '../../src/state/world.ts';
import { present } from '../../src/ui/present.ts';
import { Screen } from '../../src/ui/screen/screen.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { createStillShell, keymap } from '../helpers/still-shell.ts';
import { Emulator } from '../ui/screen/emulator.ts';
import { recordedMinute } from './recorded-minute.ts';

/** Ten bots of a line a second, now and then an error, PostgreSQL and Redis: made by bench/recorded-minute-part.ts. */
const MINUTE = join(import.meta.dirname, '../fixtures/minute.ndjson');
/** Until everything was read and laid out. */
const FIRST_BEATS = 4;

const KINDS = ['host', 'pm2', 'logs', 'postgres', 'redis'] as const;

/** What the picture of each second of the recorded minute writes, as the monitor puts it together. */
async function written(columns: number, rows: number) {
  const beats = Map.groupBy(recordedMinute(MINUTE), ({ at }) => Math.floor(at / 1_000));
  let now = Math.min(...beats.keys()) * 1_000;
  let version = 0;
  const store = createStore();
  for (const kind of KINDS) store.declare({ kind, id: kind, cadenceMs: 1_000 }, now);
  const histories = {
    fleet: new FleetHistory(),
    hostHistory: new HostHistory(),
    errors: createErrorHistory({ startedAt: now }),
    database: new DatabaseHistory(),
    logGrowth: new LogGrowth(),
    expected: null,
    thresholds: defaults.thresholds,
  };
  const take = (kind: Kind, value: Snapshots[Kind]): void => {
    version++;
    store.succeed(kind, value, now, 1);
    // The value is of the reading's kind.
    if (kind === 'pm2') histories.fleet.push([value as Snapshots['pm2']], now);
    else if (kind === 'host') histories.hostHistory.push(value as Snapshots['host'], now);
    else if (kind === 'logs') histories.errors.pull((value as Snapshots['logs']).events, now);
    else if (kind === 'postgres') histories.database.pushPostgres(value as Snapshots['postgres'], now);
    else if (kind === 'redis') histories.database.pushRedis(value as Snapshots['redis'], now);
  };
  const emulator = new Emulator(columns, rows);
  const screen = new Screen(emulator);
  const shell = createStillShell({ world: () => takeWorld(store, histories, now, version) }, columns, rows, {
    clock: { now: () => now, monotonic: () => now },
    theme: createTheme('true'),
  });
  const presenter = present({
    shell,
    screen,
    keymap,
    clock: { monotonic: () => now },
    loadQuestions: () => Promise.reject(new Error('nothing was asked')),
    bytesPerSecond: () => 0,
    onError: (error) => {
      throw error;
    },
  });
  screen.enter();
  let before = screen.stats;
  const each: { readonly frames: number; readonly cells: number; readonly bytes: number; readonly draws: number }[] =
    [];
  for (const [second, readings] of beats) {
    now = second * 1_000;
    for (const { kind, value } of readings) take(kind, value);
    store.grow(now);
    shell.worldChanged({ isBeat: true, kinds: new Set(readings.map(({ kind }) => kind)) });
    await screen.whenIdle();
    const { framesWritten, cellsWritten, bytesWritten, drawCalls } = screen.stats;
    each.push({
      frames: framesWritten - before.framesWritten,
      cells: cellsWritten - before.cellsWritten,
      bytes: bytesWritten - before.bytesWritten,
      draws: drawCalls - before.drawCalls,
    });
    before = screen.stats;
  }
  presenter.close();
  return { each: each.slice(FIRST_BEATS), text: emulator.lines().join('\n') };
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

test.each([
  { columns: 120, rows: 40, cells: 50, bytes: 350, most: 600 },
  { columns: 200, rows: 60, cells: 215, bytes: 1_550, most: 3_400 },
])('a recorded minute of ten bots and both servers at $columns x $rows is one write a second, of $bytes bytes at most', async ({
  columns,
  rows,
  cells,
  bytes,
  most,
}) => {
  const { each, text } = await written(columns, rows);
  // It is the whole picture: bots, errors, and both servers.
  for (const shown of [/bot-009 +ok/, /no answer within/, /databases +fleet/, /Redis \d/]) expect(text).toMatch(shown);
  expect(each.length).toBeGreaterThanOrEqual(60);
  for (const { frames } of each) expect(frames).toBe(1);
  expect(mean(each.map((one) => one.cells))).toBeLessThan(cells);
  expect(mean(each.map((one) => one.bytes))).toBeLessThan(bytes);
  expect(Math.max(...each.map((one) => one.bytes))).toBeLessThan(most);
  // Header, bots, resources and errors, and every other second the servers.
  expect(mean(each.map((one) => one.draws))).toBeLessThan(5);
});
