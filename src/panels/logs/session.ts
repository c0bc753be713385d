/**
 * What is read of the logs for the person who looks at them: one job at a time, in steps between which keys are
 * answered; a newer job ends the one under way.
 */
import { UnreadableLog } from '../../sources/logs/io.ts';
import type { LineFilter } from '../../sources/logs/line-filter.ts';
import { LogMerge, type MergedLine, type Places } from '../../sources/logs/merge.ts';
import type { LineTest } from '../../sources/logs/pager.ts';
import { bytesLong } from '../../text/format.ts';
import type { ViewerFile } from '../../ui/viewer.ts';
import { LatestJob } from '../latest-job.ts';
import { LogReaders, soughtTest } from './readers.ts';
import { admitLogs, append, emptyWindow, type LogWindow, lineKey, placesBefore, prepend, showLine } from './window.ts';

const STEP = { lines: 400, bytes: 512 * 1024 } as const;
/** Lines read back at once beyond the page: they are what the histogram shows. */
const PREFETCH_LINES = 1_500;
/** So much is looked through for a page of few matches; the person asks for more. */
const SCAN_BYTES = 64_000_000;
/** More than this within a beat is not read through: the newest is shown, and the rest is in the file. */
const FLOOD_BYTES = 1_000_000;
const FLOOD_FILTERED_BYTES = 8_000_000;

export class LogSession {
  readonly files: readonly ViewerFile[];
  window: LogWindow;
  filter: LineFilter | null = null;
  isFollowing = true;
  /** Bytes written since the pause. */
  behindBytes = 0;
  /** What just happened: `no error before this`. */
  remark = '';
  /** What is being looked for, while it is. */
  progress: string | null = null;
  page = 20;

  readonly #logs: LogReaders;
  readonly #onChange: () => void;
  #back: LogMerge | null = null;
  readonly #jobs = new LatestJob();

  constructor(files: readonly ViewerFile[], onChange: () => void) {
    this.files = files;
    this.#logs = new LogReaders(files);
    this.#onChange = onChange;
    this.window = emptyWindow(files.map(() => Number.NaN));
  }

  /** The logs that cannot be read, by index, with the reason. */
  get unread(): ReadonlyMap<number, string> {
    return this.#logs.unread;
  }

  get isBusy(): boolean {
    return this.#jobs.isBusy;
  }

  /** Resolves when nothing is being read. */
  idle(): Promise<void> {
    return this.#jobs.idle();
  }

  /** Gives up what is being looked for. */
  cancel(): void {
    this.#jobs.cancel();
    this.progress = null;
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#jobs.idle();
    await this.#logs.close();
  }

