/** The rows of the resources panel: each measure of the host in words, a share and a curve. Pure. */
import type { Thresholds } from '../../config/schema.ts';
import type { HostDisk, HostSnapshot } from '../../sources/host/snapshot.ts';
import { type HostHistory, type HostSeriesName, totalTraffic } from '../../state/host-history.ts';
import { bytes, percent, rate, UNKNOWN } from '../../text/format.ts';
import type { Samples } from '../../ui/graph.ts';
import { isTrouble, type Severity, severityOf, worst } from '../severity.ts';

export type HostLimits = Thresholds['host'];

/** One line of the panel. */
export interface ResourceRow {
  /** `cpu`, `disk:/`, `net:eth0`: what the cursor stands on. */
  readonly key: string;
  readonly label: string;
  /** Null is unknown; undefined: a row without a meter. */
  readonly percent?: number | null;
  readonly severity: Severity;
  /** Its words, the longest first: the one that fits is shown. */
  readonly notes: readonly string[];
  /** Whether the words matter more than the picture where there is room for one of them. */
  readonly isWordy: boolean;
  readonly samples: Samples | null;
  /** A sample in words; a share unless said. */
  readonly format?: (value: number) => string;
  /** The top of the graph; the largest sample where it is left out, but no less than `atLeast`. */
  readonly max?: number;
  readonly atLeast?: number;
  /** Rows of a lower number stay longest when there is little room. */
  readonly rank: number;
}

/** The rows in the order a person looks for them. What the bots take is of one core; NaN where it is not known. */
export function rowsOf(
  host: HostSnapshot,
  history: HostHistory,
  limits: HostLimits,
  botsCpuPercent = Number.NaN,
): ResourceRow[] {
  const fine = (name: HostSeriesName): Samples => history.tracks[name].fine;
  return [
    cpuRow(host, fine('cpuPercent'), limits, botsCpuPercent),
    loadRow(host, fine('load1'), limits),
    ...memoryRows(host, fine('memoryUsedPercent'), limits),
    swapRow(host, fine('swapUsedPercent'), limits),
    pressureRow(host, fine('ioPressurePercent'), limits),
    diskTrafficRow(host, sumOf(fine('diskReadBytesPerSecond'), fine('diskWriteBytesPerSecond')), limits),
    ...diskRows(host, limits),
    ...networkRows(host, sumOf(fine('netRxBytesPerSecond'), fine('netTxBytesPerSecond'))),
    ...oomRows(host),
  ];
}

/** Two series added sample by sample. They are pushed together, so the same index is the same moment. */
function sumOf(a: Samples, b: Samples): Samples {
  return { length: a.length, at: (index) => (a.at(index) ?? Number.NaN) + (b.at(index) ?? Number.NaN) };
}

function cpuRow(host: HostSnapshot, samples: Samples, limits: HostLimits, botsCpuPercent: number): ResourceRow {
  const { cpuPercent, iowaitPercent, stealPercent } = host;
  const stolen = severityOf(stealPercent, limits.stealPercent);
  const waits = severityOf(iowaitPercent, limits.iowaitPercent);
  const isStolen = isTrouble(stolen);
  const short = isStolen ? `steal ${percent(stealPercent)}` : `iow ${percent(iowaitPercent)}`;
  // Of a busy machine the first question is whether it is the bots; the curve is in the large graph as well.
  const bots = Math.min(cpuPercent ?? Number.NaN, botsCpuPercent / host.cores);
  const isBusy = severityOf(cpuPercent, limits.cpuPercent) !== 'text' && !Number.isNaN(bots) && !isStolen;
  const byWhom = `bots ${percent(bots)}, others ${percent((cpuPercent ?? 0) - bots)}`;
  return {
    key: 'cpu',
    label: 'cpu',
    percent: cpuPercent,
    severity: worst(severityOf(cpuPercent, limits.cpuPercent), stolen, waits),
    notes: isBusy
      ? [byWhom, `bots ${percent(bots)}`]
      : [`iowait ${percent(iowaitPercent)}, steal ${percent(stealPercent)}`, short],
    // Time the hypervisor took is the one thing the curve does not show.
    isWordy: isStolen || isBusy,
    samples,
    max: 100,
    rank: 1,
  };
}

