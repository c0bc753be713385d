/**
 * The whole screen at 200x60 on a fleet of a hundred bots that all change, in process: tells what each tick took, ms.
 *
 *   node bench/tick-part.ts TICKS
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { placeZones } from '../src/ui/compose-plain.ts';
import type { Cells } from '../src/ui/screen/cells.ts';
import { BLANK, TAIL } from '../src/ui/screen/glyphs.ts';
import type { Layer } from '../src/ui/screen/picture.ts';
import { Screen, type TtyLike } from '../src/ui/screen/screen.ts';
import { createMoving } from '../test/performance/moving-world.ts';
import type { TickTimes } from './tick.ts';

const COLUMNS = 200;
const ROWS = 60;
/** Between two ticks: caches and the compiler's choices are then those of a program that mostly waits. */
const PAUSE_MS = 40;

const ticks = Number(process.argv[2]);
/** So many before the first that counts. */
const WARM = 2 * ticks;
const moving = createMoving({ bots: 100, columns: COLUMNS, rows: ROWS });
const { shell, poller } = moving;
const out: TtyLike = {
  columns: COLUMNS,
  rows: ROWS,
  write(_, written) {
    written();
    return true;
  },
  once() {},
};

/** Makes every cell another than it was the tick before, whatever the panels drew. */
let isOdd = false;
function alter({ glyphs, width, height }: Cells): void {
  if (!isOdd) return;
  for (let at = 0; at < width * height; at++) {
    const glyph = glyphs[at] as number;
    if (glyph !== TAIL) glyphs[at] = glyph === BLANK ? 0x2e : glyph === 0x2e ? BLANK : glyph ^ 1;
  }
}

async function measure(isEveryCell: boolean): Promise<TickTimes> {
  const screen = new Screen(out);
  const zones = () => placeZones(shell.frame().layout);
  const show = () =>
    screen.show(
      zones().map(
        ({ id, ...rect }): Layer => ({
          id,
          rect,
          draw(cells) {
            shell.draw(id, cells);
            if (isEveryCell) alter(cells);
          },
        }),
      ),
    );
  show();
  // The second screen is measured without the first.
  const forget = [
    shell.onFrame(show),
    shell.onPaint((ids) => screen.invalidate(...(ids ?? zones().map(({ id }) => id)))),
  ];
  screen.enter();
  await screen.whenIdle();
  const ms: number[] = [];
  const cpuMs: number[] = [];
  const before = screen.stats;
  for (let i = 0; i < WARM + ticks; i++) {
    await sleep(PAUSE_MS);
    isOdd = !isOdd;
    moving.prepare();
    const beganAt = performance.now();
    const cpuBefore = process.cpuUsage();
    await moving.beat();
    if (isEveryCell) screen.invalidate(...zones().map(({ id }) => id));
    await screen.whenIdle();
    if (i < WARM) continue;
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuMs.push((user + system) / 1_000);
    ms.push(performance.now() - beganAt);
  }
  for (const one of forget) one();
  const { cellsWritten, bytesWritten } = screen.stats;
  const all = WARM + ticks;
  return {
    ms,
    cpuMs,
    cells: (cellsWritten - before.cellsWritten) / all,
    bytes: (bytesWritten - before.bytesWritten) / all,
  };
}

poller.start();
for (let i = 0; i < 3; i++) await moving.beat();
for (const isEveryCell of [true, false]) process.stdout.write(`${JSON.stringify(await measure(isEveryCell))}\n`);
await poller.stop();
