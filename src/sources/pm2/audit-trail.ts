/** Who of us ended a bot: what botop's own audit says, of this and of every other botop of this user. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asFields, asNumber, asText, fieldOf } from './fields.ts';
import { openRegular } from './files.ts';
import type { BotExit } from './snapshot.ts';

export interface AuditTrail {
  /** Reads what is new, at most every two seconds. True when something was. Never throws. */
  read(now: number): Promise<boolean>;
  /** Who asked for this end of a bot (`anna@203.0.113.7`), or null where nobody of us did. `id` is the pm_id. */
  whoEnded(bot: { readonly home: string; readonly id: string; readonly name: string }, exit: BotExit): string | null;
}

/** Where the audit lies. */
export type AuditFolder = () => Promise<
  { readonly state: 'usable'; readonly path: string } | { readonly state: 'unusable'; readonly reason: string }
>;

interface Attempt {
  readonly at: number;
  readonly who: string;
  /** Epoch ms; Infinity while it is not known how it ended. */
  endedAt: number;
  readonly bots: ReadonlySet<string>;
}

const everyMs = 2_000;
/** While there is none: a question that fails is the dearest. */
const absentEveryMs = 10_000;
/** Whether the folder is to be trusted takes a dozen questions: asked again before anything is read, and this often. */
const folderEveryMs = 60_000;
/** As much as is read back of the audit, and as old as an attempt may be: exits are kept for an hour. */
const tailBytes = 256 * 1024;
const windowMs = 2 * 60 * 60_000;
/** An attempt whose end is not written takes no longer, and an end is told a moment late. */
const longestMs = 10 * 60_000;
const lateMs = 3_000;
/** Nothing was done. */
const idle: ReadonlySet<unknown> = new Set(['refused', 'cancelled', 'expired']);
/** What ends a process, or may. */
const ending: ReadonlySet<unknown> = new Set([
  'restart',
  'rolling restart',
  'reload',
  'stop',
  'delete',
  'scale',
  'signal',
  'custom action',
  'kill orphan',
]);

export function createAuditTrail(folder: AuditFolder | null): AuditTrail {
  const attempts = new Map<string, Attempt>();
  let seen = '';
  let dueAt = Number.NEGATIVE_INFINITY;
  let readAt = Number.NEGATIVE_INFINITY;
  let path: string | null = null;
  let foundAt = Number.NEGATIVE_INFINITY;

  async function find(now: number): Promise<string | null> {
    foundAt = now;
    const place = (await folder?.()) ?? null;
    path = place?.state === 'usable' ? join(place.path, 'audit.ndjson') : null;
    return path;
  }

  /** What tells one state of the file from another. */
  async function versionOf(file: string): Promise<string> {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs}:${size}:${ino}`;
  }

  /** Both lines of an attempt have all of it, so the one that is left when the other was cut off is enough. */
  function take(line: string, now: number): void {
    const record = parse(line);
    const [id, action, event] = ['id', 'action', 'event'].map((key) => fieldOf(record, key));
    const at = Date.parse(String(fieldOf(record, 'at')));
    if (typeof id !== 'string' || !ending.has(action) || Number.isNaN(at) || now - at > windowMs) return;
    if (event === 'outcome' && idle.has(fieldOf(record, 'result'))) {
      attempts.delete(id);
      return;
    }
    const known = attempts.get(id);
    if (event === 'outcome' && known !== undefined) known.endedAt = at;
    if (known !== undefined) return;
    const beganAt = event === 'outcome' ? at - (asNumber(fieldOf(record, 'durationMs')) ?? 0) : at;
    const endedAt = event === 'outcome' ? at : Number.POSITIVE_INFINITY;
    const who = asText(fieldOf(record, 'who'), 120) ?? 'botop';
    attempts.set(id, { at: beganAt, who, endedAt, bots: botsIn(fieldOf(record, 'targets')) });
  }

  async function readTail(path: string): Promise<string> {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, tailBytes);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, size - length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }

  return {
    async read(now) {
      if (now < dueAt && now >= readAt) return false;
      readAt = now;
      dueAt = now + everyMs;
      try {
        const isKnown = now >= foundAt && now - foundAt < folderEveryMs;
        const known = isKnown ? path : await find(now);
        if (known === null || (await versionOf(known)) === seen) return false;
        const trusted = isKnown ? await find(now) : known;
        if (trusted === null) return false;
        const version = await versionOf(trusted);
        const text = await readTail(trusted);
        seen = version;
        attempts.clear();
        for (const line of text.split('\n')) take(line, now);
        return true;
      } catch {
        // No audit yet, or not ours to read: then nobody of us is known to have done anything.
        dueAt = now + absentEveryMs;
        return false;
      }
    },
    whoEnded({ home, id, name }, exit) {
      let found: Attempt | null = null;
      for (const attempt of attempts.values()) {
        const isIn = exit.at >= attempt.at - lateMs && exit.at <= endOf(attempt) + lateMs;
        if (isIn && attempt.bots.has(keyOf(home, id, name)) && (found === null || attempt.at > found.at))
          found = attempt;
      }
      return found?.who ?? null;
    },
  };
}

/** Of one that is over the written end counts, however long it took. */
function endOf({ at, endedAt }: Attempt): number {
  return Number.isFinite(endedAt) ? endedAt : at + longestMs;
}

function botsIn(targets: unknown): ReadonlySet<string> {
  if (!Array.isArray(targets)) return new Set();
  const keys = targets.map(asFields).map((target) => {
    const [home, id, name] = ['home', 'id', 'name'].map((key) => fieldOf(target, key));
    return keyOf(String(home), String(id), String(name));
  });
  return new Set(keys);
}

function keyOf(home: string, id: string, name: string): string {
  return `${home}\n${id.replace('_old_', '')}\n${name}`;
}

function parse(line: string): ReturnType<typeof asFields> {
  try {
    return asFields(JSON.parse(line));
  } catch {
    // The first line of the tail is cut, the last one may be being written.
    return null;
  }
}
