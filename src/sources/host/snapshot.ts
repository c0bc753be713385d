/** What one reading of the host says. Rates are over the time since the reading before; `null` is unknown, never 0. */
export interface HostSnapshot {
  readonly hostname: string;
  /** `linux`, `darwin`, … as Node names it. */
  readonly platform: string;
  /** The system's name for people, `Debian GNU/Linux 12 (bookworm)`; null until known. */
  readonly system: string | null;
  readonly uptimeSeconds: number;
  /** Logical processors that are online. */
  readonly cores: number;
  /** Busy time of all cores, 0–100: everything but idle and iowait. Null on the first reading. */
  readonly cpuPercent: number | null;
  /** The same by core, in the kernel's order; NaN where unknown. Reused between readings: copy to keep. */
  readonly corePercent: Float64Array;
  /** Share of time in iowait and stolen by the hypervisor, 0–100. */
  readonly iowaitPercent: number | null;
  readonly stealPercent: number | null;
  /** 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number];
  readonly memory: HostMemory;
  readonly swap: { readonly totalBytes: number; readonly usedBytes: number };
  /** Real file systems, the fullest first. Read each 30 s; `disksReadAt` is epoch ms of that, null before the first. */
  readonly disks: readonly HostDisk[];
  readonly disksReadAt: number | null;
  /** Whole-machine disk traffic, bytes per second; null on the first reading. */
  readonly diskReadBytesPerSecond: number | null;
  readonly diskWriteBytesPerSecond: number | null;
  /** The busiest block device's share of time with I/O under way, 0–100. */
  readonly diskBusyPercent: number | null;
  /** Interfaces that are up, loopback left out. */
  readonly network: readonly HostInterface[];
  /** Pressure stall information; null where the kernel has none. */
  readonly pressure: HostPressure | null;
  /** `oom_kill` of /proc/vmstat since boot; null where unknown. */
  readonly oomKills: number | null;
  /** Null while nobody looks at them, and where they are not told. */
  readonly processes: HostProcesses | null;
}

/** Who takes the machine's CPU and memory. */
export interface HostProcesses {
  /** How many there are, threads of the kernel left out; of them those that run now, and those that wait for a disk. */
  readonly total: number;
  readonly running: number;
  readonly blocked: number;
  /** Those of other users are hidden from us (`hidepid`): who takes most may be among them. */
  readonly isPartial: boolean;
  /** Those that take most, the first of each the most. By CPU none before the second look. */
  readonly byCpu: readonly HostProcess[];
  readonly byMemory: readonly HostProcess[];
}

export interface HostProcess {
  readonly pid: number;
  /** Those above it, its parent first. */
  readonly ancestors: readonly number[];
  /** `R`, `S`, `D` and so on. */
  readonly state: string;
  /** Of one core, of this process alone, since the look before; NaN at its first one. */
  readonly cpuPercent: number;
  /** Resident, what it shares with others included. */
  readonly memoryBytes: number;
  readonly user: string;
  /** Its command line, cleaned, redacted and cut, without the folder of the program; `[name]` where it has none. */
  readonly command: string;
}

export interface HostMemory {
  readonly totalBytes: number;
  /** MemAvailable: what can be given out without swapping. */
  readonly availableBytes: number;
  /** (total − available) / total, 0–100. */
  readonly usedPercent: number;
  /** What our control group (a container's) may use, where that is less than the machine has. */
  readonly limit?: { readonly totalBytes: number; readonly usedBytes: number };
}

/** One file system. Its numbers are NaN while `problem` is there. */
export interface HostDisk {
  /** Why its numbers are unknown: `does not answer` (a remote one that hangs), or the system's error. */
  readonly problem?: string;
  readonly mount: string;
  readonly device: string;
  readonly type: string;
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** What an ordinary user can still write. */
  readonly availableBytes: number;
  /** used / (used + available), as df counts it, 0–100. */
  readonly usedPercent: number;
  /** The same of inodes; null where the file system has none. */
  readonly inodesUsedPercent: number | null;
}

export interface HostInterface {
  readonly name: string;
  readonly rxBytesPerSecond: number | null;
  readonly txBytesPerSecond: number | null;
}

/** Share of the last 10 s in which some task waited for the resource, 0–100. */
export interface HostPressure {
  readonly cpuSomePercent: number;
  readonly memorySomePercent: number;
  readonly ioSomePercent: number;
}
