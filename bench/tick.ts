import { startPart } from './child.ts';
import type { Row } from './row.ts';
import type { Measurement } from './stage.ts';

/** What the part tells of a kind of tick. */
export interface TickTimes {
  /** By the clock, and of the processor: what others on the machine take is in the first alone. */
  readonly ms: readonly number[];
  readonly cpuMs: readonly number[];
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
      const rows = ({ ms, cpuMs, cells, bytes }: TickTimes, what: string, goals: Pick<Row, 'reach' | 'aim'>): Row[] => [
        {
          title: `${what}, CPU ms`,
          digits: 2,
          ours: cpuMs,
          ...goals,
          note: `${Math.round(cells)} cells and ${Math.round(bytes)} bytes a tick`,
        },
        { title: `${what}, ms by the clock`, digits: 2, ours: ms },
      ];
      return [
        ...rows(whole, 'every cell changing', { reach: [{ of: null, atMost: 3 }], aim: [{ of: null, atMost: 1.5 }] }),
        ...rows(usual, 'every figure of every bot changing', {}),
      ];
    });
  },
};
