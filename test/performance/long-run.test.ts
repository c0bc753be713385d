import { expect, test } from 'vitest';
import { Cells } from '../../src/ui/screen/cells.ts';
import { createMoving } from './moving-world.ts';

const held = () => {
  const counted: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    // Vitest's own pipes and timers come and go.
    if (!/PipeWrap|MessagePort|Immediate/.test(name)) counted[name] = (counted[name] ?? 0) + 1;
  }
  return {
    timers: counted['Timeout'] ?? 0,
    watches: counted['FSEventWrap'] ?? 0,
    sockets: (counted['TCPSocketWrap'] ?? 0) + (counted['PipeConnectWrap'] ?? 0),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
};

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
  expect(held()).toEqual(before);
  expect(moving.timers).toBe(1);
  await moving.poller.stop();
  expect(moving.timers).toBe(0);
}, 60_000);
