/** A line that is one JSON object: winston, pino, bunyan, python-json-logger, and PM2's own JSON around any of them. */
import { type LineLevel, levelOfNumber, levelOfWord } from './level.ts';
import type { LogStream } from './snapshot.ts';
import { stampAt } from './stamp.ts';

/** A line taken apart. Its text is as it was written: neither cleaned nor redacted. */
export interface ParsedLine {
  /** Epoch ms; null without a stamp. */
  readonly at: number | null;
  readonly hasZone: boolean;
  /** Null: the line does not say. */
  readonly level: LineLevel | null;
  readonly component: string;
  readonly message: string;
  /** A stack trace that stands in the line itself (JSON); empty without. */
  readonly detail: string;
  /** The bot that PM2's JSON names; empty without. */
  readonly bot: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Parse = (line: string, stream: LogStream, now: number) => ParsedLine;

/** Null when the text is no whole JSON object, or one that is no log entry. `parse` reads what PM2 wrapped. */
export function jsonLine(text: string, stream: LogStream, now: number, parse: Parse): ParsedLine | null {
  let fields: Fields;
  try {
    const value: unknown = JSON.parse(text);
    if (!isFields(value)) return null;
    fields = value;
  } catch {
    // Cut, or no JSON after all: it is read as plain text.
    return null;
  }
  if (isPm2(fields)) return unwrap(fields, stream, now, parse);
  const failure = [fields['err'], fields['error'], fields['exception'], fields['exc']].find(isFields);
  const plainFailure = [fields['err'], fields['error'], fields['exception']].find((value) => typeof value === 'string');
  const message = textOf(fields['msg'], fields['message'], fields['event'], failure?.['message'], plainFailure);
  const level = levelIn(fields);
  if (level === null && message === '') return null;
  const at = momentIn(fields, now);
  const stack = textOf(fields['stack'], failure?.['stack'], fields['exc_info'], fields['stack_trace']);
  const cause = textOf(failure?.['message'], plainFailure);
  const code = textOf(codeIn(fields), codeIn(failure ?? {}));
  // A code stands in a field of its own, and not in the stack: it goes before what may be cut.
  const said = stack !== '' ? stack : cause !== message ? cause : '';
  const detail = code === '' || said.includes(code) ? said : [code, said].filter(Boolean).join('\n');
  return {
    at: at?.at ?? null,
    hasZone: at?.hasZone ?? false,
    level,
    component: textOf(fields['logger'], fields['name'], fields['component'], fields['service'], fields['module']),
    message: message === '' ? text.slice(0, 1_000) : message,
    detail: detail.startsWith(message) && detail.length === message.length ? '' : detail,
    bot: '',
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** PM2's `--log-type json`. */
function isPm2(fields: Fields): boolean {
  return typeof fields['app_name'] === 'string' && 'process_id' in fields && typeof fields['message'] === 'string';
}

function unwrap(fields: Fields, stream: LogStream, now: number, parse: Parse): ParsedLine {
  const [first = '', ...rest] = (fields['message'] as string).split('\n');
  // A line within itself any deeper is no log of anybody's.
  const inner = parse(first, fields['type'] === 'err' ? 'err' : stream, now);
  const outer = momentIn(fields, now);
  return {
    ...inner,
    at: inner.at ?? outer?.at ?? null,
    hasZone: inner.at === null ? (outer?.hasZone ?? false) : inner.hasZone,
    detail: [inner.detail, ...rest].filter(Boolean).join('\n'),
    bot: fields['app_name'] as string,
  };
}

function levelIn(fields: Fields): LineLevel | null {
  const log = fields['log'];
  for (const value of [
    fields['level'],
    fields['severity'],
    fields['levelname'],
    fields['lvl'],
    fields['log.level'],
    isFields(log) ? log['level'] : undefined,
  ]) {
    const level =
      typeof value === 'number'
        ? levelOfNumber(value)
        : typeof value === 'string'
          ? // winston's colorize() leaves colours in the word.
            levelOfWord(value.replace(/\u001b\[[\d;]*m/g, '').trim())
          : null;
    if (level) return level;
  }
  return null;
}

function momentIn(fields: Fields, now: number): { at: number; hasZone: boolean } | null {
  for (const name of ['time', 'timestamp', '@timestamp', 'ts', 'asctime', 'datetime', 'date']) {
    const value = fields[name];
    if (typeof value === 'number' && value > 1e8 && value < 1e20) return { at: epochMs(value), hasZone: true };
    if (typeof value === 'string') {
      const stamp = stampAt(value, 0, now);
      if (stamp) return stamp;
    }
  }
  return null;
}

/** Writers count in s, ms, µs or ns: this century's numbers of each are apart by powers of a thousand. */
function epochMs(value: number): number {
  if (value < 1e11) return value * 1000;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1000 : value / 1e6;
}

/** What an error calls itself, in the words that codes are told by. */
function codeIn(fields: Fields): string {
  const response = fields['response'];
  const answer = isFields(response) ? (isFields(response['body']) ? response['body'] : response) : {};
  const telegram = fields['error_code'] ?? answer['error_code'];
  if (typeof telegram === 'number')
    return [`error_code: ${telegram}`, retryIn(fields), retryIn(answer)].join(' ').trim();
  const code = fields['code'] ?? fields['statusCode'] ?? fields['status'];
  if (typeof code === 'number') return code >= 400 && code < 600 ? `status: ${code}` : '';
  return typeof code === 'string' && code !== '' ? `code: '${code}'` : '';
}

function retryIn({ parameters }: Fields): string {
  const wait = isFields(parameters) ? parameters['retry_after'] : undefined;
  return typeof wait === 'number' ? `retry_after: ${wait}` : '';
}

/** The first of the values that is a text with something in it. */
function textOf(...values: readonly unknown[]): string {
  return (values.find((value) => typeof value === 'string' && value !== '') as string | undefined) ?? '';
}
