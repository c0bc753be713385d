import { expect, test } from 'vitest';
import { drawExits } from '../../../src/panels/bots/exits.ts';
import type { BotExit } from '../../../src/sources/pm2/snapshot.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { makeExit, NOON } from '../../helpers/bots.ts';

/** The line of one exit, without what stands before the evidence. */
function evidence(exit: Partial<BotExit>, columns = 100): string {
  const cells = new Cells(columns, 3);
  drawExits(cells, createTheme('none'), 0, [makeExit(exit)], { now: NOON + 60_000, most: 5 });
  return (cells.plain()[1] ?? '').slice(27).trim();
}

const asked = { cause: 'asked', by: 'anna@203.0.113.7', ranMs: 80_000, restartedAt: NOON + 1_000 } as const;

test('one of us who asked for an end is named, also where there is little room', () => {
  expect(evidence(asked)).toBe('asked by anna@203.0.113.7 · ran 1m20 · back in 1.0s');
  expect(evidence({ ...asked, cause: 'reload' })).toContain('reloaded by anna@203.0.113.7');
  expect(evidence(asked, 56)).toBe('asked by anna@203.0.113.7');
  expect(evidence({ ...asked, by: null })).toContain('asked through PM2');
});
