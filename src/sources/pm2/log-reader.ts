/** Reads PM2's own log: back over the last hour at the start, then what is appended, across rotation and truncation. */
import type { FileHandle } from 'node:fs/promises';
import { stat } from 'node:fs/promises';
import { openRegular } from './files.ts';
import { type Pm2LogEvent, parseLogLine, stampOf } from './log-lines.ts';

const maxBackBytes = 1024 * 1024;
const maxStepBytes = 1024 * 1024;
const maxLineBytes = 64 * 1024;
const quarterHourMs = 15 * 60_000;

/** What one read of the log gave. */
export interface LogStep {
  readonly events: readonly Pm2LogEvent[];
  /** False for what was there before we started. */
  readonly isLive: boolean;
}

export interface Pm2LogReader {
  /** Whether the last read could read the file. */
  readonly isReadable: boolean;
  /** What was appended since the last call; the first call gives the last hour, at most 1 MiB. Never throws. */
  read(): Promise<LogStep>;
  close(): Promise<void>;
}

const nothing: LogStep = { events: [], isLive: true };

/** `path` may name another file later. `now` gives epoch ms: it dates new lines without a stamp that we understand. */
export function createPm2LogReader(path: () => string, now: () => number, windowMs = 60 * 60_000): Pm2LogReader {
  let file: FileHandle | null = null;
  let openedPath = '';
  let inode = 0n;
  let offset = 0;
  let tail: Buffer = Buffer.alloc(0);
  let isSkipping = false;
  let hasReadBack = false;
  let isReadable = false;
  /** What to add to stamps without a zone: the daemon's time zone need not be ours. */
  let zoneShiftMs = 0;

  /** The daemon writes elsewhere: that was there before us, like the file that was looked at until now. */
  async function turnTo(next: string): Promise<void> {
    openedPath = next;
    hasReadBack = false;
    await file?.close();
    file = null;
  }

  async function reopen(): Promise<void> {
    await file?.close();
    file = null;
    file = await openRegular(openedPath);
    inode = (await file.stat({ bigint: true })).ino;
    offset = 0;
    tail = Buffer.alloc(0);
    isSkipping = false;
  }

  /** The last line was written when the file was: what lies between stamp and mtime beyond seconds is the zone. */
  function learnZone(lines: readonly string[], writtenAt: number): void {
    for (let i = lines.length - 1; i >= Math.max(0, lines.length - 20); i -= 1) {
      const stamp = stampOf(lines[i] as string);
      if (stamp === null) continue;
      const shift = Math.round((writtenAt - stamp) / quarterHourMs) * quarterHourMs;
      if (Math.abs(writtenAt - stamp - shift) <= 5_000 && Math.abs(shift) <= 26 * 60 * 60_000) zoneShiftMs = shift;
      return;
    }
  }

  /** The complete lines that the bytes end. What is left waits for its end of line. */
  function toLines(bytes: Buffer): string[] {
    const end = bytes.lastIndexOf(0x0a);
    if (end === -1) {
      if (tail.length + bytes.length > maxLineBytes) {
        tail = Buffer.alloc(0);
        isSkipping = true;
      } else tail = Buffer.concat([tail, bytes]);
      return [];
    }
    const lines = Buffer.concat([tail, bytes.subarray(0, end)])
      .toString('utf8')
      .split('\n');
    tail = Buffer.from(bytes.subarray(end + 1));
    if (isSkipping) lines.shift();
    isSkipping = false;
    return lines;
  }

  async function step(isLive: boolean): Promise<Pm2LogEvent[]> {
    if (file === null) return [];
    const { size, mtimeMs } = await file.stat();
    if (size < offset) {
      offset = 0;
      tail = Buffer.alloc(0);
    }
    if (size - offset > maxBackBytes) {
      offset = size - maxBackBytes;
      tail = Buffer.alloc(0);
      isSkipping = true;
    }
    if (size === offset) return [];
    const { buffer, bytesRead } = await file.read(
      Buffer.allocUnsafe(Math.min(maxStepBytes, size - offset)),
      0,
      undefined,
      offset,
    );
    offset += bytesRead;
    const lines = toLines(buffer.subarray(0, bytesRead));
    learnZone(lines, mtimeMs);
    const oldest = isLive ? Number.NEGATIVE_INFINITY : now() - windowMs;
    const events: Pm2LogEvent[] = [];
    for (const line of lines) {
      const event = parseLogLine(line, isLive ? now() - zoneShiftMs : null);
      if (event !== null && event.at + zoneShiftMs >= oldest) events.push({ ...event, at: event.at + zoneShiftMs });
    }
    return events;
  }

  return {
    get isReadable() {
      return isReadable;
    },
    async read() {
      try {
        if (path() !== openedPath) await turnTo(path());
        const isLive = hasReadBack;
        let events: Pm2LogEvent[] = [];
        const current = await stat(openedPath, { bigint: true });
        if (file === null || current.ino !== inode) {
          // Rotated: the old file's last lines come before the new one's first.
          if (file !== null) events = await step(isLive);
          await reopen();
        } else if (Number(current.size) === offset) {
          isReadable = true;
          return nothing;
        }
        events = events.concat(await step(isLive));
        hasReadBack = true;
        isReadable = true;
        return { events, isLive };
      } catch {
        // No log, or not ours to read: said by `isReadable`, which the snapshot carries to the screen.
        isReadable = false;
        return nothing;
      }
    },
    async close() {
      await file?.close();
      file = null;
    },
  };
}
