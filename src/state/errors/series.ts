/** The logs as series with names, for alerts and the JSON: a value now, or why there is none, and the hour before. */
import { type LogFile, type LogsSnapshot, unreadFiles, writerOf } from '../../sources/logs/snapshot.ts';
import { MinuteRing } from './rate.ts';
import type { ErrorsView } from './view.ts';

/**
 * - `errors`: ERROR and FATAL of a bot in an hour.
 * - `errorRatio`: percent of an access log's requests that the server failed to answer, in an hour.
 * - `rateLimited`: 429s that a bot was given in five minutes.
 * - `failedLogins`: refused logins from an address in ten minutes.
 */
export type LogSeriesName = 'errors' | 'errorRatio' | 'rateLimited' | 'failedLogins';

export interface LogSeries {
  readonly name: LogSeriesName;
  /** A bot, an access log or an address. */
  readonly target: string;
  /** Null: unknown. It is never 0 because a file is missing. */
  readonly value: number | null;
  /** Why it is unknown, or why it may be more than `value`; null when neither. */
  readonly reason: string | null;
  readonly windowMinutes: number;
  /** The occurrences of one minute, 59 being the present one; for `errorRatio` the failures. */
  at(index: number): number;
}

export interface LogSeriesOptions {
  /** Names of all bots, those without an error too. */
  readonly bots: readonly string[];
  /** Null while no log was read. */
  readonly logs: LogsSnapshot | null;
  readonly view: ErrorsView;
  /** Epoch ms. */
  readonly now: number;
}

const HOUR_MINUTES = 60;
const RATE_LIMIT_MINUTES = 5;
const LOGIN_MINUTES = 10;
const MINUTE_MS = 60_000;
const RATE_LIMITED: readonly string[] = ['TG429', 'HTTP429', 'API001'];
const NOTHING = new MinuteRing();

export function logSeries({ bots, logs, view, now }: LogSeriesOptions): readonly LogSeries[] {
  const knowledge = knowledgeOf(logs);
  const series: LogSeries[] = [];
  const add = (
    name: LogSeriesName,
    target: string,
    windowMinutes: number,
    rings: readonly MinuteRing[],
    known: Known,
  ) => {
    const count = rings.reduce((sum, ring) => sum + ring.sum(now, windowMinutes), 0);
    series.push({
      name,
      target,
      windowMinutes,
      // What was counted is at least so much; that nothing was says nothing where a log is missing.
      value: known.isKnown && (count > 0 || !known.isLacking) ? count : null,
      reason: known.reason,
      at: (index) => rings.reduce((sum, ring) => sum + ring.at(index, now), 0),
    });
  };
  for (const bot of new Set(bots)) {
    const known = knowledge.of(bot);
    add('errors', bot, HOUR_MINUTES, [view.botRates.get(bot) ?? NOTHING], known);
    const limited = RATE_LIMITED.flatMap((code) => view.codeRates.get(code)?.get(bot) ?? []);
    add('rateLimited', bot, RATE_LIMIT_MINUTES, limited, known);
  }
  for (const [address, ring] of view.loginRates) add('failedLogins', address, LOGIN_MINUTES, [ring], knowledge.all);
  // Nobody was refused is worth knowing too; that nothing could be read is worth more.
  if (view.loginRates.size === 0) add('failedLogins', 'all', LOGIN_MINUTES, [], knowledge.all);
  for (const [name, requests] of view.requestRates)
    series.push(ratioOf(view, knowledge.ofAccessLog(name), requests, now, name));
  return series;
}

function ratioOf(view: ErrorsView, known: Known, requests: MinuteRing, now: number, name: string): LogSeries {
  const minutes = Math.min(HOUR_MINUTES, Math.floor((now - view.startedAt) / MINUTE_MS) + 1);
  const failures = [...view.codeRates].flatMap(([code, bots]) =>
    code.startsWith('HTTP5') ? (bots.get(name) ?? []) : [],
  );
  const total = requests.sum(now, minutes);
  const failed = failures.reduce((sum, ring) => sum + ring.sum(now, minutes), 0);
  const reason = known.isLacking ? known.reason : total === 0 ? 'no request was logged' : null;
  return {
    name: 'errorRatio',
    target: name,
    windowMinutes: minutes,
    // A line is counted when it is read and an error when it was written: a moment apart.
    value: reason === null ? Math.min(100, (100 * failed) / total) : null,
    reason,
    at: (index) => failures.reduce((sum, ring) => sum + ring.at(index, now), 0),
  };
}

interface Known {
  readonly isKnown: boolean;
  /** A log that should be there is not read. What keeps nothing by its nature is not missing. */
  readonly isLacking: boolean;
  readonly reason: string | null;
}

const UNKNOWN: Omit<Known, 'reason'> = { isKnown: false, isLacking: true };

/** How much the logs can say of a bot, and of all. */
function knowledgeOf(logs: LogsSnapshot | null): {
  of(bot: string): Known;
  /** By what its lines are shown under. */
  ofAccessLog(name: string): Known;
  readonly all: Known;
} {
  const nothing: Known = { ...UNKNOWN, reason: 'the logs were not read yet' };
  if (logs === null || !logs.isComplete) return { of: () => nothing, ofAccessLog: () => nothing, all: nothing };
  const byBot = new Map<string, LogFile[]>();
  for (const file of logs.files) {
    for (const bot of file.bots) byBot.set(bot, [...(byBot.get(bot) ?? []), file]);
  }
  return {
    of(bot) {
      const files = byBot.get(bot);
      if (!files) return { ...UNKNOWN, reason: 'no log of it is known' };
      const shared = files.find(({ bots, state }) => bots.length > 1 && state !== 'no-file');
      if (shared) return { ...UNKNOWN, reason: `it shares its log with ${othersOf(shared, bot)}` };
      return judge(files);
    },
    ofAccessLog(name) {
      const files = logs.files.filter((file) => writerOf(file) === name);
      return files.length === 0 ? { ...UNKNOWN, reason: 'its log is gone' } : judge(files);
    },
    all: logs.files.length === 0 ? { ...UNKNOWN, reason: 'no log is known' } : judge(logs.files),
  };
}

function judge(files: readonly LogFile[]): Known {
  const waiting = files.filter(({ state }) => state === 'waiting').length;
  const unread = unreadFiles(files);
  const isKnown = waiting + unread.length < files.length;
  const first = unread[0];
  const isLacking = unread.some(({ state }) => state !== 'no-file');
  if (first) return { isKnown, isLacking, reason: `${first.path}: ${first.reason}` };
  return { isKnown, isLacking, reason: waiting > 0 ? 'not every log was read yet' : null };
}

function othersOf({ bots }: LogFile, bot: string): string {
  const others = bots.filter((name) => name !== bot);
  return others.length > 3 ? `${others.length} others` : others.join(', ');
}
