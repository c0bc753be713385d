import type { HostSnapshot } from '../../src/sources/host/snapshot.ts';

/** A machine under some strain, with the fields a test wants changed. */
export function hostSnapshot(changes: Partial<HostSnapshot> = {}): HostSnapshot {
  return {
    hostname: 'bots1',
    platform: 'linux',
    system: 'Debian GNU/Linux 12 (bookworm)',
    uptimeSeconds: 1_036_800,
    cores: 4,
    cpuPercent: 46,
    corePercent: Float64Array.from([10, 90, 55, 30]),
    iowaitPercent: 3,
    stealPercent: 0,
    load: [6.12, 5.2, 4.01],
    memory: { totalBytes: 16e9, availableBytes: 3.4e9, usedPercent: 78.75 },
    swap: { totalBytes: 4e9, usedBytes: 1.2e9 },
    disks: [
      {
        mount: '/',
        device: '/dev/vda1',
        type: 'ext4',
        sizeBytes: 80e9,
        usedBytes: 66e9,
        availableBytes: 12e9,
        usedPercent: 84.6,
        inodesUsedPercent: 12,
      },
      {
        mount: '/var/lib/postgresql',
        device: '/dev/vdb',
        type: 'xfs',
        sizeBytes: 200e9,
        usedBytes: 66e9,
        availableBytes: 134e9,
        usedPercent: 33,
        inodesUsedPercent: 1,
      },
    ],
    disksReadAt: 1_790_000_000_000,
    diskReadBytesPerSecond: 2.1e6,
    diskWriteBytesPerSecond: 3e5,
    diskBusyPercent: 12,
    network: [{ name: 'eth0', rxBytesPerSecond: 2.1e6, txBytesPerSecond: 3e5 }],
    pressure: { cpuSomePercent: 1.2, memorySomePercent: 0, ioSomePercent: 12.4 },
    oomKills: 0,
    processes: null,
    ...changes,
  };
}