  /** To the newest lines, which are followed from here on. */
  toEnd(remark = ''): void {
    this.isFollowing = true;
    this.#run(async (isOver) => {
      await this.#refresh();
      const places = await this.#logs.each((pager) => pager.settledEnd());
      if (isOver()) return;
      this.#reset(places);
      this.behindBytes = 0;
      this.remark = remark;
      await this.#fillBack(isOver, 2 * this.page);
      await this.#fillBack(isOver, PREFETCH_LINES, 4 * STEP.bytes);
    });
  }

  /** To the first line of the oldest generation. */
  toStart(): void {
    this.isFollowing = false;
    this.#run(async (isOver) => {
      const places = await this.#logs.each((pager) => pager.first());
      if (!isOver()) await this.#around(places, isOver);
    });
  }

  /** To what was written from a moment on; `said` is the remark when it is there. */
  toTime(at: number, said = ''): void {
    this.isFollowing = false;
    this.progress = 'looking for the time…';
    this.#run(async (isOver) => {
      const places = await this.#logs.each((pager) => pager.seek(at));
      if (isOver()) return;
      await this.#around(places, isOver);
      const first = this.window.lines[this.window.cursor];
      const isPast = first !== undefined && first.at < at;
      this.remark = [said, isPast && 'nothing was written since then'].filter(Boolean).join(' · ');
    });
  }

  /** Shows what passes the filter, from where the cursor stands. */
  show(filter: LineFilter | null): void {
    const wasShown = this.files.map((_, i) => this.#logs.isShown(i));
    this.filter = filter;
    this.#logs.show(filter);
    if (this.isFollowing) return this.toEnd();
    const line = this.window.lines[this.window.cursor];
    const known = placesBefore(this.window, this.window.cursor);
    this.#run(async (isOver) => {
      const places = await this.#logs.each((pager, i) =>
        !wasShown[i] && line ? pager.seek(line.at) : Promise.resolve(known[i] as number),
      );
      if (!isOver()) await this.#around(places, isOver);
    });
  }

  /** Reads on in a direction when the page has come near the edge of what is held. */
  approach(): void {
    const { lines, top, cursor, isStart, isEnd } = this.window;
    if (this.isBusy) return;
    if (!isStart && Math.min(top, cursor) < this.page) {
      return this.#run((isOver) => this.#fillBack(isOver, STEP.lines));
    }
    const isNearEnd = Math.max(top + this.page, cursor) >= lines.length - this.page;
    if (!isNearEnd || (isEnd && this.behindBytes === 0) || this.isFollowing) return;
    this.#run((isOver) => this.#fillForward(isOver, STEP.lines));
  }

  /** The next line that is sought, newer (1) or older (-1); `what` names it: `error`. */
  find(by: 1 | -1, sought: LineTest, what: string): void {
    const { lines, cursor } = this.window;
    // While following the newest is meant, the line the cursor is on too.
    const isAtEnd = this.isFollowing;
    let at = isAtEnd ? lines.length - 1 : cursor + by;
    const step = isAtEnd ? -1 : by;
    this.cancel();
    this.isFollowing = false;
    for (; at >= 0 && at < lines.length; at += step) {
      if (!sought.passes(lines[at] as MergedLine)) continue;
      this.window = showLine(this.window, at, this.page);
      this.remark = '';
      this.#onChange();
      return this.approach();
    }
    const test = soughtTest(this.filter, sought);
    this.#run((isOver) => this.#findFar(step, test, what, isOver));
  }

  /** A beat has passed: what was written meanwhile is shown, or counted while it is paused. */
  tick(): void {
    if (this.isBusy) return;
    this.#run(async (isOver) => {
      await this.#refresh();
      if (isOver()) return;
      const ahead = this.#logs.ahead(this.window.to);
      if (!this.isFollowing) {
        if (this.behindBytes === ahead) return;
        this.behindBytes = ahead;
        return this.#onChange();
      }
      if (ahead === 0) return;
      if (ahead > (this.filter ? FLOOD_FILTERED_BYTES : FLOOD_BYTES)) {
        const text = `${bytesLong(ahead)} came at once and is not all shown: k goes back`;
        return queueMicrotask(() => {
          if (!isOver()) this.toEnd(text);
        });
      }
      await this.#fillForward(isOver, Number.POSITIVE_INFINITY);
    }, true);
  }

  /** The line as it stands in the file, whole up to 64 KiB. */
  whole({ log, place }: MergedLine): Promise<string> {
    return this.#logs.whole(log, place);
  }

  #run(work: (isOver: () => boolean) => Promise<void>, isQuiet = false): void {
    this.#jobs.start(async (isOver) => {
      try {
        await work(isOver);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (!(error instanceof UnreadableLog) && code === undefined) throw error;
        this.remark = `reading failed: ${error instanceof UnreadableLog ? error.message : code}`;
      }
      if (!isOver()) this.progress = null;
      // The last picture of a job is of its end.
      queueMicrotask(this.#onChange);
    });
    if (!isQuiet) this.#onChange();
  }

  /** Looks at every file; one that has come to be readable is shown from its beginning. */
  async #refresh(): Promise<void> {
    const come = await this.#logs.refresh();
    this.window = admitLogs(this.window, come);
  }

  #reset(places: Places): void {
    this.window = emptyWindow(places);
    this.#back = null;
  }

  /** Reads back until so many lines were found, the logs begin, or too much was looked through. */
  async #fillBack(isOver: () => boolean, wanted: number, most = SCAN_BYTES): Promise<void> {
    let readBytes = 0;
    for (let found = 0; found < wanted && !this.window.isStart && readBytes < most; ) {
      if (!this.#back || this.#back.places.some((place, i) => !Object.is(place, this.window.from[i]))) {
        this.#back = new LogMerge(this.#logs.merged(), this.window.from, -1);
      }
      const step = await this.#back.step({ ...STEP, lines: Math.min(STEP.lines, wanted) });
      if (isOver()) return;
      found += step.lines.length;
      readBytes += step.readBytes;
      const wasEmpty = this.window.lines.length === 0;
      this.window = prepend(this.window, step, this.page);
      if (wasEmpty) this.window = { ...this.window, top: Math.max(0, this.window.lines.length - this.page) };
      if (this.filter) this.progress = `looking through the logs… ${bytesLong(readBytes)}`;
      this.#onChange();
    }
    this.progress = null;
    if (readBytes >= most && most === SCAN_BYTES && this.filter) {
      this.remark = `few match in the last ${bytesLong(readBytes)}: k looks further back`;
    }
  }

  async #fillForward(isOver: () => boolean, wanted: number): Promise<void> {
    const merge = new LogMerge(this.#logs.merged(), this.window.to, 1);
    let readBytes = 0;
    for (let found = 0; found < wanted && readBytes < SCAN_BYTES; ) {
      const step = await merge.step(STEP);
      if (isOver()) return;
      found += step.lines.length;
      readBytes += step.readBytes;
      this.window = append(this.window, step, this.page, this.isFollowing);
      if (step.lines.length > 0) this.#onChange();
      if (step.isOver) break;
    }
    if (this.window.isEnd) this.behindBytes = 0;
  }

  /** A page before and a page from these places on; the cursor is on the first line behind them. */
  async #around(places: Places, isOver: () => boolean): Promise<void> {
    this.#reset(places);
    this.remark = '';
    await this.#fillForward(isOver, 2 * this.page);
    if (isOver()) return;
    this.window = { ...this.window, cursor: 0, top: 0 };
    await this.#fillBack(isOver, 2 * this.page);
    if (isOver()) return;
    const { cursor } = this.window;
    this.window = { ...this.window, top: Math.max(0, cursor - Math.floor(this.page / 3)) };
  }

  async #findFar(by: 1 | -1, test: LineTest, what: string, isOver: () => boolean): Promise<void> {
    const merge = new LogMerge(this.#logs.merged(test), by < 0 ? this.window.from : this.window.to, by);
    let readBytes = 0;
    for (;;) {
      const step = await merge.step({ lines: 1, bytes: STEP.bytes });
      if (isOver()) return;
      readBytes += step.readBytes;
      const [found] = step.lines;
      if (found) return this.#goTo(found, step.places, by, isOver);
      if (step.isOver) break;
      this.progress = `looking for ${what}… ${bytesLong(readBytes)}, Esc stops`;
      this.#onChange();
    }
    this.remark = `no ${what} ${by < 0 ? 'before' : 'after'} this`;
  }

  async #goTo(found: MergedLine, near: Places, by: 1 | -1, isOver: () => boolean): Promise<void> {
    const key = lineKey(found);
    const places = await this.#logs.align(found, near, by < 0 ? 1 : -1);
    if (isOver()) return;
    await this.#around(places, isOver);
    const at = this.window.lines.findIndex((line) => lineKey(line) === key);
    if (at !== -1) this.window = { ...this.window, cursor: at };
  }
}
