/** The errors of the last hour, as panels, alerts and the JSON read them. */
import type { LogEvent, LogLevel } from '../../sources/logs/snapshot.ts';
import type { Baseline } from './baseline.ts';
import type { Explanation } from './explain.ts';
import type { ErrorMarks } from './marks.ts';
import type { MinuteRing } from './rate.ts';

/** Errors that differ only in what varies. */
export interface ErrorGroup {
  readonly fingerprint: string;
  readonly level: LogLevel;
  readonly code: string | null;
  /** What the code means and what to do; null where nobody knows. */
  readonly explanation: Explanation | null;
  /** The message with what varies replaced: `chat <n> not found`. */
  readonly pattern: string;
  /** The newest event. */
  readonly last: LogEvent;
  /** The newest events, oldest first, at most eight: `linesAround` reads what stood around them. */
  readonly samples: readonly LogEvent[];
  /** When it was seen first, even when it was gone for more than an hour since. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Since it was first seen. */
  readonly totalCount: number;
  /** Occurrences in each minute of the last hour. */
  readonly rate: MinuteRing;
  /** How often in each bot. */
  readonly bots: ReadonlyMap<string, number>;
}

/** The last ERROR or FATAL of a bot, and the group it is of. */
export interface LastError {
  readonly event: LogEvent;
  readonly group: Pick<ErrorGroup, 'code' | 'explanation'>;
}

/** What panels, alerts and the JSON read; a frozen copy has the same shape. */
export interface ErrorsView {
  /** Counts the changes. */
  readonly version: number;
  /** In no order. */
  readonly groups: readonly ErrorGroup[];
  /** Groups that had to make room for others since the start. */
  readonly groupsLeft: number;
  /** Events that left the ring before they were grouped. */
  readonly eventsMissed: number;
  /** What the person said of them, by fingerprint: known for ever, hidden. */
  readonly marks: ErrorMarks;
  readonly baseline: Baseline;
  /** Whether it is absent from what was before the baseline, and nobody marked it as known. */
  isNew(group: Pick<ErrorGroup, 'fingerprint' | 'firstAt' | 'bots'>): boolean;
  /** WARN, ERROR and FATAL of each minute of the last hour, all groups together, those that left included. */
  readonly rates: Readonly<Record<LogLevel, MinuteRing>>;
  /** By bot, at most a thousand; of a bot that wrote none within the hour it may be older, or missing. */
  readonly lastErrors: ReadonlyMap<string, LastError>;
  /** ERROR and FATAL by bot, at most a thousand. */
  readonly botRates: ReadonlyMap<string, MinuteRing>;
  /** Events with a code by code and then by bot, at most 2,000 pairs. */
  readonly codeRates: ReadonlyMap<string, ReadonlyMap<string, MinuteRing>>;
  /** Refused logins by address, at most a thousand; `unknown` where the line names none. */
  readonly loginRates: ReadonlyMap<string, MinuteRing>;
  /** Requests by what their access log is shown under, counted since the start. */
  readonly requestRates: ReadonlyMap<string, MinuteRing>;
  /** Epoch ms of the start of the program, since which `requestRates` count. */
  readonly startedAt: number;
  /** Addresses and pairs of code and bot that had to make room for others since the start. */
  readonly ratesLeft: number;
  /** The newest events, newest first, until `visit` returns false. */
  newest(visit: (event: LogEvent) => boolean): void;
}
