import { type LogFile, type LogsSnapshot, unreadFiles } from '../sources/logs/snapshot.ts';
import type { LogSeries } from '../state/errors/series.ts';
import { type ErrorGroupSummary, summariseErrors } from '../state/errors/summary.ts';
import type { ErrorsView } from '../state/errors.ts';
import { clean } from '../text/clean.ts';
import { isoTime, rounded } from './snapshot-values.ts';

/** The logs that are followed: how much of them could be read, and so how much `errors` can know. */
export interface LogsDocument {
  readonly files: number;
  readonly filesRead: number;
  readonly unread: readonly {
    readonly path: string;
    readonly bots: readonly string[];
    readonly stream: LogFile['stream'];
    readonly state: Exclude<LogFile['state'], 'following' | 'same-file'>;
    readonly reason: string;
  }[];
  readonly filesLeftOut: number;
  readonly behindBytes: number;
  readonly droppedBytes: number;
  readonly droppedLines: number;
  readonly cutLines: number;
}

export interface ErrorsDocument {
  readonly windowMs: number;
  readonly total: number;
  readonly unreadFiles: number;
  readonly groupsLeft: number;
  readonly eventsMissed: number;
  readonly groups: readonly (Omit<ErrorGroupSummary, 'firstAt' | 'lastAt'> & {
    readonly firstAt: string | null;
    readonly lastAt: string | null;
  })[];
  readonly series: readonly {
    readonly name: LogSeries['name'];
    readonly target: string;
    readonly value: number | null;
    readonly windowMinutes: number;
    readonly reason: string | null;
  }[];
}

/** What its logs tell of a bot. */
export interface BotErrorsDocument {
  readonly lastHour: number | null;
  readonly rateLimitedLast5Minutes: number | null;
  readonly reason: string | null;
}

/** Null while nobody could say which files there are. */
export function logsDocument(logs: LogsSnapshot): LogsDocument | null {
  if (!logs.isComplete) return null;
  const { files, filesLeftOut, counts } = logs;
  const unread = unreadOf(logs);
  return {
    files: files.length,
    filesRead: files.length - unread.length,
    unread: unread.map(({ path, bots, stream, state, reason }) => ({
      path: clean(path),
      bots,
      stream,
      state: state as Exclude<LogFile['state'], 'following' | 'same-file'>,
      reason: state === 'waiting' ? 'not looked at yet' : reason,
    })),
    filesLeftOut,
    behindBytes: files.reduce((sum, file) => sum + behindOf(file), 0),
    droppedBytes: counts.droppedBytes,
    droppedLines: counts.droppedLines,
    cutLines: counts.cutLines,
  };
}

/** Null when no log could be read: that no error is known does not mean that there is none. */
export function errorsDocument(
  logs: LogsSnapshot,
  view: ErrorsView,
  now: number,
  series: readonly LogSeries[],
): ErrorsDocument | null {
  const unread = unreadOf(logs);
  if (!logs.isComplete || unread.length === logs.files.length) return null;
  const { windowMs, total, groups } = summariseErrors(view, now);
  return {
    windowMs,
    total,
    unreadFiles: unread.length + logs.filesLeftOut,
    groupsLeft: view.groupsLeft,
    eventsMissed: view.eventsMissed,
    groups: groups.map((group) => ({ ...group, firstAt: isoTime(group.firstAt), lastAt: isoTime(group.lastAt) })),
    series: series.map(({ name, target, value, windowMinutes, reason }) => ({
      name,
      target,
      value: value === null ? null : rounded(value, 2),
      windowMinutes,
      reason: reason === null ? null : clean(reason),
    })),
  };
}

/** By the bot's name. */
export function botErrors(series: readonly LogSeries[]): (bot: string) => BotErrorsDocument {
  const valueOf = new Map(series.map((each) => [`${each.name}\n${each.target}`, each]));
  return (bot) => {
    const errors = valueOf.get(`errors\n${bot}`);
    return {
      lastHour: errors?.value ?? null,
      rateLimitedLast5Minutes: valueOf.get(`rateLimited\n${bot}`)?.value ?? null,
      reason: errors?.reason == null ? null : clean(errors.reason),
    };
  };
}

/** One that was not looked at yet is as unknown as one that cannot be read. */
function unreadOf({ files }: LogsSnapshot): readonly LogFile[] {
  return [...files.filter(({ state }) => state === 'waiting'), ...unreadFiles(files)];
}

function behindOf({ state, sizeBytes, offset }: LogFile): number {
  return state === 'following' ? Math.max(0, rounded(sizeBytes - offset, 0) ?? 0) : 0;
}
