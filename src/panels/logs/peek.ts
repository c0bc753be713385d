/** The last lines of a few logs, followed while somebody looks at them. */
import { UnreadableLog } from '../../sources/logs/io.ts';
import { createLogPager, type LogLine, type LogPager } from '../../sources/logs/pager.ts';
import type { OpenPeek, PeekFile, ViewerSubject } from '../../ui/viewer.ts';

/** As many lines as the tallest screen has room for. */
const LINES = 60;
/** What is read at once: as many lines of a usual length. */
const PIECE_BYTES = 16_384;
/** A key that is held comes each 30 ms, one that is pressed again and again each 150. */
const SOON_MS = 150;

interface Followed {
  readonly pager: LogPager;
  readonly file: { -readonly [K in keyof PeekFile]: PeekFile[K] };
  /** Where the last line that was read ends; null before the first. */
  end: number | null;
  isReading: boolean;
}

export const openLogPeek: OpenPeek = (onChange) => {
  let followed: readonly Followed[] = [];
  let subject: ViewerSubject | null = null;

  let soon: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(soon);
    soon = undefined;
    for (const { pager } of followed) void pager.close();
    followed = [];
  }

  async function read(one: Followed): Promise<void> {
    if (one.isReading) return;
    one.isReading = true;
    const { pager, file } = one;
    const before = file.lines;
    const wasReading = file.state;
    try {
      await pager.refresh();
      const end = await pager.settledEnd();
      // More has come than fits: what lies between is not read through.
      const isWhole = one.end === null || pager.ahead(one.end) > PIECE_BYTES;
      if (isWhole) {
        file.lines = (await pager.back(end, PIECE_BYTES, null)).lines.slice(-LINES);
        one.end = end;
      } else if (one.end !== null && pager.ahead(one.end) > 0) {
        const piece = await pager.forward(one.end, PIECE_BYTES, null);
        if (piece.lines.length > 0) file.lines = [...file.lines, ...piece.lines].slice(-LINES);
        one.end = piece.to;
      }
      file.state = 'read';
    } catch (error) {
      if (!(error instanceof UnreadableLog)) throw error;
      file.state = 'unreadable';
      file.error = error.message;
      one.end = null;
    } finally {
      one.isReading = false;
    }
    const isFirst = file.state !== wasReading;
    if (followed.includes(one) && (file.lines !== before || isFirst)) onChange(isFirst);
  }

  function follow(next: ViewerSubject | null): void {
    close();
    subject = next;
    const none: readonly LogLine[] = [];
    followed = (next?.files ?? []).map(({ stream, path }) => ({
      pager: createLogPager(path),
      file: { label: stream === 'err' ? 'error' : stream, path, lines: none, state: 'reading', error: '' },
      end: null,
      isReading: false,
    }));
  }

  function tick(): void {
    if (soon !== undefined) return;
    for (const one of followed) void read(one);
  }

  return {
    look(next) {
      if (!isSame(subject, next)) follow(next);
      clearTimeout(soon);
      soon = undefined;
      tick();
    },
    lookSoon(next) {
      if (isSame(subject, next)) return;
      follow(next);
      if (next === null) return;
      soon = setTimeout(() => {
        soon = undefined;
        tick();
      }, SOON_MS).unref();
    },
    tick,
    files: () => followed.map(({ file }) => file),
    close() {
      subject = null;
      close();
    },
  };
};

function isSame(a: ViewerSubject | null, b: ViewerSubject | null): boolean {
  if (a === null || b === null) return a === b;
  return a.files.length === b.files.length && a.files.every(({ path }, i) => path === b.files[i]?.path);
}
