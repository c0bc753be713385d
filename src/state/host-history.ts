/** What the host did in the last hour: one sample a second for ten minutes, and the means of ten for an hour. */
import type { HostSnapshot } from '../sources/host/snapshot.ts';
import { Series } from './series.ts';

/** The series a person asks for, by the name of what they measure. */
export const HOST_SERIES = [
  'cpuPercent',
  'iowaitPercent',
  'stealPercent',
  'memoryUsedPercent',
  'swapUsedPercent',
  'load1',
  'diskReadBytesPerSecond',
  'diskWriteBytesPerSecond',
  'diskBusyPercent',
  'netRxBytesPerSecond',
  'netTxBytesPerSecond',
  'cpuPressurePercent',
  'memoryPressurePercent',
  'ioPressurePercent',
] as const;

export type HostSeriesName = (typeof HOST_SERIES)[number];

export const FINE_STEP_MS = 1000;
export const COARSE_STEP_MS = 10_000;
const FINE_SAMPLES = 600;
const COARSE_SAMPLES = 360;

/** One measure at two grains. Both end now. */
export interface HostTrack {
  /** A sample each second, 600 at most. */
  readonly fine: Series;
  /** The mean of what was known in each ten seconds, 360 at most. */
  readonly coarse: Series;
}

/** The tracks of all measures, at most an hour back. */
export class HostHistory {
  readonly tracks: Readonly<Record<HostSeriesName, HostTrack>>;
  /** The second that the newest fine sample stands for; NaN before the first. */
  #second = Number.NaN;
  /** The ten seconds being averaged. */
  #block = Number.NaN;
  #sums = new Float64Array(HOST_SERIES.length);
  #counts = new Float64Array(HOST_SERIES.length);
  readonly #values = new Float64Array(HOST_SERIES.length);

  constructor() {
    const track = (): HostTrack => ({ fine: new Series(FINE_SAMPLES), coarse: new Series(COARSE_SAMPLES) });
    this.tracks = Object.fromEntries(HOST_SERIES.map((name) => [name, track()])) as Record<HostSeriesName, HostTrack>;
  }

  /** Takes in a snapshot read at `at`, epoch ms. A second snapshot of the same second is left out. */
  push(snapshot: HostSnapshot, at: number): void {
    const second = Math.round(at / FINE_STEP_MS);
    const passed = Number.isNaN(this.#second) ? 1 : second - this.#second;
    // A clock set back by more than a minute begins a new count; less is waited out, so that no second is told twice.
    if (passed <= 0 && passed > -60) return;
    if (passed < 0) this.#block = Number.NaN;
    // Seconds without a reading are gaps: a pause must not look like a straight line. A single one is the beat that
    // fell across the border of a second, or a cadence of two, and is none.
    if (passed > 2) {
      for (let i = Math.min(passed - 1, FINE_SAMPLES); i > 0; i--) {
        for (const name of HOST_SERIES) this.tracks[name].fine.push(Number.NaN);
      }
    }
    this.#second = second;
    this.#advanceBlock(second);
    measure(snapshot, this.#values);
    HOST_SERIES.forEach((name, i) => {
      const value = this.#values[i] as number;
      this.tracks[name].fine.push(value);
      if (Number.isNaN(value)) return;
      this.#sums[i] = (this.#sums[i] as number) + value;
      this.#counts[i] = (this.#counts[i] as number) + 1;
    });
  }

  /** A copy that later snapshots do not change, for a screen that is paused. */
  copy(): HostHistory {
    const copy = new HostHistory();
    copy.#second = this.#second;
    copy.#block = this.#block;
    copy.#sums = this.#sums.slice();
    copy.#counts = this.#counts.slice();
    for (const name of HOST_SERIES) {
      for (const grain of ['fine', 'coarse'] as const) {
        const from = this.tracks[name][grain];
        for (let i = 0; i < from.length; i++) copy.tracks[name][grain].push(from.at(i));
      }
    }
    return copy;
  }

  /** Advances to the ten seconds of `second`; those without a sample are unknown. */
  #advanceBlock(second: number): void {
    const block = Math.floor((second * FINE_STEP_MS) / COARSE_STEP_MS);
    const passed = Number.isNaN(this.#block) ? 0 : Math.min(block - this.#block, COARSE_SAMPLES);
    for (let i = 0; i < passed; i++) {
      HOST_SERIES.forEach((name, at) => {
        const known = this.#counts[at] as number;
        this.tracks[name].coarse.push(known > 0 ? (this.#sums[at] as number) / known : Number.NaN);
      });
      this.#sums.fill(0);
      this.#counts.fill(0);
    }
    this.#block = block;
  }
}

/** The values of the series in their order; NaN where unknown. */
function measure(snapshot: HostSnapshot, into: Float64Array): void {
  const { memory, swap, pressure, network } = snapshot;
  const traffic = totalTraffic(network);
  const values: Readonly<Record<HostSeriesName, number | null | undefined>> = {
    cpuPercent: snapshot.cpuPercent,
    iowaitPercent: snapshot.iowaitPercent,
    stealPercent: snapshot.stealPercent,
    memoryUsedPercent: memory.usedPercent,
    swapUsedPercent: swap.totalBytes > 0 ? (100 * swap.usedBytes) / swap.totalBytes : null,
    load1: snapshot.load[0],
    diskReadBytesPerSecond: snapshot.diskReadBytesPerSecond,
    diskWriteBytesPerSecond: snapshot.diskWriteBytesPerSecond,
    diskBusyPercent: snapshot.diskBusyPercent,
    netRxBytesPerSecond: traffic.rx,
    netTxBytesPerSecond: traffic.tx,
    cpuPressurePercent: pressure?.cpuSomePercent,
    memoryPressurePercent: pressure?.memorySomePercent,
    ioPressurePercent: pressure?.ioSomePercent,
  };
  HOST_SERIES.forEach((name, i) => {
    into[i] = values[name] ?? Number.NaN;
  });
}

/** Interfaces that carry the traffic of others: counting both would show it twice. */
const IS_CARRIED =
  /^(?:veth|docker|br-|virbr|vnet|cni|flannel|cali|lxc|tun|tap|wg|bond|team|dummy|ifb|utun|awdl|llw|bridge)|\.\d+$/;

/** Bytes a second over the machine's own interfaces (all, where there are no others); null until known. */
export function totalTraffic(network: HostSnapshot['network']): { rx: number | null; tx: number | null } {
  const own = network.filter(({ name }) => !IS_CARRIED.test(name));
  let rx: number | null = null;
  let tx: number | null = null;
  for (const { rxBytesPerSecond, txBytesPerSecond } of own.length > 0 ? own : network) {
    if (rxBytesPerSecond !== null) rx = (rx ?? 0) + rxBytesPerSecond;
    if (txBytesPerSecond !== null) tx = (tx ?? 0) + txBytesPerSecond;
  }
  return { rx, tx };
}
