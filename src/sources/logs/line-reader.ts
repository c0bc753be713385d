/** Makes lines of bytes: their moments, levels, what belongs together, and which of them are wanted. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { type Arrival, UNSEEN } from './arrivals.ts';
import type { LineLevel } from './level.ts';
import { parseLine } from './line.ts';
import { MAX_LINE_BYTES } from './open-log.ts';
import { createZoneShift } from './zone.ts';

/** One line of a log as it is shown: cleaned, redacted, at most 4,096 characters. */
export interface LogLine {
  /** Where the line begins, through all rotations of the log (see `reel.ts`); it tells a line from every other. */
  readonly place: number;
  /** Where the next one begins. */
  readonly end: number;
  /** Epoch ms; of a line without a stamp when it came, else that of the line before it, else of the file. */
  readonly at: number;
  /** Whether the line, or the one it belongs to, says its time itself. */
  readonly isStamped: boolean;
  /** Whether `at` is its own: stamped, or seen to come. */
  readonly isTimed: boolean;
  readonly text: string;
  /** Its writer's, or that of the event it is a part of; null when nobody says. */
  readonly level: LineLevel | null;
  /** It belongs to the line before it: a stack trace. */
  readonly isPart: boolean;
}

/** Which lines of a log are wanted. */
export interface LineTest {
  passes(line: LogLine): boolean;
  /** A word in every wanted line, in any case; lower case and ASCII. Null when none is known. */
  readonly word: string | null;
}

/** What a part of an event takes from the line it belongs to. */
export interface EventHead {
  readonly at: number;
  readonly level: LineLevel | null;
  readonly isStamped: boolean;
  readonly isTimed: boolean;
  /** It is a traceback of Python whose last line is still to come. */
  readonly isOpen?: boolean;
}

/** The lines of some bytes. */
export interface LinesRead {
  readonly lines: LogLine[];
  /** Moments of the first and the last of all lines, wanted or not; NaN unknown. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The last event: what comes next may belong to it. */
  readonly head: EventHead | null;
  /** Where the first event begins among the bytes: what stands before belongs to one further back. */
  readonly headOffset: number;
}

const MAX_CHARACTERS = 4_096;
/** A stack trace is looked back through this far. */
const MAX_TRACE_LINES = 60;
const QUARTER_HOUR_MS = 900_000;
const MAX_ZONE_MS = 26 * 3_600_000;

/** The stamp that PM2 puts before each line, those of a stack trace too. */
const PM2_PREFIX_BYTES = '2026-01-01T00:00:00: '.length;
const PM2_PREFIX = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: /;
const CONTINUES =
  /^(?:\s+\S|at |Caused by:|\.\.\. \d+ more|[}\])]+[,;]?\s*$|Traceback \(most recent|During handling of |The above exception )/;

export class LineReader {
  readonly #now: () => number;
  readonly #arrivalOf: (place: number) => Arrival;
  readonly #zoneShift: ((at: number) => number) | null;
  #learnedShiftMs: number | null = null;

  constructor(zone: string | null, now: () => number, arrivalOf: (place: number) => Arrival = () => UNSEEN) {
    this.#now = now;
    this.#arrivalOf = arrivalOf;
    this.#zoneShift = zone === null ? null : createZoneShift(zone);
  }

  /** Whether the writer's zone is still to be told by `learn`. */
  get isLearning(): boolean {
    return this.#learnedShiftMs === null && this.#zoneShift === null;
  }

