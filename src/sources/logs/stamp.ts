/** The moments that log lines begin with. */

/** A stamp at the start of a text. */
export interface Stamp {
  /** Epoch ms; without a zone, as if it were ours. */
  readonly at: number;
  readonly hasZone: boolean;
  /** Where the text goes on behind it. */
  readonly end: number;
}

const ISO =
  /[[(<]?(\d{4})[-/.](\d\d)[-/.](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?[\])>]?/y;
const SYSLOG =
  /[[(<]?(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (\d{4}))?[\])>]?/y;
const DAY_FIRST =
  /[[(<]?(\d{1,2})[ /]([A-Z][a-z]{2})[ /](\d{4})[ :](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ([+-]\d{4}))?[\])>]?/y;
/** A time of day alone, as logback writes it by default. */
const TIME_ONLY = /[[(<]?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?[\])>]?(?= )/y;
const HALF_A_DAY_MS = 43_200_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The stamp at `from`; null without one. `now` (epoch ms) tells the year where syslog leaves it out. */
export function stampAt(text: string, from: number, now: number): Stamp | null {
  const first = text.charCodeAt(from);
  const isBracket = first === 0x5b || first === 0x28 || first === 0x3c;
  const head = isBracket ? text.charCodeAt(from + 1) : first;
  if (head >= 0x30 && head <= 0x39) return isoAt(text, from) ?? dayFirstAt(text, from) ?? timeOnlyAt(text, from, now);
  return head >= 0x41 && head <= 0x5a ? syslogAt(text, from, now) : null;
}

function isoAt(text: string, from: number): Stamp | null {
  ISO.lastIndex = from;
  const match = ISO.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const parts = [year, Number(month) - 1, day, hour, minute, second ?? 0].map(Number);
  return stampOf(parts, fraction, zone, ISO.lastIndex);
}

function dayFirstAt(text: string, from: number): Stamp | null {
  DAY_FIRST.lastIndex = from;
  const match = DAY_FIRST.exec(text);
  if (!match) return null;
  const [, day, month, year, hour, minute, second, fraction, zone] = match;
  const parts = [year, MONTHS.indexOf(month as string), day, hour, minute, second].map(Number);
  return stampOf(parts, fraction, zone, DAY_FIRST.lastIndex);
}

function timeOnlyAt(text: string, from: number, now: number): Stamp | null {
  TIME_ONLY.lastIndex = from;
  const match = TIME_ONLY.exec(text);
  if (!match) return null;
  const [, hour, minute, second, fraction] = match;
  const today = new Date(now);
  const parts = [today.getFullYear(), today.getMonth(), today.getDate(), Number(hour), Number(minute), Number(second)];
  const stamp = stampOf(parts, fraction, undefined, TIME_ONLY.lastIndex);
  // The evening's lines read after midnight.
  return stamp !== null && stamp.at > now + HALF_A_DAY_MS ? { ...stamp, at: stamp.at - 2 * HALF_A_DAY_MS } : stamp;
}

function syslogAt(text: string, from: number, now: number): Stamp | null {
  SYSLOG.lastIndex = from;
  const match = SYSLOG.exec(text);
  if (!match) return null;
  const [, month, day, hour, minute, second, fraction, year] = match;
  const thisYear = new Date(now).getFullYear();
  const parts = [year ?? thisYear, MONTHS.indexOf(month as string), day, hour, minute, second].map(Number);
  const stamp = stampOf(parts, fraction, undefined, SYSLOG.lastIndex);
  // December's lines read in January are not of the year to come.
  if (stamp === null || year !== undefined || stamp.at < now + 86_400_000) return stamp;
  return stampOf([thisYear - 1, ...parts.slice(1)], fraction, undefined, SYSLOG.lastIndex);
}

function stampOf(
  parts: readonly number[],
  fraction: string | undefined,
  zone: string | undefined,
  end: number,
): Stamp | null {
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  const ms = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  if (zone === undefined) {
    return { at: new Date(year, month, day, hour, minute, second, ms).getTime(), hasZone: false, end };
  }
  const at = Date.UTC(year, month, day, hour, minute, second, ms);
  const shift = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  const minutes = shift === null ? 0 : (Number(shift[2]) * 60 + Number(shift[3])) * (shift[1] === '-' ? -1 : 1);
  return { at: at - minutes * 60_000, hasZone: true, end };
}
