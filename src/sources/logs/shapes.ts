/** Lines that tell level and time in a way of their own: logfmt, glog, Redis, the access logs of web servers. */
import type { ParsedLine } from './json-line.ts';
import { type LineLevel, levelOfWord } from './level.ts';
import { type Stamp, stampAt } from './stamp.ts';

const LOGFMT_LEVEL = /(?:^|\s)(?:level|lvl|severity)=["']?([A-Za-z]+)/;
const LOGFMT_MESSAGE = /(?:^|\s)(?:msg|message)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/;
const LOGFMT_TIME = /(?:^|\s)(?:time|ts|timestamp|t)="?(\d[^\s"]{9,40})/;
const LOGFMT_COMPONENT = /(?:^|\s)(?:logger|component|service|module)="?([\w./:-]{1,80})/;
const LOGFMT_ERROR = /(?:^|\s)(?:err|error)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/;
/** No further is a level looked for among the fields. */
const LOGFMT_HEAD = 400;

const GLOG = /^([IWEF])((0[1-9]|1[0-2])([0-3]\d) \d\d:\d\d:\d\d(?:\.\d{1,9})?) +\d{1,10} ([\w./-]{1,120}:\d{1,6})\] /;
const GLOG_LEVELS: Readonly<Record<string, LineLevel>> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' };

/** `1234:M 21 Nov 2026 22:00:00.123 # message`. */
const REDIS = /^\d{1,10}:[XCSM] (\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3}) ([.\-*#]) /;
const REDIS_LEVELS: Readonly<Record<string, LineLevel>> = { '.': 'debug', '-': 'debug', '*': 'info', '#': 'warn' };

/** The common and the combined log format, behind a name of the virtual host or without. */
const ACCESS =
  /^(?:[\w.:-]{1,255} )?[\w.:-]{1,255} \S{1,80} [^"[\]]{1,80} (\[[^\]]{20,40}\]) "([A-Z]{3,10}) ([^\s"]{1,2000})(?: HTTP\/[\d.]{1,3})?" (\d{3}) (?:\d+|-)/;

/** Null when the line is of none of these shapes. `stamp` is what stood before it; `now` tells a missing year. */
export function shapedLine(text: string, stamp: Stamp | null, now: number): ParsedLine | null {
  const first = text.charCodeAt(0);
  // I, W, E, F and a digit.
  if (first === 0x49 || first === 0x57 || first === 0x45 || first === 0x46) {
    const glog = glogLine(text, stamp, now);
    if (glog) return glog;
  }
  if (first >= 0x30 && first <= 0x39) {
    const redis = redisLine(text, now);
    if (redis) return redis;
  }
  return accessLine(text, now) ?? logfmtLine(text, stamp, now);
}

function glogLine(text: string, stamp: Stamp | null, now: number): ParsedLine | null {
  const match = GLOG.exec(text);
  if (!match) return null;
  const [whole, letter, written, month, day, place] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const year = new Date(now).getFullYear();
  const time = written.slice(5);
  const at = stampAt(`${year}-${month}-${day} ${time}`, 0, now);
  // December's lines read in January are of the year before.
  const own = at && at.at > now + 86_400_000 ? stampAt(`${year - 1}-${month}-${day} ${time}`, 0, now) : at;
  return shaped(GLOG_LEVELS[letter] ?? null, place.replace(/:\d+$/, ''), text.slice(whole.length), own ?? stamp);
}

function redisLine(text: string, now: number): ParsedLine | null {
  const match = REDIS.exec(text);
  if (!match) return null;
  const stamp = stampAt(match[1] as string, 0, now);
  return shaped(REDIS_LEVELS[match[2] as string] ?? null, 'redis', text.slice(match[0].length), stamp);
}

export function isGlogLine(text: string): boolean {
  return GLOG.test(text);
}

/** Whether a line is a request in a web server's log. */
export function isAccessLine(text: string): boolean {
  return text.includes('] "') && ACCESS.test(text);
}

/** A server's own failures are errors, a refusal for being asked too often a warning; what clients do wrong is not. */
function accessLine(text: string, now: number): ParsedLine | null {
  if (!text.includes('] "')) return null;
  const match = ACCESS.exec(text);
  if (!match) return null;
  const [, time, method, path, status] = match as unknown as [string, string, string, string, string];
  const level = status.startsWith('5') ? 'error' : status === '429' ? 'warn' : 'info';
  return shaped(level, '', `${method} ${path.replace(/\?.*/, '')} HTTP ${status}`, stampAt(time, 0, now));
}

function logfmtLine(text: string, stamp: Stamp | null, now: number): ParsedLine | null {
  const found = LOGFMT_LEVEL.exec(text.length > LOGFMT_HEAD ? text.slice(0, LOGFMT_HEAD) : text);
  const level = found ? levelOfWord(found[1] as string) : null;
  if (level === null) return null;
  const said = LOGFMT_MESSAGE.exec(text);
  const cause = LOGFMT_ERROR.exec(text);
  const time = LOGFMT_TIME.exec(text)?.[1];
  const own = time === undefined ? null : (stampAt(time, 0, now) ?? epochOf(time));
  const message = said?.[1] ?? said?.[2];
  const detail = cause?.[1] ?? cause?.[2] ?? '';
  return {
    ...shaped(level, LOGFMT_COMPONENT.exec(text)?.[1] ?? '', message ?? text, own ?? stamp),
    detail: message === undefined || detail === message ? '' : detail,
  };
}

/** Seconds or ms since the epoch. */
function epochOf(text: string): Stamp | null {
  if (!/^\d{10}(?:\.\d{1,9})?$|^\d{13}$/.test(text)) return null;
  const value = Number(text);
  return { at: value < 1e11 ? Math.floor(value * 1000) : value, hasZone: true, end: text.length };
}

function shaped(level: LineLevel | null, component: string, message: string, stamp: Stamp | null): ParsedLine {
  return { at: stamp?.at ?? null, hasZone: stamp?.hasZone ?? false, level, component, message, detail: '', bot: '' };
}