  /** A file just written carries the present time: whole quarters of an hour between the two are its writer's zone. */
  learn(lastLines: readonly string[], writtenAt: number): void {
    this.#learnedShiftMs = 0;
    for (const line of lastLines.toReversed()) {
      const { at, hasZone } = parseLine(line, 'out', this.#now());
      if (at === null || hasZone) continue;
      const shift = Math.round((writtenAt - at) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
      if (Math.abs(writtenAt - at - shift) <= 5_000 && Math.abs(shift) <= MAX_ZONE_MS) this.#learnedShiftMs = shift;
      return;
    }
  }

  /** The moment that a line tells itself; NaN when it tells none. */
  momentIn(bytes: Buffer, from: number, to: number): number {
    const { at, hasZone } = parseLine(bytes.toString('utf8', from, Math.min(to, from + 4_096)), 'out', this.#now());
    return at === null ? Number.NaN : this.#momentOf(at, hasZone);
  }

  #momentOf(at: number, hasZone: boolean): number {
    if (hasZone) return at;
    return at + (this.#zoneShift ? this.#zoneShift(at) : (this.#learnedShiftMs ?? 0));
  }

  /** The lines of `bytes`, which stand at `place`; `head` is the event before them, when it is known. */
  read(bytes: Buffer, place: number, test: LineTest | null, head: EventHead | null): LinesRead {
    const lines: LogLine[] = [];
    const wanted = test?.word ? candidates(bytes, test.word) : null;
    let current = head;
    let headOffset = head === null ? -1 : 0;
    let firstAt = Number.NaN;
    let doneTo = 0;
    const isOpen = head?.isOpen === true;
    for (let at = 0; at < bytes.length; ) {
      const found = bytes.indexOf(0x0a, at);
      const end = found === -1 ? bytes.length : found;
      const next = end + 1;
      // With a word to look for only the lines that hold it are taken apart, and the first event for its time.
      if (wanted && current !== null && !wanted.has(at, end)) {
        at = wanted.next(next, bytes);
        continue;
      }
      const raw = bytes.toString('utf8', at, Math.min(end, at + MAX_LINE_BYTES)).replace(/\r$/, '');
      const parsed = parseLine(raw, 'out', this.#now());
      const isEnd = endsTraceback(bytes, at, isOpen);
      const isPart = isPartOf(raw, parsed) || (isEnd && isBare(raw, parsed));
      if (isPart && at > doneTo) current = this.#headBefore(bytes, at) ?? current;
      doneTo = next;
      const stampedAt = parsed.at === null ? Number.NaN : this.#momentOf(parsed.at, parsed.hasZone);
      const isStamped = !Number.isNaN(stampedAt);
      const came = isStamped || isPart ? UNSEEN : this.#arrivalOf(place + at);
      const isSeen = !Number.isNaN(came.at) && !came.isBefore;
      const moment = isStamped ? stampedAt : isSeen ? came.at : (current?.at ?? came.at);
      if (!isPart) {
        if (headOffset === -1) headOffset = at;
        current = { at: moment, level: parsed.level, isStamped, isTimed: isStamped || isSeen };
      }
      if (Number.isNaN(firstAt)) firstAt = moment;
      const line: LogLine = {
        place: place + at,
        end: place + Math.min(next, bytes.length),
        at: moment,
        isStamped: isStamped || (isPart && current?.isStamped === true),
        isTimed: isStamped || (isPart ? current?.isTimed === true : isSeen),
        text: shownText(raw),
        level: isPart && parsed.level === null ? (current?.level ?? null) : parsed.level,
        isPart,
      };
      if (test === null || test.passes(line)) lines.push(line);
      at = next;
    }
    const last = current && { ...current, isOpen: endsTraceback(bytes, bytes.length, isOpen) };
    return { lines, firstAt, lastAt: current?.at ?? Number.NaN, head: last, headOffset: Math.max(0, headOffset) };
  }

  /** The event that the line at an offset is a part of, where lines were left out before it. */
  #headBefore(bytes: Buffer, offset: number): EventHead | null {
    let end = offset - 1;
    for (let lines = 0; end > 0 && lines < MAX_TRACE_LINES; lines += 1) {
      const start = bytes.lastIndexOf(0x0a, end - 1) + 1;
      const raw = bytes.toString('utf8', start, Math.min(end, start + MAX_LINE_BYTES));
      const parsed = parseLine(raw, 'out', this.#now());
      if (!isPartOf(raw, parsed)) {
        const at = parsed.at === null ? Number.NaN : this.#momentOf(parsed.at, parsed.hasZone);
        return { at, level: parsed.level, isStamped: parsed.at !== null, isTimed: parsed.at !== null };
      }
      end = start - 1;
    }
    return null;
  }
}

function isPartOf(raw: string, parsed: { readonly at: number | null; readonly level: LineLevel | null }): boolean {
  if (raw.trim() === '') return true;
  const bare = raw.replace(PM2_PREFIX, '');
  if (parsed.at !== null && bare.length === raw.length) return false;
  return CONTINUES.test(bare);
}

/** Without a time of its own; PM2 puts one before every line. */
function isBare(raw: string, parsed: { readonly at: number | null }): boolean {
  return parsed.at === null || PM2_PREFIX.test(raw);
}

/** A frame of Python's has its place, its code, and what marks the code or says how often it came. */
const FRAME_LINES = 4;
const FRAME = '  File "';

/**
 * Whether a frame of a Python traceback ends at an offset: the line there says what the traceback is about. `isOpen`
 * tells it of the first offset.
 */
function endsTraceback(bytes: Buffer, offset: number, isOpen: boolean): boolean {
  let end = offset - 1;
  for (let lines = 0; end > 0 && lines < FRAME_LINES; lines += 1) {
    const start = bytes.lastIndexOf(0x0a, end - 1) + 1;
    const prefix = bytes[start] === 0x20 ? 0 : bytes[start + 19] === 0x3a ? PM2_PREFIX_BYTES : -1;
    const from = start + prefix;
    if (prefix === -1 || bytes[from] !== 0x20 || bytes[from + 1] !== 0x20) return false;
    if (bytes.toString('latin1', from, from + FRAME.length) === FRAME) return true;
    end = start - 1;
  }
  return end <= 0 && isOpen;
}

/** As a line is shown: cleaned, redacted, cut. */
function shownText(raw: string): string {
  const safe = clean(redact(raw.includes('\t') ? raw.replaceAll('\t', '    ') : raw));
  return safe.length > MAX_CHARACTERS ? `${safe.slice(0, MAX_CHARACTERS)}…` : safe;
}

/** Finds a word in any case among bytes, which are searched whole: a hundred times faster than line by line. */
function candidates(bytes: Buffer, word: string) {
  const text = bytes.toString('latin1').toLowerCase();
  let hit = text.indexOf(word);
  const reach = (from: number): void => {
    if (hit !== -1 && hit < from) hit = text.indexOf(word, from);
  };
  return {
    has(from: number, to: number): boolean {
      reach(from);
      return hit !== -1 && hit < to;
    },
    /** Where the line begins that holds the next hit, at `from` or behind; the end where there is none. */
    next(from: number, all: Buffer): number {
      reach(from);
      if (hit === -1) return all.length;
      return Math.max(from, all.lastIndexOf(0x0a, hit) + 1);
    },
  };
}
