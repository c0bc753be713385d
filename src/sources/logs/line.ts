/** What one line of a log says of itself: when, how grave, from which component. The writer's level is believed. */
import { jsonLine, type ParsedLine } from './json-line.ts';
import { type LineLevel, levelOfWord } from './level.ts';
import type { LogStream } from './snapshot.ts';
import { type Stamp, stampAt } from './stamp.ts';

/** Most characters of a line without JSON that are looked at. */
const HEAD_CHARACTERS = 4_096;
const BLANKS_AND_MARKS = /[\s\-|:,;>*#•–—]*/y;
const WORD = /[A-Za-z0-9_.:/@#$*=+"-]+/y;
const LOGFMT_LEVEL = /\b(?:level|lvl|severity)=["']?([A-Za-z]+)/;
const LOGFMT_MESSAGE = /\b(?:msg|message)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/;
const LOGFMT_TIME = /\b(?:time|ts|timestamp)="?(\d[^\s"]{9,40})/;
const GLOG = /^([IWEF])\d{4} (\d\d:\d\d:\d\d)/;
const GLOG_LEVELS: Readonly<Record<string, LineLevel>> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' };

/** An exception that nobody caught, as Node, Python, Java and Go print it. */
const EXCEPTION =
  /^(?:Uncaught (?:exception:? )?|Unhandled (?:promise )?rejection:? ?|\[?UnhandledPromiseRejection|uncaughtException|Exception in thread |FATAL ERROR: |panic: |Segmentation fault|Traceback \(most recent call last\):|(?:[A-Za-z_$][\w$]*[.:])*[A-Za-z_$]*(?:Error|Exception)(?: \[[A-Z_0-9]+\])?(?::(?: |$)|$))/;
const NODE_WARNING = /^\(node:\d+\) (?:\[[A-Z0-9]+\] )?(\w*Warning|UnhandledPromiseRejectionWarning)\b/;
const TELEGRAM_SHAPE = /\bETELEGRAM\b|"error_code"\s?:\s?[45]\d\d|\bToo Many Requests: retry after \d/;

/** Takes a line apart. `now` is epoch ms, for stamps that leave out the year. */
export function parseLine(line: string, stream: LogStream, now: number): ParsedLine {
  let text = line.length > HEAD_CHARACTERS && !line.startsWith('{') ? line.slice(0, HEAD_CHARACTERS) : line;
  let stamp = null as Stamp | null;
  // PM2's own stamp stands before the writer's: the last one counts, unless only the first tells its zone.
  for (let round = 0; round < 2; round += 1) {
    const next = stampAt(text, 0, now);
    if (next === null) break;
    if (stamp === null || next.hasZone || !stamp.hasZone) stamp = next;
    text = text.slice(next.end).replace(/^[\s:]+/, '');
  }
  if (text.startsWith('{')) {
    const json = jsonLine(text, stream, now, parseLine);
    if (json) return json.at === null && stamp ? { ...json, at: stamp.at, hasZone: stamp.hasZone } : json;
  }
  return plainLine(text, stamp, stream, now);
}

function plainLine(text: string, stamp: Stamp | null, stream: LogStream, now: number): ParsedLine {
  const parsed = (level: LineLevel | null, component: string, message: string, at = stamp): ParsedLine => ({
    at: at?.at ?? null,
    hasZone: at?.hasZone ?? false,
    level,
    component,
    message,
    detail: '',
    bot: '',
  });
  const logfmt = LOGFMT_LEVEL.exec(text.slice(0, 400));
  const word = logfmt ? levelOfWord(logfmt[1] as string) : null;
  if (word) {
    const message = LOGFMT_MESSAGE.exec(text);
    const time = LOGFMT_TIME.exec(text);
    const own = time ? stampAt(time[1] as string, 0, now) : null;
    return parsed(word, '', message?.[1] ?? message?.[2] ?? text, own ?? stamp);
  }
  const glog = GLOG.exec(text);
  if (glog) return parsed(GLOG_LEVELS[glog[1] as string] ?? null, '', text.replace(/^[^\]]{0,80}\] /, ''));
  const warning = NODE_WARNING.exec(text);
  if (warning) return parsed(warning[1]?.startsWith('Unhandled') ? 'error' : 'warn', '', text);
  const head = readHead(text);
  if (head) return parsed(head.level, head.component, text.slice(head.end).replace(BLANKS_AT_START, '') || text);
  if (EXCEPTION.test(text)) return parsed(text.startsWith('FATAL') ? 'fatal' : 'error', '', text);
  if (stream === 'err' && TELEGRAM_SHAPE.test(text)) return parsed('error', '', text);
  return parsed(null, '', text);
}

const BLANKS_AT_START = /^[\s:|\-–—>*\]]+/;

/** How many words may stand before the level: pid, thread, logger, host. */
const MAX_WORDS = 6;

/**
 * The level among the first words of a line. Words before it must look like a logger's name, a pid or a place: at the
 * first word of plain speech the search ends, or "no ERROR was found" would be an error.
 */
function readHead(text: string): { level: LineLevel; component: string; end: number } | null {
  let at = 0;
  let component = '';
  for (let words = 0; words < MAX_WORDS; words += 1) {
    BLANKS_AND_MARKS.lastIndex = at;
    BLANKS_AND_MARKS.test(text);
    at = BLANKS_AND_MARKS.lastIndex;
    const bracket = '[(<{'.indexOf(text[at] ?? ' ');
    if (bracket >= 0) {
      const close = text.indexOf('])>}'[bracket] as string, at);
      if (close < 0 || close - at > 80) return null;
      const inner = text.slice(at + 1, close).trim();
      // `[error]`, and Apache's `[core:error]`.
      const level = levelOfWord(inner) ?? levelOfWord(inner.slice(inner.lastIndexOf(':') + 1));
      if (level) return { level, component, end: close + 1 };
      if (component === '') component = inner;
      at = close + 1;
      continue;
    }
    WORD.lastIndex = at;
    const match = WORD.exec(text);
    if (!match) return null;
    const end = WORD.lastIndex;
    const word = match[0];
    const bare = word.replace(/[:\-.*"]+$/, '');
    const level = levelOfWord(bare);
    const isShouted = bare === bare.toUpperCase();
    if (level && (isShouted || word[bare.length] === ':' || text[end] === ']')) {
      return { level, component, end: at + bare.length };
    }
    // Python's default: `CRITICAL:root:no disk`.
    const joined = /^([A-Z]{3,11}):/.exec(word);
    const first = joined ? levelOfWord(joined[1] as string) : null;
    if (joined && first) return { level: first, component, end: at + joined[0].length };
    const isPlace = /[\d._/:@#$=-]/.test(word) || /^ ?[-|:]/.test(text.slice(end, end + 2));
    if (!isPlace) return null;
    if (component === '' && /[A-Za-z]/.test(bare)) component = bare;
    at = end;
  }
  return null;
}

/** Whether a line without stamp and level begins the report of an exception. */
export function beginsException(text: string): boolean {
  return EXCEPTION.test(text);
}

/** The level of a line, of those too that are not kept; null when it does not say. */
export function lineLevel(line: string, now: number): LineLevel | null {
  return line.trim() === '' ? null : parseLine(line, 'out', now).level;
}
