import { afterEach, expect, test, vi } from 'vitest';
import { portableHost, type SystemInformation } from '../../../src/sources/host/portable.ts';
import { SourceError, systemClock } from '../../../src/sources/source.ts';
import { createHandClock } from '../../helpers/proc-tree.ts';

const { signal } = new AbortController();
afterEach(() => void vi.restoreAllMocks());

/** What the package answered on a Mac, in the fields we read. */
function recordedMac(): SystemInformation {
  const load = { currentLoad: 31.4, cpus: [{ load: 50 }, { load: 12.8 }, { load: Number.NaN }] };
  const disk = {
    fs: '/dev/disk3s1s1',
    type: 'APFS',
    size: 494e9,
    used: 300e9,
    available: 100e9,
    use: 75,
    mount: '/',
    rw: false,
  };
  const answers = {
    currentLoad: async () => load,
    mem: async () => ({ total: 16e9, available: 4e9, swaptotal: 2e9, swapused: 1e9 }),
    fsSize: async () => [
      disk,
      { ...disk, fs: '/dev/disk3s6', mount: '/System/Volumes/VM' },
      { ...disk, fs: '/dev/disk3s5', mount: '/System/Volumes/Data', used: 390e9, available: 10e9 },
      { ...disk, fs: 'devfs', mount: '/dev', size: 200_000 },
      { ...disk, fs: '/dev/disk5s1', mount: '/devel', used: 100e9, available: 300e9 },
    ],
    fsStats: async () => ({ rx_sec: 1000, wx_sec: null }),
    networkStats: async () => [
      { iface: 'en0', operstate: 'up', rx_sec: 2000, tx_sec: 10 },
      { iface: 'en5', operstate: 'down', rx_sec: 0, tx_sec: 0 },
      { iface: 'lo0', operstate: 'up', rx_sec: 9, tx_sec: 9 },
      { iface: 'utun0', operstate: 'unknown', rx_sec: -1, tx_sec: null },
    ],
    osInfo: async () => ({ distro: 'macOS', release: '15.1', codename: 'Sequoia' }),
  };
  return answers as unknown as SystemInformation;
}

test('a Mac is read through the package, and what it cannot tell is unknown', async () => {
  const source = portableHost({ clock: createHandClock(), platform: 'darwin', load: async () => recordedMac() });
  const first = await source.read(signal);
  expect(first.cpuPercent).toBeNull();
  expect([...first.corePercent]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  const second = await source.read(signal);
  expect(second).toMatchObject({
    platform: 'darwin',
    system: 'macOS 15.1 (Sequoia)',
    cores: 3,
    cpuPercent: 31.4,
    iowaitPercent: null,
    memory: { totalBytes: 16e9, availableBytes: 4e9, usedPercent: 75 },
    swap: { totalBytes: 2e9, usedBytes: 1e9 },
    diskReadBytesPerSecond: 1000,
    diskWriteBytesPerSecond: null,
    pressure: null,
    oomKills: null,
  });
  expect([...second.corePercent]).toEqual([50, 12.8, Number.NaN]);
  expect(second.disks.map(({ mount, usedPercent }) => [mount, usedPercent])).toEqual([
    ['/System/Volumes/Data', 97.5],
    ['/', 75],
    ['/devel', 25],
  ]);
  expect(second.network).toEqual([
    { name: 'en0', rxBytesPerSecond: 2000, txBytesPerSecond: 10 },
    { name: 'utun0', rxBytesPerSecond: null, txBytesPerSecond: null },
  ]);
});

test('the slow answers are asked for every thirty seconds, the name of the system once', async () => {
  const clock = createHandClock();
  const mac = recordedMac();
  const [fsSize, osInfo] = [vi.spyOn(mac, 'fsSize'), vi.spyOn(mac, 'osInfo')];
  const source = portableHost({ clock, platform: 'darwin', load: async () => mac });
  for (let i = 0; i < 20; i++) {
    await source.read(signal);
    clock.pass(2000);
  }
  expect(fsSize).toHaveBeenCalledTimes(2);
  expect(osInfo).toHaveBeenCalledTimes(1);
});

test('without the package there is a failure that says so, and the next read tries again', async () => {
  const load = vi.fn(async (): Promise<SystemInformation> => recordedMac());
  load.mockRejectedValueOnce(new Error('no such package'));
  const source = portableHost({ clock: createHandClock(), platform: 'darwin', load });
  await expect(source.read(signal)).rejects.toThrow(SourceError);
  await expect(source.read(signal)).resolves.toMatchObject({ cores: 3 });
});

test('the package itself, loaded for real, answers in the shape we read', async () => {
  const source = portableHost({ clock: systemClock, platform: process.platform });
  // The slow answers too, so that no child of the package outlives the test.
  const host = await vi.waitFor(
    async () => {
      const read = await source.read(signal);
      expect(read.disksReadAt).not.toBeNull();
      expect(read.system).not.toBeNull();
      return read;
    },
    { timeout: 15_000, interval: 100 },
  );
  expect(host.memory.totalBytes).toBeGreaterThan(0);
  expect(host.cores).toBeGreaterThan(0);
  expect(host.memory.usedPercent).toBeLessThanOrEqual(100);
});
