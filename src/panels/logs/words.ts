/** What the log view says of itself. */
import type { LineFilter } from '../../sources/logs/line-filter.ts';
import { bytesLong } from '../../text/format.ts';
import type { Role } from '../../ui/theme.ts';
import type { LogSession } from './session.ts';

/** `live`, `paused · 3.4 MB more`. */
export function modeOf({ isFollowing, behindBytes }: LogSession, width: number): string {
  if (isFollowing) return 'live';
  if (width < 56) return behindBytes > 0 ? `+${bytesLong(behindBytes)}` : 'paused';
  return behindBytes > 0 ? `paused · ${bytesLong(behindBytes)} more` : 'paused';
}

/** What stands where there is no line. */
export function emptyWords(session: LogSession, filter: LineFilter | null): readonly (readonly [Role, string])[] {
  const { files, unread } = session;
  if (files.length === 0) {
    return [['muted', 'No log is known here yet: PM2 names those of its bots, --logs others.']];
  }
  if (unread.size === files.length) {
    return [...unread].map(([i, reason]) => ['bad', `${files[i]?.path}: ${reason}`] as const);
  }
  if (session.isBusy) return [['muted', session.progress ?? 'Reading the logs…']];
  if (filter) {
    return [
      ['text', `No line passes &${filter.text}.`],
      ['muted', 'Esc takes the filter away, & changes it.'],
    ];
  }
  return [['muted', files.length === 1 ? 'The log is empty.' : 'The logs are empty.']];
}

/** Filter, search, marks, what was said last; else how many logs are unread. */
export function footOf(
  { progress, remark, unread, files }: LogSession,
  filter: LineFilter | null,
  search: LineFilter | null,
  marked: number,
): string {
  const said = progress ?? remark;
  const unreadWord = unread.size > 0 ? `${unread.size} of ${files.length} logs unread` : '';
  return [
    filter && `&${filter.text}`,
    search && `/${search.text}`,
    marked > 0 && `${marked} marked`,
    said || unreadWord,
  ]
    .filter(Boolean)
    .join(' · ');
}
