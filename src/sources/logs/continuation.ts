/**
 * Which lines belong to the line before them: stack traces of JavaScript, Python, Java and Go, PostgreSQL's remarks.
 * It is told by the line and by the few before it, so that it is the same whichever way a log is read.
 */
import type { ParsedLine } from './json-line.ts';
import type { LineLevel } from './level.ts';
import { beginsException, parseLine } from './line.ts';
import { MAX_LINE_BYTES } from './open-log.ts';
import { CONTINUES, GO_FRAME, GOROUTINE, HANGS_TOGETHER, REMARK, TRACEBACK } from './trace-shapes.ts';

/** So many lines before a line tell what it is. A frame of Python's has its place, its code, and what marks the code. */
export const LOOK_BACK_LINES = 4;

/** The stamp that PM2 puts before each line, those of a stack trace too. */
const PM2_PREFIX = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: /;
const PM2_PREFIX_BYTES = '2026-01-01T00:00:00: '.length;
const GO_PLACE = /^\t\S{0,400}\.(?:go|s):\d/;
/** A word that stands where the level does, and reads as one. */
const STATEMENT = /^(?:(?!LOG:|INFO|NOTICE).){0,160}?\bSTATEMENT: {2}/;
const FRAME = '  File "';
const GRAVE = new Set<LineLevel | null>(['warn', 'error', 'fatal']);

/** Whether the line at an offset, `raw`, which says of itself what `parsed` holds, belongs to the line before it. */
export function isContinuation(bytes: Buffer, at: number, raw: string, parsed: ParsedLine, now: number): boolean {
  if (raw.trim() === '') return true;
  const bare = raw.replace(PM2_PREFIX, '');
  if (parsed.at !== null && bare.length === raw.length) return isRemark(raw, parsed);
  if (CONTINUES.test(bare) || GOROUTINE.test(bare)) return true;
  if (bare.startsWith(TRACEBACK)) return continuesError(bytes, at, now) || hangsTogether(bytes, at);
  if (endsTraceback(bytes, at)) return true;
  // Whatever is one has a level by that.
  if (parsed.level !== null && beginsException(bare)) return continuesError(bytes, at, now);
  return GO_FRAME.test(bare) && isBehindGo(bytes, at);
}

function isRemark(raw: string, { level }: ParsedLine): boolean {
  if (!raw.includes(':  ')) return false;
  return level === null ? REMARK.test(raw) : level === 'info' && STATEMENT.test(raw);
}

/** Where the line before an offset, which is the start of one, begins; -1 without one. */
function startBefore(bytes: Buffer, at: number): number {
  return at <= 0 ? -1 : at === 1 ? 0 : bytes.lastIndexOf(0x0a, at - 2) + 1;
}

/** The line before an offset, without PM2's stamp; null without one. */
function lineBefore(bytes: Buffer, at: number): string | null {
  const start = startBefore(bytes, at);
  return start === -1 ? null : textAt(bytes, start, at - 1).replace(PM2_PREFIX, '');
}

function textAt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, Math.min(end, start + MAX_LINE_BYTES)).replace(/\r$/, '');
}

/** Whether the line before is a warning or an error in words: what it was about may follow. */
function continuesError(bytes: Buffer, at: number, now: number): boolean {
  const before = lineBefore(bytes, at);
  if (before === null || CONTINUES.test(before)) return false;
  const { level, message } = parseLine(before, 'out', now);
  return GRAVE.has(level) && !beginsException(message);
}

/** Whether Python says that a traceback belongs to the one before: a blank line stands between. */
function hangsTogether(bytes: Buffer, at: number): boolean {
  for (let end = at, lines = 0; lines < 2; lines += 1) {
    const before = lineBefore(bytes, end);
    if (before === null) return false;
    if (before.trim() !== '') return HANGS_TOGETHER.test(before);
    end = startBefore(bytes, end);
  }
  return false;
}

/** Whether a frame of a Python traceback ends at an offset: the line there says what the traceback is about. */
function endsTraceback(bytes: Buffer, at: number): boolean {
  let end = at;
  for (let lines = 0; end > 0 && lines < LOOK_BACK_LINES; lines += 1) {
    const start = startBefore(bytes, end);
    const prefix = bytes[start] === 0x20 ? 0 : bytes[start + 19] === 0x3a ? PM2_PREFIX_BYTES : -1;
    const from = start + prefix;
    if (prefix === -1 || bytes[from] !== 0x20 || bytes[from + 1] !== 0x20) return false;
    if (bytes.toString('latin1', from, from + FRAME.length) === FRAME) return true;
    end = start;
  }
  return false;
}

/** Whether the line before is of a goroutine's stack, whose frames are not indented and their places are. */
function isBehindGo(bytes: Buffer, at: number): boolean {
  const before = lineBefore(bytes, at);
  return before !== null && (GOROUTINE.test(before) || GO_PLACE.test(before));
}
