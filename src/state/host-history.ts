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

export type HostHistory = {
  readonly tracks: Readonly<Record<HostSeriesName, HostTrack>>;
  /** Takes in a snapshot read at `at` (epoch ms, or any clock that only goes forward). */
  push(snapshot: HostSnapshot, at: number): void;
  /** A copy that later snapshots do not change, for a screen that is paused. */
  copy(): HostHistory;
};

export function createHostHistory(): HostHistory {
  return historyOf(() => ({ fine: new Series(FINE_SAMPLES), coarse: new Series(COARSE_SAMPLES) }), emptyProgress());
}

interface Progress {
  /** The second that the newest fine sample stands for; NaN before the first. */
  second: number;
  /** The ten seconds being averaged. */
  block: number;
  sums: Float64Array;
  counts: Float64Array;
}

function emptyProgress(): Progress {
  const size = HOST_SERIES.length;
  return { second: Number.NaN, block: Number.NaN, sums: new Float64Array(size), counts: new Float64Array(size) };
}

function historyOf(trackOf: (name: HostSeriesName) => HostTrack, progress: Progress): HostHistory {
  const tracks = Object.fromEntries(HOST_SERIES.map((name) => [name, trackOf(name)])) as Record<
    HostSeriesName,
    HostTrack
  >;
  const values = new Float64Array(HOST_SERIES.length);

  function closeBlock(): void {
    HOST_SERIES.forEach((name, i) => {
      const known = progress.counts[i] as number;
      tracks[name].coarse.push(known > 0 ? (progress.sums[i] as number) / known : Number.NaN);
    });
    progress.sums.fill(0);
    progress.counts.fill(0);
  }

  /** Advances to the block of `second`; blocks without a sample are unknown. */
  function advanceBlock(second: number): void {
    const block = Math.floor((second * FINE_STEP_MS) / COARSE_STEP_MS);
    if (Number.isNaN(progress.block)) progress.block = block;
    const passed = Math.min(block - progress.block, COARSE_SAMPLES);
    for (let i = 0; i < passed; i++) closeBlock();
    progress.block = block;
  }

  return {
    tracks,
    push(snapshot, at) {
      const second = Math.round(at / FINE_STEP_MS);
      // Two readings in a second (a poke), or a clock set back a little: the newest place is kept, not shifted.
      const passed = Number.isNaN(progress.second) ? 1 : second - progress.second;
      if (passed <= 0 && passed > -60) return;
      // Seconds without a reading are gaps in the graph: a pause must not look like a straight line.
      const gaps = passed > 0 ? Math.min(passed - 1, FINE_SAMPLES) : 0;
      if (passed < 0) progress.block = Number.NaN;
      // A beat that falls across the border of a second skips one now and then: that is no gap.
      if (gaps > 1) for (let i = 0; i < gaps; i++) for (const name of HOST_SERIES) tracks[name].fine.push(Number.NaN);
      progress.second = second;
      advanceBlock(second);
      measure(snapshot, values);
      HOST_SERIES.forEach((name, i) => {
        const value = values[i] as number;
        tracks[name].fine.push(value);
        if (Number.isNaN(value)) return;
        progress.sums[i] = (progress.sums[i] as number) + value;
        progress.counts[i] = (progress.counts[i] as number) + 1;
      });
    },
    copy() {
      const copied: Progress = { ...progress, sums: progress.sums.slice(), counts: progress.counts.slice() };
      const copyOf = (series: Series): Series => {
        const copy = new Series(series.capacity);
        for (let i = 0; i < series.length; i++) copy.push(series.at(i));
        return copy;
      };
      return historyOf((name) => ({ fine: copyOf(tracks[name].fine), coarse: copyOf(tracks[name].coarse) }), copied);
    },
  };
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
