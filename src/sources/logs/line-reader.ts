/** Makes lines of bytes: their moments, levels, what belongs together, and which of them are wanted. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { type Arrival, UNSEEN } from './arrivals.ts';
import { isContinuation } from './continuation.ts';
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
}

/** The lines of some bytes. */
export interface LinesRead {
  readonly lines: LogLine[];
  /** Moments of the first and the last of all lines, wanted or not; NaN unknown. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The last event: what comes next may belong to it. */
  readonly head: EventHead | null;
  /** Where the first event begins among the bytes: what stands before belongs to one further back. -1: none does. */
  readonly headOffset: number;
}

const MAX_CHARACTERS = 4_096;
const QUARTER_HOUR_MS = 900_000;
const MAX_ZONE_MS = 26 * 3_600_000;

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

  /**
   * The lines of `bytes`, which stand at `place`, from an offset on: what lies before it tells which lines belong
   * together (see `LOOK_BACK_LINES`). `head` is the event before them, when it is known.
   */
  read(bytes: Buffer, place: number, test: LineTest | null, head: EventHead | null, from = 0): LinesRead {
    const lines: LogLine[] = [];
    const sieve = test?.sieve ?? null;
    // Where whole events are wanted each of their lines is: what one of them says is judged when its event is known.
    const mayPass = sieve && sieve.eventLevels.length > 0 ? undefined : test?.mayPass;
    let current = head;
    let headOffset = head === null ? -1 : from;
    let firstAt = Number.NaN;
    /** Up to here lines were taken apart; what is left out behind it is made up for when it is needed. */
    let doneTo = from;
    for (let at = from; at < bytes.length; ) {
      // The first event is taken apart in any case, for its time.
      if (sieve && current !== null && !(at === doneTo && isIn(current.level, sieve.eventLevels))) {
        const hit = sieve.find(bytes, at, bytes.length);
        if (hit === -1) break;
        // The line feed that ends it may be what it is known by.
        at = hit === 0 ? 0 : Math.max(at, bytes.lastIndexOf(0x0a, hit - 1) + 1);
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
      const isPart = isContinuation(bytes, at, raw, parsed, this.#now());
      const own = this.#ownMoment(parsed, isPart, place + at);
      if (at > doneTo && (isPart || !own.isTimed)) current = this.headBefore(bytes, doneTo, at, place, current);
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
        level: isPart && (parsed.level === null || parsed.level === 'info') ? (current?.level ?? null) : parsed.level,
        isPart,
      };
      if (test === null || test.passes(line)) lines.push(line);
      at = next;
    }
    if (current !== null && doneTo < bytes.length) {
      const end = bytes.at(-1) === 0x0a ? bytes.length : bytes.length + 1;
      current = this.headBefore(bytes, doneTo, end, place, current);
    }
    return { lines, firstAt, lastAt: current?.at ?? Number.NaN, head: current, headOffset };
  }

  /** When a line was written, by itself: stamped, or seen to come. Else when it was there, NaN unknown. */
  #ownMoment(parsed: ParsedLine, isPart: boolean, place: number): { at: number; isStamped: boolean; isTimed: boolean } {
    const stampedAt = parsed.at === null ? Number.NaN : this.#momentOf(parsed.at, parsed.hasZone);
    if (!Number.isNaN(stampedAt)) return { at: stampedAt, isStamped: true, isTimed: true };
    const { at, isBefore } = isPart ? UNSEEN : this.#arrivalOf(place);
    return { at, isStamped: false, isTimed: !Number.isNaN(at) && !isBefore };
  }

  /**
   * The last event before an offset of `bytes`, which stand at `place`, among the lines from `from` on; else `before`,
   * the one before them.
   */
  headBefore(bytes: Buffer, from: number, offset: number, place: number, before: EventHead | null): EventHead | null {
    let event: EventHead | null = null;
    for (let end = offset - 1; end >= from; ) {
      const start = end === 0 ? 0 : Math.max(from, bytes.lastIndexOf(0x0a, end - 1) + 1);
      const raw = bytes.toString('utf8', start, Math.min(end, start + MAX_LINE_BYTES)).replace(/\r$/, '');
      const parsed = parseLine(raw, 'out', this.#now());
      if (!isContinuation(bytes, start, raw, parsed, this.#now())) {
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

/** As a line is shown: cleaned, redacted, cut. */
function shownText(raw: string): string {
  const safe = clean(redact(raw.includes('\t') ? raw.replaceAll('\t', '    ') : raw));
  return safe.length > MAX_CHARACTERS ? `${safe.slice(0, MAX_CHARACTERS)}…` : safe;
}
