/** A followed file as it is said to others. */
import type { LogFile } from './snapshot.ts';

type Words = Omit<LogFile, 'sizeBytes' | 'offset' | 'writtenAt'>;
const WORDS: readonly (keyof Words)[] = ['path', 'bots', 'stream', 'zone', 'state', 'reason', 'droppedBytes'];
type Progress = Pick<LogFile, 'sizeBytes' | 'offset' | 'writtenAt'>;

/**
 * What was said before when the words are the same. How far a file is changes with every line: that is asked when it is
 * read, and makes no new object for each log of a fleet each second.
 */
export function sayFile(before: LogFile | null, words: Words, progress: () => Progress): LogFile {
  if (before !== null && WORDS.every((key) => before[key] === words[key])) {
    return before;
  }
  return {
    ...words,
    get sizeBytes() {
      return progress().sizeBytes;
    },
    get offset() {
      return progress().offset;
    },
    get writtenAt() {
      return progress().writtenAt;
    },
  };
}
