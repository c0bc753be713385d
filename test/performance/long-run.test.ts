import { expect, test } from 'vitest';
import { Cells } from '../../src/ui/screen/cells.ts';
import { held, holdsNoMoreThan } from './held.ts';
import { createMoving } from './moving-world.ts';

test('ten thousand beats leave timers, sockets and listeners as they were', async () => {
  const moving = createMoving({ bots: 10, columns: 120, rows: 40 });
  const cells = new Cells(75, 20);
  const zones: string[] = [];
  moving.shell.onPaint((ids) => zones.push(...(ids ?? [])));
  moving.poller.start();
  const beats = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await moving.beat();
      zones.length = 0;
      if (i % 50 === 0) for (const zone of ['bots', 'resources', 'errors', 'database']) moving.shell.draw(zone, cells);
    }
  };
  await beats(100);
  const before = held();
  expect(moving.timers).toBe(1);
  await beats(10_000);
  await holdsNoMoreThan(before);
  expect(moving.timers).toBe(1);
  await moving.poller.stop();
  expect(moving.timers).toBe(0);
}, 60_000);
