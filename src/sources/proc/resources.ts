/** What processes hold beside CPU and memory: threads, and open files against their limit. Looked at in turns. */
import { readdirSync, statSync } from 'node:fs';
import { readSmall } from './small-file.ts';
import { readTree } from './tree.ts';

/** Where what was found is written, one cell a tree; NaN unknown. */
export interface ResourceColumns {
  /** Of the whole tree. */
  readonly threads: Float64Array;
  /** Of the process of the tree that is nearest to its limit. */
  readonly openFiles: Float64Array;
  readonly openFilesLimit: Float64Array;
}

export interface ResourceSampler {
  /**
   * Looks at a tenth of the trees, of many at 25, and at those that it has never seen. `pids` has 0 for no process; `processes` is how
   * many the tree of each has: only one that has several is walked.
   */
  sample(pids: readonly number[], processes: Float64Array, into: ResourceColumns): void;
}

/** Of trees that are new, so many at once: 25 µs each. */
const maxNew = 256;
const leastTurns = 10;
const atOnce = 25;
/** A limit can be changed from outside (prlimit), which hardly anybody does. */
const limitHolds = 30;
/** The name and the soft limit, with what stands between. */
const limitLength = 48;

/** Whole numbers, with a mark for what is not known: V8 makes an object of any other number that is kept in one. */
interface Known {
  /** Of the main process. */
  limit: number;
  looks: number;
  threads: number;
  openFiles: number;
  openFilesLimit: number;
}

const unknown = -1;
const numberOf = (whole: number): number => (whole === unknown ? Number.NaN : whole);
const wholeOf = (number: number): number => (Number.isNaN(number) ? unknown : number);

export function createResourceSampler(procRoot = '/proc'): ResourceSampler {
  const trees = new Map<number, Known>();
  const countFiles = chooseCount(procRoot);
  let turn = 0;

  function look(pid: number, count: number): Known {
    const known = trees.get(pid) ?? { limit: unknown, looks: 0, threads: 0, openFiles: 0, openFilesLimit: 0 };
    trees.set(pid, known);
    if (known.looks % limitHolds === 0) known.limit = wholeOf(readLimit(`${procRoot}/${pid}`));
    known.looks += 1;
    known.threads = wholeOf(countThreads(`${procRoot}/${pid}`));
    known.openFiles = wholeOf(countFiles(`${procRoot}/${pid}/fd`));
    known.openFilesLimit = known.limit;
    // Most bots are one process; of the others the limit is read anew each time, since each has its own.
    if (count > 1) for (const mark of readTree(pid, procRoot).slice(1)) join(known, `${procRoot}/${mark.pid}`);
    return known;
  }

  function join(known: Known, folder: string): void {
    const threads = countThreads(folder);
    const openFiles = countFiles(`${folder}/fd`);
    const limit = readLimit(folder);
    if (threads > 0 && known.threads !== unknown) known.threads += threads;
    if (!(openFiles / limit > numberOf(known.openFiles) / numberOf(known.openFilesLimit))) return;
    known.openFiles = openFiles;
    known.openFilesLimit = limit;
  }

  return {
    sample(pids, processes, into) {
      const turns = Math.max(leastTurns, Math.ceil(pids.length / atOnce));
      turn = (turn + 1) % turns;
      let newOnes = 0;
      for (let index = 0; index < pids.length; index += 1) {
        const pid = pids[index] as number;
        let known = pid > 0 ? trees.get(pid) : undefined;
        const isNew = pid > 0 && known === undefined && newOnes < maxNew;
        if (isNew) newOnes += 1;
        if (isNew || (known !== undefined && index % turns === turn)) known = look(pid, processes[index] as number);
        into.threads[index] = numberOf(known?.threads ?? unknown);
        into.openFiles[index] = numberOf(known?.openFiles ?? unknown);
        into.openFilesLimit[index] = numberOf(known?.openFilesLimit ?? unknown);
      }
      if (trees.size > pids.length + maxNew) forget(pids);
    },
  };

  function forget(pids: readonly number[]): void {
    const present = new Set(pids);
    for (const pid of trees.keys()) if (!present.has(pid)) trees.delete(pid);
  }
}

/** The folder of threads has a link for each, and two of its own; NaN for a process that is gone. */
function countThreads(folder: string): number {
  return unlessGone(() => statSync(`${folder}/task`).nlink - 2, Number.NaN);
}

/** From Linux 6.2 on the folder's size is their number, also of processes of others; before, the names are counted. */
function chooseCount(procRoot: string): (folder: string) => number {
  const isTold = unlessGone(() => statSync(`${procRoot}/self/fd`).size, 0) > 0;
  return (folder) => unlessGone(() => (isTold ? statSync(folder).size : readdirSync(folder).length), Number.NaN);
}

/** The soft limit; Infinity where there is none, NaN where it is not told. */
function readLimit(folder: string): number {
  const limit = unlessGone(() => {
    const bytes = readSmall(`${folder}/limits`);
    const at = bytes.indexOf('Max open files');
    return /^Max open files +(\d+|unlimited)/.exec(bytes.toString('latin1', at, at + limitLength))?.[1];
  }, undefined);
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}

/** A process can end while it is looked at, and those of others are not always ours to see. */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
