/** Lines become events: judged, joined with the lines that belong to them, redacted, cleaned, cut to size. */

import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { codeOf } from './codes.ts';
import type { LogEvents } from './events.ts';
import { type LogFactsRing, refusedLoginOf } from './facts.ts';
import { type Finder, glogFinder } from './finder.ts';
import type { ParsedLine } from './json-line.ts';
import { parseLine } from './line.ts';
import { isAccessLine, isGlogLine } from './shapes.ts';
import { type LogLevel, type LogTarget, writerOf } from './snapshot.ts';
import { MAX_TRACE_LINES, TraceLines } from './trace.ts';
import { createZoneShift } from './zone.ts';

const MESSAGE_CHARACTERS = 400;
const DETAIL_CHARACTERS = 2_000;
/** Longer entries are cut before they are looked into; what is kept of them is far shorter. */
const READ_CHARACTERS = 8_192;
/** Judged of each log in a beat whatever the others write: an error with its stack trace beside a flood. */
const SURE_LINES_OF_A_LOG = 32;
const QUARTER_HOUR_MS = 15 * 60_000;
const MAX_ZONE_MS = 26 * 60 * 60_000;

/** How much may be judged in one beat, shared by all files; a flood beyond it is counted. */
export interface Allowance {
  linesLeft: number;
  /** While more are left the clock is not looked at: on a machine that stands still some are judged all the same. */
  timedBelow: number;
  /** Monotonic ms at which judging ends whatever is left. */
  until: number;
  /** Which beat it is for: in each one every log may have its share judged, however little is left. */
  beat: number;
}

/** Counts of one run, added to by every file. */
export interface Tally {
  warn: number;
  error: number;
  fatal: number;
  droppedLines: number;
  cutLines: number;
}

/** What is known of a line before it is read. */
export interface LineMark {
  /** It goes on behind `end`; only its head is given. */
  readonly isCut: boolean;
  readonly hasNeedle: boolean;
  /** Which file, by device and inode, and where in it the line begins, in bytes. */
  readonly fileId: string;
  readonly offset: number;
}

/** What takes the lines of one file. */
export interface LineSink {
  /** Told before the lines that stood there before we came (`back`), and before those written since. */
  turn(phase: 'back' | 'live', writtenAt: number): void;
  /**
   * One line without its end: one with a needle in it, or the one behind a line that asked for it. Returns whether the
   * next line is wanted, whatever it holds. The bytes are only lent.
   */
  take(bytes: Buffer, start: number, end: number, mark: LineMark): boolean;
  /** The last lines of a file as it was found: they tell the writer's time zone. */
  learnZone(lines: readonly string[], writtenAt: number): void;
  /** It is an access log: `passed` wants to know how many lines there were. */
  readonly countsLines: boolean;
  /** What finds its lines worth reading where the words that are looked for elsewhere do not tell; else null. */
  readonly finder: Finder | null;
  passed(lines: number): void;
  /** Lets go of the event that may still have grown. */
  flush(): void;
  /** No more of what was there before us can be judged in this beat; it stands in the file until the next. */
  readonly isSpent: boolean;
  /** Whether an event waits for its next line. */
  readonly isHolding: boolean;
}

export interface AssemblerOptions {
  readonly events: LogEvents;
  readonly facts: LogFactsRing;
  readonly tally: Tally;
  readonly allowance: Allowance;
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Events that are older when they are read back are left out, ms. */
  readonly windowMs: number;
}

interface Pending {
  readonly parsed: ParsedLine;
  readonly level: LogLevel;
  readonly at: number;
  readonly isStamped: boolean;
  /** Of before what is read back: not told. */
  readonly isOver: boolean;
  readonly fileId: string;
  readonly offset: number;
  readonly trace: TraceLines;
}

/** What all files share, with the moment before we came. */
interface Shared extends AssemblerOptions {
  readonly beforeUs: number;
}

