/** /proc/net/dev: traffic by interface. */
import { type Counters, CounterTable } from './counters.ts';
import type { Scanner } from './scan.ts';
import type { HostInterface } from './snapshot.ts';

const RECEIVED = 0;
const SENT = 1;
const COLON = 0x3a;

export class NetworkTraffic {
  readonly #table = new CounterTable(2);
  #rows: readonly Counters[] = [];

  /** The names of the interfaces of the last reading. */
  get names(): readonly string[] {
    return this.#rows.map((row) => row.name);
  }

  /** Takes in a reading of /proc/net/dev, `seconds` after the one before (NaN for the first). */
  update(scan: Scanner, seconds: number): void {
    this.#table.begin();
    for (; !scan.isAtEnd; scan.skipLine()) {
      scan.skipSpaces();
      const from = scan.at;
      // Two heading lines have no colon; a name may have one itself (eth0:1), the last before the numbers ends it.
      scan.skipWord();
      const end = scan.at;
      if (scan.peek(-1) === COLON) scan.at--;
      else if (!backToColon(scan, from)) continue;
      const colon = scan.at;
      if (colon === from) continue;
      const row = this.#table.row(scan, from);
      if (row === null) continue;
      scan.at = Math.min(colon + 1, end);
      const received = scan.number();
      scan.skipWords(7);
      const sent = scan.number();
      row.set(RECEIVED, received, seconds);
      row.set(SENT, sent, seconds);
    }
    this.#rows = this.#table.end();
  }

  /** The interfaces for which `isUp` holds; `total` is all bytes they ever moved. */
  interfaces(isUp: (name: string, totalBytes: number) => boolean, shown: (name: string) => string): HostInterface[] {
    const found: HostInterface[] = [];
    for (const row of this.#rows) {
      if (row.name === 'lo' || !isUp(row.name, row.total(RECEIVED) + row.total(SENT))) continue;
      found.push({
        name: shown(row.name),
        rxBytesPerSecond: orNull(row.perSecond[RECEIVED] as number),
        txBytesPerSecond: orNull(row.perSecond[SENT] as number),
      });
    }
    return found;
  }
}

/** Old kernels write `eth0:123` without a space. */
function backToColon(scan: Scanner, from: number): boolean {
  const end = scan.at;
  while (scan.at > from && scan.peek() !== COLON) scan.at--;
  if (scan.peek() === COLON) return true;
  scan.at = end;
  return false;
}

/** NaN as null. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
