/** What one program showed, one number a sample. */
export interface Samples {
  readonly name: string;
  readonly values: readonly number[];
}

/** At most so much: of a peer's value, or in the row's own unit where `of` is null. */
export interface Goal {
  readonly of: string | null;
  readonly atMost: number;
}

/** One measured line of the report. */
export interface Row {
  readonly title: string;
  /** With its unit. */
  readonly digits: number;
  readonly ours: readonly number[];
  readonly peers?: readonly Samples[];
  /** Which value of the samples stands for them, by nearest rank; the median unless said. */
  readonly share?: number;
  /** What must be reached, and what is aimed at then; none where the row is there to be known. */
  readonly reach?: readonly Goal[];
  readonly aim?: readonly Goal[];
  /** What a reader must know to read it, without an end mark. */
  readonly note?: string;
}

/** A line that could not be measured here, and why. */
export interface SkippedRow {
  readonly title: string;
  readonly why: string;
}

/** What a reader must know of a whole section, without an end mark. */
export interface Remark {
  readonly title: string;
  readonly remark: string;
}

export type Line = Row | SkippedRow | Remark;

/** `null`: it cannot be told, since the peer is not here or nothing was measured. */
export type Verdict = 'met' | 'missed' | null;

/** The value below which the given share of the values lies, by nearest rank; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}

/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** The value that stands for the samples of a row. */
export function valueOf(row: Row, values: readonly number[]): number {
  return row.share === undefined ? median(values) : quantile(values, row.share);
}

/** Our value as a share of a peer's; NaN without one. */
export function ratioTo(row: Row, peer: string): number {
  const samples = row.peers?.find(({ name }) => name === peer);
  const theirs = samples ? valueOf(row, samples.values) : Number.NaN;
  return theirs === 0 ? Number.NaN : valueOf(row, row.ours) / theirs;
}

export function verdictOf(row: Row, goal: Goal): Verdict {
  const value = goal.of === null ? valueOf(row, row.ours) : ratioTo(row, goal.of);
  if (Number.isNaN(value)) return null;
  return value <= goal.atMost ? 'met' : 'missed';
}