/** What has a log, which can become another's. */
export type Targeted = { readonly target: LogTarget };

/** Makes what takes the lines of one file. */
export function createAssembler(options: AssemblerOptions): (owner: Targeted) => LineSink {
  const shared: Shared = { ...options, beforeUs: options.now() - 1 };
  return (owner) => new Assembler(shared, owner);
}

/** A class, since a fleet has many logs and of each most of it is the same. */
class Assembler implements LineSink {
  readonly #shared: Shared;
  readonly #owner: Targeted;
  #phase: 'back' | 'live' = 'live';
  #writtenAt = Number.NaN;
  #zoneShiftMs = 0;
  #isAccessLog = false;
  #isGlog = false;
  #shift: ((at: number) => number) | null = null;
  #pending: Pending | null = null;
  #beat = -1;
  #takenInBeat = 0;

  constructor(shared: Shared, owner: Targeted) {
    this.#shared = shared;
    this.#owner = owner;
  }

  get isHolding(): boolean {
    return this.#pending !== null;
  }

  get isSpent(): boolean {
    return this.#phase === 'back' && this.#shared.allowance.linesLeft <= 0;
  }

  get countsLines(): boolean {
    return this.#isAccessLog && this.#phase === 'live';
  }

  get finder(): Finder | null {
    return this.#isGlog ? glogFinder : null;
  }

  passed(lines: number): void {
    this.#shared.facts.addRequests(writerOf(this.#owner.target), lines);
  }

  turn(next: 'back' | 'live', at: number): void {
    this.#phase = next;
    this.#writtenAt = at;
  }

  learnZone(lines: readonly string[], at: number): void {
    this.#isAccessLog = isAccessLine(lines.at(-1) ?? '');
    this.#isGlog = lines.some(isGlogLine);
    for (let i = lines.length - 1; i >= 0; i -= 1) {
      const { at: stampedAt, hasZone } = parseLine(lines[i] as string, 'out', at);
      if (stampedAt !== null && !hasZone) {
        this.#learn(stampedAt, at);
        return;
      }
    }
  }

