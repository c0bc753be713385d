/** The logs of a view, opened: which can be read, which are shown, and how far each has grown. */
import { UnreadableLog } from '../../sources/logs/io.ts';
import type { LineFilter } from '../../sources/logs/line-filter.ts';
import { alignTo, type MergedLine, type MergedLog, type Places } from '../../sources/logs/merge.ts';
import { createLogPager, type LineTest, type LogPager } from '../../sources/logs/pager.ts';
import { journalUnitOf } from '../../sources/logs/snapshot.ts';
import type { ViewerFile } from '../../ui/viewer.ts';

const AT_ONCE = 8;

export class LogReaders {
  /** Those that cannot be read, by index, with the reason. */
  readonly unread = new Map<number, string>();
  readonly #files: readonly ViewerFile[];
  readonly #pagers: readonly LogPager[];
  #tests: readonly (LineTest | null | 'none')[];

  constructor(files: readonly ViewerFile[]) {
    this.#files = files;
    this.#pagers = files.map(({ path, zone }) => createLogPager(path, { zone: zone ?? null }));
    this.#tests = files.map(() => null);
  }

  /** Shows what passes; null shows everything. */
  show(filter: LineFilter | null): void {
    this.#tests = this.#files.map(({ bot }) => (filter ? (filter.passesBot(bot) ? filter : 'none') : null));
  }

  /** Whether any line of a log can pass. */
  isShown(log: number): boolean {
    return this.#tests[log] !== 'none';
  }

  /** As they are to be merged; `test` takes the place of the filter. */
  merged(test?: LineTest): readonly MergedLog[] {
    return this.#pagers.map((pager, i) => {
      const own = this.#tests[i] as MergedLog['test'];
      return { pager, test: test && own !== 'none' ? test : own };
    });
  }

  /** Looks at every file; gives those that have come to be readable. */
  async refresh(): Promise<readonly number[]> {
    const come: number[] = [];
    await this.#inBatches(async (pager, i) => {
      try {
        await pager.refresh();
        if (this.unread.delete(i)) come.push(i);
      } catch (error) {
        if (!(error instanceof UnreadableLog)) throw error;
        const unit = journalUnitOf(pager.path);
        this.unread.set(i, unit === null ? error.message : `in the journal; journalctl -f -u ${unit} shows it`);
      }
    });
    return come;
  }

  /** Bytes behind these places in all logs that are shown, as of the last `refresh`. */
  ahead(places: Places): number {
    return this.#pagers.reduce((sum, pager, i) => {
      const place = places[i] as number;
      return sum + (Number.isNaN(place) || !this.isShown(i) ? 0 : pager.ahead(place));
    }, 0);
  }

  /** A place in every log that can be read; NaN in the others. */
  async each(place: (pager: LogPager, index: number) => Promise<number>): Promise<Places> {
    const places = this.#pagers.map(() => Number.NaN);
    await this.#inBatches(async (pager, i) => {
      if (!this.unread.has(i)) places[i] = await place(pager, i);
    });
    return places;
  }

  /** The places around a line: its own, and in the other logs those of its moment, which lie near `near`. */
  align(line: MergedLine, near: Places, by: 1 | -1): Promise<Places> {
    return this.each((pager, i) => {
      const place = near[i] as number;
      if (i === line.log) return Promise.resolve(line.place);
      return Number.isNaN(place) || !this.isShown(i) ? Promise.resolve(place) : alignTo(pager, place, line.at, by);
    });
  }

  whole(log: number, place: number): Promise<string> {
    return (this.#pagers[log] as LogPager).whole(place);
  }

  async close(): Promise<void> {
    await Promise.all(this.#pagers.map((pager) => pager.close()));
  }

  async #inBatches(work: (pager: LogPager, index: number) => Promise<void>): Promise<void> {
    for (let i = 0; i < this.#pagers.length; i += AT_ONCE) {
      await Promise.all(this.#pagers.slice(i, i + AT_ONCE).map((pager, j) => work(pager, i + j)));
    }
  }
}

/** What is looked for among the lines that pass the filter. */
export function soughtTest(filter: LineFilter | null, sought: LineTest): LineTest {
  if (filter === null) return sought;
  const tests = [filter, sought];
  // A word is rarer than a level, and spares the looking at whole events.
  const isOfWords = filter.mayPass !== undefined && filter.sieve?.eventLevels.length === 0;
  return {
    sieve: isOfWords ? filter.sieve : (sought.sieve ?? filter.sieve),
    mayPass: (text) => tests.every((test) => test.mayPass?.(text) ?? true),
    passes: (line) => tests.every((test) => test.passes(line)),
  };
}
