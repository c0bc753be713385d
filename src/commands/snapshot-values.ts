/** The number, or null where it is not one: NaN and infinity do not exist in JSON and mean "unknown" here. */
export function known(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The same with at most so many decimals. */
export function rounded(value: number | null | undefined, decimals: number): number | null {
  const number = known(value);
  if (number === null) return null;
  const scale = 10 ** decimals;
  // A number too large to be scaled has no decimals to round.
  return known(Math.round(number * scale) / scale) ?? number;
}

/** Epoch ms as ISO 8601 in UTC; null where unknown or outside what a date can say. */
export function isoTime(epochMs: number | null | undefined): string | null {
  const date = new Date(known(epochMs) ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
