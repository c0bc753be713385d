/** A daemon's answer, read while it arrives: a list of a thousand bots is 6 MB, and nothing of it need be kept. */
import { type ArgumentSink, decodeArgument, FrameError } from './frame.ts';

/** How PM2 begins an answer that is a list: JSON without spaces. */
const opening = Buffer.from('j:{"args":[[');
/** Where PM2 ends one bot and begins the next. Within a bot it may stand for something else. */
const border = Buffer.from('},{"pid":');
/** Stands for the list in what is around it. */
const listMark = 'the list that was here';
const firstBytes = 16 * 1024;

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Takes the bytes of an answer in whatever chunks. If it is a list, each element is cut out of the bytes, parsed alone and
 * given to `take`, whose results are all that is kept; any other answer is kept and parsed whole.
 */
export class AnswerReader<T> implements ArgumentSink {
  readonly #take: (element: unknown) => T;
  readonly #taken: T[] = [];
  /** What was seen of the element, or of the whole, that is not complete. */
  #held = Buffer.allocUnsafe(firstBytes);
  #heldBytes = 0;
  #part: 'opening' | 'elements' | 'rest' | 'whole' = 'opening';
  /** Within an element. */
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  /** The first thing that was wrong with it; the rest is not looked at. */
  #failure: { readonly error: unknown } | null = null;

  constructor(take: (element: unknown) => T) {
    this.#take = take;
  }

  push(bytes: Buffer): void {
    if (this.#failure !== null) return;
    let at = 0;
    if (this.#part === 'opening') at = this.#open(bytes);
    if (this.#part === 'elements') at = this.#cut(bytes, at);
    if (this.#failure === null) this.#hold(bytes, at, bytes.length);
  }

  /**
   * The answer as `JSON.parse` would give it, with what `take` made of the elements in their place, which have no
   * variable of the bot's own name. Throws `FrameError` where it is no JSON, and what `take` threw.
   */
  end(): unknown {
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#part === 'elements') throw new FrameError('an argument is not valid JSON');
    const held = this.#held.subarray(0, this.#heldBytes);
    if (this.#part !== 'rest') return this.#takeAll(decodeArgument(held));
    const around = decodeArgument(Buffer.concat([opening, Buffer.from(`${JSON.stringify(listMark)}]`), held]));
    const list = listIn(around);
    // A second `args` behind the first is the one that counts.
    if (list?.length !== 1 || list[0] !== listMark) return this.#takeAll(around);
    (around as { args: unknown[] }).args[0] = this.#taken;
    return around;
  }

  /** The answer was not one that is known by its beginning. */
  #takeAll(answer: unknown): unknown {
    const list = listIn(answer);
    if (list !== null) (answer as { args: unknown[] }).args[0] = list.map((element) => this.#take(element));
    return answer;
  }

  /** Compares with what a list begins with, of which what was equal until now is held; returns how far it came. */
  #open(bytes: Buffer): number {
    const count = Math.min(bytes.length, opening.length - this.#heldBytes);
    if (opening.compare(bytes, 0, count, this.#heldBytes, this.#heldBytes + count) !== 0) {
      this.#part = 'whole';
      return 0;
    }
    this.#hold(bytes, 0, count);
    if (this.#heldBytes === opening.length) {
      this.#part = 'elements';
      this.#heldBytes = 0;
    }
    return count;
  }

  /** Takes every element that is complete; returns where the one begins that is not, or what comes after the list. */
  #cut(bytes: Buffer, from: number): number {
    let begin = this.#depth === 0 && !this.#isInText && this.#heldBytes === 0 ? this.#cutAtBorders(bytes, from) : from;
    let depth = this.#depth;
    for (let at = begin; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (this.#isInText) {
        at = this.#endOfText(bytes, at);
      } else if (byte === quote) this.#isInText = true;
      else if (byte === openBrace || byte === openBracket) depth += 1;
      else if (depth > 0) {
        if (byte === closeBrace || byte === closeBracket) depth -= 1;
      } else if (byte === comma || byte === closeBracket) {
        this.#element(bytes, begin, at, byte === closeBracket);
        begin = at + 1;
        if (byte === closeBracket) {
          this.#part = 'rest';
          return begin;
        }
        begin = this.#cutAtBorders(bytes, begin);
        if (this.#failure !== null) return begin;
        at = begin - 1;
      }
    }
    this.#depth = depth;
    return begin;
  }

  /**
   * Takes elements from `from` on, where one begins, as long as what comes before the next border is JSON: then it is
   * the whole element, and no byte of it need be looked at here. Returns where the first begins that is not.
   */
  #cutAtBorders(bytes: Buffer, from: number): number {
    let begin = from;
    while (this.#failure === null) {
      const end = bytes.indexOf(border, begin) + 1;
      if (end === 0) break;
      let element: unknown;
      try {
        element = JSON.parse(withoutOwnName(bytes.toString('utf8', begin, end)));
      } catch {
        // The border was one within the element: the brackets tell where it ends.
        break;
      }
      this.#keep(element);
      begin = end + 1;
    }
    return begin;
  }

  #keep(element: unknown): void {
    try {
      this.#taken.push(this.#take(element));
    } catch (error) {
      this.#failure = { error };
    }
  }

  /** The place of the quote that ends the text, or of the last byte there is. */
  #endOfText(bytes: Buffer, from: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#isInText = false;
        return at;
      }
      if (byte !== backslash) continue;
      at += 1;
      this.#isEscaped = at === bytes.length;
    }
    return at;
  }

  #element(bytes: Buffer, from: number, to: number, isLast: boolean): void {
    this.#depth = 0;
    let text: string;
    if (this.#heldBytes === 0) text = bytes.toString('utf8', from, to);
    else {
      this.#hold(bytes, from, to);
      text = this.#held.toString('utf8', 0, this.#heldBytes);
      this.#heldBytes = 0;
    }
    if (isLast && this.#taken.length === 0 && isBlank(text)) return;
    try {
      this.#keep(parse(text));
    } catch (error) {
      this.#failure = { error };
    }
  }

  #hold(bytes: Buffer, from: number, to: number): void {
    const needed = this.#heldBytes + to - from;
    if (needed > this.#held.length) {
      const wider = Buffer.allocUnsafe(Math.max(needed, this.#held.length * 2));
      this.#held.copy(wider, 0, 0, this.#heldBytes);
      this.#held = wider;
    }
    bytes.copy(this.#held, this.#heldBytes, from, to);
    this.#heldBytes = needed;
  }
}

/** How PM2 begins an entry. */
const nameOfEntry = /^\{(?:"pid":\d+,)?"name":("(?:[^"\\]|\\.)+")/;

/**
 * PM2 gives each bot a variable that has the bot's own name, twice, so that no entry has the shape of another: V8 would
 * make a dozen shapes for each, 3 MB for a thousand bots, and keep them until it collects old garbage. It is read as one
 * without a name. Between a comma and a colon such a text is a name, and nowhere else.
 */
function withoutOwnName(text: string): string {
  const name = nameOfEntry.exec(text)?.[1];
  return name === undefined ? text : text.replaceAll(`,${name}:"{}"`, ',"":"{}"');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(withoutOwnName(text));
  } catch {
    throw new FrameError('an argument is not valid JSON');
  }
}

/** What JSON calls white space, and nothing else. */
function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

function listIn(answer: unknown): unknown[] | null {
  const { args } = (answer ?? {}) as { args?: unknown };
  return Array.isArray(args) && Array.isArray(args[0]) ? args[0] : null;
}
