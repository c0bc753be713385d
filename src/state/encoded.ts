/** Samples in 16 bits, as the histories of bots keep them; a measure is its place in `TRACKED`. */

/** Where the codes of each measure are finest: below it they tell nothing apart. */
const GRAIN: readonly number[] = [0.1, 1e5, 0.01];
const LARGEST: readonly number[] = [1e5, 1e13, 1e7];
const CODES = 65_534;
export const UNKNOWN_CODE = 65_535;
const STEPS = GRAIN.map((grain, i) => CODES / Math.log1p((LARGEST[i] as number) / grain));

/** A value in 16 bits, to three hundredths of a percent of itself. */
export function encode(measure: number, value: number): number {
  if (!(value >= 0)) return UNKNOWN_CODE;
  const code = Math.round(Math.log1p(value / (GRAIN[measure] as number)) * (STEPS[measure] as number));
  return Math.min(code, CODES);
}

export function decode(measure: number, code: number): number {
  return code === UNKNOWN_CODE
    ? Number.NaN
    : Math.expm1(code / (STEPS[measure] as number)) * (GRAIN[measure] as number);
}
