/** How a line of a log is shown: without the stamp that stands beside it anyway, JSON as a sentence with its fields. */
import { jsonLine } from '../../sources/logs/json-line.ts';
import type { LineLevel } from '../../sources/logs/level.ts';
import { parseLine } from '../../sources/logs/line.ts';
import type { LogLine } from '../../sources/logs/pager.ts';
import { stampAt } from '../../sources/logs/stamp.ts';
import type { Role } from '../../ui/theme.ts';

export interface LineLook {
  /** What happened. */
  readonly text: string;
  /** The fields of JSON, ` key=value` each; empty without. */
  readonly fields: string;
}

/** A level in a letter, so that it is told without colour too. */
export const LEVELS: Readonly<Record<LineLevel, readonly [letter: string, role: Role]>> = {
  debug: ['D', 'muted'],
  info: ['I', 'text'],
  warn: ['W', 'warn'],
  error: ['E', 'bad'],
  fatal: ['F', 'bad'],
};

/** Said elsewhere in the row, or the same in every line. */
const SAID = new Set(
  'level severity levelname lvl time timestamp @timestamp ts asctime msg message event pid hostname v name logger app_name process_id type'.split(
    ' ',
  ),
);
/** What a component may be called: it stands before the message. */
const COMPONENTS = new Set(['component', 'service', 'module']);
const MAX_VALUE = 120;

const looks = new WeakMap<LogLine, LineLook>();

export function lineLook(line: LogLine): LineLook {
  let look = looks.get(line);
  if (!look) {
    look = makeLook(line);
    looks.set(line, look);
  }
  return look;
}

function makeLook({ text, at, isPart }: LogLine): LineLook {
  if (isPart) return { text, fields: '' };
  let rest = text;
  for (let round = 0; round < 2; round += 1) {
    const stamp = stampAt(rest, 0, at);
    if (!stamp) break;
    rest = rest.slice(stamp.end).replace(/^(?:[\s:|]|-(?=\s))+/, '');
  }
  if (rest === '') return { text, fields: '' };
  if (!rest.startsWith('{')) return { text: rest, fields: '' };
  const parsed = jsonLine(rest, 'out', at, parseLine);
  if (!parsed) return { text: rest, fields: '' };
  const head = parsed.component === '' ? '' : `${parsed.component}: `;
  return { text: `${head}${parsed.message}`, fields: fieldsOf(rest, parsed.component) };
}

function fieldsOf(json: string, component: string): string {
  const fields = JSON.parse(json) as Readonly<Record<string, unknown>>;
  let shown = '';
  for (const [key, value] of Object.entries(fields)) {
    if (SAID.has(key) || (COMPONENTS.has(key) && value === component)) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    shown += ` ${key}=${text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text}`;
  }
  return shown;
}
