/** One event of a log, whole: what it says, its fields, its stack trace. */
import { jsonLine } from '../../sources/logs/json-line.ts';
import { parseLine } from '../../sources/logs/line.ts';
import type { MergedLine } from '../../sources/logs/merge.ts';
import { stampAt } from '../../sources/logs/stamp.ts';
import { clean } from '../../text/clean.ts';
import { clockTime, offsetAt } from '../../text/format.ts';
import { redact } from '../../text/redact.ts';
import { truncate } from '../../text/width.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawScrolled } from '../../ui/scrolled.ts';
import type { Role, Theme } from '../../ui/theme.ts';

export interface LogEventLook {
  readonly line: MergedLine;
  readonly bot: string;
  readonly path: string;
  /** The lines of the event as they stand in the file, cleaned and redacted. */
  readonly raw: readonly string[];
  readonly top: number;
}

const MAX_DEPTH = 6;
const MAX_FIELDS = 200;

/** The fields of JSON, those within others by their path: `err.message`. Texts with line ends keep them. */
export function fieldsOf(text: string): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  function visit(value: unknown, path: string, depth: number): void {
    if (found.length >= MAX_FIELDS) return;
    if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
      const entries = Object.entries(value);
      if (entries.length === 0) found.push([path, Array.isArray(value) ? '[]' : '{}']);
      for (const [key, each] of entries) visit(each, path === '' ? key : `${path}.${key}`, depth + 1);
      return;
    }
    found.push([path, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  try {
    visit(JSON.parse(text), '', 0);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
  return found;
}

/** Where the JSON of a line begins; -1 without any. */
function jsonStart(text: string, now: number): number {
  let at = 0;
  for (let round = 0; round < 2; round += 1) {
    const stamp = stampAt(text, at, now);
    if (!stamp) break;
    at = stamp.end + (/^[\s:]*/.exec(text.slice(stamp.end))?.[0].length ?? 0);
  }
  return text[at] === '{' ? at : -1;
}

type Row = readonly [label: string, value: string, role: Role];

function rowsOf({ line, bot, path, raw }: LogEventLook): readonly Row[] {
  const [head = '', ...rest] = raw;
  const at = jsonStart(head, line.at);
  const json = at === -1 ? null : jsonLine(head.slice(at), 'out', line.at, parseLine);
  const rows: Row[] = [
    [
      'time',
      line.isStamped
        ? `${new Date(line.at).toISOString()} · ${clockTime(line.at, offsetAt(line.at))} here`
        : line.isTimed
          ? `${clockTime(line.at, offsetAt(line.at))} here, when it came: the line tells none`
          : 'it tells none: shown with the line before it, or at the last write to its file',
      'text',
    ],
    [
      'level',
      line.level ?? 'the line tells none',
      line.level === 'error' || line.level === 'fatal' ? 'bad' : line.level === 'warn' ? 'warn' : 'text',
    ],
    ['bot', bot, 'text'],
    ['file', path, 'muted'],
    ['', '', 'text'],
  ];
  if (json) {
    rows.push(['', json.message, 'strong'], ['', '', 'text']);
    for (const [key, value] of fieldsOf(head.slice(at))) rows.push([key, value, 'text']);
  } else rows.push(['', head, 'strong']);
  for (const text of rest) rows.push(['', text, 'muted']);
  return rows;
}

export function drawLogEvent(cells: Cells, look: LogEventLook, theme: Theme): void {
  const { width, height } = cells;
  cells.clear();
  cells.box(0, 0, width, height, {
    title: `Event · ${look.bot}`,
    right: 'Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
  });
  const rows = rowsOf(look);
  const labels = Math.min(Math.max(6, ...rows.map(([label]) => label.length)), Math.floor(width / 3));
  drawScrolled(cells, look.top, theme, (page) => {
    let y = 0;
    const limit = page.height;
    for (const [label, value, role] of rows) {
      const x = label === '' ? 1 : labels + 2;
      if (label !== '') page.text(1, y, truncate(clean(label), labels), theme.accent, labels);
      for (const part of value.split('\n')) {
        let rest = redact(clean(part.replaceAll('\t', '    ')));
        do {
          if (y >= limit) return y;
          const shown = truncate(rest, page.width - x - 1, '');
          page.text(x, y, shown, theme[role], page.width - x - 1);
          rest = shown === '' ? '' : rest.slice(shown.length);
          y += 1;
        } while (rest !== '');
      }
    }
    return y;
  });
}
