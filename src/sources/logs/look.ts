/** What files are followed with, and what one look at one of them may use. */
import type { Stats } from 'node:fs';
import type { LogTimes } from '../log-times.ts';
import type { Clock } from '../source.ts';
import type { LineSink, Targeted } from './assembler.ts';
import type { Finder } from './finder.ts';
import type { LogIo } from './io.ts';
import type { DrainScope } from './open-log.ts';
import type { LogRegistry } from './registry.ts';

export interface TailOptions {
  readonly finder: Finder;
  /** Makes what takes the lines of one file. */
  readonly sinkFor: (owner: Targeted) => LineSink;
  readonly clock: Clock;
  readonly registry: LogRegistry;
  readonly windowMs: number;
  readonly times?: LogTimes;
  /** Epoch ms: what was made after it is read from its first byte. */
  readonly startedAt: number;
}

/** What one look may use. */
export interface Look {
  readonly io: LogIo;
  readonly chunk: Buffer;
  readonly hasTime: DrainScope['hasTime'];
  readonly isLong: DrainScope['isLong'];
  /** What the path names, where that was asked just now; null for nothing. */
  readonly stats?: Stats | null;
}
