/** Single processes as /proc tells them. Everything here is synchronous: /proc is memory, a read costs 10 µs. */
import { readSmall } from './small-file.ts';

/** USER_HZ: 100 on every Linux that Node runs on. */
export const ticksPerSecond = 100;

/** The fields of /proc/PID/stat that are used. */
export interface ProcessStat {
  /** CPU of the process and of the children it has waited for, in clock ticks. */
  readonly cpuTicks: number;
  /** Of these its own. */
  readonly ownCpuTicks: number;
  /** Start in clock ticks since boot: with the pid, a process's identity. */
  readonly startTicks: number;
  readonly residentPages: number;
  /** `R`, `S`, `D`, `Z` and so on. */
  readonly state: string;
  readonly parentPid: number;
}

const space = 0x20;

/**
 * Reads the fields from the bytes of a stat file, without making a text of it. The second field is the program's
 * name in brackets and can hold anything, brackets and spaces too; what follows the last bracket is numbers.
 */
export function parseStat(bytes: Uint8Array, length: number): ProcessStat | null {
  let position = length - 1;
  while (position > 0 && bytes[position] !== 0x29) position -= 1;
  if (position <= 0 || position + 2 >= length) return null;
  const state = String.fromCharCode(bytes[position + 2] as number);
  // Field 3 is the state; the fields wanted are 4 (parent), 14 to 17 (CPU), 22 (start) and 24 (resident pages).
  position += 3;
  let field = 3;
  let parentPid = 0;
  let cpuTicks = 0;
  let ownCpuTicks = 0;
  let startTicks = -1;
  let residentPages = -1;
  while (position < length && field < 24) {
    position += 1;
    field += 1;
    let value = 0;
    let isNegative = false;
    for (; position < length && bytes[position] !== space && bytes[position] !== 0x0a; position += 1) {
      const digit = (bytes[position] as number) - 0x30;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (bytes[position] === 0x2d) isNegative = true;
      else return null;
    }
    if (field >= 14 && field <= 17 && !isNegative) {
      cpuTicks += value;
      if (field <= 15) ownCpuTicks += value;
    } else if (field === 4) parentPid = value;
    else if (field === 22) startTicks = value;
    else if (field === 24) residentPages = value;
  }
  return startTicks === -1 || residentPages === -1
    ? null
    : { cpuTicks, ownCpuTicks, startTicks, residentPages, state, parentPid };
}

/** The stat of a process, or null when it is gone or hidden from us. */
export function readStat(pid: number, procRoot = '/proc'): ProcessStat | null {
  try {
    const bytes = readSmall(`${procRoot}/${pid}/stat`);
    return parseStat(bytes, bytes.length);
  } catch {
    return null;
  }
}

/** Its threads are children of process 2 and hold no memory; in a container the second process is anybody's. */
export function isKernelThread(pid: number, { parentPid, residentPages }: ProcessStat): boolean {
  return (pid === 2 || parentPid === 2) && residentPages === 0;
}

/** Epoch ms of the start of a process; null where /proc does not tell. Good to about 20 ms. */
export function startedAt(stat: ProcessStat, now: number, procRoot = '/proc'): number | null {
  try {
    const uptimeMs = Number.parseFloat(readSmall(`${procRoot}/uptime`).toString('latin1')) * 1000;
    const at = Math.round(now - uptimeMs + (stat.startTicks / ticksPerSecond) * 1000);
    // In some containers /proc/uptime is the container's, while start times count from the host's boot.
    return Number.isFinite(at) && at <= now + 1000 ? at : null;
  } catch {
    return null;
  }
}

/** Bytes of a memory page, from our own process: Node knows its resident bytes, /proc its pages. 4 096 where unsure. */
export function pageBytes(procRoot = '/proc'): number {
  const pages = readStat(process.pid, procRoot)?.residentPages ?? 0;
  const ratio = pages > 0 ? process.memoryUsage.rss() / pages : 4096;
  const size = 2 ** Math.round(Math.log2(ratio));
  return size >= 4096 && size <= 65_536 ? size : 4096;
}
