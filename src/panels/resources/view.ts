/** What the resources panel shows of the host: rows, worst values and the one-line summary. Pure. */
import type { HostSnapshot } from '../../sources/host/snapshot.ts';
import { type Reading, valueOf } from '../../sources/source.ts';
import { type HostHistory, totalTraffic } from '../../state/host-history.ts';
import { ago, bytes, duration, percent } from '../../text/format.ts';
import { type Severity, severityOf } from '../severity.ts';
import { decimal, type HostLimits, type ResourceRow, rowsOf, severityOfDisk } from './rows.ts';

/** A piece of the summary; those of a lower rank stay longest. */
export interface SummaryPart {
  readonly text: string;
  readonly severity: Severity;
  readonly rank: number;
}

export interface ResourcesView {
  readonly state: Reading<HostSnapshot>['state'];
  /** Stale: how old and why. Down or off: why. Empty while all is well. */
  readonly remark: string;
  readonly hint: string;
  readonly upFor: string;
  readonly rows: readonly ResourceRow[];
  readonly keys: readonly string[];
  /** Percent by core; empty when unknown. */
  readonly cores: ArrayLike<number>;
  readonly summary: readonly SummaryPart[];
  readonly snapshot: HostSnapshot | null;
  readonly limits: HostLimits;
}

/** Builds the view. `now` is epoch ms; the reading is null when no host is watched. */
export function selectResources(
  reading: Reading<HostSnapshot> | null,
  history: HostHistory,
  limits: HostLimits,
  now: number,
  botsCpuPercent?: number,
): ResourcesView {
  const snapshot = reading === null ? null : valueOf(reading);
  const rows = snapshot === null ? [] : rowsOf(snapshot, history, limits, botsCpuPercent);
  return {
    state: reading?.state ?? 'off',
    remark: remarkOf(reading, now),
    hint: reading?.state === 'down' ? (reading.error.hint ?? '') : '',
    upFor: snapshot === null ? '' : `up ${duration(snapshot.uptimeSeconds * 1000)}`,
    rows,
    keys: rows.map((row) => row.key),
    cores: snapshot?.corePercent ?? [],
    summary: snapshot === null ? [] : summaryOf(snapshot, limits),
    snapshot,
    limits,
  };
}

function remarkOf(reading: Reading<HostSnapshot> | null, now: number): string {
  if (reading === null) return 'no host is watched';
  switch (reading.state) {
    case 'waiting':
    case 'fresh':
      return '';
    case 'stale':
      return `stale ${ago(now - reading.readAt)}${reading.error === null ? '' : `: ${reading.error.message}`}`;
    case 'down':
      return reading.error.message;
    case 'off':
      return reading.reason;
    default:
      return reading satisfies never;
  }
}

function summaryOf(host: HostSnapshot, limits: HostLimits): SummaryPart[] {
  const { cpuPercent, load, cores, memory, disks } = host;
  const { rx, tx } = totalTraffic(host.network);
  const [fullest] = disks;
  const parts: SummaryPart[] = [
    { text: `cpu ${percent(cpuPercent)}`, severity: severityOf(cpuPercent, limits.cpuPercent), rank: 1 },
    {
      text: `load ${decimal(load[0])}/${cores}`,
      severity: severityOf(cores > 0 ? load[0] / cores : null, limits.loadPerCore),
      rank: 4,
    },
    {
      text: `mem ${percent(memory.usedPercent)}`,
      severity: severityOf(memory.usedPercent, limits.memoryUsedPercent),
      rank: 2,
    },
    { text: `${bytes(memory.availableBytes)} free`, severity: 'muted', rank: 6 },
  ];
  if (fullest) {
    parts.push({
      // Beside other figures a lone slash reads like the sign of a fraction.
      text: `${fullest.mount === '/' ? 'disk' : fullest.mount} ${percent(fullest.usedPercent)}`,
      severity: severityOfDisk(fullest, limits),
      rank: 3,
    });
  }
  if (rx !== null) parts.push({ text: `net ${bytes(rx)}/${bytes(tx)}/s`, severity: 'text', rank: 5 });
  return parts;
}
