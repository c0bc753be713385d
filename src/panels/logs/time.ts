/** Moments as they are typed to jump to: `14:02`, `-10m`, `2026-11-21 14:02`. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

const RELATIVE = /^-\s*(\d{1,6})\s*([smhd])$/i;
const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/;
const DATED = /^(?:(\d{4})-)?(\d\d)-(\d\d)(?:[ T](\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

/** What can be typed. */
export const TIME_SYNTAX = '14:02, 14:02:30, -10m, -2h, 11-21 14:02, 2026-11-21 14:02';

/**
 * The moment (epoch ms) that a text means, in this machine's zone; null when it means none. A time of day is the last
 * one that has come.
 */
export function parseMoment(text: string, now: number): number | null {
  const typed = text.trim();
  const relative = RELATIVE.exec(typed);
  if (relative) return now - Number(relative[1]) * (UNITS[(relative[2] as string).toLowerCase()] as number);
  const today = new Date(now);
  const clock = CLOCK.exec(typed);
  if (clock) {
    const at = moment([today.getFullYear(), today.getMonth(), today.getDate(), ...clock.slice(1).map(toNumber)]);
    if (at === null || at <= now) return at;
    return moment([today.getFullYear(), today.getMonth(), today.getDate() - 1, ...clock.slice(1).map(toNumber)]);
  }
  const dated = DATED.exec(typed);
  if (!dated) return null;
  const [, year, month, day, ...time] = dated;
  const of = (inYear: number): number | null => moment([inYear, Number(month) - 1, Number(day), ...time.map(toNumber)]);
  if (year !== undefined) return of(Number(year));
  const at = of(today.getFullYear());
  return at === null || at <= now + DAY_MS ? at : of(today.getFullYear() - 1);
}

/** `+340ms`, `-12.34s`, `-3m04s`, `+2h05m`, `-3d04h`: at most eight columns. */
export function sinceText(ms: number): string {
  if (ms === 0) return '0';
  const sign = ms < 0 ? '-' : '+';
  const size = Math.abs(ms);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (size < 1_000) return `${sign}${size}ms`;
  if (size < MINUTE_MS) return `${sign}${(Math.floor(size / 10) / 100).toFixed(2)}s`;
  if (size < HOUR_MS) return `${sign}${Math.floor(size / MINUTE_MS)}m${two((size % MINUTE_MS) / 1_000)}s`;
  if (size < DAY_MS) return `${sign}${Math.floor(size / HOUR_MS)}h${two((size % HOUR_MS) / MINUTE_MS)}m`;
  return `${sign}${Math.floor(size / DAY_MS)}d${two((size % DAY_MS) / HOUR_MS)}h`;
}

function toNumber(text: string | undefined): number {
  return Number(text ?? 0);
}

function moment(parts: readonly number[]): number | null {
  const [year = 0, month = 0, day = 1, hour = 0, minute = 0, second = 0] = parts;
  if (month > 11 || hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(year, month, day, hour, minute, second);
  // 31 February would be a day of March.
  return date.getMonth() === month || day === 0 ? date.getTime() : null;
}
