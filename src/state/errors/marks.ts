/** What a person said of errors, by fingerprint: known for ever, or hidden. It outlives the program in a small file. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';

export interface ErrorMark {
  /** Never NEW again. */
  readonly isKnown: boolean;
  /** Left out of the list until it is asked for. */
  readonly isHidden: boolean;
  /** Epoch ms of the last change. */
  readonly at: number;
  /** What it looked like then, for a person who reads the file. */
  readonly pattern: string;
}

/** Where the marks are kept. Both throw with a sentence when that is not possible. */
export interface MarksFile {
  /** Null when there is none yet. */
  read(): Promise<string | null>;
  /** Takes the place of what was there, whole or not at all. */
  write(text: string): Promise<void>;
}

export interface ErrorMarks {
  /** Counts the changes. */
  readonly version: number;
  /** Why the marks do not outlive this session; null when they do. */
  readonly trouble: string | null;
  /** Marks that had to make room since the start. */
  readonly left: number;
  readonly size: number;
  of(fingerprint: string): ErrorMark | undefined;
  /**
   * Changes one mark and writes all of them; those another session has written meanwhile are taken in, the later of
   * two winning. Never rejects: see `trouble`.
   */
  set(fingerprint: string, change: MarkChange, now: number): Promise<void>;
  /** Reads what was kept. Never rejects: see `trouble`. */
  load(): Promise<void>;
}

export interface MarkChange {
  readonly isKnown?: boolean;
  readonly isHidden?: boolean;
  readonly pattern: string;
}

/** More are not kept: the oldest leave. */
const MAX_MARKS = 5_000;
const FORMAT = 1;
const FINGERPRINT = /^[0-9a-f]{14}$/;

/** Without a file the marks are this session's. */
export function createErrorMarks(file: MarksFile | null = null): ErrorMarks {
  const marks = new Map<string, ErrorMark>();
  let version = 0;
  let left = 0;
  let trouble: string | null = file === null ? 'marks are not kept in this session' : null;
  let writing: Promise<void> = Promise.resolve();

  function merge(text: string | null): void {
    for (const [fingerprint, mark] of text === null ? [] : parseMarks(text)) {
      const known = marks.get(fingerprint);
      if (known === undefined || known.at < mark.at) marks.set(fingerprint, mark);
    }
    if (marks.size <= MAX_MARKS) return;
    const byAge = [...marks].sort(([, a], [, b]) => a.at - b.at);
    for (const [fingerprint] of byAge.slice(0, marks.size - MAX_MARKS)) {
      marks.delete(fingerprint);
      left += 1;
    }
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      trouble = null;
    } catch (error) {
      trouble = clean(redact(error instanceof Error ? error.message : String(error)));
    }
    version += 1;
  }

  /** One at a time: the later call writes what both said. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    if (file === null) return Promise.resolve();
    writing = writing.then(() => guarded(work));
    return writing;
  }

  return {
    get version() {
      return version;
    },
    get trouble() {
      return trouble;
    },
    get left() {
      return left;
    },
    get size() {
      return marks.size;
    },
    of: (fingerprint) => marks.get(fingerprint),
    set(fingerprint, { isKnown, isHidden, pattern }, now) {
      const before = marks.get(fingerprint);
      // Later than what it replaces, even when the clock was set back.
      const at = Math.max(now, (before?.at ?? 0) + 1);
      marks.set(fingerprint, {
        isKnown: isKnown ?? before?.isKnown ?? false,
        isHidden: isHidden ?? before?.isHidden ?? false,
        at,
        pattern,
      });
      version += 1;
      return inTurn(async () => {
        merge(await (file as MarksFile).read());
        await (file as MarksFile).write(formatMarks(marks));
      });
    },
    load: () => inTurn(async () => merge(await (file as MarksFile).read())),
  };
}

/** A mark that says nothing is kept too: it tells other sessions that it was taken back. */
function formatMarks(marks: ReadonlyMap<string, ErrorMark>): string {
  const entries = [...marks].map(([fingerprint, mark]) => ({ fingerprint, ...mark }));
  return `${JSON.stringify({ format: FORMAT, marks: entries }, null, 1)}\n`;
}

/** Throws when the text is not what was written here: it must not be written over. */
function parseMarks(text: string): [string, ErrorMark][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error('the file of marks is damaged: move it away to begin anew', { cause: error });
  }
  const { format, marks } = (value ?? {}) as { format?: unknown; marks?: unknown };
  if (format !== FORMAT || !Array.isArray(marks)) {
    throw new Error('the file of marks is of another version: move it away to begin anew');
  }
  return marks.flatMap((each: unknown): [string, ErrorMark][] => {
    const { fingerprint, isKnown, isHidden, at, pattern } = (each ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof fingerprint !== 'string' || !FINGERPRINT.test(fingerprint) || typeof at !== 'number') return [];
    const shown = typeof pattern === 'string' ? clean(redact(pattern)).slice(0, 240) : '';
    return [[fingerprint, { isKnown: isKnown === true, isHidden: isHidden === true, at, pattern: shown }]];
  });
}
