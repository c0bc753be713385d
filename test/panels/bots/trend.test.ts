import { expect, test } from 'vitest';
import { botsPanel } from '../../../src/panels/bots.ts';
import { makeBot, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { botsWorld, drawn, scopeOn } from './worlds.ts';

const bots = [makeBot({ id: 0, name: 'even' }), makeBot({ id: 1, name: 'leaks' })];

/** Two minutes: one takes the same all the time and once, 100 s ago, half a core; the other's memory doubles. */
function linesAfterTwoMinutes(): { even: string; leaks: string } {
  const at = (second: number) =>
    makePm2Snapshot(bots, {
      memoryBytes: Float64Array.of(50e6, 50e6 + (second / 120) * 50e6),
      cpuPercent: Float64Array.of(second === 20 ? 50 : 0, 0),
    });
  const world = botsWorld([at(0)]);
  for (let second = 1; second <= 120; second++) world.fleet.push([at(second)], NOON + second * 1_000);
  const lines = drawn(botsPanel(), scopeOn(world), 220, 10);
  const titles = lines[1] as string;
  const trend = (name: string, title: string) =>
    (lines.find((line) => line.includes(name)) as string).slice(titles.indexOf(title), titles.indexOf(title) + 14);
  return {
    even: `${trend('even', 'CPU 2 MIN')}|${trend('even', 'MEM 2 MIN')}`,
    leaks: `${trend('leaks', 'CPU 2 MIN')}|${trend('leaks', 'MEM 2 MIN')}`,
  };
}

test('a column of a trend is the most of its part of two minutes; memory that stays the same is a thin line', () => {
  expect(linesAfterTwoMinutes()).toEqual({
    even: '  █           |▁▁▁▁▁▁▁▁▁▁▁▁▁▁',
    leaks: '              |▁▁▂▂▃▄▄▅▅▆▆▇▇█',
  });
});
