/** A followed file as it is said to others. */
import type { LogFile, LogTarget } from './snapshot.ts';

type Words = Pick<LogFile, 'state' | 'reason' | 'droppedBytes'>;

/** What changes with every line. */
export type Progress = Pick<LogFile, 'sizeBytes' | 'offset' | 'writtenAt'>;

/**
 * How far a file is changes with every line: that is asked when it is read, and makes no new object for each log of a
 * fleet each second. One class and no closures: of the logs of a fleet there are many, and nothing of the one before is
 * kept.
 */
class SaidFile implements LogFile {
  readonly state: LogFile['state'];
  readonly reason: string;
  readonly droppedBytes: number;
  readonly #target: LogTarget;
  readonly #progress: Progress;

  constructor(target: LogTarget, { state, reason, droppedBytes }: Words, progress: Progress) {
    this.#target = target;
    this.state = state;
    this.reason = reason;
    this.droppedBytes = droppedBytes;
    this.#progress = progress;
  }

  get path(): string {
    return this.#target.path;
  }

  get bots(): readonly string[] {
    return this.#target.bots;
  }

  get stream(): LogFile['stream'] {
    return this.#target.stream;
  }

  get zone(): string | null {
    return this.#target.zone ?? null;
  }

  get sizeBytes(): number {
    return this.#progress.sizeBytes;
  }

  get offset(): number {
    return this.#progress.offset;
  }

  get writtenAt(): number {
    return this.#progress.writtenAt;
  }
}

/** What was said before when the words are the same. */
export function sayFile(before: LogFile | null, target: LogTarget, words: Words, progress: Progress): LogFile {
  const isSame =
    before !== null &&
    before.path === target.path &&
    before.bots === target.bots &&
    before.stream === target.stream &&
    (before.zone ?? null) === (target.zone ?? null) &&
    before.state === words.state &&
    before.reason === words.reason &&
    before.droppedBytes === words.droppedBytes;
  return isSame ? before : new SaidFile(target, words, progress);
}
