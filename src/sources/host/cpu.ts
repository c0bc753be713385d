/** /proc/stat: where the processors' time went between two readings. */
import { ascii, type Scanner, share } from './scan.ts';

const CPU = ascii('cpu');
const SPACE = 0x20;
/** user nice system idle iowait irq softirq steal; guest time is in user already. */
const FIELDS = 8;
const IDLE = 3;
const IOWAIT = 4;
const STEAL = 7;
/** A guard against garbage, far above any machine. */
const MAX_CORES = 8192;

/** Remembers the counters of the reading before. Percentages are NaN until there are two. */
export class CpuTimes {
  busyPercent = Number.NaN;
  iowaitPercent = Number.NaN;
  stealPercent = Number.NaN;
  cores = 0;
  /** By core in the kernel's order; the same array as long as the number of cores stays. */
  corePercent = new Float64Array(0);

  readonly #fields = new Float64Array(FIELDS);
  readonly #before = new Float64Array(FIELDS).fill(Number.NaN);
  /** By the kernel's number of the core, not by line: lines move when a core goes offline. */
  #coreTotal = new Float64Array(0);
  #coreBusy = new Float64Array(0);

  /** Takes in a reading of /proc/stat. False when it is none. */
  update(scan: Scanner): boolean {
    if (!scan.isNext(CPU) || scan.peek(3) !== SPACE) return false;
    scan.at += CPU.length;
    if (!this.#readFields(scan)) return false;
    this.#updateTotal();
    scan.skipLine();
    let count = 0;
    for (; count < MAX_CORES && scan.isNext(CPU); scan.skipLine()) {
      scan.at += CPU.length;
      const number = scan.number();
      if (!(number < MAX_CORES) || !this.#readFields(scan)) continue;
      this.#updateCore(count++, number);
    }
    this.cores = count;
    if (this.corePercent.length !== count) this.corePercent = this.corePercent.slice(0, count);
    return true;
  }

  #readFields(scan: Scanner): boolean {
    for (let i = 0; i < FIELDS; i++) {
      const value = scan.number();
      // Kernels before 2.6.11 have fewer fields; without the first four there is nothing to say.
      if (Number.isNaN(value) && i <= IDLE) return false;
      this.#fields[i] = Number.isNaN(value) ? 0 : value;
    }
    return true;
  }

  #updateTotal(): void {
    const { length } = this.#fields;
    let total = 0;
    let resting = 0;
    let iowait = 0;
    let steal = 0;
    for (let i = 0; i < length; i++) {
      // iowait and idle may run backwards a little (the kernel says so itself): that is no time, not negative time.
      const grown = Math.max(0, (this.#fields[i] as number) - (this.#before[i] as number));
      total += grown;
      if (i === IDLE || i === IOWAIT) resting += grown;
      if (i === IOWAIT) iowait = grown;
      if (i === STEAL) steal = grown;
    }
    this.busyPercent = share(total - resting, total);
    this.iowaitPercent = share(iowait, total);
    this.stealPercent = share(steal, total);
    this.#before.set(this.#fields);
  }

  #updateCore(index: number, number: number): void {
    if (index >= this.corePercent.length) this.corePercent = grow(this.corePercent, index + 1);
    if (number >= this.#coreTotal.length) {
      this.#coreTotal = grow(this.#coreTotal, number + 1);
      this.#coreBusy = grow(this.#coreBusy, number + 1);
    }
    let total = 0;
    for (let i = 0; i < FIELDS; i++) total += this.#fields[i] as number;
    const busy = total - (this.#fields[IDLE] as number) - (this.#fields[IOWAIT] as number);
    this.corePercent[index] = share(
      Math.max(0, busy - (this.#coreBusy[number] as number)),
      total - (this.#coreTotal[number] as number),
    );
    this.#coreTotal[number] = total;
    this.#coreBusy[number] = busy;
  }
}

function grow(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length).fill(Number.NaN);
  grown.set(array);
  return grown;
}
