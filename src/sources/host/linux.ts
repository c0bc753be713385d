/** The host as Linux tells it: a dozen files of /proc through kept descriptors, without a child process. */

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { type Clock, type Source, SourceError } from '../source.ts';
import { BlockTraffic } from './block.ts';
import { BusyProcesses } from './busy-processes.ts';
import { CpuTimes } from './cpu.ts';
import { FileSystems, type FileSystemsOptions } from './file-systems.ts';
import { UpInterfaces } from './interfaces.ts';
import { type MemoryAmounts, parseInactiveFile, parseMemory, parseOomKills, parsePressure } from './memory.ts';
import { NetworkTraffic, orNull } from './network.ts';
import { ProcFile } from './proc-file.ts';
import { Scanner, share } from './scan.ts';
import type { HostMemory, HostPressure, HostSnapshot } from './snapshot.ts';

export interface LinuxHostOptions {
  readonly clock: Clock;
  readonly procRoot?: string;
  readonly sysRoot?: string;
  /** Tried in order; the first with a name counts. */
  readonly osReleasePaths?: readonly string[];
  readonly ask?: FileSystemsOptions['ask'];
  /** Whether somebody looks at the processes; nobody unless said. */
  readonly areProcessesSeen?: () => boolean;
}

/** Readings closer together than this share their rates: 10 ms jiffies over less say nothing. */
const MIN_INTERVAL_MS = 100;
/** How long the first reading waits for the file systems, so that it can show them. */
const FIRST_DISKS_WITHIN_MS = 50;
/** OOM kills and interfaces change seldom; /proc/vmstat is the dearest file of all. */
const SELDOM_MS = 5_000;

