/**
 * What is known of the way to the terminal. Bytes written wait in a pseudo-terminal, in ssh and in the network, where
 * nobody sees them; so a frame is followed by a question every terminal answers when it comes to it (DSR 5, `ESC[0n`),
 * and while the answer is out nothing is sent behind it but what a key asked for. On a near terminal, which answers
 * before anybody notices, only large frames ask.
 */

/** Asks the terminal for its status. */
export const PROBE = '\x1b[5n';

/** Answers within this time are as good as at once, ms. */
const NEAR_MS = 25;
/** A frame this large is waited for on a near terminal too, bytes. */
const LARGE_BYTES = 4_096;
/** So long a far terminal may take for its first answer before it is taken for one that gives none, ms. */
const SILENT_MS = 1_000;
/** So long an answer may be out before it is taken for lost, ms. The first picture over 9,600 baud takes ten seconds. */
const LOST_MS = 30_000;
/** The longest pause between two frames of data on a far line, ms. */
const REST_MAX_MS = 3_000;
/** What a key asks for may need a reading: so long data go as if they were its answer, ms. */
const AFTER_KEY_MS = 1_000;
/** The first readings are shown as they come, ms. */
const FIRST_MS = 2_000;
/** Frames that keys may add to one that is under way. */
const URGENT_MAX = 2;
/** Bytes a second are told over so many seconds. */
const WINDOW_S = 10;

export interface LinkOptions {
  /** Monotonic ms. */
  readonly now: () => number;
  /** Whether every frame asks from the start. */
  readonly isFar: boolean;
  /** Between two frames of data at least, ms; none unless said. */
  readonly paceMs?: number;
}

export class Link {
  readonly #now: () => number;
  /** When each frame whose answer is out was sent, the oldest first. */
  #out: number[] = [];
  #isFar: boolean;
  readonly #paceMs: number;
  readonly #beganAt: number;
  #pressedAt = Number.NEGATIVE_INFINITY;
  #hasAnswered = false;
  /** Half of a far line's time is left to keys: no frame of data before. */
  #restsUntil = Number.NEGATIVE_INFINITY;
  readonly #seconds = new Float64Array(WINDOW_S);
  #second = 0;

  constructor({ now, isFar, paceMs = 0 }: LinkOptions) {
    this.#now = now;
    this.#paceMs = paceMs;
    this.#beganAt = now();
    this.#isFar = isFar;
    this.#second = Math.floor(now() / 1_000);
  }

  /** Whether a frame may be sent now; an urgent one answers a key. */
  maySend(isUrgent: boolean): boolean {
    this.#giveUp();
    // Most are near: nothing is held back for a terminal that may be one that never answers.
    const isFree = this.#now() >= this.#restsUntil || this.#now() - this.#pressedAt < AFTER_KEY_MS;
    if (!this.#hasAnswered && !this.#isFar) return isUrgent || isFree;
    if (isUrgent) return this.#out.length <= URGENT_MAX;
    return this.#out.length === 0 && isFree;
  }

  /** A key is being answered, and what it asks for may come a moment later. */
  keyPressed(): void {
    this.#pressedAt = this.#now();
  }

  /** How long the terminal has not come to what it was sent, ms. */
  waitedMs(): number {
    const [oldest] = this.#hasAnswered ? this.#out : [];
    return oldest === undefined ? 0 : this.#now() - oldest;
  }

  /** A frame of so many bytes goes out; what is to follow it. */
  sent(bytes: number): string {
    this.count(bytes);
    if (this.#paceMs > 0 && this.#now() - this.#beganAt > FIRST_MS) this.#restsUntil = this.#now() + this.#paceMs;
    if (!this.#hasAnswered && !this.#isFar && this.#out.length > 0) return '';
    if (!this.#isFar && this.#hasAnswered && bytes < LARGE_BYTES) return '';
    this.#out.push(this.#now());
    return PROBE;
  }

  /** The terminal has answered the oldest question. */
  answered(): void {
    const sentAt = this.#out.shift();
    if (sentAt === undefined) return;
    this.#hasAnswered = true;
    const tookMs = this.#now() - sentAt;
    // Whoever attaches from elsewhere later is noticed by the next large frame.
    this.#isFar = tookMs > NEAR_MS;
    if (this.#isFar) this.#restsUntil = Math.max(this.#restsUntil, this.#now() + Math.min(tookMs, REST_MAX_MS));
  }

  /** When a frame that may not be sent now may be, whatever the terminal does, ms from now. */
  waitMs(): number {
    const isHeld = this.#hasAnswered || this.#isFar;
    return Math.max(0, ((isHeld ? this.#lostAt() : null) ?? this.#restsUntil) - this.#now());
  }

  /** Whether answers are out: bytes that the terminal will send to whoever reads it then. */
  get isAwaiting(): boolean {
    return this.#out.length > 0 && this.#hasAnswered;
  }

  /** Counts what is written beside frames. */
  count(bytes: number): void {
    this.#turn();
    this.#seconds[this.#second % WINDOW_S] = (this.#seconds[this.#second % WINDOW_S] as number) + bytes;
  }

  /** Written in the last ten seconds, a second. */
  bytesPerSecond(): number {
    this.#turn();
    return this.#seconds.reduce((sum, bytes) => sum + bytes, 0) / WINDOW_S;
  }

  /** What was out is gone: the terminal was given back, or is another. */
  forget(): void {
    this.#out = [];
  }

  #lostAt(): number | null {
    const [oldest] = this.#out;
    return oldest === undefined ? null : oldest + (this.#hasAnswered || !this.#isFar ? LOST_MS : SILENT_MS);
  }

  #giveUp(): void {
    const lostAt = this.#lostAt();
    if (lostAt === null || lostAt > this.#now()) return;
    this.#out = [];
    // What never answered is not waited for again, and asked now and then.
    if (!this.#hasAnswered) this.#isFar = false;
  }

  #turn(): void {
    const second = Math.floor(this.#now() / 1_000);
    if (second - this.#second >= WINDOW_S) this.#seconds.fill(0);
    else for (let at = this.#second + 1; at <= second; at++) this.#seconds[at % WINDOW_S] = 0;
    this.#second = second;
  }
}

/** Whether the terminal is reached over a network, as far as the environment tells. */
export function isRemote(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env['SSH_CONNECTION'] || env['SSH_TTY'] || env['MOSH_KEY']);
}
