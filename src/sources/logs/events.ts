/** The events of all logs, the newest of them in fixed memory: so many, and so many characters. */
import { fairShare } from './fair.ts';

/** The levels that are kept; what is milder costs no more than being looked at. */
export type LogLevel = 'warn' | 'error' | 'fatal';

/** Where a file comes from: a bot's two streams as PM2 names them, or a `--logs` glob. */
export type LogStream = 'out' | 'err' | 'glob';

/** One WARN, ERROR or FATAL with the lines that belong to it. All text is cleaned and redacted. */
export interface LogEvent {
  /** Counts up from 1 without gaps in the order of reading. */
  readonly seq: number;
  /** Epoch ms: the writer's stamp, else the moment of reading or the file's modification time. */
  readonly at: number;
  /** Whether `at` is the writer's own stamp. */
  readonly isStamped: boolean;
  readonly level: LogLevel;
  /** The bot's name, or the file's base name where no bot is known. */
  readonly bot: string;
  readonly path: string;
  /** The file it was read from, told by device and inode: rotation gives it another path. Empty for what is no file. */
  readonly fileId: string;
  /** Where its first line begins in that file, in bytes; NaN where it is no file. */
  readonly offset: number;
  readonly stream: LogStream;
  /** The logger's or component's name; empty without one. */
  readonly component: string;
  /** Without stamp and level, at most 400 characters. */
  readonly message: string;
  /** The lines that followed (a stack trace), joined by line feeds; empty without any. At most 2,000 characters. */
  readonly detail: string;
  /** What the error calls itself: `TG429`, `HTTP502`, `ECONNREFUSED`, `DB003`, an SQLSTATE; null without. */
  readonly code: string | null;
  /** What Telegram asks to wait, in seconds. */
  readonly retryAfterSeconds: number | null;
}

/** Readers keep the number of the last event they saw, and learn from the numbers what they missed. */
export class LogEvents {
  readonly #capacity: number;
  readonly #maxCharacters: number;
  readonly #ring: (LogEvent | undefined)[];
  #lastSeq = 0;
  #length = 0;
  #characters = 0;
  #staged: Omit<LogEvent, 'seq'>[] = [];
  #stagedWeight = 0;
  #passedOver = 0;

  constructor(capacity = 5_000, maxCharacters = 2_000_000) {
    this.#capacity = capacity;
    this.#maxCharacters = maxCharacters;
    this.#ring = Array<undefined>(capacity).fill(undefined);
  }

  /** Events that were left out since the start because more came at once than the ring holds. */
  get passedOver(): number {
    return this.#passedOver;
  }

  get length(): number {
    return this.#length;
  }

  /** The number of the newest event; 0 when there was none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The number of the oldest event that is still here. */
  get firstSeq(): number {
    return this.#lastSeq - this.#length + 1;
  }

  /** Adds an event and gives it its number. */
  push(event: Omit<LogEvent, 'seq'>): LogEvent {
    if (this.#length === this.#capacity) this.#dropOldest();
    this.#lastSeq += 1;
    const kept: LogEvent = { ...event, seq: this.#lastSeq };
    this.#ring[this.#lastSeq % this.#capacity] = kept;
    this.#length += 1;
    this.#characters += kept.message.length + kept.detail.length;
    while (this.#characters > this.#maxCharacters && this.#length > 1) this.#dropOldest();
    return kept;
  }

  /** Keeps an event until `commit` puts it in its place by time among those of the other files. */
  stage(event: Omit<LogEvent, 'seq'>): void {
    this.#staged.push(event);
    this.#stagedWeight += this.#weightOf(event);
    if (this.#stagedWeight >= 2 * this.#maxCharacters) this.#thin();
  }

  /** Adds what was staged, by time. */
  commit(): void {
    if (this.#staged.length === 0) return;
    this.#thin();
    const staged = this.#staged.sort((a, b) => a.at - b.at);
    this.#staged = [];
    this.#stagedWeight = 0;
    for (const event of staged) this.push(event);
  }

  /** As much of the room as an event takes: a short one takes the place of one of many. */
  #weightOf({ message, detail }: Omit<LogEvent, 'seq'>): number {
    return Math.max(this.#maxCharacters / this.#capacity, message.length + detail.length);
  }

  /** Of more than the ring holds the newest of each log stay, and of a quiet log all. */
  #thin(): void {
    if (this.#stagedWeight <= this.#maxCharacters) return;
    const wants = new Map<string, number>();
    for (const event of this.#staged) wants.set(event.path, (wants.get(event.path) ?? 0) + this.#weightOf(event));
    const share = fairShare(wants.values(), this.#maxCharacters);
    const taken = new Map<string, number>();
    const newestFirst = this.#staged.sort((a, b) => b.at - a.at);
    this.#staged = newestFirst.filter((event) => {
      const used = (taken.get(event.path) ?? 0) + this.#weightOf(event);
      taken.set(event.path, used);
      return used <= share;
    });
    this.#passedOver += newestFirst.length - this.#staged.length;
    this.#stagedWeight = this.#staged.reduce((sum, event) => sum + this.#weightOf(event), 0);
  }

  /** The event of that number; undefined when it has left. */
  of(seq: number): LogEvent | undefined {
    return seq > this.#lastSeq || seq < this.firstSeq ? undefined : this.#ring[seq % this.#capacity];
  }

  /** Calls `visit` with each event after number `seq`, oldest first; returns how many had left before. */
  since(seq: number, visit: (event: LogEvent) => void): number {
    const first = Math.max(seq + 1, this.firstSeq);
    for (let at = first; at <= this.#lastSeq; at += 1) visit(this.#ring[at % this.#capacity] as LogEvent);
    return first - (seq + 1);
  }

  #dropOldest(): void {
    const at = this.firstSeq % this.#capacity;
    const oldest = this.#ring[at] as LogEvent;
    this.#characters -= oldest.message.length + oldest.detail.length;
    this.#ring[at] = undefined;
    this.#length -= 1;
  }
}
