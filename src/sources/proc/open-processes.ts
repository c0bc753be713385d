/** The processes whose files in /proc are kept open from one sample to the next. */
import { closeSync, openSync, readFileSync, readvSync } from 'node:fs';
import { type ProcessStat, parseStat } from './stat.ts';

export interface Process {
  readonly pid: number;
  /** Of its stat file; −1: opened each time, since there are enough open ones. */
  descriptor: number;
  childrenDescriptor: number;
  startTicks: number;
  children: readonly number[];
  childrenReadAt: number;
  /** The sample it was asked for last, to close what is no longer asked for. */
  seenIn: number;
}

/** A process as it is now. */
export interface Seen {
  readonly process: Process;
  readonly stat: ProcessStat;
}

export interface OpenProcesses {
  /** Begins a sample; what none of the last `KEPT_SAMPLES` asked for is closed. */
  begin(): void;
  /** Null when the process is gone: an open stat file stays with its process and is never that of a later one. */
  read(pid: number): Seen | null;
  /**
   * Children of the main thread; one started by another thread is missed. None on kernels without the file. Looked up
   * again when the last look is `everyMs` old.
   */
  childrenOf(process: Process, now: number, everyMs: number): readonly number[];
  close(): void;
}

const noChildren: readonly number[] = [];
/** A bot that nobody looks at is sampled in every fifth sample. */
export const KEPT_SAMPLES = 6;

/** `maxDescriptors` is how many files stay open at most; the rest is opened for each read. */
export function createOpenProcesses(procRoot: string, maxDescriptors: number): OpenProcesses {
  const processes = new Map<number, Process>();
  const buffer = Buffer.allocUnsafe(4096);
  /** `readvSync` checks less of what it is given, which is a third of what a read costs. */
  const into = [buffer];
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

  function read(pid: number): Seen | null {
    const process = processes.get(pid) ?? open(pid);
    if (process === null) return null;
    try {
      if (process.descriptor === -1) {
        process.descriptor = openSync(`${procRoot}/${pid}/stat`, 'r');
        openDescriptors += 1;
      }
      const stat = parseStat(buffer, readvSync(process.descriptor, into, 0));
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

  function readChildren(process: Process, isKept: boolean): readonly number[] {
    try {
      if (process.childrenDescriptor === -1) {
        process.childrenDescriptor = openSync(`${procRoot}/${process.pid}/task/${process.pid}/children`, 'r');
        openDescriptors += 1;
      }
      const length = readvSync(process.childrenDescriptor, into, 0);
      if (!isKept) {
        closeSync(process.childrenDescriptor);
        process.childrenDescriptor = -1;
        openDescriptors -= 1;
      }
      return length === 0 ? noChildren : parseChildren(buffer, length);
    } catch {
      // No such file on this kernel, or the process has just ended: its next read tells.
      return noChildren;
    }
  }

  return {
    begin() {
      for (const process of processes.values()) if (sampleNumber - process.seenIn >= KEPT_SAMPLES) forget(process);
      sampleNumber += 1;
    },
    read,
    childrenOf(process, now, everyMs) {
      if (now - process.childrenReadAt >= everyMs) {
        process.childrenReadAt = now;
        // Kept where it is read each second, which halves the cost of a sample (0.39 to 0.20 ms for ten bots); a
        // thousand more descriptors for what is read each fifth second would be too many.
        process.children = readChildren(process, everyMs === 0);
      }
      if (openDescriptors > descriptorLimit) closeDescriptors(process);
      return process.children;
    },
    close() {
      for (const process of processes.values()) closeDescriptors(process);
      processes.clear();
    },
  };
}

/** How many files a sampler may keep open: 1 024, or half of what this process may. */
export function affordableDescriptors(procRoot: string): number {
  return Math.min(1_024, Math.floor(openFilesLimit(procRoot) / 2));
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

/** How many files this process may have open; 1 024 where it is not told. */
function openFilesLimit(procRoot: string): number {
  try {
    const match = /^Max open files +(\d+)/m.exec(readFileSync(`${procRoot}/self/limits`, 'utf8'));
    return match === null ? 1_024 : Number(match[1]);
  } catch {
    return 1_024;
  }
}
