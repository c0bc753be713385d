/**
 * Numbers out of a buffer without making a string of it. A tick reads a dozen files; splitting their text would cost
 * more than reading them.
 */
const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const ZERO = 0x30;
const POINT = 0x2e;

/** A cursor over a buffer that others fill. Nothing here throws: what is no number reads as NaN. */
export class Scanner {
  #buffer: Uint8Array = new Uint8Array(0);
  #end = 0;
  /** Where the cursor stands. */
  at = 0;

  /** Begins anew over the first `length` bytes. */
  over(buffer: Uint8Array, length: number): this {
    this.#buffer = buffer;
    this.#end = Math.max(0, Math.min(length, buffer.length));
    this.at = 0;
    return this;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#end;
  }

  /** The byte under the cursor, -1 at the end. */
  peek(offset = 0): number {
    const at = this.at + offset;
    return at < this.#end ? (this.#buffer[at] as number) : -1;
  }

  skipSpaces(): void {
    while (this.at < this.#end && (this.#buffer[this.at] === SPACE || this.#buffer[this.at] === TAB)) this.at++;
  }

  /** The next unsigned number of this line, with or without decimals. NaN, and the cursor stays, if none is next. */
  number(): number {
    this.skipSpaces();
    const buffer = this.#buffer;
    let at = this.at;
    let value = 0;
    for (; at < this.#end; at++) {
      const digit = (buffer[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === this.at) return Number.NaN;
    if (at < this.#end && buffer[at] === POINT) {
      let divisor = 1;
      for (at++; at < this.#end; at++) {
        const digit = (buffer[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
        divisor *= 10;
      }
      // One division at the end: 0.12 and not 0.12000000000000001.
      value /= divisor;
    }
    this.at = at;
    return value;
  }

  /** Leaves `count` words of this line behind. */
  skipWords(count: number): void {
    for (let i = 0; i < count; i++) {
      this.skipSpaces();
      this.skipWord();
    }
  }

  /** To the next white space. */
  skipWord(): void {
    while (this.at < this.#end) {
      const byte = this.#buffer[this.at] as number;
      if (byte === SPACE || byte === TAB || byte === NEWLINE) return;
      this.at++;
    }
  }

  /** To the start of the next line. */
  skipLine(): void {
    const next = this.#buffer.indexOf(NEWLINE, this.at);
    this.at = next < 0 || next >= this.#end ? this.#end : next + 1;
  }

  /** Whether these bytes come next. */
  isNext(bytes: Uint8Array): boolean {
    if (this.at + bytes.length > this.#end) return false;
    for (let i = 0; i < bytes.length; i++) if (this.#buffer[this.at + i] !== bytes[i]) return false;
    return true;
  }

  /** The bytes from `from` up to the cursor or `to`, as text. For what is read once, such as a name. */
  text(from: number, to: number = this.at): string {
    return Buffer.from(this.#buffer.buffer, this.#buffer.byteOffset + from, to - from).toString('utf8');
  }
}

/** Bytes of an ASCII word, for `isNext`. */
export const ascii = (word: string): Uint8Array => Buffer.from(word, 'latin1');

/** The growth of a counter, or NaN when it is unknown or went backwards: a reset, or another device by that name. */
export function growth(before: number, after: number): number {
  return after >= before ? after - before : Number.NaN;
}

/** A share as 0–100, NaN when it cannot be told. */
export function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : Number.NaN;
}
