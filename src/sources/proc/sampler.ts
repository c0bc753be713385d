/** CPU and memory of process trees, sampled from /proc through kept file descriptors. */
import { createLastingStates, type LastingState } from './lasting-states.ts';
import { affordableDescriptors, createOpenProcesses, KEPT_SAMPLES, type Seen } from './open-processes.ts';
import { pageBytes, ticksPerSecond } from './stat.ts';

/** Where a sample is written, one cell a tree. */
export interface TreeColumns {
  /** Percent of one core since the sample before; NaN at the first sample of a process and when it is gone. */
  readonly cpuPercent: Float64Array;
  /** Resident memory of all processes of the tree; NaN when the root is gone or hidden. */
  readonly memoryBytes: Float64Array;
  /** 0 when the root is gone, hidden, or there is none. */
  readonly processes: Float64Array;
}

export interface ProcSampler {
  /**
   * Samples the trees under `pids` (0 for none) into the columns. Gives the roots that were alive at a sample before
   * and are gone now. `monotonicMs` is the time of the sample. Trees that are not `isDue` by their index take turns: a
   * fifth of them is sampled, and of the others the columns are left as they are. One that has no figures yet is due.
   */
  sample(pids: readonly number[], monotonicMs: number, into: TreeColumns, isDue?: (index: number) => boolean): number[];
  /** The state that the process under a root stays in; null where it sleeps and wakes, or nothing is known of it. */
  lastingStateOf(pid: number): LastingState | null;
  /** How many roots stay in one. */
  readonly lastingCount: number;
  close(): void;
}

interface Tree {
  cpuTicks: number;
  at: number;
  startTicks: number;
  seenIn: number;
  /** What was said last, said again when asked too soon: 50 ms hold five clock ticks, which is a step of 20 %. */
  cpuPercent: number;
  /** The processes counted at the sample before. */
  members: ReadonlySet<number>;
}

export interface ProcSamplerOptions {
  readonly procRoot?: string;
  /** How many files stay open at most; by default 1 024, or half of what this process may open. */
  readonly maxDescriptors?: number;
}

const noMembers: ReadonlySet<number> = new Set();
/** A tree of which nothing is known. */
const unseen: Tree = { cpuTicks: 0, at: 0, startTicks: -1, seenIn: 0, cpuPercent: Number.NaN, members: noMembers };
const minIntervalMs = 500;
/** In how many samples each tree has its turn. */
const turns = 5;
/** Looking for children costs as much as the sample itself: with more trees than this it is done more rarely. */
const manyTrees = 200;
const childrenEveryMs = 5_000;
const unseenChildrenEveryMs = 15_000;
/** A fork bomb under a bot must not cost us the tick. */
const maxTreeProcesses = 256;

export function createProcSampler({ procRoot = '/proc', maxDescriptors }: ProcSamplerOptions = {}): ProcSampler {
  const processes = createOpenProcesses(procRoot, maxDescriptors ?? affordableDescriptors(procRoot));
  const trees = new Map<number, Tree>();
  const lastingStates = createLastingStates();
  const bytesPerPage = pageBytes(procRoot);
  let sampleNumber = 0;
  let written: TreeColumns | null = null;

  function sampleTree(root: number, now: number, everyMs: number, into: TreeColumns, index: number): boolean {
    const first = processes.read(root);
    if (first === null) return false;
    lastingStates.note(root, first.stat, now);
    let cpuTicks = 0;
    let newTicks = 0;
    let pages = 0;
    const before = trees.get(root);
    const isSame = before !== undefined && before.startTicks === first.process.startTicks;
    // Most bots have no child: the queue, and the set of members, are made only for those that have.
    let queue: number[] | null = null;
    let members: Set<number> | null = null;
    let count = 0;
    for (let next: Seen | null = first; ; ) {
      if (next !== null) {
        count += 1;
        cpuTicks += next.stat.cpuTicks;
        pages += next.stat.residentPages;
        if (next !== first) {
          members ??= new Set();
          members.add(next.process.pid);
          // Seen for the first time although it may have run before: what it used until now is not of this interval.
          if (everyMs > 0 && before?.members.has(next.process.pid) !== true) newTicks += next.stat.cpuTicks;
        }
        const children = processes.childrenOf(next.process, now, everyMs);
        if (children.length > 0) {
          queue ??= [];
          queue.push(...children);
        }
      }
      const pid: number | undefined = count < maxTreeProcesses ? queue?.pop() : undefined;
      if (pid === undefined) break;
      next = pid === root || members?.has(pid) === true ? null : processes.read(pid);
    }
    into.memoryBytes[index] = pages * bytesPerPage;
    into.processes[index] = count;
    if (isSame && now - before.at < minIntervalMs) {
      before.seenIn = sampleNumber;
      into.cpuPercent[index] = before.cpuPercent;
      return true;
    }
    const usedTicks = isSame ? cpuTicks - newTicks - before.cpuTicks : -1;
    // A child that ended unwaited for takes its ticks with it: less than before is no reading.
    const cpuPercent =
      isSame && usedTicks >= 0 ? (usedTicks / ticksPerSecond / ((now - before.at) / 1000)) * 100 : Number.NaN;
    into.cpuPercent[index] = cpuPercent;
    const tree = before ?? { ...unseen };
    tree.cpuTicks = cpuTicks;
    tree.at = now;
    tree.startTicks = first.process.startTicks;
    tree.seenIn = sampleNumber;
    tree.cpuPercent = cpuPercent;
    tree.members = members ?? noMembers;
    if (before === undefined) trees.set(root, tree);
    return true;
  }

  /** Whether a tree has its turn, or is too new to have a share of the CPU. */
  function isTurn(pid: number, index: number): boolean {
    return index % turns === sampleNumber % turns || Number.isNaN(trees.get(pid)?.cpuPercent ?? Number.NaN);
  }

  return {
    sample(pids, monotonicMs, into, isDue) {
      sampleNumber += 1;
      // Columns that were never written to: the bots came, went or moved.
      const isNew = into !== written;
      written = into;
      processes.begin();
      const vanished: number[] = [];
      const isMany = pids.length > manyTrees;
      for (let index = 0; index < pids.length; index += 1) {
        const pid = pids[index] as number;
        const isSeen = isDue === undefined || isDue(index);
        if (!isSeen && !isNew && pid > 0 && !isTurn(pid, index)) continue;
        const everyMs = isMany ? (isSeen ? childrenEveryMs : unseenChildrenEveryMs) : 0;
        if (pid > 0 && sampleTree(pid, monotonicMs, everyMs, into, index)) continue;
        into.cpuPercent[index] = Number.NaN;
        into.memoryBytes[index] = Number.NaN;
        into.processes[index] = 0;
        lastingStates.forget(pid);
        if (pid > 0 && trees.delete(pid)) vanished.push(pid);
      }
      for (const [pid, tree] of trees) {
        if (sampleNumber - tree.seenIn < KEPT_SAMPLES) continue;
        trees.delete(pid);
        lastingStates.forget(pid);
      }
      return vanished;
    },
    lastingStateOf: (pid) => lastingStates.of(pid),
    get lastingCount() {
      return lastingStates.size;
    },
    close() {
      processes.close();
      trees.clear();
    },
  };
}