/** A load: one decimal up to a hundred. */
export const decimal = (value: number): string => (value >= 99.95 ? String(Math.round(value)) : value.toFixed(1));

function loadRow({ load, cores }: HostSnapshot, samples: Samples, limits: HostLimits): ResourceRow {
  const known = cores > 0 ? load[0] / cores : null;
  const of = cores > 0 ? String(cores) : UNKNOWN;
  return {
    key: 'load',
    label: 'load',
    severity: severityOf(known, limits.loadPerCore),
    notes: [
      `${load.map(decimal).join('  ')}  of ${of} cores`,
      `${load.map(decimal).join(' ')} of ${of}`,
      `${decimal(load[0])}/${of}`,
    ],
    isWordy: true,
    samples,
    format: decimal,
    atLeast: Math.max(1, cores),
    rank: 4,
  };
}

function memoryRows({ memory }: HostSnapshot, samples: Samples, limits: HostLimits): ResourceRow[] {
  const { availableBytes, totalBytes, usedPercent, limit } = memory;
  const row: ResourceRow = {
    key: 'memory',
    label: 'memory',
    percent: usedPercent,
    severity: severityOf(usedPercent, limits.memoryUsedPercent),
    notes: [`${bytes(availableBytes)} free of ${bytes(totalBytes)}`, `${bytes(availableBytes)} free`],
    isWordy: true,
    samples,
    max: 100,
    rank: 2,
  };
  if (limit === undefined) return [row];
  const share = Math.min(100, (100 * limit.usedBytes) / limit.totalBytes);
  const notes = [
    `${bytes(limit.usedBytes)} of our group's ${bytes(limit.totalBytes)}`,
    `of ${bytes(limit.totalBytes)}`,
  ];
  const severity = severityOf(share, limits.memoryUsedPercent);
  return [row, { ...row, key: 'limit', label: 'mem cap', percent: share, severity, notes, samples: null, rank: 2.5 }];
}

function swapRow({ swap }: HostSnapshot, samples: Samples, limits: HostLimits): ResourceRow {
  const base = { key: 'swap', label: 'swap', samples, max: 100, isWordy: true } as const;
  if (swap.totalBytes === 0) return { ...base, severity: 'muted', notes: ['none'], samples: null, rank: 9 };
  const share = (100 * swap.usedBytes) / swap.totalBytes;
  const notes = [`${bytes(swap.usedBytes)} of ${bytes(swap.totalBytes)}`, bytes(swap.usedBytes)];
  return { ...base, percent: share, severity: severityOf(share, limits.swapUsedPercent), notes, rank: 6 };
}

function pressureRow({ pressure }: HostSnapshot, samples: Samples, limits: HostLimits): ResourceRow {
  const base = { key: 'pressure', label: 'pressure', isWordy: true, rank: 8 } as const;
  if (pressure === null)
    return { ...base, severity: 'muted', notes: ['not told by this kernel', UNKNOWN], samples: null };
  const { cpuSomePercent: cpu, memorySomePercent: memory, ioSomePercent: io } = pressure;
  return {
    ...base,
    severity: worst(
      severityOf(cpu, limits.cpuPressurePercent),
      severityOf(memory, limits.memoryPressurePercent),
      severityOf(io, limits.ioPressurePercent),
    ),
    notes: [
      `cpu ${percent(cpu).padStart(3)}  mem ${percent(memory).padStart(3)}  io ${percent(io).padStart(3)}`,
      `cpu ${percent(cpu)} mem ${percent(memory)} io ${percent(io)}`,
    ],
    samples,
    format: (value) => `io ${percent(value)}`,
    atLeast: 20,
  };
}

