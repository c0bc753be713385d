import type { HostSnapshot } from '../sources/host/snapshot.ts';
import { rounded } from './snapshot-values.ts';

export interface HostDocument {
  readonly hostname: string;
  readonly platform: string;
  readonly system: string | null;
  readonly uptimeSeconds: number | null;
}

/** The machine's means; percentages are 0–100 with two decimals, rates whole bytes per second. */
export interface ResourcesDocument {
  readonly cpuPercent: number | null;
  readonly cores: number;
  readonly corePercent: readonly (number | null)[];
  readonly iowaitPercent: number | null;
  readonly stealPercent: number | null;
  readonly load: readonly (number | null)[];
  readonly memory: {
    readonly totalBytes: number | null;
    readonly availableBytes: number | null;
    readonly usedPercent: number | null;
  };
  readonly swap: {
    readonly totalBytes: number | null;
    readonly usedBytes: number | null;
    readonly usedPercent: number | null;
  };
  /** Null until the file systems were read. */
  readonly disks:
    | readonly {
        readonly mount: string;
        readonly device: string;
        readonly type: string;
        readonly sizeBytes: number | null;
        readonly usedBytes: number | null;
        readonly availableBytes: number | null;
        readonly usedPercent: number | null;
        readonly inodesUsedPercent: number | null;
      }[]
    | null;
  readonly diskReadBytesPerSecond: number | null;
  readonly diskWriteBytesPerSecond: number | null;
  readonly diskBusyPercent: number | null;
  readonly network: readonly {
    readonly name: string;
    readonly rxBytesPerSecond: number | null;
    readonly txBytesPerSecond: number | null;
  }[];
  readonly pressure: {
    readonly cpuSomePercent: number | null;
    readonly memorySomePercent: number | null;
    readonly ioSomePercent: number | null;
  } | null;
  readonly oomKills: number | null;
}

export function hostDocument({ hostname, platform, system, uptimeSeconds }: HostSnapshot): HostDocument {
  return { hostname, platform, system, uptimeSeconds: rounded(uptimeSeconds, 0) };
}

export function resourcesDocument(host: HostSnapshot): ResourcesDocument {
  const { memory, swap, pressure } = host;
  return {
    cpuPercent: rounded(host.cpuPercent, 2),
    cores: host.cores,
    corePercent: [...host.corePercent].map((percent) => rounded(percent, 2)),
    iowaitPercent: rounded(host.iowaitPercent, 2),
    stealPercent: rounded(host.stealPercent, 2),
    load: host.load.map((load) => rounded(load, 2)),
    memory: {
      totalBytes: rounded(memory.totalBytes, 0),
      availableBytes: rounded(memory.availableBytes, 0),
      usedPercent: rounded(memory.usedPercent, 2),
    },
    swap: {
      totalBytes: rounded(swap.totalBytes, 0),
      usedBytes: rounded(swap.usedBytes, 0),
      // A machine without swap has no share of it in use.
      usedPercent: rounded((swap.usedBytes / swap.totalBytes) * 100, 2),
    },
    disks:
      host.disksReadAt === null
        ? null
        : host.disks.map((disk) => ({
            mount: disk.mount,
            device: disk.device,
            type: disk.type,
            sizeBytes: rounded(disk.sizeBytes, 0),
            usedBytes: rounded(disk.usedBytes, 0),
            availableBytes: rounded(disk.availableBytes, 0),
            usedPercent: rounded(disk.usedPercent, 2),
            inodesUsedPercent: rounded(disk.inodesUsedPercent, 2),
          })),
    diskReadBytesPerSecond: rounded(host.diskReadBytesPerSecond, 0),
    diskWriteBytesPerSecond: rounded(host.diskWriteBytesPerSecond, 0),
    diskBusyPercent: rounded(host.diskBusyPercent, 2),
    network: host.network.map(({ name, rxBytesPerSecond, txBytesPerSecond }) => ({
      name,
      rxBytesPerSecond: rounded(rxBytesPerSecond, 0),
      txBytesPerSecond: rounded(txBytesPerSecond, 0),
    })),
    pressure: pressure && {
      cpuSomePercent: rounded(pressure.cpuSomePercent, 2),
      memorySomePercent: rounded(pressure.memorySomePercent, 2),
      ioSomePercent: rounded(pressure.ioSomePercent, 2),
    },
    oomKills: rounded(host.oomKills, 0),
  };
}
