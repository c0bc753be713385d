/** Which processes of the machine take most of its CPU and memory. Looked for only while somebody wants to know. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { eachPid } from '../proc/pids.ts';
import { readSmall } from '../proc/small-file.ts';
import { isKernelThread, type ProcessStat, pageBytes, readStat, ticksPerSecond } from '../proc/stat.ts';
import { ownerOf } from '../proc/users.ts';
import type { HostProcess, HostProcesses } from './snapshot.ts';

/** As many of each order as the tallest screen shows. */
const MOST = 40;
/** Figures over less than this are those of single clock ticks. */
const LEAST_MS = 900;
/** After the second look, so that 300 processes take a thousandth of a core. */
const EVERY_MS = 2_000;
const DEPTH = 32;
const COMMAND_LENGTH = 200;

interface Measured {
  readonly pid: number;
  readonly stat: ProcessStat;
  readonly cpuPercent: number;
}

interface Ticks {
  readonly startTicks: number;
  readonly ownCpuTicks: number;
}

export class BusyProcesses {
  /** Of the last look; null before the first. */
  processes: HostProcesses | null = null;
  readonly #procRoot: string;
  #before = new Map<number, Ticks>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looks = 0;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** Looks, unless the last look is young. `now` is monotonic, in ms. */
  async look(now: number): Promise<void> {
    const passedMs = now - this.#lookedAt;
    if (passedMs < (this.#looks < 2 ? LEAST_MS : EVERY_MS - LEAST_MS / 2)) return;
    const stats = await readAll(this.#procRoot);
    const own = new Map<number, Ticks>();
    const all: Measured[] = [];
    for (const [pid, stat] of stats) {
      const { startTicks, ownCpuTicks } = stat;
      own.set(pid, { startTicks, ownCpuTicks });
      const before = this.#before.get(pid);
      // One that was not there has taken all of it since.
      const ticksBefore = before?.startTicks === startTicks ? before.ownCpuTicks : this.#looks > 0 ? 0 : Number.NaN;
      const cpuPercent = ((ownCpuTicks - ticksBefore) / ticksPerSecond / (passedMs / 1000)) * 100;
      if (!isKernelThread(pid, stat) || cpuPercent > 0 || stat.state === 'D') all.push({ pid, stat, cpuPercent });
    }
    this.#before = own;
    this.#lookedAt = now;
    this.#looks += 1;
    this.processes = this.#summed(all, stats);
  }

  /** Nobody looks any more: what was taken since would be the mean of a long time. */
  forget(): void {
    if (this.#looks === 0) return;
    this.processes = null;
    this.#before = new Map();
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    this.#looks = 0;
  }

  #summed(all: readonly Measured[], stats: ReadonlyMap<number, ProcessStat>): HostProcesses {
    const told = new Map<number, HostProcess>();
    const tell = (measured: Measured): HostProcess => {
      const known = told.get(measured.pid) ?? toldOf(measured, stats, this.#procRoot);
      told.set(measured.pid, known);
      return known;
    };
    const users = all.filter(({ pid, stat }) => !isKernelThread(pid, stat));
    const byCpu = all.filter(({ cpuPercent }) => cpuPercent >= 0).toSorted((a, b) => b.cpuPercent - a.cpuPercent);
    const byMemory = users.toSorted((a, b) => b.stat.residentPages - a.stat.residentPages);
    return {
      total: users.length,
      running: users.filter(({ stat }) => stat.state === 'R').length,
      blocked: all.filter(({ stat }) => stat.state === 'D').length,
      // The first process is there on any machine and in any container.
      isPartial: !stats.has(1),
      byCpu: byCpu.slice(0, MOST).map(tell).filter(isThere),
      byMemory: byMemory.slice(0, MOST).map(tell).filter(isThere),
    };
  }
}

/** Of one that has ended since it was measured nothing more can be read. */
const isThere = ({ command }: HostProcess): boolean => command !== '';

/** What has ended and is not waited for any more takes nothing, and is left out. */
async function readAll(procRoot: string): Promise<Map<number, ProcessStat>> {
  const stats = new Map<number, ProcessStat>();
  await eachPid(procRoot, (pid) => {
    const stat = readStat(pid, procRoot);
    if (stat !== null && stat.state !== 'Z') stats.set(pid, stat);
  });
  return stats;
}

let bytesPerPage = 0;

function toldOf(
  { pid, stat, cpuPercent }: Measured,
  stats: ReadonlyMap<number, ProcessStat>,
  procRoot: string,
): HostProcess {
  bytesPerPage ||= pageBytes();
  const ancestors: number[] = [];
  for (let above = stat.parentPid; above > 1 && ancestors.length < DEPTH; above = stats.get(above)?.parentPid ?? 0) {
    ancestors.push(above);
  }
  return {
    pid,
    ancestors,
    state: stat.state,
    cpuPercent,
    memoryBytes: stat.residentPages * bytesPerPage,
    user: ownerOf(`${procRoot}/${pid}`),
    command: commandOf(pid, stat.state, procRoot),
  };
}

function commandOf(pid: number, state: string, procRoot: string): string {
  try {
    // Reading the arguments of a process that hangs in the kernel can hang as well: it may hold its memory locked.
    const bytes = state === 'D' ? null : readSmall(`${procRoot}/${pid}/cmdline`);
    const [program = '', ...words] = bytes?.toString('utf8', 0, 4_096).split('\0') ?? [];
    const isPath = program.startsWith('/') && !program.includes(' ');
    const text = [isPath ? program.slice(program.lastIndexOf('/') + 1) : program, ...words].join(' ').trim();
    if (text !== '') return redact(clean(text)).slice(0, COMMAND_LENGTH).toWellFormed();
    return `[${redact(clean(readSmall(`${procRoot}/${pid}/comm`).toString('utf8').trim()))}]`;
  } catch {
    return '';
  }
}
