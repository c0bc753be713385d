/** /proc/diskstats: traffic of the whole disks. */
import { type Counters, CounterTable } from './counters.ts';
import type { Scanner } from './scan.ts';

const READ = 0;
const WRITTEN = 1;
const BUSY = 2;
/** The kernel counts in these, whatever the disk's own sectors are. */
const SECTOR_BYTES = 512;

/** Not a disk of its own: memory, files, optical drives, and what is stacked over disks that count already. */
const IS_LEFT_OUT = /^(?:loop|ram|zram|sr|fd|dm-|md|drbd|bcache|nvme\d+c\d+n)/;

export class BlockTraffic {
  /** Bytes a second over all whole disks; NaN until known. */
  readPerSecond = Number.NaN;
  writtenPerSecond = Number.NaN;
  /** The busiest disk's share of time with I/O under way, 0–100. */
  busyPercent = Number.NaN;

  readonly #table = new CounterTable(3);
  readonly #isDisk = new Map<Counters, boolean>();

  /** Takes in a reading of /proc/diskstats, `seconds` after the one before (NaN for the first). */
  update(scan: Scanner, seconds: number): void {
    this.#table.begin();
    for (; !scan.isAtEnd; scan.skipLine()) {
      scan.skipWords(2);
      scan.skipSpaces();
      const from = scan.at;
      scan.skipWord();
      if (scan.at === from) continue;
      const row = this.#table.row(scan, from);
      if (row === null) continue;
      scan.skipWords(2);
      const read = scan.number();
      scan.skipWords(3);
      const written = scan.number();
      scan.skipWords(2);
      const busyMs = scan.number();
      row.set(READ, read * SECTOR_BYTES, seconds);
      row.set(WRITTEN, written * SECTOR_BYTES, seconds);
      row.set(BUSY, busyMs, seconds);
    }
    this.#sum(this.#table.end());
  }

  #sum(rows: readonly Counters[]): void {
    if (rows.length !== this.#isDisk.size || rows.some((row) => !this.#isDisk.has(row))) this.#sort(rows);
    this.readPerSecond = this.writtenPerSecond = this.busyPercent = Number.NaN;
    for (const row of rows) {
      if (this.#isDisk.get(row) !== true) continue;
      this.readPerSecond = plus(this.readPerSecond, row.perSecond[READ] as number);
      this.writtenPerSecond = plus(this.writtenPerSecond, row.perSecond[WRITTEN] as number);
      const percent = Math.min(100, (row.perSecond[BUSY] as number) / 10);
      if (!(percent <= this.busyPercent) && !Number.isNaN(percent)) this.busyPercent = percent;
    }
  }

  #sort(rows: readonly Counters[]): void {
    this.#isDisk.clear();
    const names = new Set(rows.map((row) => row.name));
    for (const row of rows) this.#isDisk.set(row, isWholeDisk(row.name, names));
  }
}

/** The sum of what is known. */
function plus(sum: number, value: number): number {
  if (Number.isNaN(value)) return sum;
  return Number.isNaN(sum) ? value : sum + value;
}

/** Whether this is a disk that counts, and no partition of another in the list. */
export function isWholeDisk(name: string, names: ReadonlySet<string>): boolean {
  if (IS_LEFT_OUT.test(name)) return false;
  // sda1 of sda; nvme0n1p2 of nvme0n1, where the name of the disk ends in a digit.
  const partition = /^(.*\d)p\d+$/.exec(name) ?? /^(.*\D)\d+$/.exec(name);
  return partition === null || !names.has(partition[1] as string);
}
