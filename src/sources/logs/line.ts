/** What one line of a log says of itself: when, how grave, from which component. The writer's level is believed. */
import { readHead } from './head.ts';
import { jsonLine, type ParsedLine } from './json-line.ts';
import type { LineLevel } from './level.ts';
import { shapedLine } from './shapes.ts';
import type { LogStream } from './snapshot.ts';
import { type Stamp, stampAt } from './stamp.ts';

/** Most characters of a line without JSON that are looked at. */
const HEAD_CHARACTERS = 4_096;

/** An exception that nobody caught, as Node, Python, Java and Go print it. */
const EXCEPTION =
  /^(?:Uncaught (?:exception:? )?|Unhandled (?:promise )?rejection:? ?|\[?UnhandledPromiseRejection|uncaughtException|Exception in thread |FATAL ERROR: |panic: |fatal error: |Segmentation fault|Traceback \(most recent call last\):|(?:[A-Za-z_$][\w$]*[.:])*[A-Za-z_$]*(?:Error|Exception)(?: \[[A-Z_0-9]+\])?(?::(?: |$)|$))/;
const FATAL_EXCEPTION = /^(?:FATAL|panic: |fatal error: )/;
const NODE_WARNING = /^\(node:\d+\) (?:\[[A-Z0-9]+\] )?(\w*Warning|UnhandledPromiseRejectionWarning)\b/;
const TELEGRAM_SHAPE = /\bETELEGRAM\b|"error_code"\s?:\s?[45]\d\d|\bToo Many Requests: retry after \d/;
/** A refused login in a line that has no level of its own, as sshd and PAM write it. */
const REFUSED_LOGIN = /^(?:Failed password for |pam_unix\(\S{1,40}\): authentication failure;)/;
/** syslog's `<priority>`, with the version that RFC 5424 puts behind it. */
const PRIORITY = /^<(\d{1,3})>(?:1 (?=\d{4}-|- ))?/;
/** The severities of syslog, 0 to 7. */
const SEVERITIES: readonly LineLevel[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug'];
/** `host app[pid]: `, as syslog's files have it behind the time. */
const SYSLOG_APP = /^[\w.-]{1,255} ([\w./-]{1,80})(?:\[\d{1,10}\])?: (?=\S)/;
/** `host app pid msgid [data]` or `-`, as RFC 5424 has it. */
const SYSLOG_5424 =
  /^[\w.:-]{1,255} ([\w./-]{1,48}) [\w.-]{1,128} [\w.-]{1,32} (?:-|\[[^\]]{0,400}\](?:\[[^\]]{0,400}\]){0,4})(?: \ufeff?|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const COLOURS = /\u001b\[[\d;]*m/g;
const BLANKS_AT_START = /^[\s:|\-–—>*\]]+/;
/** Behind the level: log4j's and logback's logger, and Spring's pid, thread and logger. */
const JAVA_LOGGER = /^((?:[A-Za-z_$][\w$]{0,60}\.){1,12}[A-Za-z_$][\w$]{0,80})\s{1,40}[-:]\s{1,4}(?=\S)/;
/** Between level and message: nginx's process and connection, Apache's process, log4j's thread. */
const WORKER =
  /^(?:\d{1,10}#\d{1,10}: (?:\*\d{1,20} )?|\[pid \d{1,10}(?::tid \d{1,20})?\] |\[[^\]]{1,80}\] (?=(?:[A-Za-z_$][\w$]{0,60}\.){1,12}[A-Za-z_$][\w$]{0,80}\s{1,40}[-:]\s))/;
const SPRING_HEAD = /^\d{1,10} --- (?:\[[^\]]{0,80}\] ){1,3}\s{0,40}(\S{1,80})\s{1,40}: /;

/** Takes a line apart. `now` is epoch ms, for stamps that leave out the year. */
export function parseLine(line: string, stream: LogStream, now: number): ParsedLine {
  let text = line.length > HEAD_CHARACTERS && !line.startsWith('{') ? line.slice(0, HEAD_CHARACTERS) : line;
  if (text.includes('\u001b[')) text = text.replace(COLOURS, '');
  const priority = text.charCodeAt(0) === 0x3c ? PRIORITY.exec(text) : null;
  if (priority) text = text.slice(priority[0].length);
  let stamp = null as Stamp | null;
  // PM2's own stamp stands before the writer's: the last one counts, unless only the first tells its zone.
  for (let round = 0; round < 2; round += 1) {
    const next = stampAt(text, 0, now);
    if (next === null) break;
    if (stamp === null || next.hasZone || !stamp.hasZone) stamp = next;
    text = text.slice(next.end).replace(/^[\s:]+/, '');
  }
  const parsed = bodyOf(text, stamp, stream, now);
  if (!priority) return parsed;
  // What the message says of itself is its writer's; the priority may be that of a pipe.
  return { ...parsed, level: parsed.level ?? (SEVERITIES[Number(priority[1]) & 7] as LineLevel) };
}

function bodyOf(text: string, stamp: Stamp | null, stream: LogStream, now: number): ParsedLine {
  if (text.startsWith('{')) {
    const json = jsonLine(text, stream, now, parseLine);
    if (json) return json.at === null && stamp ? { ...json, at: stamp.at, hasZone: stamp.hasZone } : json;
  }
  const shaped = shapedLine(text, stamp, now);
  if (shaped) return shaped;
  const head = readHead(text);
  if (head) return withHead(text, head, stamp);
  if (stamp !== null) {
    const app = SYSLOG_APP.exec(text) ?? SYSLOG_5424.exec(text);
    if (app) {
      const inner = bodyOf(text.slice(app[0].length), stamp, stream, now);
      return inner.component === '' ? { ...inner, component: app[1] as string } : inner;
    }
  }
  return parsedOf(levelByShape(text, stream), '', text, stamp);
}

function withHead(text: string, head: { level: LineLevel; component: string; end: number }, stamp: Stamp | null) {
  const rest = text.slice(head.end).replace(BLANKS_AT_START, '').replace(WORKER, '') || text;
  const logger = SPRING_HEAD.exec(rest) ?? JAVA_LOGGER.exec(rest);
  // A name with dots before a colon may be an exception: `java.io.IOException: x`.
  if (!logger || EXCEPTION.test(rest)) return parsedOf(head.level, head.component, rest, stamp);
  return parsedOf(head.level, logger[1] as string, rest.slice(logger[0].length), stamp);
}

/** Of a line whose writer names no level: what only errors look like. */
function levelByShape(text: string, stream: LogStream): LineLevel | null {
  const warning = NODE_WARNING.exec(text);
  if (warning) return warning[1]?.startsWith('Unhandled') ? 'error' : 'warn';
  if (EXCEPTION.test(text)) return FATAL_EXCEPTION.test(text) ? 'fatal' : 'error';
  if (REFUSED_LOGIN.test(text)) return 'warn';
  return stream === 'err' && TELEGRAM_SHAPE.test(text) ? 'error' : null;
}

function parsedOf(level: LineLevel | null, component: string, message: string, stamp: Stamp | null): ParsedLine {
  const { at, hasZone } = stamp ?? { at: null, hasZone: false };
  return { at, hasZone, level, component, message, detail: '', bot: '' };
}

/** Whether a line without stamp and level begins the report of an exception. */
export function beginsException(text: string): boolean {
  return EXCEPTION.test(text);
}