  take(bytes: Buffer, start: number, end: number, { isCut, hasNeedle, fileId, offset }: LineMark): boolean {
    const { allowance, tally, now, monotonic, windowMs } = this.#shared;
    if (isCut) tally.cutLines += 1;
    if (!this.#mayJudge()) {
      this.flush();
      if (hasNeedle) tally.droppedLines += 1;
      return false;
    }
    allowance.linesLeft = Math.max(0, allowance.linesLeft - 1);
    // Reading the clock costs as much as a short line: once in 32 is enough.
    const { linesLeft, timedBelow } = allowance;
    const isTimed = linesLeft > 0 && linesLeft < timedBelow && linesLeft % 32 === 0;
    if (isTimed && monotonic() >= allowance.until) allowance.linesLeft = 0;
    const stop = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
    const text = bytes.toString('utf8', start, stop);
    if (this.#pending?.trace.takes(text)) return this.#pending.trace.wantsNext;
    this.flush();
    if (!hasNeedle) return false;
    const readAt = now();
    const parsed = parseLine(text, this.#owner.target.stream, readAt);
    const { level } = parsed;
    const address = refusedLoginOf(parsed.message);
    if (address !== null) this.#countLogin(parsed, address, readAt);
    this.#isAccessLog ||= isAccessLine(text);
    this.#isGlog ||= isGlogLine(text);
    if (level !== 'warn' && level !== 'error' && level !== 'fatal') return false;
    const at = this.#momentOf(parsed, readAt);
    // One of before the hour is held, too: the lines of its trace tell no time, and would read as errors of now.
    const isOver = this.#phase === 'back' && at < readAt - windowMs;
    const isStamped = parsed.at !== null;
    this.#pending = { parsed, level, at, isStamped, isOver, fileId, offset, trace: new TraceLines(parsed) };
    return true;
  }

  flush(): void {
    if (!this.#pending) return;
    const { parsed, level, at, isStamped, isOver, fileId, offset, trace } = this.#pending;
    this.#pending = null;
    if (isOver) return;
    const target = this.#owner.target;
    const bot = parsed.bot !== '' ? tidy(parsed.bot, 64) : writerOf(target);
    const message = withoutName(tidy(trace.said ?? parsed.message, MESSAGE_CHARACTERS), bot);
    const whole = [parsed.detail, ...trace.lines].filter(Boolean).join('\n').slice(0, READ_CHARACTERS);
    const detail = tidyLines(redact(whole));
    const code = codeOf(message) ?? (detail === '' ? null : codeOf(detail));
    this.#shared.tally[level] += 1;
    this.#shared.events.stage({
      at,
      isStamped,
      level,
      bot,
      path: target.path,
      fileId,
      offset,
      stream: target.stream,
      component: tidy(parsed.component, 64),
      message,
      detail,
      code: code?.code ?? null,
      retryAfterSeconds: code?.retryAfterSeconds ?? null,
    });
  }

  #momentOf(parsed: ParsedLine, readAt: number): number {
    // Of what stood there before us the last may have come in the very moment; none of it is new.
    if (parsed.at === null) {
      const isOld = this.#phase === 'back' && !Number.isNaN(this.#writtenAt);
      return isOld ? Math.min(this.#writtenAt, this.#shared.beforeUs) : readAt;
    }
    if (parsed.hasZone) return parsed.at;
    const { zone } = this.#owner.target;
    if (zone) {
      this.#shift ??= createZoneShift(zone);
      return parsed.at + this.#shift(parsed.at);
    }
    if (this.#phase === 'live') this.#learn(parsed.at, readAt);
    return parsed.at + this.#zoneShiftMs;
  }

  /** A line just written carries the present time: whole quarters of an hour between them are the writer's zone. */
  #learn(stampedAt: number, at: number): void {
    const shift = Math.round((at - stampedAt) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    if (Math.abs(at - stampedAt - shift) > 5_000 || Math.abs(shift) > MAX_ZONE_MS) return;
    this.#zoneShiftMs = shift;
  }

  /** Whether one more line may be judged: while there is time, and of each log a few in any case. */
  #mayJudge(): boolean {
    const { linesLeft, beat } = this.#shared.allowance;
    if (this.#beat !== beat) {
      this.#beat = beat;
      this.#takenInBeat = 0;
    }
    this.#takenInBeat += 1;
    return linesLeft > 0 || this.#takenInBeat <= SURE_LINES_OF_A_LOG;
  }

  #countLogin(parsed: ParsedLine, address: string, readAt: number): void {
    const { facts, windowMs } = this.#shared;
    const at = this.#momentOf(parsed, readAt);
    if (this.#phase === 'live' || at >= readAt - windowMs) facts.addLogin(at, address);
  }
}

/** A part of a string keeps the whole alive: a short one is copied, or 400 characters would hold 64 KiB. */
function tidy(text: string, characters: number): string {
  const kept = clean(redact(text.length > READ_CHARACTERS ? text.slice(0, READ_CHARACTERS) : text)).trim();
  return copyOf(kept.length > characters ? `${kept.slice(0, characters - 1)}…` : kept);
}

function tidyLines(text: string): string {
  if (text === '') return '';
  const lines = text
    .split('\n')
    .slice(0, MAX_TRACE_LINES)
    .map((line) => line.replace(/^\s+/, (blanks) => ' '.repeat(Math.min(8, blanks.length))))
    .map((line) => clean(line).trimEnd());
  return copyOf(lines.join('\n').slice(0, DETAIL_CHARACTERS));
}

function copyOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Many loggers begin each line with their bot's name: what all bots say is one error, and its name stands beside it. */
function withoutName(message: string, bot: string): string {
  return message.startsWith(`${bot}: `) && message.length > bot.length + 2 ? message.slice(bot.length + 2) : message;
}
