import { startPart } from './child.ts';
import type { Row } from './row.ts';
import type { Measurement } from './stage.ts';

/** What the part tells of a kind of tick. */
export interface TickTimes {
  readonly ms: readonly number[];
  /** Written in a tick, on average. */
  readonly cells: number;
  readonly bytes: number;
}

/** A tick in process: a world that changed is drawn, compared, encoded and handed over. */
export const tick: Measurement = {
  name: 'tick',
  section: 'One tick at 200x60, 100 bots',
  async measure(stage) {
    await stage.quiet();
    stage.say('one tick in process');
    const part = startPart<TickTimes>('tick-part.ts', [String(stage.effort.ticks)]);
    return stage.using(Promise.resolve(part), async () => {
      const [whole, usual] = [await part.next(), await part.next()];
      await part.end;
      const written = ({ cells, bytes }: TickTimes) => `${Math.round(cells)} cells and ${Math.round(bytes)} bytes`;
      const rows: Row[] = [
        {
          title: 'every cell changing, ms',
          digits: 2,
          ours: whole.ms,
          reach: [{ of: null, atMost: 3 }],
          aim: [{ of: null, atMost: 1.5 }],
          note: `${written(whole)} a tick`,
        },
        {
          title: 'every figure of every bot changing, ms',
          digits: 2,
          ours: usual.ms,
          note: `${written(usual)} a tick`,
        },
      ];
      return rows;
    });
  },
};
