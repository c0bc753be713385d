import { afterEach, expect, test } from 'vitest';
import { BOT_COLUMNS } from '../../src/panels/bots/column-list.ts';
import { placeZones } from '../../src/ui/compose-plain.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { createMoving, type Moving } from './moving-world.ts';

const ROWS = 40;
const columns = [...BOT_COLUMNS] as { text: (typeof BOT_COLUMNS)[number]['text'] }[];
const originals = columns.map(({ text }) => text);
let moving: Moving | null = null;

afterEach(async () => {
  columns.forEach((column, i) => {
    column.text = originals[i] as (typeof column)['text'];
  });
  await moving?.poller.stop();
  moving = null;
});

/** How many texts of cells a beat makes, and of how many rows in all; what a beat asks for is painted. */
async function formattedIn(seconds: number, bots: number, keys = ''): Promise<{ texts: number; rows: number }> {
  const running = createMoving({ bots, columns: 120, rows: ROWS });
  moving = running;
  const { shell, poller } = running;
  const cells = new Map<string, Cells>();
  shell.onPaint((ids) => {
    for (const { id, width, height } of placeZones(shell.frame().layout)) {
      if (ids && !ids.includes(id)) continue;
      const known = cells.get(id);
      const own = known?.width === width && known.height === height ? known : new Cells(width, height);
      cells.set(id, own);
      shell.draw(id, own);
    }
  });
  poller.start();
  for (let i = 0; i < 3; i++) await running.beat();
  for (const key of keys) shell.report(key === '\n' ? '' : key, key === '\n' ? { return: true } : {});
  const seen = new Set<unknown>();
  let texts = 0;
  for (const column of columns) {
    const { text } = column;
    column.text = (row, world) => {
      texts++;
      seen.add(row.key);
      return text(row, world);
    };
  }
  for (let i = 0; i < seconds; i++) await running.beat();
  return { texts: texts / seconds, rows: seen.size };
}

test('of a thousand bots in motion only those on the screen are made text of, and no more than of a hundred', async () => {
  const many = await formattedIn(20, 1_000);
  expect(many.rows).toBeGreaterThan(5);
  expect(many.rows).toBeLessThan(ROWS);
  expect(many.texts).toBeLessThanOrEqual(many.rows * columns.length);
  await moving?.poller.stop();
  columns.forEach((column, i) => {
    column.text = originals[i] as (typeof column)['text'];
  });
  const few = await formattedIn(20, 100);
  expect(few.rows).toBe(many.rows);
  expect(few.texts).toBe(many.texts);
});

test('with a filter by value, an order by a figure in motion and groups it is no more', async () => {
  // The third of the menu of orders is the CPU.
  const { rows, texts } = await formattedIn(20, 1_000, 'ojj\n&mem>52 cpu<4 !bot-99\nt');
  const { bots } = (moving as Moving).shell.ui().lists;
  expect(bots).toMatchObject({ sort: 2, filter: 'mem>52 cpu<4 !bot-99', isGrouped: true });
  expect(rows).toBeGreaterThan(5);
  // Rows that change places come and go, every few seconds.
  expect(texts).toBeLessThan(ROWS * columns.length);
});
