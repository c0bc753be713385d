/**
 * Numbers as a person reads them: rounded to what can be told apart, in a known number of columns.
 * All of it is pure: no clock, no time zone, no locale is looked up here.
 */

/** What stands for a value that is not known. One column; the writer replaces it where only ASCII can be shown. */
export const UNKNOWN = '–';

/** A number that may be missing. `null`, `undefined`, NaN and the infinities are all shown as `UNKNOWN`. */
export type Maybe = number | null | undefined;

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/** The number, or NaN when it is not known or not finite. */
function known(value: Maybe): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

/** Three significant places at most: `0`, `999`, `1.2k`, `146M`. The first unit is written without a decimal. */
function scaled(value: number, unit: string): string {
  let rest = Math.abs(value);
  let step = 0;
  // 999.5 and more would be written "1000": it belongs to the next unit.
  while (rest >= 999.5 && step < PREFIXES.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step > 0 && rest < 9.95 ? rest.toFixed(1) : String(Math.round(rest));
  const sign = value < 0 && Number(digits) !== 0 ? '-' : '';
  return `${sign}${digits}${step === 0 ? unit : PREFIXES[step]}`;
}

/** Bytes in decimal units, the product's own (200 MB is 200e6): `512B`, `9.4k`, `146M`, `3.4G`. At most 4 columns. */
export function bytes(value: Maybe): string {
  const n = known(value);
  return Number.isNaN(n) ? UNKNOWN : scaled(n, 'B');
}

/** Bytes with their unit written out, three significant places: `512 B`, `146 MB`, `3.43 GB`. */
export function bytesLong(value: Maybe): string {
  const n = known(value);
  if (Number.isNaN(n)) return UNKNOWN;
  let rest = Math.abs(n);
  let step = 0;
  while (rest >= 999.5 && step < PREFIXES.length - 1) {
    rest /= 1000;
    step++;
  }
  const places = step === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  const digits = rest.toFixed(places);
  return `${n < 0 && Number(digits) !== 0 ? '-' : ''}${digits} ${PREFIXES[step]}B`;
}

/**
 * A share, `71%`: whole numbers, at most 4 columns up to 999.
 * Less than 100 is never written as 100: a full disk and an almost full one are not the same.
 */
export function percent(value: Maybe): string {
  const n = known(value);
  if (Number.isNaN(n)) return UNKNOWN;
  const rounded = Math.round(n);
  return `${n < 100 && rounded === 100 ? 99 : rounded === 0 ? 0 : rounded}%`;
}

/** Bytes a second: `512B/s`, `2.1M/s`. At most 6 columns. */
export function rate(bytesPerSecond: Maybe): string {
  const n = known(bytesPerSecond);
  return Number.isNaN(n) ? UNKNOWN : `${scaled(n, 'B')}/s`;
}

/** A count: `0`, `999`, `1.2k`, `18k`. At most 4 columns; whole below a thousand. */
export function count(value: Maybe): string {
  const n = known(value);
  return Number.isNaN(n) ? UNKNOWN : scaled(n, '');
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

const two = (n: number) => String(n).padStart(2, '0');

/**
 * How long something lasts, two units, at most 5 columns: `8s`, `4m12`, `3h05`, `9d23`, `12d`, `412d`, `3y`.
 * Rounded down, as a clock shows it; below zero (a clock was set back) is unknown.
 */
export function duration(ms: Maybe): string {
  const n = known(ms);
  if (Number.isNaN(n) || n < 0) return UNKNOWN;
  if (n < MINUTE_MS) return `${Math.floor(n / SECOND_MS)}s`;
  if (n < HOUR_MS) return `${Math.floor(n / MINUTE_MS)}m${two(Math.floor((n % MINUTE_MS) / SECOND_MS))}`;
  if (n < DAY_MS) return `${Math.floor(n / HOUR_MS)}h${two(Math.floor((n % HOUR_MS) / MINUTE_MS))}`;
  if (n < 10 * DAY_MS) return `${Math.floor(n / DAY_MS)}d${two(Math.floor((n % DAY_MS) / HOUR_MS))}`;
  return n < 1000 * DAY_MS ? `${Math.floor(n / DAY_MS)}d` : `${Math.floor(n / YEAR_MS)}y`;
}

/**
 * How old something is, one unit, at most 4 columns: `8s`, `4m`, `3h`, `12d`. What is a moment ahead is `0s`; further
 * ahead it is from before the clock was set back, or by another's clock, and nobody knows its age.
 */
export function ago(ms: Maybe): string {
  const n = known(ms);
  if (Number.isNaN(n) || n <= -MINUTE_MS) return UNKNOWN;
  if (n < MINUTE_MS) return `${Math.max(0, Math.floor(n / SECOND_MS))}s`;
  if (n < HOUR_MS) return `${Math.floor(n / MINUTE_MS)}m`;
  if (n < DAY_MS) return `${Math.floor(n / HOUR_MS)}h`;
  return n < 1000 * DAY_MS ? `${Math.floor(n / DAY_MS)}d` : `${Math.floor(n / YEAR_MS)}y`;
}

/** The time of day, `14:08:41`, at the given offset from UTC (minutes east of it). */
export function clockTime(epochMs: Maybe, offsetMinutes: number): string {
  const n = known(epochMs) + offsetMinutes * MINUTE_MS;
  // Beyond this a Date is invalid and toISOString throws.
  if (!(Math.abs(n) <= 8.64e15)) return UNKNOWN;
  return new Date(n).toISOString().slice(-13, -5);
}

/** This machine's offset from UTC at a moment, minutes east of it. */
export function offsetAt(epochMs: number): number {
  return -new Date(epochMs).getTimezoneOffset();
}

/** An offset from UTC as ISO 8601 writes it: `+01:00`. Takes minutes east of UTC. */
export function zoneOffset(offsetMinutes: Maybe): string {
  const n = known(offsetMinutes);
  if (Number.isNaN(n)) return UNKNOWN;
  const minutes = Math.abs(Math.round(n));
  return `${n < 0 && minutes > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
