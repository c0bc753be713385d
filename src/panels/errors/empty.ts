/** What the errors panel says beside its rows: what is unknown, what was passed over, and why there is no row. */
import { type LogsSnapshot, unreadFiles } from '../../sources/logs/snapshot.ts';
import type { Reading } from '../../sources/source.ts';
import { bytesLong, count } from '../../text/format.ts';
import { sentence } from '../../text/sentence.ts';
import type { Role } from '../../ui/theme.ts';

export type ErrorsLine = readonly [Role, string];

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** The lines of a panel without rows. `total` are the groups of the hour, `hidden` those of them that marks hide. */
export function emptyErrors(
  reading: Reading<LogsSnapshot> | null,
  filter: string,
  total: number,
  hidden: number,
): readonly ErrorsLine[] {
  if (total > 0 && total === hidden && filter === '') {
    return [
      ['text', `${plural(hidden, 'kind')} of errors, all hidden.`],
      ['muted', 'The filter is:hidden shows them.'],
    ];
  }
  if (total > 0 && filter !== '') {
    return [
      ['text', `No error matches “${filter}”: ${total} others.`],
      ['muted', 'Esc clears the filter.'],
    ];
  }
  if (reading === null) return [['muted', 'No log is followed.']];
  switch (reading.state) {
    case 'waiting':
      return [['muted', 'Reading the logs…']];
    case 'off':
      return [['muted', sentence(reading.reason)]];
    case 'down':
      return [
        ['bad', sentence(reading.error.message)],
        ...(reading.error.hint ? ([['text', sentence(reading.error.hint)]] as ErrorsLine[]) : []),
      ];
    case 'fresh':
    case 'stale':
      return emptyHour(reading.value);
    default:
      return reading satisfies never;
  }
}

function emptyHour(logs: LogsSnapshot): readonly ErrorsLine[] {
  const { files, isComplete } = logs;
  if (!isComplete) return [['muted', 'Waiting for PM2 to name its log files…']];
  if (files.length === 0) return [['text', 'No log file is known: PM2 tells of none here, and --logs names none.']];
  const unread = unreadFiles(files);
  const known = files.length - unread.length;
  const lines: ErrorsLine[] = [];
  if (known > 0) lines.push(['good', `No WARN or ERROR in the last hour of ${plural(known, 'file')}.`]);
  if (unread.length > 0) {
    const subject = known > 0 ? `${unread.length} of ${files.length} files` : `None of ${plural(files.length, 'file')}`;
    lines.push([
      'warn',
      known > 0 ? `${subject} cannot be read: their errors are unknown.` : `${subject} can be read.`,
    ]);
    for (const { path, reason } of unread) lines.push(['muted', `${path}: ${reason}`]);
  }
  const dropped = droppedRemark(logs);
  if (dropped !== '') lines.push(['warn', dropped]);
  return lines;
}

/** `2 of 18 files unread`; empty when all are read. */
export function unreadRemark({ files }: LogsSnapshot): string {
  const unread = unreadFiles(files).length;
  return unread === 0 ? '' : `${unread} of ${plural(files.length, 'file')} unread`;
}

/** The first unread file with its reason; empty when all are read. */
export function unreadReason({ files }: LogsSnapshot): string {
  const [first, ...rest] = unreadFiles(files);
  if (!first) return '';
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  return `${first.path}: ${first.reason}${more}`;
}

/** What came faster than it could be read; empty when nothing was lost. `missed` are events that were not grouped. */
export function droppedRemark({ counts, filesLeftOut }: LogsSnapshot, missed = 0): string {
  const parts: string[] = [];
  if (counts.droppedBytes > 0) parts.push(`${bytesLong(counts.droppedBytes)} passed over`);
  const lines = counts.droppedLines + missed;
  if (lines > 0) parts.push(`${count(lines)} lines not looked into`);
  if (filesLeftOut > 0) parts.push(`${plural(filesLeftOut, 'file')} too many`);
  return parts.join(', ');
}
