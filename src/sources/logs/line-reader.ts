/** Makes lines of bytes: their moments, levels, what belongs together, and which of them are wanted. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { type Arrival, UNSEEN } from './arrivals.ts';
import type { ParsedLine } from './json-line.ts';
import type { LineLevel } from './level.ts';
import { parseLine } from './line.ts';
import { MAX_LINE_BYTES } from './open-log.ts';
import type { LineSieve } from './sieve.ts';
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
  /** What wanted lines are known by before they are taken apart; null when that tells nothing. */
  readonly sieve: LineSieve | null;
  /** Whether a line of this text, as it is shown, may pass: asked before it is taken apart. */
  mayPass?(text: string): boolean;
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
    const sieve = test?.sieve ?? null;
    // Where whole events are wanted each of their lines is: what one of them says is judged when its event is known.
    const mayPass = sieve && sieve.eventLevels.length > 0 ? undefined : test?.mayPass;
    let current = head;
    let headOffset = head === null ? -1 : 0;
    let firstAt = Number.NaN;
    /** Up to here lines were taken apart; what is left out behind it is made up for when it is needed. */
    let doneTo = 0;
    const isOpen = head?.isOpen === true;
    for (let at = 0; at < bytes.length; ) {
      // The first event is taken apart in any case, for its time.
      if (sieve && current !== null && !(at === doneTo && isIn(current.level, sieve.eventLevels))) {
        const hit = sieve.find(bytes, at, bytes.length);
        if (hit === -1) break;
        at = Math.max(at, bytes.lastIndexOf(0x0a, hit) + 1);
      }
      const found = bytes.indexOf(0x0a, at);
      const end = found === -1 ? bytes.length : found;
      const next = end + 1;
      const raw = bytes.toString('utf8', at, Math.min(end, at + MAX_LINE_BYTES)).replace(/\r$/, '');
      let text: string | null = null;
      if (mayPass && current !== null) {
        text = shownText(raw);
        if (!mayPass(text)) {
          at = next;
          continue;
        }
      }
      const parsed = parseLine(raw, 'out', this.#now());
      const isEnd = endsTraceback(bytes, at, isOpen);
      const isPart = isPartOf(raw, parsed) || (isEnd && isBare(raw, parsed));
      const own = this.#ownMoment(parsed, isPart, place + at);
      if (at > doneTo && (isPart || !own.isTimed))
        current = this.#headBefore(bytes, doneTo, at, place, isOpen, current);
      doneTo = next;
      const moment = own.isTimed ? own.at : (current?.at ?? own.at);
      if (!isPart) {
        if (headOffset === -1) headOffset = at;
        current = { at: moment, level: parsed.level, isStamped: own.isStamped, isTimed: own.isTimed };
      }
      if (Number.isNaN(firstAt)) firstAt = moment;
      const line: LogLine = {
        place: place + at,
        end: place + Math.min(next, bytes.length),
        at: moment,
        isStamped: own.isStamped || (isPart && current?.isStamped === true),
        isTimed: own.isTimed || (isPart && current?.isTimed === true),
        text: text ?? shownText(raw),
        level: isPart && parsed.level === null ? (current?.level ?? null) : parsed.level,
        isPart,
      };
      if (test === null || test.passes(line)) lines.push(line);
      at = next;
    }
    if (current !== null && doneTo < bytes.length) {
      const end = bytes.at(-1) === 0x0a ? bytes.length : bytes.length + 1;
      current = this.#headBefore(bytes, doneTo, end, place, isOpen, current);
    }
    const last = current && { ...current, isOpen: endsTraceback(bytes, bytes.length, isOpen) };
    return { lines, firstAt, lastAt: current?.at ?? Number.NaN, head: last, headOffset: Math.max(0, headOffset) };
  }

  /** When a line was written, by itself: stamped, or seen to come. Else when it was there, NaN unknown. */
  #ownMoment(parsed: ParsedLine, isPart: boolean, place: number): { at: number; isStamped: boolean; isTimed: boolean } {
    const stampedAt = parsed.at === null ? Number.NaN : this.#momentOf(parsed.at, parsed.hasZone);
    if (!Number.isNaN(stampedAt)) return { at: stampedAt, isStamped: true, isTimed: true };
    const { at, isBefore } = isPart ? UNSEEN : this.#arrivalOf(place);
    return { at, isStamped: false, isTimed: !Number.isNaN(at) && !isBefore };
  }

  /** The last event before an offset, among the lines that were left out since `from`; else `before`, the one before. */
  #headBefore(
    bytes: Buffer,
    from: number,
    offset: number,
    place: number,
    isOpen: boolean,
    before: EventHead | null,
  ): EventHead | null {
    let event: EventHead | null = null;
    for (let end = offset - 1; end >= from; ) {
      const start = end === 0 ? 0 : Math.max(from, bytes.lastIndexOf(0x0a, end - 1) + 1);
      const raw = bytes.toString('utf8', start, Math.min(end, start + MAX_LINE_BYTES)).replace(/\r$/, '');
      const parsed = parseLine(raw, 'out', this.#now());
      const isPart = isPartOf(raw, parsed) || (isBare(raw, parsed) && endsTraceback(bytes, start, isOpen));
      if (!isPart) {
        const own = this.#ownMoment(parsed, false, place + start);
        event ??= { at: Number.NaN, level: parsed.level, isStamped: own.isStamped, isTimed: own.isTimed };
        // One without a time of its own has that of the event before it.
        if (own.isTimed) return { ...event, at: own.at };
      }
      end = start - 1;
    }
    return event ? { ...event, at: before?.at ?? Number.NaN } : before;
  }
}

function isIn(level: LineLevel | null, levels: readonly LineLevel[]): boolean {
  return level !== null && levels.includes(level);
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
