/** Round numbers for the scale of a chart. Pure. */

/** A scale: its ends are ticks, and its ticks, from the highest, are told apart by their labels. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

const MANTISSAS = [1, 2, 2.5, 5] as const;

/**
 * The scale around `low`…`high` (`low < high`) with about `wanted` steps, never more than `most`. A step whose labels
 * are rounded (`3%` for 2.5) is taken only when there is no other.
 */
export function scaleOf(
  low: number,
  high: number,
  wanted: number,
  most: number,
  format: (value: number) => string,
): Scale {
  const span = high - low;
  // Of a span too small to divide the logarithm is −∞, and a count from there never ends.
  const from = Math.max(-300, Math.floor(Math.log10(span / most)) - 1);
  let best: Scale | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let power = from; power <= from + 4; power++) {
    for (const mantissa of MANTISSAS) {
      const step = mantissa * 10 ** power;
      // A hair of tolerance: 0.3 / 0.1 is not 3.
      const first = Math.floor(low / step + 1e-9);
      const last = Math.ceil(high / step - 1e-9);
      const steps = last - first;
      if (!(steps >= 1 && steps <= most && last * step > first * step)) continue;
      const waste = ((last - first) * step) / span - 1;
      const fit = Math.abs(steps - wanted) + 2 * waste;
      // Before its labels are written: they can only make it worse.
      if (fit >= least) continue;
      const ticks = Array.from({ length: steps + 1 }, (_, i) => {
        const value = Number(((last - i) * step).toPrecision(12));
        return { value, label: format(value) };
      });
      const isTold = new Set(ticks.map(({ label }) => label)).size === ticks.length;
      const isRound = ticks.every(({ value, label }) => digitsOf(value.toPrecision(6)) === digitsOf(label));
      const cost = fit + (isRound ? 0 : 20) + (isTold ? 0 : 100);
      if (cost >= least) continue;
      least = cost;
      best = { min: first * step, max: last * step, ticks };
    }
  }
  return best ?? { min: low, max: high, ticks: [high, low].map((value) => ({ value, label: format(value) })) };
}

/** The digits that count in a number as written: `25` of `2.5M/s`, of `25%` and of `0.0250`. */
function digitsOf(written: string): string {
  const [number = ''] = /\d+(?:\.\d+)?/.exec(written) ?? [];
  return number.replace('.', '').replace(/^0+|0+$/g, '');
}

const SECOND_MS = 1_000;
const TIME_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600].map(
  (seconds) => seconds * SECOND_MS,
);

/** The ages on a time axis that long, ms, from the oldest, without now: multiples of a round step, at most `most`. */
export function timeTicks(spanMs: number, most: number): number[] {
  const step = TIME_STEPS_MS.find((candidate) => Math.floor(spanMs / candidate) <= most) ?? Number.POSITIVE_INFINITY;
  const count = Math.min(most, Math.floor(spanMs / step));
  return Array.from({ length: count }, (_, i) => (count - i) * step);
}
