/** How regularly a bot wrote before we looked, from the times that its log lines begin with. */
import { stampAt } from '../logs/stamp.ts';
import { openRegular } from './files.ts';
import type { Habit } from './rhythm.ts';
import type { Bot } from './snapshot.ts';

/** As much as is read back of any log. */
const maxBackBytes = 1024 * 1024;
const windowMs = 60 * 60_000;
/** winston, pino, bunyan and PM2's own JSON; a number is in milliseconds, or in seconds. */
const jsonTime = /"(?:timestamp|time|@timestamp|ts)":\s*(?:"([^"]{8,40})"|(\d{10,13})(?:\.\d+)?)/;

/**
 * The habit in the hour before the last line of a bot's logs, or null where their lines have no time. Gaps are what
 * counts, so a zone that is not told does not matter. Never throws.
 */
export async function readHabit(
  { outLogPath, errLogPath, startedAt }: Pick<Bot, 'outLogPath' | 'errLogPath' | 'startedAt'>,
  now: number,
): Promise<Habit | null> {
  const times: number[] = [];
  for (const path of new Set([outLogPath, errLogPath])) {
    if (path === null) continue;
    try {
      for (const line of (await readTail(path)).split('\n')) {
        const at = timeOf(line, now);
        if (at !== null) times.push(at);
      }
    } catch {
      // Gone, or not ours to read: what the other file tells is all there is.
    }
  }
  return habitOf(times, startedAt);
}

/**
 * The habit in the last hour of these times (epoch ms, in any order); null without two of them. Before `startedAt` it may
 * not have run, and had nothing to say: the gap in which that lies begins there.
 */
export function habitOf(times: readonly number[], startedAt: number | null): Habit | null {
  const sorted = times.toSorted((a, b) => a - b);
  const last = sorted.at(-1);
  if (last === undefined) return null;
  let first = last;
  let before = last;
  let writes = 0;
  let longestGapMs = 0;
  for (let index = sorted.length - 2; index >= 0; index -= 1) {
    const at = sorted[index] as number;
    if (last - at > windowMs) break;
    // Lines of one second are one write: that is how closely the files themselves are looked at.
    if (before - at < 1_000) continue;
    const ranFrom = startedAt !== null && startedAt > at && startedAt < before ? startedAt : at;
    longestGapMs = Math.max(longestGapMs, before - ranFrom);
    writes += 1;
    before = at;
    first = at;
  }
  return writes === 0 ? null : { writes, longestGapMs, spanMs: last - first };
}

function timeOf(line: string, now: number): number | null {
  const stamp = stampAt(line, 0, now);
  if (stamp !== null) return stamp.at;
  if (line.charCodeAt(0) !== 0x7b) return null;
  const [, text, number] = jsonTime.exec(line.slice(0, 4_096)) ?? [];
  if (text !== undefined) return stampAt(text, 0, now)?.at ?? null;
  return number === undefined ? null : Number(number) * (number.length === 10 ? 1_000 : 1);
}

async function readTail(path: string): Promise<string> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, maxBackBytes);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, size - length);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
