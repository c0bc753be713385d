/** /proc/meminfo, /proc/pressure/* and the limits of our control group. */
import { ascii, type Scanner } from './scan.ts';

const KIB = 1024;

/** Amounts in bytes; NaN where the kernel does not say. */
export interface MemoryAmounts {
  totalBytes: number;
  availableBytes: number;
  swapTotalBytes: number;
  swapFreeBytes: number;
}

/** In the kernel's order. */
const KEYS = ['MemTotal:', 'MemFree:', 'MemAvailable:', 'Buffers:', 'Cached:', 'SwapTotal:', 'SwapFree:'].map(ascii);
const values = new Float64Array(KEYS.length);

/** Reads the amounts of /proc/meminfo. */
export function parseMemory(scan: Scanner): MemoryAmounts {
  values.fill(Number.NaN);
  // Each line is compared with the next key, and with the one behind it, since one may not be there.
  for (let next = 0; !scan.isAtEnd && next < KEYS.length; scan.skipLine()) {
    if (!takeKey(scan, next)) {
      if (!takeKey(scan, next + 1)) continue;
      next++;
    }
    next++;
  }
  const [total, free, available, buffers, cached] = [at(0), at(1), at(2), at(3), at(4)];
  const [swapTotal, swapFree] = [at(5), at(6)];
  return {
    totalBytes: total,
    // Kernels before 3.14 do not say what is available; free and cached is what they were asked for then.
    availableBytes: Math.min(total, Number.isNaN(available) ? free + buffers + cached : available),
    swapTotalBytes: swapTotal,
    swapFreeBytes: Math.min(swapTotal, swapFree),
  };
}

const at = (key: number): number => values[key] as number;

/** Reads the value of a key if it stands under the cursor. */
function takeKey(scan: Scanner, index: number): boolean {
  const key = KEYS[index];
  if (key === undefined || !scan.isNext(key)) return false;
  scan.at += key.length;
  values[index] = scan.number() * KIB;
  return true;
}

const SOME = ascii('some avg10=');

/** The 10 s share of a file of /proc/pressure, 0–100; NaN when it is none. */
export function parsePressure(scan: Scanner): number {
  if (!scan.isNext(SOME)) return Number.NaN;
  scan.at += SOME.length;
  return Math.min(100, scan.number());
}

const OOM_KILL = Buffer.from('\noom_kill ');

/** `oom_kill` of /proc/vmstat; NaN where it is not counted. */
export function parseOomKills(buffer: Buffer, length: number, scan: Scanner): number {
  const found = buffer.subarray(0, Math.max(0, length)).indexOf(OOM_KILL);
  if (found < 0) return Number.NaN;
  scan.over(buffer, length).at = found + OOM_KILL.length;
  return scan.number();
}

const INACTIVE_FILE = Buffer.from('inactive_file ');

/** The page cache of a control group that the kernel takes back first, in bytes; 0 where memory.stat has none. */
export function parseInactiveFile(buffer: Buffer, length: number, scan: Scanner): number {
  const found = buffer.subarray(0, Math.max(0, length)).indexOf(INACTIVE_FILE);
  if (found < 0) return 0;
  scan.over(buffer, length).at = found + INACTIVE_FILE.length;
  return scan.number() || 0;
}