export function linuxHost(options: LinuxHostOptions): Source<'host'> {
  const { clock, procRoot = '/proc', sysRoot = '/sys' } = options;
  const osReleasePaths = options.osReleasePaths ?? ['/etc/os-release', '/usr/lib/os-release'];
  const file = (path: string, sizeBytes?: number): ProcFile => new ProcFile(join(procRoot, path), sizeBytes);
  const files = {
    stat: file('stat', 16_384),
    memory: file('meminfo'),
    load: file('loadavg', 256),
    uptime: file('uptime', 256),
    disks: file('diskstats'),
    network: file('net/dev'),
    cpuPressure: file('pressure/cpu', 256),
    memoryPressure: file('pressure/memory', 256),
    ioPressure: file('pressure/io', 256),
    vmstat: file('vmstat'),
    limit: new ProcFile(join(sysRoot, 'fs/cgroup/memory.max'), 64),
    limitUsed: new ProcFile(join(sysRoot, 'fs/cgroup/memory.current'), 64),
    limitStat: new ProcFile(join(sysRoot, 'fs/cgroup/memory.stat')),
  };
  const scan = new Scanner();
  const cpu = new CpuTimes();
  const block = new BlockTraffic();
  const network = new NetworkTraffic();
  const up = new UpInterfaces(sysRoot);
  const fileSystems = new FileSystems({
    clock,
    mountsPath: join(procRoot, 'self/mountinfo'),
    ...(options.ask && { ask: options.ask }),
  });
  const busy = new BusyProcesses(procRoot);
  const { areProcessesSeen = () => false } = options;
  const name = redact(clean(hostname()));
  let system: string | null = null;
  let ratesAt = Number.NaN;
  let seldomAt = Number.NEGATIVE_INFINITY;
  let oomKills = Number.NaN;
  let limitBytes = Number.NaN;
  let isFirst = true;

  /** A file that must be there. */
  const over = (source: ProcFile): Scanner => {
    const length = source.read();
    return scan.over(source.buffer, length);
  };
  /** A file that need not be; reads as empty. */
  const overOptional = (source: ProcFile): Scanner => {
    const length = source.tryRead();
    return scan.over(source.buffer, length);
  };

  function readRates(now: number): void {
    if (now - ratesAt < MIN_INTERVAL_MS) return;
    const seconds = (now - ratesAt) / 1000;
    if (!cpu.update(over(files.stat))) throw unintelligible(files.stat);
    block.update(overOptional(files.disks), seconds);
    network.update(overOptional(files.network), seconds);
    ratesAt = now;
  }

  function readSeldom(now: number): void {
    if (now - seldomAt < SELDOM_MS) return;
    seldomAt = now;
    const length = files.vmstat.tryRead();
    oomKills = parseOomKills(files.vmstat.buffer, length, scan);
    limitBytes = overOptional(files.limit).number();
  }

  function readMemory(): { memory: HostMemory; amounts: MemoryAmounts } {
    const amounts = parseMemory(over(files.memory));
    const { totalBytes, availableBytes } = amounts;
    if (!(totalBytes > 0 && totalBytes < Number.MAX_SAFE_INTEGER) || Number.isNaN(availableBytes)) {
      throw unintelligible(files.memory);
    }
    const memory = { totalBytes, availableBytes, usedPercent: share(totalBytes - availableBytes, totalBytes) };
    const limit = limitBytes < totalBytes ? readLimit() : null;
    return { memory: limit === null ? memory : { ...memory, limit }, amounts };
  }

  /** The control group's own account; what is cache of files is not in use, as with MemAvailable. */
  function readLimit(): NonNullable<HostMemory['limit']> | null {
    const used = overOptional(files.limitUsed).number();
    if (!Number.isFinite(used)) return null;
    const cached = parseInactiveFile(files.limitStat.buffer, files.limitStat.tryRead(), scan);
    return { totalBytes: limitBytes, usedBytes: Math.max(0, used - cached) };
  }

  function readPressure(): HostPressure | null {
    const cpuSomePercent = parsePressure(overOptional(files.cpuPressure));
    const memorySomePercent = parsePressure(overOptional(files.memoryPressure));
    const ioSomePercent = parsePressure(overOptional(files.ioPressure));
    const isKnown = !Number.isNaN(cpuSomePercent + memorySomePercent + ioSomePercent);
    return isKnown ? { cpuSomePercent, memorySomePercent, ioSomePercent } : null;
  }

  function readSnapshot(): HostSnapshot {
    const now = clock.monotonic();
    readRates(now);
    readSeldom(now);
    const { memory, amounts } = readMemory();
    const load = over(files.load);
    const loads = [load.number(), load.number(), load.number()] as const;
    if (!loads.every(Number.isFinite)) throw unintelligible(files.load);
    const uptimeSeconds = over(files.uptime).number();
    if (!Number.isFinite(uptimeSeconds)) throw unintelligible(files.uptime);
    const swapTotal = orNull(amounts.swapTotalBytes) ?? 0;
    return {
      hostname: name,
      platform: 'linux',
      system,
      uptimeSeconds,
      cores: cpu.cores,
      cpuPercent: orNull(cpu.busyPercent),
      corePercent: cpu.corePercent,
      iowaitPercent: orNull(cpu.iowaitPercent),
      stealPercent: orNull(cpu.stealPercent),
      load: loads,
      memory,
      swap: { totalBytes: swapTotal, usedBytes: swapTotal - (orNull(amounts.swapFreeBytes) ?? swapTotal) },
      disks: fileSystems.disks,
      disksReadAt: fileSystems.readAt,
      diskReadBytesPerSecond: orNull(block.readPerSecond),
      diskWriteBytesPerSecond: orNull(block.writtenPerSecond),
      diskBusyPercent: orNull(block.busyPercent),
      network: network.interfaces((candidate, totalBytes) => up.isUp(candidate, totalBytes), shownName),
      pressure: readPressure(),
      oomKills: orNull(oomKills),
      processes: busy.processes,
    };
  }

  async function readSystemName(): Promise<void> {
    for (const path of osReleasePaths) {
      const text = await readFile(path, 'utf8').catch(() => '');
      system = parseOsRelease(text);
      if (system !== null) return;
    }
  }

  return {
    kind: 'host',
    id: 'host',
    cadenceMs: 1000,
    timeoutMs: 2000,
    async read(signal) {
      signal.throwIfAborted();
      const pass = fileSystems.refresh();
      if (isFirst) {
        isFirst = false;
        readRates(clock.monotonic());
        await Promise.all([pass && soon(pass), readSystemName(), up.refresh(network.names)]);
        signal.throwIfAborted();
      } else if (pass !== null || !up.knows(network.names)) {
        void up.refresh(network.names);
      }
      if (areProcessesSeen()) await busy.look(clock.monotonic());
      else busy.forget();
      signal.throwIfAborted();
      return readSnapshot();
    },
    close() {
      for (const each of Object.values(files)) each.close();
    },
  };
}

const shownName = (name: string): string => clean(name).slice(0, 32);

const unintelligible = (file: ProcFile): SourceError =>
  new SourceError('protocol', `cannot make sense of ${file.path}`);

/** Waits for a promise, but not long. */
async function soon(promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FIRST_DISKS_WITHIN_MS);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** The system's name for people out of os-release(5), cleaned; null where there is none. */
export function parseOsRelease(text: string): string | null {
  const found = /^PRETTY_NAME=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*))$/m.exec(text);
  const name = clean((found?.[1] ?? found?.[2] ?? found?.[3] ?? '').replaceAll(/\\(["$`\\])/g, '$1')).trim();
  return name === '' ? null : name.slice(0, 80);
}
