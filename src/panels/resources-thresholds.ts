/** From which values on a resource is shown as a warning, and as bad. */
import type { Role } from '../ui/theme.ts';

/** A limit of a value that is worse the larger it is; `bad` is left out where no runbook knows one. */
export interface Threshold {
  readonly warn: number;
  readonly bad?: number;
}

/**
 * The runbooks' numbers where they have some: cpu 80, memory 80 and 90 by MemAvailable, disks 30 and 20 % free. The
 * rest is what monitors agree on; those of pressure are a judgement: a task in three that waits is felt.
 */
export const RESOURCE_THRESHOLDS = {
  cpuPercent: { warn: 80 },
  iowaitPercent: { warn: 40 },
  stealPercent: { warn: 5, bad: 10 },
  loadPerCore: { warn: 1.75, bad: 2 },
  memoryUsedPercent: { warn: 80, bad: 90 },
  swapUsedPercent: { warn: 80, bad: 90 },
  diskUsedPercent: { warn: 70, bad: 80 },
  inodesUsedPercent: { warn: 80, bad: 90 },
  diskBusyPercent: { warn: 90 },
  cpuPressurePercent: { warn: 60 },
  memoryPressurePercent: { warn: 10, bad: 30 },
  ioPressurePercent: { warn: 30, bad: 60 },
} as const satisfies Record<string, Threshold>;

/** What a value is shown as. Unknown is muted, never good. */
export type Severity = Extract<Role, 'text' | 'warn' | 'bad' | 'muted'>;

export function severityOf(value: number | null, { warn, bad = Number.POSITIVE_INFINITY }: Threshold): Severity {
  if (value === null || Number.isNaN(value)) return 'muted';
  return value >= bad ? 'bad' : value >= warn ? 'warn' : 'text';
}

const RANKS: readonly Severity[] = ['muted', 'text', 'warn', 'bad'];

export function worst(...severities: readonly Severity[]): Severity {
  return severities.reduce((a, b) => (RANKS.indexOf(b) > RANKS.indexOf(a) ? b : a), 'muted');
}
