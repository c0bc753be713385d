/** What a person does with the logs: which are shown, through what filter, what is searched, marked and copied. */
import { UnreadableLog } from '../../sources/logs/io.ts';
import { BadFilter, compileFilter, compileSearch, type LineFilter } from '../../sources/logs/line-filter.ts';
import type { MergedLine } from '../../sources/logs/merge.ts';
import type { LineTest } from '../../sources/logs/pager.ts';
import { levelSieve } from '../../sources/logs/sieve.ts';
import { clockTime, offsetAt } from '../../text/format.ts';
import { BadPattern } from '../../text/linear-pattern.ts';
import type { ViewerFile, ViewerPort, ViewerSubject } from '../../ui/viewer.ts';
import type { LogEventLook } from './event-view.ts';
import { exitsOf, secondOf } from './exits.ts';
import { copyOf, eventAt, inOrder } from './picks.ts';
import { LogSession } from './session.ts';
import { lineKey, moveCursor } from './window.ts';

const STREAMS = [null, 'err', 'out'] as const;
/** Marked at most: each is read anew for the copy. */
const MAX_MARKED = 2_000;

export class LogDesk {
  subject: ViewerSubject;
  session: LogSession;
  /** Only the error logs, or only the others; null: both. */
  stream: (typeof STREAMS)[number] = null;
  filter: LineFilter | null = null;
  search: LineFilter | null = null;
  readonly marked = new Map<string, MergedLine>();
  readonly #port: ViewerPort;
  /** The exit that was gone to last, and what was said there. */
  #exit: { readonly at: number; readonly said: string } | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(subject: ViewerSubject, port: ViewerPort) {
    this.subject = subject;
    this.#port = port;
    this.session = this.#openSession();
    this.session.toEnd();
  }

  /** Resolves when nothing is being read and nothing that was asked is still under way. */
  async idle(): Promise<void> {
    for (let before: Promise<void> | null = null; before !== this.#work; ) {
      before = this.#work;
      await this.#work;
      await this.session.idle();
    }
  }

  /** What takes time, one after the other; a key does not wait for it. */
  later(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (!(error instanceof UnreadableLog) && code === undefined) throw error;
      this.#port.notice(`It cannot be read: ${error instanceof UnreadableLog ? error.message : code}.`, 'warn');
    });
  }

  get line(): MergedLine | undefined {
    const { lines, cursor } = this.session.window;
    return lines[this.session.isFollowing ? lines.length - 1 : cursor];
  }

  move(by: number): void {
    const { session } = this;
    if (session.isFollowing) {
      if (by >= 0) return;
      // The first key up holds the page: the cursor appears on its last line.
      this.#hold();
    }
    session.remark = '';
    session.window = moveCursor(session.window, by);
    this.#port.onChange();
    session.approach();
  }

  toggleFollow(): void {
    if (!this.session.isFollowing) return this.session.toEnd();
    this.#hold();
    this.#port.onChange();
  }

  #hold(): void {
    const { session } = this;
    session.isFollowing = false;
    session.window = { ...session.window, cursor: Math.max(0, session.window.lines.length - 1) };
  }

  findMatch(by: 1 | -1): void {
    const wanted = this.search;
    if (!wanted) return this.remark('no search yet: / begins one');
    this.session.find(by, wanted, `match of ${wanted.text}`);
  }

  findError(by: 1 | -1): void {
    const passes: LineTest['passes'] = ({ level, isPart }) => !isPart && (level === 'error' || level === 'fatal');
    this.session.find(by, { passes, sieve: levelSieve(['error', 'fatal'], false) }, 'error');
  }

  /** To where a bot whose log is shown ended, newer (1) or older (-1) than the cursor; while following the newest. */
  findExit(by: 1 | -1): void {
    const { session, line } = this;
    const exits = exitsOf(this.#port.world(), new Set(session.files.map(({ path }) => path)));
    if (exits.length === 0) return this.remark('no exit of the last hour is known of what is shown here');
    // Where nothing was written in its second the cursor stands elsewhere: the remark tells that it was gone to.
    const isThere = this.#exit !== null && session.remark.startsWith(this.#exit.said);
    const at = isThere ? (this.#exit?.at ?? 0) : secondOf(line?.at ?? 0);
    const wanted = session.isFollowing
      ? exits.at(-1)
      : by < 0
        ? exits.findLast((exit) => exit.at < at)
        : exits.find((exit) => exit.at > at);
    if (wanted === undefined) return this.remark(`no exit ${by < 0 ? 'before' : 'after'} this`);
    const said = `${wanted.bot}: ${wanted.words} at ${clockTime(wanted.at, offsetAt(wanted.at))}`;
    this.#exit = { at: wanted.at, said };
    session.toTime(wanted.at, said);
  }

  remark(text: string): void {
    this.session.remark = text;
    this.#port.onChange();
  }

  mark(): void {
    const { line } = this;
    if (!line) return;
    const key = lineKey(line);
    if (!this.marked.delete(key)) {
      if (this.marked.size >= MAX_MARKED) return this.remark(`${MAX_MARKED} lines are marked: no more`);
      this.marked.set(key, line);
    }
    if (this.session.isFollowing) this.toggleFollow();
    else this.move(1);
  }

  /** The event under the cursor, whole; null without one. */
  async event(): Promise<LogEventLook | null> {
    const lines = eventAt(this.session.window.lines, this.line);
    const [line] = lines;
    if (!line) return null;
    const { bot = '', path = '' } = this.session.files[line.log] ?? {};
    const raw = await Promise.all(lines.map((each) => this.session.whole(each)));
    return { line, bot, path, raw, top: 0 };
  }

  async copy(): Promise<void> {
    const { marked, session } = this;
    const lines = marked.size > 0 ? inOrder(marked.values()) : eventAt(session.window.lines, this.line);
    if (lines.length === 0) return this.#port.notice('Nothing to copy here.', 'warn');
    await this.#port.copy(await copyOf(lines, session), `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`);
  }

  /** Takes what was typed; gives what is wrong with it, empty when it was done. */
  submit(sign: '/' | '&', text: string): Promise<string> {
    return new Promise((resolve) => {
      this.later(async () => {
        try {
          if (sign === '/') {
            this.search = await compileSearch(text);
            if (this.search) this.findMatch(-1);
          } else {
            this.filter = await compileFilter(text.trim());
            this.session.show(this.filter);
          }
          resolve('');
        } catch (error) {
          if (!(error instanceof BadFilter || error instanceof BadPattern)) throw error;
          resolve(error.message);
        }
      });
    });
  }

  /** Takes back the last thing that limits or marks; false when there is none. */
  goBack(): boolean {
    if (this.session.progress !== null) this.session.cancel();
    else if (this.marked.size > 0) this.marked.clear();
    else if (this.search) this.search = null;
    else if (this.filter) {
      this.filter = null;
      this.session.show(null);
    } else return false;
    this.#port.onChange();
    return true;
  }

  turnStream(): void {
    for (let i = 1; i <= STREAMS.length; i += 1) {
      this.stream = STREAMS[(STREAMS.indexOf(this.stream) + 1) % STREAMS.length] as LogDesk['stream'];
      if (this.#files().length > 0) break;
    }
    this.#reopen();
  }

  turnSubject(): void {
    const bot = this.line && this.session.files[this.line.log]?.bot;
    const next = this.subject.isAll ? (bot === undefined ? null : this.#port.only(bot)) : this.#port.all();
    if (!next || next.files.length === 0) return this.remark('no other log is known');
    this.subject = next;
    this.#reopen();
  }

  open(subject: ViewerSubject): void {
    this.subject = subject;
    this.stream = null;
    this.#reopen();
  }

  /** What there is to show has changed. Who reads a page that is held does not lose it. */
  update(next: ViewerSubject): void {
    const paths = ({ files }: ViewerSubject): string => files.map(({ path }) => path).join('\n');
    if (!this.subject.isAll || !this.session.isFollowing || paths(next) === paths(this.subject)) return;
    this.subject = next;
    this.#reopen();
  }

  #files(): readonly ViewerFile[] {
    const { files } = this.subject;
    return this.stream === null ? files : files.filter(({ stream }) => stream === this.stream);
  }

  #openSession(): LogSession {
    return new LogSession(this.#files(), this.#port.onChange);
  }

  /** Other logs, at the same moment. */
  #reopen(): void {
    const before = this.session;
    const line = before.isFollowing ? undefined : this.line;
    this.session = this.#openSession();
    this.session.page = before.page;
    this.marked.clear();
    void before.close();
    if (this.filter) this.session.show(this.filter);
    else this.session.toEnd();
    if (line) {
      this.later(async () => {
        await this.session.idle();
        this.session.toTime(line.at);
      });
    }
    this.#port.onChange();
  }
}
