/** CPU and memory of process trees, sampled from /proc through kept file descriptors. */
import { closeSync, openSync, readSync } from 'node:fs';
import { pageBytes, parseStat, type ProcessStat, ticksPerSecond } from './stat.ts';

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
   * and are gone now. `monotonicMs` is the time of the sample.
   */
  sample(pids: readonly number[], monotonicMs: number, into: TreeColumns): number[];
  close(): void;
}

interface Process {
  readonly pid: number;
  /** Of its stat file; −1: opened each time, since there are enough open ones. */
  descriptor: number;
  childrenDescriptor: number;
  startTicks: number;
  children: readonly number[];
  childrenReadAt: number;
  /** The last sample it was seen in, to close what is no longer asked for. */
  seenIn: number;
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
  /** How many files stay open at most. */
  readonly maxDescriptors?: number;
}

const noChildren: readonly number[] = [];
const noMembers: ReadonlySet<number> = new Set();
const minIntervalMs = 500;
/** A fork bomb under a bot must not cost us the tick. */
const maxTreeProcesses = 256;

export function createProcSampler({
  procRoot = '/proc',
  maxDescriptors = 1_024,
}: ProcSamplerOptions = {}): ProcSampler {
  const processes = new Map<number, Process>();
  const trees = new Map<number, Tree>();
  const buffer = Buffer.allocUnsafe(4096);
  const bytesPerPage = pageBytes(procRoot);
  let openDescriptors = 0;
  let descriptorLimit = maxDescriptors;
  let sampleNumber = 0;

  function closeDescriptors(process: Process): void {
    for (const descriptor of [process.descriptor, process.childrenDescriptor]) {
      if (descriptor === -1) continue;
      closeSync(descriptor);
      openDescriptors -= 1;
    }
    process.descriptor = -1;
    process.childrenDescriptor = -1;
  }

  function forget(process: Process): void {
    closeDescriptors(process);
    processes.delete(process.pid);
  }

  function open(pid: number): Process | null {
    try {
      const descriptor = openSync(`${procRoot}/${pid}/stat`, 'r');
      openDescriptors += 1;
      const opened = {
        pid,
        descriptor,
        childrenDescriptor: -1,
        startTicks: -1,
        children: noChildren,
        childrenReadAt: Number.NEGATIVE_INFINITY,
        seenIn: 0,
      };
      processes.set(pid, opened);
      return opened;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EMFILE') descriptorLimit = Math.floor(openDescriptors / 2);
      return null;
    }
  }

  /** Null when the process is gone: an open stat file stays with its process and is never that of a later one. */
  function read(pid: number): { readonly process: Process; readonly stat: ProcessStat } | null {
    const process = processes.get(pid) ?? open(pid);
    if (process === null) return null;
    try {
      if (process.descriptor === -1) {
        process.descriptor = openSync(`${procRoot}/${pid}/stat`, 'r');
        openDescriptors += 1;
      }
      const stat = parseStat(buffer, readSync(process.descriptor, buffer, 0, buffer.length, 0));
      if (
        stat !== null &&
        (process.startTicks === -1 || process.startTicks === stat.startTicks) &&
        stat.state !== 'Z'
      ) {
        process.startTicks = stat.startTicks;
        process.seenIn = sampleNumber;
        return { process, stat };
      }
    } catch {
      // ESRCH or ENOENT: it ended, which is what null says.
    }
    forget(process);
    return null;
  }

  /**
   * Children of the main thread; one started by another thread is missed. None on kernels without the file. Read
   * through a kept descriptor too, which halves the cost of a sample (0.39 to 0.20 ms for ten bots).
   */
  function childrenOf(process: Process, now: number, everyMs: number): readonly number[] {
    if (now - process.childrenReadAt < everyMs) return process.children;
    process.childrenReadAt = now;
    try {
      if (process.childrenDescriptor === -1) {
        process.childrenDescriptor = openSync(`${procRoot}/${process.pid}/task/${process.pid}/children`, 'r');
        openDescriptors += 1;
      }
      const length = readSync(process.childrenDescriptor, buffer, 0, buffer.length, 0);
      process.children = length === 0 ? noChildren : parseChildren(buffer, length);
    } catch {
      process.children = noChildren;
    }
    return process.children;
  }

  function sampleTree(root: number, now: number, everyMs: number, into: TreeColumns, index: number): boolean {
    const first = read(root);
    if (first === null) return false;
    let cpuTicks = 0;
    let newTicks = 0;
    let pages = 0;
    const before = trees.get(root);
    const isSame = before !== undefined && before.startTicks === first.process.startTicks;
    // Most bots have no child: the queue, and the set of members, are made only for those that have.
    let queue: number[] | null = null;
    let members: Set<number> | null = null;
    let count = 0;
    for (let next: { readonly process: Process; readonly stat: ProcessStat } | null = first; ; ) {
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
        const children = childrenOf(next.process, now, everyMs);
        if (openDescriptors > descriptorLimit) closeDescriptors(next.process);
        if (children.length > 0) {
          queue ??= [];
          queue.push(...children);
        }
      }
      const pid: number | undefined = count < maxTreeProcesses ? queue?.pop() : undefined;
      if (pid === undefined) break;
      next = pid === root || members?.has(pid) === true ? null : read(pid);
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
    trees.set(root, {
      cpuTicks,
      at: now,
      startTicks: first.process.startTicks,
      seenIn: sampleNumber,
      cpuPercent,
      members: members ?? noMembers,
    });
    return true;
  }

  return {
    sample(pids, monotonicMs, into) {
      sampleNumber += 1;
      const vanished: number[] = [];
      // Looking for children costs as much as the sample itself: with many bots it is done more rarely.
      const everyMs = pids.length > 200 ? 5_000 : 0;
      for (let index = 0; index < pids.length; index += 1) {
        const pid = pids[index] as number;
        if (pid > 0 && sampleTree(pid, monotonicMs, everyMs, into, index)) continue;
        into.cpuPercent[index] = Number.NaN;
        into.memoryBytes[index] = Number.NaN;
        into.processes[index] = 0;
        if (pid > 0 && trees.delete(pid)) vanished.push(pid);
      }
      for (const process of processes.values()) if (process.seenIn !== sampleNumber) forget(process);
      for (const [pid, tree] of trees) if (tree.seenIn !== sampleNumber) trees.delete(pid);
      return vanished;
    },
    close() {
      for (const process of processes.values()) closeDescriptors(process);
      processes.clear();
      trees.clear();
    },
  };
}

/** The numbers of a `children` file. One that fills the buffer may end in half a number, which is left out. */
function parseChildren(bytes: Buffer, length: number): number[] {
  const text = bytes.toString('latin1', 0, length);
  return text
    .slice(0, text.lastIndexOf(' '))
    .split(' ')
    .map(Number)
    .filter((pid) => pid > 0);
}
