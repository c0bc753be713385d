/** The host through systeminformation, for systems without /proc. It starts child processes: never used on Linux. */
import { hostname, loadavg, uptime } from 'node:os';
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { type Clock, type Source, SourceError } from '../source.ts';
import { fullestFirst } from './file-systems.ts';
import { share } from './scan.ts';
import type { HostDisk, HostInterface, HostSnapshot } from './snapshot.ts';
import type { Systeminformation } from './systeminformation.ts';

/** The calls we make of the package. */
export interface SystemInformation {
  currentLoad(): Promise<Systeminformation.CurrentLoadData>;
  mem(): Promise<Systeminformation.MemData>;
  fsSize(): Promise<Systeminformation.FsSizeData[]>;
  fsStats(): Promise<Systeminformation.FsStatsData | null>;
  networkStats(interfaces: string): Promise<Systeminformation.NetworkStatsData[]>;
  osInfo(): Promise<Systeminformation.OsData>;
}

export interface PortableHostOptions {
  readonly clock: Clock;
  readonly platform: string;
  /** Loads the package, after the start and once. */
  readonly load?: () => Promise<SystemInformation>;
}

const DISKS_MS = 30_000;

const loadPackage = async (): Promise<SystemInformation> => (await import('./systeminformation.ts')).systeminformation;

export function portableHost({ clock, platform, load = loadPackage }: PortableHostOptions): Source<'host'> {
  let loaded: Promise<SystemInformation> | null = null;
  let corePercent = new Float64Array(0);
  let disks: readonly HostDisk[] = [];
  let disksReadAt: number | null = null;
  let disksAskedAt = Number.NEGATIVE_INFINITY;
  let system: string | null = null;
  let isFirst = true;

  /** Slow answers come when they come: a failed one is asked again with the next round. */
  function askSlowly(package_: SystemInformation): void {
    if (clock.monotonic() - disksAskedAt < DISKS_MS) return;
    disksAskedAt = clock.monotonic();
    const ignoreUntilNextRound = () => undefined;
    package_.fsSize().then((found) => {
      disks = disksOf(found);
      disksReadAt = clock.now();
    }, ignoreUntilNextRound);
    if (system === null) {
      package_.osInfo().then((found) => {
        system = systemOf(found);
      }, ignoreUntilNextRound);
    }
  }

  return {
    kind: 'host',
    id: 'host',
    // Its calls cost 20 ms and more each.
    cadenceMs: 2000,
    timeoutMs: 10_000,
    async read(signal) {
      loaded ??= load();
      const package_ = await loaded.catch((error: unknown) => {
        loaded = null;
        throw new SourceError('failed', 'cannot load systeminformation', { cause: error });
      });
      signal.throwIfAborted();
      askSlowly(package_);
      const [cpu, memory, traffic, network] = await Promise.all([
        package_.currentLoad(),
        package_.mem(),
        package_.fsStats(),
        package_.networkStats('*'),
      ]);
      signal.throwIfAborted();
      if (corePercent.length !== cpu.cpus.length) corePercent = new Float64Array(cpu.cpus.length);
      // The first answer is the mean since the machine started.
      const isSinceBoot = isFirst;
      isFirst = false;
      for (const [i, core] of cpu.cpus.entries()) corePercent[i] = isSinceBoot ? Number.NaN : percentOf(core.load);
      const totalBytes = memory.total;
      if (!(totalBytes > 0)) throw new SourceError('protocol', 'systeminformation tells no size of the memory');
      const availableBytes = Math.min(totalBytes, Math.max(0, memory.available));
      const [one = 0, five = 0, fifteen = 0] = loadavg();
      return {
        hostname: redact(clean(hostname())),
        platform,
        system,
        uptimeSeconds: uptime(),
        cores: cpu.cpus.length,
        cpuPercent: isSinceBoot ? null : nullable(percentOf(cpu.currentLoad)),
        corePercent,
        iowaitPercent: null,
        stealPercent: null,
        load: [one, five, fifteen],
        memory: { totalBytes, availableBytes, usedPercent: share(totalBytes - availableBytes, totalBytes) },
        swap: { totalBytes: memory.swaptotal || 0, usedBytes: memory.swapused || 0 },
        disks,
        disksReadAt,
        diskReadBytesPerSecond: nullable(traffic?.rx_sec),
        diskWriteBytesPerSecond: nullable(traffic?.wx_sec),
        diskBusyPercent: null,
        network: interfacesOf(network),
        pressure: null,
        oomKills: null,
        processes: null,
      } satisfies HostSnapshot;
    },
    close() {},
  };
}

const percentOf = (value: number): number => (Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : Number.NaN);

/** A number that is known and makes sense as an amount, else null. */
function nullable(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

const shown = (text: string): string => redact(clean(text)).slice(0, 256);

/** macOS shows its own system volumes and device folders as file systems; a person has one disk there. */
const IS_SYSTEM_VOLUME = /^\/(?:dev|private\/var\/vm|System\/Volumes\/(?!Data$).*)(?:\/|$)/;

function disksOf(found: readonly Systeminformation.FsSizeData[]): HostDisk[] {
  const disks: HostDisk[] = [];
  for (const { fs, type, size, used, available, mount } of found) {
    if (!(size > 0) || IS_SYSTEM_VOLUME.test(mount)) continue;
    disks.push({
      mount: shown(mount),
      device: shown(fs),
      type: shown(type),
      sizeBytes: size,
      usedBytes: Math.max(0, used),
      availableBytes: Math.max(0, available),
      usedPercent: share(used, used + available),
      inodesUsedPercent: null,
    });
  }
  return disks.toSorted(fullestFirst);
}

function interfacesOf(found: readonly Systeminformation.NetworkStatsData[]): HostInterface[] {
  const up = found.filter(({ iface, operstate }) => !/^lo\d*$/.test(iface) && operstate !== 'down');
  return up.map(({ iface, rx_sec, tx_sec }) => ({
    name: shown(iface).slice(0, 32),
    rxBytesPerSecond: nullable(rx_sec),
    txBytesPerSecond: nullable(tx_sec),
  }));
}

/** `macOS 15.1 (Sequoia)`; null when it says nothing. */
function systemOf({ distro, release, codename }: Systeminformation.OsData): string | null {
  const name = [distro, release, codename && `(${codename})`].filter(Boolean).join(' ');
  return name === '' ? null : shown(name).slice(0, 80);
}
