/** The lines that belong to the line before them: stack traces of JavaScript, Python, Java and Go, PostgreSQL's remarks. */
import type { ParsedLine } from './json-line.ts';
import { beginsException } from './line.ts';
import { CONTINUES, GO_FRAME, GOROUTINE, HANGS_TOGETHER, REMARK, TRACEBACK } from './trace-shapes.ts';

/** What is kept of an event's further lines; more are passed over with it. */
export const MAX_TRACE_LINES = 20;
const MAX_CHARACTERS = 2_000;

/** What PM2, or a journal, puts before each line, those of a stack trace too. */
const PREFIX = /^(?:<\d{1,3}>)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6}Z ?|: )/;

/** The further lines of one event. */
export class TraceLines {
  readonly lines: string[] = [];
  readonly #parsed: ParsedLine;
  #characters = 0;
  /** Inside Python's traceback, whose last line is not indented. */
  #isTraceback: boolean;
  /** Behind a panic of Go, whose frames are not indented and stand behind blank lines. */
  #isGo: boolean;
  #isFull = false;
  #last: string | null = null;

  constructor(parsed: ParsedLine) {
    this.#parsed = parsed;
    this.#isTraceback = parsed.message.startsWith('Traceback (most');
    this.#isGo = /^(?:panic: |fatal error: )/.test(parsed.message);
  }

  /** What a traceback was about: its last line. Null for all else, whose first line says it. */
  get said(): string | null {
    return this.#parsed.message.startsWith('Traceback (most') ? this.#last : null;
  }

  /** Whether the line behind is wanted, whatever is in it. */
  get wantsNext(): boolean {
    return !this.#isFull || this.#isTraceback;
  }

  /** Takes a line that belongs here; false for one of its own. */
  takes(text: string): boolean {
    const bare = text.replace(PREFIX, '');
    // Python and Go put blank lines between the parts; what stands behind one decides.
    if (bare.trim() === '') return true;
    if (bare.startsWith(TRACEBACK)) return this.#takesTraceback(bare);
    if (GOROUTINE.test(bare)) this.#isGo = true;
    if (CONTINUES.test(bare) || (this.#isGo && (GOROUTINE.test(bare) || GO_FRAME.test(bare)))) {
      return this.#add(bare, bare.startsWith('Caused by: '));
    }
    const remark = this.#parsed.at === null ? null : REMARK.exec(text);
    if (remark) return this.#add(remark[1] as string);
    if (this.#isTraceback && this.lines.length > 0) {
      this.#isTraceback = false;
      return this.#add(bare, true);
    }
    const { at, detail, message } = this.#parsed;
    // PM2 puts a time before each exception: what is one already has no cause in the next.
    const mayHaveCause = at !== null && this.lines.length === 0 && detail === '' && !beginsException(message);
    return mayHaveCause && beginsException(bare) && this.#add(bare);
  }

  #takesTraceback(bare: string): boolean {
    // A traceback behind a traceback is a second failure, unless Python says that they hang together.
    if (this.#isTraceback && !HANGS_TOGETHER.test(this.#last ?? '')) return false;
    if (!this.#parsed.message.startsWith('Traceback') || this.lines.length > 0) this.#add(bare);
    this.#isTraceback = true;
    return true;
  }

  /** What tells more than a frame, the end of a traceback, takes the place of the last one where there is no more room. */
  #add(bare: string, isTelling = false): true {
    this.#last = bare;
    if (this.lines.length >= MAX_TRACE_LINES || this.#characters >= MAX_CHARACTERS) {
      this.#isFull = true;
      if (isTelling) this.lines[this.lines.length - 1] = bare;
      return true;
    }
    this.lines.push(bare);
    this.#characters += bare.length;
    this.#isFull = this.lines.length >= MAX_TRACE_LINES;
    return true;
  }
}
