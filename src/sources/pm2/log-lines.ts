/** What the lines of PM2's own log say. Exit codes and signals of bots stand nowhere else. */

/** One line that matters. `at` is epoch ms; `id` is the pm_id as text, `_old_` stripped; bytes are NaN where not told. */
export type Pm2LogEvent =
  | {
      readonly kind: 'exit';
      readonly at: number;
      readonly name: string;
      readonly id: string;
      readonly isOld: boolean;
      readonly code: number | null;
      readonly signal: string | null;
    }
  | { readonly kind: 'stopping'; readonly at: number; readonly name: string; readonly id: string }
  | {
      readonly kind: 'start';
      readonly at: number;
      readonly name: string;
      readonly id: string;
      /** The process is made now; false when it is said to be online. */
      readonly isBegin: boolean;
    }
  | {
      readonly kind: 'over-memory';
      readonly at: number;
      readonly id: string;
      readonly usedBytes: number;
      readonly limitBytes: number;
    }
  | { readonly kind: 'file-changed'; readonly at: number; readonly name: string }
  | { readonly kind: 'cron-fired'; readonly at: number; readonly id: string }
  | { readonly kind: 'daemon'; readonly at: number };

const stampedLine = /^(.{0,48}?): ?PM2 (?:log|error): (.*)$/s;
const bareLine = /^PM2 (?:log|error): (.*)$/s;
const isoStamp = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,3})\d*)? ?(Z|[+-]\d\d:?\d\d)?$/;

const exitedLine = /^App \[(.*):(_old_)?(\d+)\] exited with code \[(-?\d+|null|undefined)\] via signal \[(\w+)\]$/s;
const startedLine = /^App \[(.*):(_old_)?(\d+)\] (online|starting in -\w+ mode-)$/s;
const stoppingLine = /^Stopping app:(.*) id:(?:_old_)?(\d+)$/s;
const memoryLine =
  /^\[PM2\]\[WORKER\] Process (?:_old_)?(\d+) restarted because it exceeds --max-memory-restart(?: value \(current_memory=(\d{1,15}) max_memory_limit=(\d{1,15}))?/;
const changedLine = /^Change detected on path .* for app (.*) - restarting$/s;
const cronLine = /^\[PM2\] Deregistering a cron job on: (?:_old_)?(\d+)$/;
const daemonLine = /^(?:--- New PM2 Daemon started -+|PM2 successfully stopped)$/;

/**
 * Epoch ms of a time stamp in PM2's log, or null when it is none we know. Without a zone it is the daemon's local
 * time, taken as ours.
 */
export function parseStamp(text: string): number | null {
  const match = isoStamp.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const ms = Number((fraction ?? '0').padEnd(3, '0'));
  if (zone !== undefined) {
    const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
    const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
    return Number.isNaN(at) ? null : at + ms;
  }
  const at = new Date(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    ms,
  ).getTime();
  return Number.isNaN(at) ? null : at;
}

/** The stamp of a line of PM2's log, or null. */
export function stampOf(line: string): number | null {
  const match = stampedLine.exec(line);
  return match === null ? null : parseStamp(match[1] as string);
}

/**
 * One line as an event, or null when it says nothing of interest. `unstampedAt` is used where the line has no stamp
 * that we can read (PM2_LOG_DATE_FORMAT can be anything); null skips such a line.
 */
export function parseLogLine(line: string, unstampedAt: number | null): Pm2LogEvent | null {
  const bare = bareLine.exec(line);
  const stamped = bare === null ? stampedLine.exec(line) : null;
  const text = (bare?.[1] ?? stamped?.[2])?.trimEnd();
  if (text === undefined) return null;
  const at = (stamped === null ? null : parseStamp(stamped[1] as string)) ?? unstampedAt;
  return at === null ? null : parseText(text, at);
}

function parseText(text: string, at: number): Pm2LogEvent | null {
  // Every line of interest begins with one of these; the log of a busy daemon is mostly others.
  switch (text.charCodeAt(0)) {
    case 0x41: // A
      return parseExit(text, at) ?? parseStart(text, at);
    case 0x53: {
      // S
      const match = stoppingLine.exec(text);
      return match === null ? null : { kind: 'stopping', at, name: match[1] as string, id: match[2] as string };
    }
    case 0x5b: {
      // [
      const memory = memoryLine.exec(text);
      if (memory !== null) {
        const [, id, used, limit] = memory as unknown as [string, string, string?, string?];
        return { kind: 'over-memory', at, id, usedBytes: Number(used), limitBytes: Number(limit) };
      }
      const cron = cronLine.exec(text);
      return cron === null ? null : { kind: 'cron-fired', at, id: cron[1] as string };
    }
    case 0x43: {
      // C
      const match = changedLine.exec(text);
      return match === null ? null : { kind: 'file-changed', at, name: match[1] as string };
    }
    default:
      return daemonLine.test(text) ? { kind: 'daemon', at } : null;
  }
}

/**
 * PM2 writes SIGINT where there was no signal, and code 0 where a signal ended the process: neither is taken for
 * what it says.
 */
function parseExit(text: string, at: number): Pm2LogEvent | null {
  const match = exitedLine.exec(text);
  if (match === null) return null;
  const [, name, old, id, codeText, signalText] = match as unknown as [
    string,
    string,
    string?,
    string?,
    string?,
    string?,
  ];
  const signal = signalText === 'SIGINT' ? null : (signalText as string);
  const code = Number(codeText);
  const isCodeKnown = Number.isSafeInteger(code) && !(signal !== null && code === 0);
  return {
    kind: 'exit',
    at,
    name,
    id: id as string,
    isOld: old !== undefined,
    code: isCodeKnown ? code : null,
    signal,
  };
}

function parseStart(text: string, at: number): Pm2LogEvent | null {
  const match = startedLine.exec(text);
  return match === null || match[2] !== undefined
    ? null
    : { kind: 'start', at, name: match[1] as string, id: match[3] as string, isBegin: match[4] !== 'online' };
}
