/** Work on logs in pieces, between which keys have their turn. */
import type { Clock } from '../source.ts';
import type { Look } from './look.ts';

/** Work in one piece. On a machine that is busy with other things as well a key waits several times as long. */
const SLICE_MS = 4;
/** A look at the clock costs as much as a short line. */
const LINES_A_LOOK = 4;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Gives what a look asks while it works until `end`, in monotonic ms, or until everything `isOver`. */
export function createSlices(clock: Clock, isOver: () => boolean): (end: number) => Pick<Look, 'hasTime' | 'isLong'> {
  return (end) => {
    let sliceEnd = clock.monotonic() + SLICE_MS;
    let lines = 0;
    async function rest(): Promise<boolean> {
      await turn();
      sliceEnd = clock.monotonic() + SLICE_MS;
      return !isOver();
    }
    return {
      isLong() {
        lines += 1;
        return lines % LINES_A_LOOK === 0 && clock.monotonic() >= sliceEnd;
      },
      hasTime() {
        const now = clock.monotonic();
        if (now >= end || isOver()) return false;
        return now < sliceEnd ? true : rest();
      },
    };
  };
}
