/** The record of every attempt: two lines with one id in `audit.ndjson`, `asked` and `outcome`. */
import { join } from 'node:path';
import { clean } from '../text/clean.ts';
import { redact } from '../text/redact.ts';
import type { Risk } from './action.ts';
import { appendLine, checkAppend } from './append-file.ts';
import { fileTrouble } from './error-text.ts';
import type { StateFolder } from './state-folder.ts';
import { auditTarget, type Target } from './target.ts';
import type { Who } from './who.ts';

/** What was asked for; the same in both lines, so that each can be read alone. */
export interface Attempt {
  readonly id: string;
  readonly action: string;
  readonly risk: Risk | null;
  readonly targets: readonly Target[];
  readonly command: string;
  /** What the person was told besides: where the evidence is, what changed. */
  readonly notes?: readonly string[];
}

/** How it ended. */
export interface AttemptEnd {
  readonly result: 'done' | 'failed' | 'unanswered' | 'refused' | 'cancelled' | 'expired' | 'stopped';
  readonly message: string;
  /** Of the doing alone; 0 when nothing was done. */
  readonly durationMs: number;
  /** Of each target where there are several. */
  readonly results?: readonly { readonly name: string; readonly state: string; readonly message: string }[];
}

/** All give why a line could not be written, or null. They never throw and never wait longer than 3 s. */
export interface Audit {
  /** `at` is epoch ms: when the person asked. */
  asked(attempt: Attempt, at: number): Promise<string | null>;
  outcome(attempt: Attempt, at: number, end: AttemptEnd): Promise<string | null>;
  /** Why the next line will most likely not be written, or null; so that it is known before anything is done. */
  check(): Promise<string | null>;
}

export interface AuditOptions {
  readonly who: Who;
  /** Asked before each line: a folder that comes back is used again. */
  folder(): Promise<StateFolder>;
  /** Where a line goes that cannot be written; not called when nothing may be started (read-only). */
  readonly syslog: ((line: string) => void) | null;
  readonly maxBytes?: number;
  /** After this a line counts as not written, in ms: a dead disk must not hold up the screen. */
  readonly timeoutMs?: number;
}

const MAX_BYTES = 10_000_000;
const TIMEOUT_MS = 3000;
/** So that one attempt at a thousand bots stays a line that can be read; `targetCount` is always the full number. */
const MAX_TARGETS = 1000;
const MAX_NOTES = 20;

export function createAudit(options: AuditOptions): Audit {
  const { maxBytes = MAX_BYTES, timeoutMs = TIMEOUT_MS } = options;
  // One after the other: `asked` must stand before its `outcome`.
  let last: Promise<unknown> = Promise.resolve();

  /** Does something in the folder, where there is one. */
  async function inFolder(act: (folder: string) => Promise<void>): Promise<string | null> {
    let place = '';
    try {
      const folder = await options.folder();
      if (folder.state === 'unusable') return folder.reason;
      place = folder.path;
      await act(place);
      return null;
    } catch (error) {
      return fileTrouble(error, place);
    }
  }

  const uid = process.geteuid?.() ?? 0;
  const append = (line: string) =>
    inFolder((folder) => {
      const olderPath = join(folder, 'audit.1.ndjson');
      return appendLine(join(folder, 'audit.ndjson'), line, { maxBytes, olderPath, uid });
    });

  /** What is still missing after the longest wait is a reason too. */
  async function within(work: Promise<string | null>): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`the disk has not answered for ${timeoutMs / 1000} s`), timeoutMs);
    });
    const reason = await Promise.race([work, late]);
    clearTimeout(timer);
    return reason === null ? null : safe(reason);
  }

  async function write(record: Record<string, unknown>): Promise<string | null> {
    const line = JSON.stringify(record);
    const turn = last.then(() => append(line));
    last = turn;
    const reason = await within(turn);
    if (reason !== null) options.syslog?.(`audit not written (${reason}): ${line}`);
    return reason;
  }

  const common = (event: string, attempt: Attempt, at: number) => ({
    at: new Date(at).toISOString(),
    id: attempt.id,
    event,
    action: attempt.action,
    risk: attempt.risk,
    who: options.who.name,
    uid: options.who.uid,
    targetCount: attempt.targets.length,
    targets: attempt.targets.slice(0, MAX_TARGETS).map((target) => safeStrings(auditTarget(target))),
    command: safe(attempt.command).slice(0, 8000),
    ...(attempt.notes === undefined ? {} : { notes: attempt.notes.slice(0, MAX_NOTES).map(cut) }),
  });

  return {
    check: () => within(inFolder((folder) => checkAppend(join(folder, 'audit.ndjson'), uid))),
    asked: (attempt, at) => write(common('asked', attempt, at)),
    outcome: (attempt, at, { results, ...end }) =>
      write({
        ...common('outcome', attempt, at),
        ...end,
        message: cut(end.message),
        ...(results === undefined ? {} : { results: results.slice(0, MAX_TARGETS).map(safeStrings) }),
      }),
  };
}

function cut(text: string): string {
  return safe(text).slice(0, 2000);
}

function safe(text: string): string {
  return redact(clean(text));
}

function safeStrings<T extends object>(record: T): T {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === 'string' ? safe(value) : value]),
  ) as T;
}
