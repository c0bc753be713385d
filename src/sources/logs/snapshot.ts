/** What one reading of the logs says. */
import { basename } from 'node:path';
import { clean } from '../../text/clean.ts';
import type { LogEvents, LogStream } from './events.ts';
import type { LogFacts } from './facts.ts';

export type { LogEvent, LogLevel, LogStream } from './events.ts';

/** A file to follow. */
export interface LogTarget {
  /** Absolute. */
  readonly path: string;
  /** Names of the bots that write it; several can share one file, none are known for a glob. */
  readonly bots: readonly string[];
  readonly stream: LogStream;
  /** The zone of stamps that tell none: an IANA name or `+02:00`. Without it they are ours, or found out. */
  readonly zone?: string | null;
}

/**
 * - `waiting`: not looked at yet.
 * - `following`: read to its end, or being read.
 * - `same-file`: another name of a file that is followed already.
 * - `missing`: not there; followed from its first byte when it appears.
 * - `denied`, `untrusted`: there, and we may not or must not read it.
 * - `no-file`: a pipe, a folder or a device: /dev/null keeps nothing.
 * - `slow`: its file system has not answered for some seconds.
 * - `failed`: anything else, see `reason`.
 */
export type LogFileState =
  | 'waiting'
  | 'following'
  | 'same-file'
  | 'missing'
  | 'denied'
  | 'untrusted'
  | 'no-file'
  | 'slow'
  | 'failed';

/** One file as it stands. */
export interface LogFile {
  readonly path: string;
  readonly bots: readonly string[];
  readonly stream: LogStream;
  /** Of stamps that tell none; see `LogTarget`. */
  readonly zone?: string | null;
  readonly state: LogFileState;
  /** Why it is not followed; empty when it is. */
  readonly reason: string;
  /** NaN unknown. */
  readonly sizeBytes: number;
  /** How far it was read. */
  readonly offset: number;
  /** Epoch ms of the last write; NaN unknown. */
  readonly writtenAt: number;
  /** Bytes that were written faster than they could be read, and were passed over. */
  readonly droppedBytes: number;
}

/** Counted since the start. Levels count what was read back of the last hour too. */
export interface LogCounts {
  readonly warn: number;
  readonly error: number;
  readonly fatal: number;
  readonly readBytes: number;
  readonly droppedBytes: number;
  /** Lines that may be errors, seen in a flood and not looked into. */
  readonly droppedLines: number;
  /** Lines longer than 64 KiB, of which the head was kept. */
  readonly cutLines: number;
}

export interface LogsSnapshot {
  /** False while nobody could say yet which files there are. */
  readonly isComplete: boolean;
  readonly files: readonly LogFile[];
  /** Files that a glob names beyond the most that are followed. */
  readonly filesLeftOut: number;
  readonly counts: LogCounts;
  /** The newest events. The ring lives on: a later reading adds to it. */
  readonly events: LogEvents;
  /** What else was counted; it lives on too. */
  readonly facts: LogFacts;
}

/** Who wrote a line of a log, as far as can be told: its bots, since which of several it was nobody can say, or its name. */
export function writerOf({ bots, path }: Pick<LogTarget, 'bots' | 'path'>): string {
  return bots.length > 0 ? bots.join(', ') : clean(basename(path));
}

/** The unit of a log that is no file, but stands in systemd's journal; null for a file. */
export function journalUnitOf(path: string): string | null {
  return path.startsWith(JOURNAL) ? path.slice(JOURNAL.length) : null;
}

export function journalPath(unit: string): string {
  return `${JOURNAL}${unit}`;
}

const JOURNAL = 'journal:';

/** Files whose errors are unknown: it must never look as if they had none. */
export function unreadFiles(files: readonly LogFile[]): readonly LogFile[] {
  return files.filter(({ state }) => state !== 'following' && state !== 'same-file' && state !== 'waiting');
}