function diskTrafficRow(host: HostSnapshot, samples: Samples, limits: HostLimits): ResourceRow {
  const { diskReadBytesPerSecond: read, diskWriteBytesPerSecond: written, diskBusyPercent: busy } = host;
  return {
    key: 'disk-io',
    label: 'disk io',
    severity: worst(severityOf(busy, limits.diskBusyPercent), read === null ? 'muted' : 'text'),
    notes: [
      `r ${rate(read).padEnd(6)} w ${rate(written).padEnd(6)} busy ${percent(busy)}`,
      `r ${rate(read)} w ${rate(written)} ${percent(busy)}`,
      `r ${bytes(read)} w ${bytes(written)}`,
    ],
    isWordy: true,
    samples,
    format: rate,
    atLeast: 1e6,
    rank: 7,
  };
}

function diskRows({ disks, disksReadAt }: HostSnapshot, limits: HostLimits): ResourceRow[] {
  const base = { isWordy: true, samples: null } as const;
  if (disksReadAt === null) {
    return [{ ...base, key: 'disk', label: 'disks', percent: null, severity: 'muted', notes: ['reading…'], rank: 3 }];
  }
  return disks.map((disk, i) => ({
    ...base,
    key: `disk:${disk.mount}`,
    label: disk.mount,
    percent: disk.usedPercent,
    severity: severityOfDisk(disk, limits),
    notes: notesOfDisk(disk, limits),
    rank: i === 0 ? 3 : 10 + i,
  }));
}

/** How bad a file system is: by its blocks, its inodes, and whether it answers at all. */
export function severityOfDisk(disk: HostDisk, limits: HostLimits): Severity {
  if (disk.problem !== undefined) return 'warn';
  return worst(
    severityOf(disk.usedPercent, limits.diskUsedPercent),
    severityOf(disk.inodesUsedPercent, limits.inodesUsedPercent),
  );
}

function notesOfDisk(disk: HostDisk, limits: HostLimits): string[] {
  if (disk.problem !== undefined) return [disk.problem, UNKNOWN];
  const { availableBytes, sizeBytes, inodesUsedPercent } = disk;
  if (isTrouble(severityOf(inodesUsedPercent, limits.inodesUsedPercent))) {
    return [
      `inodes ${percent(inodesUsedPercent)}, ${bytes(availableBytes)} free`,
      `inodes ${percent(inodesUsedPercent)}`,
    ];
  }
  return [`${bytes(availableBytes)} free of ${bytes(sizeBytes)}`, `${bytes(availableBytes)} free`];
}

function networkRows({ network }: HostSnapshot, samples: Samples): ResourceRow[] {
  const { rx, tx } = totalTraffic(network);
  const base = { severity: rx === null ? 'muted' : 'text', isWordy: true, format: rate, atLeast: 1e5 } as const;
  const notesOf = (received: number | null, sent: number | null): string[] => [
    `in ${rate(received).padEnd(6)} out ${rate(sent)}`,
    `in ${bytes(received)} out ${bytes(sent)}`,
  ];
  const total: ResourceRow = { ...base, key: 'net', label: 'net', notes: notesOf(rx, tx), samples, rank: 5 };
  if (network.length < 2) return [total];
  const each = network.map(
    ({ name, rxBytesPerSecond, txBytesPerSecond }, i): ResourceRow => ({
      ...base,
      key: `net:${name}`,
      label: ` ${name}`,
      notes: notesOf(rxBytesPerSecond, txBytesPerSecond),
      samples: null,
      rank: 40 + i,
    }),
  );
  return [total, ...each];
}

/** A kill since boot is worth a line; most machines never see one. */
function oomRows({ oomKills }: HostSnapshot): ResourceRow[] {
  if (oomKills === null || oomKills === 0) return [];
  const kills = `${oomKills} ${oomKills === 1 ? 'kill' : 'kills'}`;
  const notes = [`${oomKills} killed since boot for want of memory`, `${kills} since boot`, kills];
  return [{ key: 'oom', label: 'oom', severity: 'warn', notes, isWordy: true, samples: null, rank: 2.7 }];
}
